"""What a digest tells of a storm of the whole team."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tocsin.adapters.aws_json import AwsError
from tocsin.domain.errors import TryAgainError

if TYPE_CHECKING:
    from tocsin.domain.team_storm import TeamStorm
    from tocsin.lambda_runtime.observability import Log
    from tocsin.usecases.ports import StormRepository


@dataclass(frozen=True, slots=True)
class NewestStorm:
    """Reads the newest storm; a digest goes without it if storage refuses."""

    storms: StormRepository
    log: Log

    def newest(self) -> TeamStorm | None:
        try:
            return self.storms.newest()
        except (AwsError, TryAgainError) as error:
            self.log.warning("Storm cannot be read", kind=type(error).__name__)
            return None
