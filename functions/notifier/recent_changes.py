"""What an update by e-mail tells of an alert's timeline."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from tocsin.adapters.aws_json import AwsError
from tocsin.domain.errors import TryAgainError
from tocsin.domain.ids import AlertId
from tocsin.domain.timeline import Change
from tocsin.lambda_runtime.observability import Log

CHANGES_TOLD: Final = 30
"""Entries; updates of other messages are among them, which are not told."""


class Timelines(Protocol):
    """A part of `AlertRepository`."""

    def newest_changes(self, alert_id: AlertId, *, limit: int) -> Sequence[Change]:
        """Read the end of a timeline, oldest first."""


@dataclass(frozen=True, slots=True)
class RecentChanges:
    """Reads the end of a timeline; a message goes without it if storage refuses."""

    alerts: Timelines
    log: Log

    def newest(self, alert_id: AlertId) -> Sequence[Change]:
        try:
            return self.alerts.newest_changes(alert_id, limit=CHANGES_TOLD)
        except (AwsError, TryAgainError) as error:
            self.log.warning(
                "Timeline cannot be read", alert_id=alert_id, kind=type(error).__name__
            )
            return ()
