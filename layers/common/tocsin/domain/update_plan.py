"""Who has to hear that an alert changed: those whose message would go on saying otherwise."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from tocsin.domain.alert import Alert
from tocsin.domain.notification import (
    Delivery,
    DeliveryState,
    Notification,
    NotificationEvent,
    NotificationReason,
)
from tocsin.domain.people import ChannelType, ContactMethod, Directory
from tocsin.domain.timeline import Change, ChangeType

_EVENTS: Final = {
    ChangeType.ACKNOWLEDGED: NotificationEvent.ACKNOWLEDGED,
    ChangeType.UNACKNOWLEDGED: NotificationEvent.UNACKNOWLEDGED,
    ChangeType.SNOOZED: NotificationEvent.SNOOZED,
    ChangeType.WOKEN: NotificationEvent.WOKEN,
    ChangeType.RESOLVED: NotificationEvent.RESOLVED,
}


def event_of(changes: Sequence[Change]) -> NotificationEvent | None:
    """What those who were paged are to hear of a version; None if nothing."""
    events = [_EVENTS[change.type] for change in changes if change.type in _EVENTS]
    return events[-1] if events else None


def plan_updates(
    earlier: Alert,
    alert: Alert,
    event: NotificationEvent,
    notifications: Sequence[Notification],
    directory: Directory,
) -> tuple[Delivery, ...]:
    """Tell each channel that was paged, if it is of a kind that can be told.

    A Slack message is rewritten, so each one is told for itself; a webhook once, under a key
    that does not depend on which of its pages have arrived when the stream tells the change.

    Args:
        earlier: The alert before the change; pages that were begun since are no news to anybody.
        alert: As it is after the change.
        event: What happened.
        notifications: Of the alert, from the ledger.
        directory: What the channels are.
    """
    planned: dict[str, Delivery] = {}
    reached = earlier.escalation.loop, earlier.escalation.step
    for notification in notifications:
        page = notification.delivery
        if not page.is_page or notification.state is not DeliveryState.SENT:
            continue
        place = _place(page, directory)
        if place is None or (page.loop, page.step) > reached:
            continue
        update = replace(
            page,
            event=event,
            reason=NotificationReason.CHANGED,
            version=alert.version,
            due_at=alert.changed_at,
        )
        planned[place] = update if place == page.key else _told_once(update, earlier)
    return tuple(planned.values())


def _told_once(update: Delivery, earlier: Alert) -> Delivery:
    escalation = earlier.escalation
    return replace(
        update, step=escalation.step, loop=escalation.loop, step_name=escalation.step_name
    )


def _place(page: Delivery, directory: Directory) -> str | None:
    """What must be told once; None for what cannot be told."""
    channel = directory.channels.get(page.channel)
    if channel is None:
        is_direct_message = page.channel.startswith(ContactMethod.SLACK)
        return page.key if is_direct_message else None
    match channel.type:
        case ChannelType.SLACK:
            return page.key
        case ChannelType.WEBHOOK | ChannelType.CONSOLE:
            return f"{page.target} {page.channel}"
        case ChannelType.EMAIL | ChannelType.SMS | ChannelType.APPRISE:
            return None
