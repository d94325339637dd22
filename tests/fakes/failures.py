"""What was set aside, in memory."""

import json
from dataclasses import dataclass, field
from typing import Any

from tocsin.domain.errors import TryAgainError


@dataclass
class InMemoryFailures:
    """Implements `FailureQueue`."""

    bodies: list[str] = field(default_factory=list)
    groups: list[str | None] = field(default_factory=list)
    is_away: bool = False

    def keep(self, body: str, *, group: str | None = None) -> None:
        if self.is_away:
            raise TryAgainError
        self.bodies.append(body)
        self.groups.append(group)

    @property
    def read(self) -> list[dict[str, Any]]:
        """Those that are JSON objects."""
        return [json.loads(body) for body in self.bodies]
