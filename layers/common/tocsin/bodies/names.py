"""Names of the objects of the configuration: their form, and those that nobody may take."""

import re
from collections.abc import Mapping
from typing import Final

from tocsin.bodies.model import NAME
from tocsin.domain.ids import AUTO
from tocsin.domain.integration import RESERVED_NAMES
from tocsin.domain.reach import LAST_RESORT

NOBODY: Final = "nobody"
"""Who has a turn of a rotation in which nobody is on call."""

RESERVED_USERS: Final[Mapping[str, str]] = {
    AUTO: "that is how the service itself appears on timelines",
    NOBODY: "in a rotation that is a turn in which nobody is on call",
}
RESERVED_CHANNELS: Final[Mapping[str, str]] = {
    AUTO: "that is how the service itself appears on timelines",
    LAST_RESORT: "is reserved for the stack's own last resort; take another name",
}
RESERVED_INTEGRATIONS: Final[Mapping[str, str]] = RESERVED_NAMES

PERSON_NAME: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
PERSON_NAME_EXPECTED: Final = (
    "must have 1 to 64 characters of A-Z, a-z, 0-9, . _ and -, and begin with a letter or digit"
)
NAME_EXPECTED: Final = "must have 1 to 64 characters of a-z, 0-9 and -"


_NAME: Final = re.compile(NAME)
_PERSON_NAME: Final = re.compile(PERSON_NAME)


def problem_of_name(name: str, *, is_person: bool) -> str | None:
    """Say what is wrong with the form of a name; None: nothing is."""
    if (_PERSON_NAME if is_person else _NAME).fullmatch(name):
        return None
    return PERSON_NAME_EXPECTED if is_person else NAME_EXPECTED
