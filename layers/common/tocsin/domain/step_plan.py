"""The messages of an alert's current step."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tocsin.domain.alert import Alert
from tocsin.domain.asking import Asking
from tocsin.domain.duration import spelled
from tocsin.domain.escalation import Target, TargetKind
from tocsin.domain.ids import user_of
from tocsin.domain.line import group_of
from tocsin.domain.notification import (
    Delivery,
    Notification,
    NotificationEvent,
    NotificationReason,
    messages_of_step,
)
from tocsin.domain.people import Directory
from tocsin.domain.ways import Way, ways_to


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The messages of one step, and its targets that cannot be reached."""

    deliveries: tuple[Delivery, ...] = ()
    unreachable: tuple[tuple[Delivery, str], ...] = ()
    """Messages that cannot be sent, and why."""


def plan_step(alert: Alert, directory: Directory, ledger: Iterable[Notification] = ()) -> Plan:
    """Plan the messages of the step that an alert has just begun.

    A user who is a target by name and by a schedule gets one message.
    """
    return _plan(alert.escalation.targets, _template(alert), alert, directory, ledger)


def is_planned(
    alert: Alert, ledger: Sequence[Notification], directory: Callable[[], Directory]
) -> bool:
    """Whether the ledger has the messages of the current step.

    Messages that rules delay are planned once in a firing spell, maybe for an earlier step: they
    count only if the step sends nothing at once.
    """
    at_once, later = messages_of_step(alert, ledger)
    if at_once or not later:
        return bool(at_once)
    begun_at = alert.escalation.begun_at or alert.changed_at
    plan = plan_step(alert, directory().then(begun_at))
    return all(each.is_by_rule for each in plan.deliveries)


def plan_worsened(alert: Alert, directory: Directory) -> Plan:
    """Plan the messages to the responder of an alert that became worse.

    A person is notified by their rules for the new severity. If the responder is a key or an
    integration, or cannot be reached, the targets of the last step are notified.
    """
    template = replace(
        _template(alert),
        event=NotificationEvent.WORSENED,
        reason=NotificationReason.WORSENED,
        asked_at=alert.changed_at,
        due_at=alert.changed_at,
    )
    responder = user_of(alert.acknowledged_by)
    if responder and (user := directory.users.get(responder)):
        target = str(Target(TargetKind.USER, user.name))
        plan = _plan((target,), template, alert, directory, ())
        if plan.deliveries:
            return plan
    return _plan(alert.escalation.targets, template, alert, directory, ())


def plan_asking(asking: Asking, alert: Alert, directory: Directory) -> Plan:
    """Plan the messages to people whom a person asks now, by their own rules."""
    template = replace(
        _template(alert),
        step=0,
        step_name=None,
        loop=0,
        reason=NotificationReason.ASSIGNED if asking.is_assignment else NotificationReason.ASKED,
        version=asking.version,
        asked_at=asking.at,
        due_at=asking.at,
    )
    return _plan(asking.targets, template, alert, directory, ())


def is_asked(asking: Asking, ledger: Iterable[Notification]) -> bool:
    """Whether the ledger has the messages of an asking."""
    return any(
        each.delivery.is_by_hand and each.delivery.version == asking.version for each in ledger
    )


def _plan(
    targets: Sequence[str],
    template: Delivery,
    alert: Alert,
    directory: Directory,
    ledger: Iterable[Notification],
) -> Plan:
    asked_before = _first_asked(template, ledger)
    planned: dict[str, Delivery] = {}
    unreachable: dict[str, tuple[Delivery, str]] = {}
    for target in targets:
        for delivery, problem in _of_target(target, template, alert, directory, asked_before):
            if problem is not None:
                unreachable.setdefault(delivery.key, (delivery, problem))
                continue
            known = planned.setdefault(delivery.key, delivery)
            if delivery.due_at < known.due_at:
                planned[delivery.key] = delivery
    number = sum(not each.is_by_rule for each in planned.values()) + len(unreachable)
    group = None
    if any(each.may_be_bundled for each in planned.values()):
        storm_labels = directory.settings.storm_labels
        group = group_of(alert.facts.labels, storm_labels, alert.integration)
    return Plan(
        deliveries=tuple(
            replace(each, planned=number, severity=alert.severity, group=group)
            for each in planned.values()
        ),
        unreachable=tuple(
            (replace(each, planned=number), why) for each, why in unreachable.values()
        ),
    )


def _first_asked(template: Delivery, ledger: Iterable[Notification]) -> Mapping[str, datetime]:
    """When each target was first notified in this firing spell."""
    first: dict[str, datetime] = {}
    for each in ledger:
        delivery = each.delivery
        if delivery.is_of_step and delivery.spell == template.spell:
            known = first.get(delivery.target, delivery.asked_at)
            first[delivery.target] = min(known, delivery.asked_at)
    return first


def _template(alert: Alert) -> Delivery:
    escalation = alert.escalation
    if escalation.loop > 1 and escalation.step == 1:
        reason = NotificationReason.REPEATED if escalation.repeats else NotificationReason.RESTARTED
    elif escalation.step > 1:
        reason = NotificationReason.ESCALATED
    else:
        reason = NotificationReason.FIRST
    if escalation.is_released:
        reason = NotificationReason.RELEASED
    begun_at = escalation.begun_at or alert.changed_at
    return Delivery(
        alert_id=alert.alert_id,
        episode=alert.episode,
        step=escalation.step,
        loop=escalation.loop,
        target="",
        channel="",
        reason=reason,
        step_name=escalation.step_name,
        spell=escalation.spell,
        version=alert.version,
        asked_at=begun_at,
        due_at=begun_at,
    )


def _of_target(
    target: str,
    template: Delivery,
    alert: Alert,
    directory: Directory,
    asked_before: Mapping[str, datetime],
) -> Iterator[tuple[Delivery, str | None]]:
    """The messages to a target, and why one cannot be sent."""
    given_back_by = alert.escalation.giver if template.is_of_step else None
    giver = str(Target(TargetKind.USER, given_back_by)) if given_back_by else None
    for way in ways_to(target, alert.severity, directory):
        asked = replace(
            template, target=way.target, channel=way.by or "none", schedule=way.schedule
        )
        if way.target == giver:
            yield replace(asked, channel="none"), f"{given_back_by} gave it back"
            continue
        problem = way.gap.text if way.gap else None
        if way.after:
            channel = f"{way.by}+{spelled(way.after)}"
            asked = replace(asked, channel=channel, due_at=template.due_at + way.after)
            if template.is_of_step and problem is None:
                first = asked_before.get(way.target, template.asked_at)
                due_at = template.due_at - template.asked_at + first + way.after
                asked = replace(asked, step=0, loop=template.spell, asked_at=first, due_at=due_at)
        if way.only and problem is None and template.is_page:
            asked = _within_hours(asked, way)
        yield asked, problem


def _within_hours(asked: Delivery, way: Way) -> Delivery:
    """Let it wait for the hours of the user's rule, if it comes outside them.

    It is named by the time for which it waits: so it comes once for all steps that ask in one
    night, and again for those of the next.
    """
    from tocsin.domain.outside_hours import waits_until

    due_at = waits_until(way.only, way.time_zone, asked.due_at)
    if due_at == asked.due_at:
        return asked
    channel = f"{asked.channel}+{due_at:%Y-%m-%dT%H:%MZ}"
    waiting = replace(asked, due_at=due_at, channel=channel)
    if not asked.is_of_step:
        return waiting
    return replace(waiting, step=0, loop=asked.spell, reason=NotificationReason.RELEASED)
