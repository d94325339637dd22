"""The stream's reader, over alerts in memory."""

from datetime import UTC, datetime

from tests.fakes.alerts import InMemoryAlerts
from tests.fakes.configuration import InMemoryConfiguration
from tests.fakes.deliveries import InMemoryDeliveries
from tests.fakes.notifications import InMemoryNotifications
from tests.fakes.timeline import InMemoryTimeline
from tests.fakes.timers import InMemoryTimers
from tests.fakes.write_ids import WriteIds
from tocsin.domain.notification import DeliveryState
from tocsin.usecases.follow_changes import Outlets, follow_changes
from tocsin.usecases.follow_notifications import follow_notifications

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def outlets_of(
    alerts: InMemoryAlerts,
    *,
    timeline: InMemoryTimeline | None = None,
    timers: InMemoryTimers | None = None,
) -> Outlets:
    """Where consequences go in a team that has configured nothing."""
    return Outlets(
        timeline=alerts if timeline is None else timeline,
        slots=alerts,
        paging=InMemoryConfiguration(),
        notifications=InMemoryNotifications(),
        deliveries=InMemoryDeliveries(),
        timers=timers or InMemoryTimers(),
        new_write_id=WriteIds(),
    )


def apply_stream(
    alerts: InMemoryAlerts,
    notifications: InMemoryNotifications | None = None,
    *,
    now: datetime = _LONG_AGO,
    outlets: Outlets | None = None,
) -> None:
    """Do what follows from all that was written since the last time, and from that.

    Args:
        alerts: Whose stream is read.
        notifications: Whose stream is read too.
        now: Decides which timers are sent at once; long ago, none is.
        outlets: Where the consequences go; without, into a team that has configured nothing.
    """
    outlets = outlets or outlets_of(alerts)
    while alerts.stream or (notifications and notifications.stream):
        batch, alerts.stream = alerts.stream, []
        follow_changes(batch, now=now, outlets=outlets)
        if notifications:
            written, notifications.stream = notifications.stream, []
            untold = {DeliveryState.WAITING, DeliveryState.CLAIMED}
            told = [after for _, after in written if after.state not in untold]
            follow_notifications(told, now=now, outlets=outlets)
