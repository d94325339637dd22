"""An object of the configuration, with its version and times."""

from dataclasses import Field, dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, Final, Protocol, Self

TEAM_FILE: Final = "team file"
"""`managed_by` of what the team's file manages."""


class Named(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def managed_by(self) -> str | None: ...


class Stored(Named, Protocol):
    """A named object with its version and time of creation."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def created_at(self) -> datetime: ...

    @property
    def version(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured[T: Named]:
    """A named object as stored; the engine needs only the value."""

    value: T
    created_at: datetime
    version: int = 1

    @property
    def name(self) -> str:
        return self.value.name

    @property
    def managed_by(self) -> str | None:
        """What manages it instead of the API; None: the API."""
        return self.value.managed_by

    def changed(self, value: T) -> Self:
        """The same object with another value; the repository counts its version."""
        return replace(self, value=value)
