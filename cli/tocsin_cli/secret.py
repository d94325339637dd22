"""A key as a value that does not show itself."""

from dataclasses import dataclass, field
from typing import Self

from tocsin_cli.errors import CommandError
from tocsin_cli.exit_codes import ExitCode


@dataclass(frozen=True, slots=True)
class Secret:
    reveal: str = field(repr=False)

    @classmethod
    def read(cls, text: str, place: str) -> Self:
        """Take a key as it was typed or stored.

        Raises:
            CommandError: It cannot be a key; the text is not in the message.
        """
        key = text.strip()
        if not key or not key.isascii() or not key.isprintable() or " " in key:
            message = f"{place} is not an API key: a key has no spaces and no other letters."
            raise CommandError(message, ExitCode.NOT_CONFIGURED)
        return cls(key)

    def __str__(self) -> str:
        return "…"
