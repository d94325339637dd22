"""From the step that an alert has reached to the messages that it sends."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tocsin.domain.alert import Alert
from tocsin.domain.duration import spelled
from tocsin.domain.escalation import Step, Target, TargetKind
from tocsin.domain.notification import Delivery, NotificationReason
from tocsin.domain.people import ChannelType, ContactMethod, Directory, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one step sends, and whom of it nothing can reach."""

    deliveries: tuple[Delivery, ...] = ()
    unreachable: tuple[tuple[Delivery, str], ...] = ()
    """What would have been sent, and why it cannot be."""


def plan_step(alert: Alert, step: Step | None, directory: Directory) -> Plan:
    """Turn the step that an alert has just reached into messages.

    Whoever is asked twice, by name and by a schedule, is told once.

    Args:
        alert: Its escalation says which step, and `changed_at` when it was reached.
        step: As the policy has it by now; None if the policy or the step is gone.
        directory: Who and what can be reached.
    """
    template = _template(alert)
    if step is None:
        gone = replace(template, target=f"step:{alert.escalation.step_name}", channel="none")
        why = "the step is not in its policy any more"
        return Plan(unreachable=((gone, why),))
    planned: dict[str, Delivery] = {}
    unreachable: dict[str, tuple[Delivery, str]] = {}
    for target in step.targets:
        for delivery, problem in _of_target(target, template, alert, directory):
            if problem is None:
                planned.setdefault(delivery.key, delivery)
            else:
                unreachable.setdefault(delivery.key, (delivery, problem))
    number = len(planned) + len(unreachable)
    return Plan(
        deliveries=tuple(replace(each, planned=number) for each in planned.values()),
        unreachable=tuple(
            (replace(each, planned=number), why) for each, why in unreachable.values()
        ),
    )


def _template(alert: Alert) -> Delivery:
    escalation = alert.escalation
    if escalation.loop > 1 and escalation.step == 1:
        reason = NotificationReason.REPEATED if escalation.repeats else NotificationReason.RESTARTED
    elif escalation.step > 1:
        reason = NotificationReason.ESCALATED
    else:
        reason = NotificationReason.FIRST
    return Delivery(
        alert_id=alert.alert_id,
        episode=alert.episode,
        step=escalation.step,
        loop=escalation.loop,
        target="",
        channel="",
        reason=reason,
        step_name=escalation.step_name,
        due_at=alert.changed_at,
    )


type _Asked = tuple[Delivery, str | None]
"""A message, and why it cannot be sent."""


def _of_target(
    target: Target, template: Delivery, alert: Alert, directory: Directory
) -> Iterator[_Asked]:
    named = replace(template, target=str(target), channel="none")
    match target.kind:
        case TargetKind.CHANNEL:
            is_known = target.name in directory.channels
            problem = None if is_known else f"there is no channel {target.name}"
            yield replace(named, channel=target.name), problem
        case TargetKind.USER:
            yield from _of_user(target.name, named, alert, directory)
        case TargetKind.SCHEDULE:
            users = directory.on_call.get(target.name, ())
            if not users:
                yield named, f"nobody is on call by schedule {target.name}"
            for user in users:
                asked = replace(named, target=str(Target(TargetKind.USER, user)))
                yield from _of_user(user, asked, alert, directory)


def _of_user(name: str, template: Delivery, alert: Alert, directory: Directory) -> Iterator[_Asked]:
    user = directory.users.get(name)
    if user is None:
        yield template, f"there is no user {name}"
        return
    rules = user.rules(alert.severity)
    if not rules:
        yield template, _why_untold(user, alert)
    for rule in rules:
        address = user.address_of(rule.by)
        channel = rule.by.value
        if rule.after:
            channel = f"{rule.by}+{spelled(rule.after)}"
        asked = replace(
            template, channel=channel, address=address, due_at=template.due_at + rule.after
        )
        yield asked, _why_not(user, rule.by, address, directory)


def _why_untold(user: User, alert: Alert) -> str:
    if user.notify:
        return f"no notification rule of {user.name} is for {alert.severity}"
    return f"{user.name} has no contact method"


def _why_not(
    user: User, method: ContactMethod, address: str | None, directory: Directory
) -> str | None:
    if address is None:
        return f"{user.name} has no address for {method}"
    types = {channel.type for channel in directory.channels.values()}
    if method is ContactMethod.SLACK and ChannelType.SLACK not in types:
        return "no Slack channel is configured, whose app could write to people"
    return None
