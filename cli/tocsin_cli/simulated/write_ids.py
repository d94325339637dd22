"""Ids of writes."""

from dataclasses import dataclass, field
from itertools import count

from tocsin.domain.ids import WriteId


@dataclass
class WriteIds:
    """Ids that are fresh and yet the same in every run."""

    _numbers: "count[int]" = field(default_factory=count)

    def __call__(self) -> WriteId:
        return WriteId(f"write-{next(self._numbers)}")
