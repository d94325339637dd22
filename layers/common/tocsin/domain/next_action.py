"""An alert's next action, and when; or why there is none."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.duration import spelled
from tocsin.domain.escalation import Escalation, EscalationPolicy, Rest
from tocsin.domain.hold import Hold, waits_for
from tocsin.domain.ids import AUTO, by_whom

LOOK_AHEAD: Final = timedelta(seconds=75)
"""How far a tick looks ahead. The next one comes within 60 s; the rest is for one that is
late, and for an index that lags."""
ONLY_ASKED: Final = "it pages only whom a person asked; no step follows"


class ActionKind(StrEnum):
    """Actions of a timer."""

    WAKE = "wake"
    RESOLVE = "resolve"
    LAPSE = "lapse"
    UNACKNOWLEDGE = "unacknowledge"
    CHOOSE_POLICY = "choose_policy"
    ESCALATE = "escalate"
    EXHAUST = "exhaust"
    RELEASE = "release"
    NONE = "none"


_FOLLOWS_POLICY: Final = frozenset(
    (
        ActionKind.WAKE,
        ActionKind.UNACKNOWLEDGE,
        ActionKind.CHOOSE_POLICY,
        ActionKind.ESCALATE,
        ActionKind.EXHAUST,
        ActionKind.RELEASE,
    )
)
_OF_STEP: Final = frozenset((ActionKind.ESCALATE, ActionKind.EXHAUST))
type HoldOver = Callable[[Alert], Hold | None]
"""Finds what holds an alert now; asked only when a step is due."""


def no_hold(_alert: Alert) -> Hold | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class NextAction:
    """What happens next if nobody acts."""

    kind: ActionKind
    at: datetime | None
    why: str
    step: int | None = None
    """The step that begins, if one does."""
    targets: tuple[str, ...] = ()
    """Targets that are called, as `user:alice`, as far as they are known; of `exhaust`, the last
    that were."""
    again: bool = False
    """These targets were called before: the same step once more, or a further run."""

    def is_due(self, at: datetime) -> bool:
        return self.at is not None and self.at <= at

    @property
    def follows_policy(self) -> bool:
        """Whether it needs the escalation policy."""
        return self.kind in _FOLLOWS_POLICY


def next_action(alert: Alert) -> NextAction:
    """The next action; every open alert has one, or a reason for none."""
    if not alert.is_open:
        return NextAction(kind=ActionKind.NONE, at=None, why="resolved")
    wanted, lapses_at, closes_at = _if_it_goes_on(alert), alert.lapses_at, alert.closes_at
    over_at = min((it for it in (lapses_at, closes_at) if it is not None), default=None)
    if over_at is None or (wanted.at is not None and wanted.at < over_at):
        return wanted
    why = "its sender repeats it until it is over; resolves unless it comes again by then"
    if over_at != lapses_at and alert.routed:
        why = f"route {alert.routed.route} resolves it unless it comes again by then"
    return NextAction(kind=ActionKind.LAPSE, at=over_at, why=why)


def _if_it_goes_on(alert: Alert) -> NextAction:
    wakes_at = alert.snooze.until if alert.snooze else None
    if alert.resolves_at is not None and (wakes_at is None or alert.resolves_at <= wakes_at):
        why = "the sender reported recovery; resolves unless it fires again"
        return NextAction(kind=ActionKind.RESOLVE, at=alert.resolves_at, why=why)
    if wakes_at is not None:
        return _at_wake(alert, wakes_at)
    if alert.status is AlertStatus.ACKNOWLEDGED:
        return _while_acknowledged(alert)
    return _while_firing(alert)


def _at_wake(alert: Alert, at: datetime) -> NextAction:
    why, escalation = "the snooze ends", alert.escalation
    if alert.status is AlertStatus.ACKNOWLEDGED:
        return NextAction(kind=ActionKind.WAKE, at=at, why=why)
    return NextAction(
        kind=ActionKind.WAKE,
        at=at,
        why=why,
        step=1,
        targets=escalation.first_targets,
        again=bool(escalation.loop),
    )


def act(
    alert: Alert, at: datetime, policy: EscalationPolicy | None, hold_over: HoldOver = no_hold
) -> Alert | None:
    """Do what is due at this time; None if nothing is.

    One action may make another due at once: an alert that wakes is paged in the same change. But
    only one step is taken, as each has a version of its own. What holds the alert is asked before
    the step.
    """
    acted = alert
    while (due := next_action(acted)).is_due(at):
        hold = hold_over(acted) if due.kind in _OF_STEP | {ActionKind.RELEASE} else None
        acted = acted.put_on_hold(hold, at=at) if hold else _do(acted, due, at, policy)
        if due.kind in _OF_STEP:
            break
    return None if acted is alert else acted


def first_step_is_due(alert: Alert) -> bool:
    """Whether the write that made it fire also takes its first step."""
    due = next_action(alert)
    is_start = due.kind is ActionKind.ESCALATE and alert.escalation.is_restart
    return is_start and due.is_due(alert.changed_at)


def with_timer(alert: Alert) -> Alert:
    """Set the timer of a changed alert, as it has to be written.

    A timer that is too early does no harm: when its time comes, it is postponed. So most changes
    leave it where it is, which costs no write to the index.
    """
    return replace(alert, timer_at=_timer_for(alert))


def _timer_for(alert: Alert) -> datetime | None:
    if not alert.is_open:
        return None
    needed, stands = next_action(alert).at, alert.timer_at
    if stands is None or stands <= alert.changed_at:
        return needed
    return stands if needed is None else min(stands, needed)


def lacks_timer(alert: Alert) -> bool:
    """Whether its timer is missing, or later than its next action."""
    needed = next_action(alert).at
    return needed is not None and (alert.timer_at is None or alert.timer_at > needed)


def _while_acknowledged(alert: Alert) -> NextAction:
    timeout = alert.escalation.ack_timeout
    by = by_whom(alert.acknowledged_by)
    if not alert.escalation.is_policy_known:
        why = "its escalation policy is looked up, which may have an ack timeout"
        at = alert.escalation.ack_from or alert.acknowledged_at
        return NextAction(kind=ActionKind.CHOOSE_POLICY, at=at, why=why)
    if timeout is None or alert.acknowledged_at is None:
        why = f"acknowledged by {by}"
        return NextAction(kind=ActionKind.NONE, at=None, why=why)
    why = (
        f"acknowledged by {by}; fires again unless it is resolved within {spelled(timeout)} of that"
    )
    begun_at = alert.escalation.ack_from or alert.acknowledged_at
    return NextAction(
        kind=ActionKind.UNACKNOWLEDGE,
        at=begun_at + timeout,
        why=why,
        step=alert.escalation.step_after_timeout,
        targets=alert.escalation.targets_after_timeout,
        again=bool(alert.escalation.loop),
    )


def _while_firing(alert: Alert) -> NextAction:
    escalation = alert.escalation
    if escalation.held is not None:
        return _at_release(alert, escalation.held)
    at, policy = escalation.escalates_at, escalation.policy
    if at is None:
        return NextAction(kind=ActionKind.NONE, at=None, why=_why_at_rest(alert))
    if escalation.next_step is None:
        why = f"the last step of {policy} was paged; after that nobody else is asked"
        if escalation.unreached:
            why = f"after the last step of {policy} nobody else is asked"
        return NextAction(
            kind=ActionKind.EXHAUST,
            at=at,
            why=_held(why, escalation),
            targets=escalation.targets,
        )
    is_repeat = escalation.next_step <= escalation.step and not escalation.is_restart
    if escalation.held_by_route is not None:
        why = (
            f"its first page waits until {at:%H:%M} UTC: route {escalation.held_by_route} holds "
            "it; step 1 then"
        )
    elif escalation.waits_for_step is not None:
        step = f"{escalation.waits_for_step} of {policy}"
        why = f"{waits_for(at, since=alert.fired_at)} ({step}); nobody before"
    elif escalation.awaits_stability and alert.flapping is not None:
        why = alert.flapping.why_quiet(at - alert.fired_at)
    elif policy is None:
        why = "its escalation policy is chosen and its first step paged"
    else:
        again = ", again," if is_repeat else ""
        why = f"step {escalation.next_step} of {policy}{again} if nobody acknowledges"
    return NextAction(
        kind=ActionKind.ESCALATE,
        at=at,
        why=_held(why, escalation),
        step=escalation.next_step,
        targets=escalation.due_targets,
        again=is_repeat or (escalation.is_restart and bool(escalation.loop)),
    )


def _at_release(alert: Alert, hold: Hold) -> NextAction:
    escalation = alert.escalation
    step = len(escalation.asked) + 1 if escalation.is_restart else escalation.next_step
    if escalation.escalates_at is None:
        then = _why_at_rest(alert)
    else:
        then = "then nobody else is asked" if step is None else f"then step {step}"
    why = f"reached nobody: {escalation.unreached.why}; " if escalation.unreached else ""
    return NextAction(
        kind=ActionKind.RELEASE,
        at=hold.due_at,
        why=f"{why}{hold.why}; {then}",
        step=step,
        targets=escalation.due_targets,
        again=escalation.is_restart and bool(escalation.asked),
    )


def _why_at_rest(alert: Alert) -> str:
    escalation = alert.escalation
    is_asked_alone = escalation.rest is Rest.NO_POLICY and bool(alert.askings)
    if is_asked_alone and escalation.unreached is None:
        return ONLY_ASKED
    return escalation.why_at_rest


def _held(why: str, escalation: Escalation) -> str:
    if escalation.unreached:
        why = f"reached nobody: {escalation.unreached.why}; {why}"
    return f"{why}; {escalation.held_why}" if escalation.held_why else why


def _why_over(alert: Alert, due: NextAction) -> str:
    if due.kind is ActionKind.RESOLVE:
        return "recovered, and stayed so for the integration's resolve window"
    if due.at != alert.lapses_at and alert.routed and alert.routed.close_after:
        after = spelled(alert.routed.close_after)
        return f"route {alert.routed.route} closes it after {after} without a repeat"
    return "its sender did not repeat it in time"


def _do(  # noqa: PLR0911 - one for each kind
    alert: Alert, due: NextAction, at: datetime, policy: EscalationPolicy | None
) -> Alert:
    match due.kind:
        case ActionKind.WAKE:
            return alert.woken(by=AUTO, at=at, reason="the snooze ended")
        case ActionKind.RESOLVE | ActionKind.LAPSE:
            return alert.resolve(by=AUTO, at=at, reason=_why_over(alert, due))
        case ActionKind.UNACKNOWLEDGE:
            return alert.unacknowledge(by=AUTO, at=at, reason="the acknowledgement timed out")
        case ActionKind.CHOOSE_POLICY:
            return alert.following(policy)
        case ActionKind.ESCALATE | ActionKind.EXHAUST:
            return alert.escalate(policy, at=at)
        case ActionKind.RELEASE:
            return alert.released(at=at)
        case ActionKind.NONE:
            return alert
