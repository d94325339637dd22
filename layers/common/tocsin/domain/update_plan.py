"""Which sent notifications must be updated when an alert changes."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.destination import is_to_user, method_of, place_of
from tocsin.domain.ids import AUTO, Actor, user_of
from tocsin.domain.notification import (
    Delivery,
    DeliveryState,
    Notification,
    NotificationEvent,
    NotificationReason,
)
from tocsin.domain.people import Directory, Updates
from tocsin.domain.timeline import Change, ChangeType

_EVENTS: Final = {
    ChangeType.ACKNOWLEDGED: NotificationEvent.ACKNOWLEDGED,
    ChangeType.UNACKNOWLEDGED: NotificationEvent.UNACKNOWLEDGED,
    ChangeType.SNOOZED: NotificationEvent.SNOOZED,
    ChangeType.WOKEN: NotificationEvent.WOKEN,
    ChangeType.RESOLVED: NotificationEvent.RESOLVED,
}
SLACK_UPDATES_LIMIT: Final = 10
"""Messages of one place that are rewritten when an alert changes, the newest: a policy that runs
for days leaves hundreds."""


class News(NamedTuple):
    """What updates report."""

    event: NotificationEvent
    by: Actor | None
    """None: unknown."""

    @property
    def restarts_pages(self) -> bool:
        """Whether the policy goes on at once, and pages the people of a step anew."""
        timed_out = self.event is NotificationEvent.UNACKNOWLEDGED and self.by == AUTO
        return timed_out or self.event is NotificationEvent.WOKEN


def news_of(changes: Sequence[Change]) -> News | None:
    """What the updates about a version report; None: no update."""
    news = [News(_EVENTS[it.type], it.by) for it in changes if it.type in _EVENTS]
    return news[-1] if news else None


def plan_updates(
    alert: Alert, news: News, ledger: Sequence[Notification], directory: Directory
) -> tuple[Delivery, ...]:
    """Plan updates for places that were paged or notified of a rise, if their type has any.

    Each Slack message is rewritten, but for replies to an earlier one. A webhook gets one update,
    under a key that does not depend on which of its pages have arrived, and so does a person's
    e-mail. Pages that were begun since the change need no update.
    """
    pages = [
        each.delivery
        for each in ledger
        if not each.delivery.is_update
        and not each.is_reply
        and _may_be_told(each, directory)
        and each.delivery.version < alert.told_version
    ]
    planned = {
        update.key: update
        for page in _newest(pages, directory)
        if (update := _update_of(page, alert, news, directory))
    }
    return tuple(planned.values())


def plan_rewriting(
    alert: Alert, asked: Iterable[Delivery], ledger: Sequence[Notification], directory: Directory
) -> tuple[Delivery, ...]:
    """Plan to rewrite messages that name who is asked next, when a further step has begun.

    Args:
        alert: Its escalation says which step.
        asked: Messages of that step: what they reply to, they rewrite themselves.
        ledger: All messages of the alert.
        directory: Says of which channels messages can be rewritten.
    """
    # A change that the stream tells again finds them in the ledger.
    told = (each.delivery for each in ledger if each.delivery.version == alert.version)
    places = {(it.target, it.channel) for it in (*asked, *told) if it.is_of_step}
    pages = [
        each.delivery
        for each in ledger
        if not each.delivery.is_update
        and not each.is_reply
        and (each.delivery.target, each.delivery.channel) not in places
        and _updates_of(each.delivery, directory) is Updates.EACH
        and _may_be_told(each, directory)
    ]
    stands = alert.escalation
    rewritten = (
        _update_of(page, alert, news_now(alert), directory) for page in _newest(pages, directory)
    )
    return tuple(
        replace(
            update,
            reason=NotificationReason.ESCALATED,
            version=alert.version,
            after=f"{stands.step}.{stands.loop}",
        )
        for update in rewritten
        if update
    )


def plan_correction(
    alert: Alert, told: Notification, ledger: Iterable[Notification], directory: Directory
) -> Delivery | None:
    """Plan an update of a message that was being sent when the alert changed; None: not needed."""
    message = told.delivery
    if told.shown >= alert.told_version or message.event is NotificationEvent.TEST:
        return None
    is_old = message.version < alert.told_version
    if not message.is_update and not (is_old and _may_be_told(told, directory)):
        return None
    update = _update_of(message, alert, news_now(alert), directory)
    if update is None:
        return None
    after = f"{message.step}.{message.loop}" if message.is_of_step else f"v{message.version}"
    if told.is_reply:
        # Its first message has an update of its own, which it may have overtaken.
        update = replace(update, after=after)
    known = next((each for each in ledger if each.delivery.key == update.key), None)
    if known is None or known.state is DeliveryState.WAITING:
        return update  # also if it is in the ledger: its sender may have died
    if told.seen is not None and told.seen < alert.told_version:
        return None  # this message had arrived before the change, so before its update
    return replace(update, after=after)


def left_behind(
    alert: Alert, told: Notification, ledger: Iterable[Notification]
) -> tuple[Delivery, ...]:
    """Find updates of a message that wait, of earlier changes.

    A run may end between planning and queueing; the next run plans the update of the newest change.
    In the queue the earlier ones end, since a newer update replaces them.
    """
    place = place_of(told.delivery)
    return tuple(
        each.delivery
        for each in ledger
        if each.state is DeliveryState.WAITING
        and each.delivery.is_update
        and place_of(each.delivery) == place
        and each.delivery.version < alert.told_version
    )


def news_now(alert: Alert) -> News:
    """What an updated message reports."""
    match alert.status:
        case AlertStatus.RESOLVED:
            return News(NotificationEvent.RESOLVED, alert.resolved_by)
        case _ if alert.snooze is not None:
            return News(NotificationEvent.SNOOZED, alert.snooze.by)
        case AlertStatus.ACKNOWLEDGED:
            return News(NotificationEvent.ACKNOWLEDGED, alert.acknowledged_by)
        case AlertStatus.FIRING:
            return News(NotificationEvent.UNACKNOWLEDGED, None)


def can_be_told(delivery: Delivery, directory: Directory) -> bool:
    """Whether messages to this place are updated when the alert changes."""
    return _updates_of(delivery, directory) is not Updates.NONE


def _may_be_told(page: Notification, directory: Directory) -> bool:
    """Whether a page may have arrived, and has a provider's id if its channel rewrites messages.

    What a digest told is not updated: the page behind the digest's link shows its state.
    """
    if page.bundled_into is not None:
        return False
    is_lost = _updates_of(page.delivery, directory) is Updates.EACH and page.provider_id is None
    return page.may_have_arrived and not is_lost


def _newest(pages: Sequence[Delivery], directory: Directory) -> Iterable[Delivery]:
    """The newest pages of each place whose pages are rewritten one by one."""
    counted: dict[tuple[str, str], int] = {}
    for page in sorted(pages, key=lambda page: page.asked_at, reverse=True):
        place = page.target, page.channel
        counted[place] = counted.get(place, 0) + 1
        is_rewritten = _updates_of(page, directory) is Updates.EACH
        if not is_rewritten or counted[place] <= SLACK_UPDATES_LIMIT:
            yield page


def _update_of(page: Delivery, alert: Alert, news: News, directory: Directory) -> Delivery | None:
    updates = _updates_of(page, directory)
    if updates is Updates.NONE:
        return None
    if updates is Updates.TO_OTHERS and not _is_for(page, alert, news):
        return None
    is_of_version = page.event is NotificationEvent.WORSENED or page.is_by_hand
    update = replace(
        page,
        of_version=page.version if is_of_version else page.of_version,
        event=news.event,
        reason=NotificationReason.CHANGED,
        version=alert.told_version,
        spell=alert.escalation.spell,
        after=None,
        asked_at=alert.changed_at,
        due_at=alert.changed_at,
    )
    if updates is Updates.EACH:
        return update
    once = replace(update, step=0, loop=0, step_name=None, of_version=0)
    return once if updates is Updates.ONCE else replace(once, channel=place_of(page)[1])


def _is_for(page: Delivery, alert: Alert, news: News) -> bool:
    """Whether people who read it are told: who acted knows, and a page tells whom it asks anew.

    The end of a snooze changes little for what a person has.
    """
    has_acted = is_to_user(page) and user_of(news.by) == page.target_name
    stands = alert.escalation
    paged_anew = stands.due_targets if stands.is_restart else stands.targets
    is_told_else = alert.status is AlertStatus.ACKNOWLEDGED or page.target in paged_anew
    return not has_acted and not (news.restarts_pages and is_told_else)


def _updates_of(page: Delivery, directory: Directory) -> Updates:
    if is_to_user(page):
        type_: str | None = method_of(page)
    else:
        channel = directory.channels.get(page.channel)
        type_ = channel.type if channel else None
    return directory.updates(type_) if type_ else Updates.NONE
