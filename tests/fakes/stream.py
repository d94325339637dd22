"""The stream's reader, over alerts in memory."""

from datetime import UTC, datetime

from tests.fakes.alerts import InMemoryAlerts
from tests.fakes.timers import InMemoryTimers
from tocsin.usecases.follow_changes import follow_changes

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def apply_stream(
    alerts: InMemoryAlerts, *, now: datetime = _LONG_AGO, timers: InMemoryTimers | None = None
) -> None:
    """Do what follows from all that was written since the last time.

    Args:
        alerts: Whose stream is read.
        now: Decides which timers are sent at once; long ago, none is.
        timers: Where they are sent.
    """
    batch, alerts.stream = alerts.stream, []
    follow_changes(batch, now=now, timeline=alerts, timers=timers or InMemoryTimers())
