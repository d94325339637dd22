"""An object of the configuration, with what storage knows about it."""

from dataclasses import Field, dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, Protocol, Self


class Named(Protocol):
    """What every object of the configuration has."""

    @property
    def name(self) -> str: ...

    @property
    def managed_by(self) -> str | None: ...


class Stored(Named, Protocol):
    """A named object with what storage knows about it."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def created_at(self) -> datetime: ...

    @property
    def version(self) -> int: ...


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
