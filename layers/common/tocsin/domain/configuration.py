"""An object of the configuration, with what storage knows about it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, Self


class Named(Protocol):
    """What every object of the configuration has."""

    @property
    def name(self) -> str: ...

    @property
    def managed_by(self) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured[T: Named]:
    """A named object as it is stored; the engine needs only the value."""

    value: T
    created_at: datetime
    version: int = 1

    @property
    def name(self) -> str:
        """The object's name."""
        return self.value.name

    @property
    def managed_by(self) -> str | None:
        """Who else may change it; None: the API."""
        return self.value.managed_by

    def changed(self, value: T) -> Self:
        """The same object with another value; the repository counts its version."""
        return replace(self, value=value)
