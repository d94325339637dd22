"""The changes and pages that a signal would cause: decided as for a real one, not written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from tocsin.domain.alert import Alert
from tocsin.domain.escalation import EscalationPolicy
from tocsin.domain.next_action import NextAction, act, next_action
from tocsin.domain.notification import Delivery
from tocsin.domain.people import Directory
from tocsin.domain.reception import Outcome, Source, receive
from tocsin.domain.routing import Route, Routing
from tocsin.domain.signal import Signal
from tocsin.domain.step_plan import plan_step

if TYPE_CHECKING:
    from tocsin.domain.alert import RouteSettings
    from tocsin.domain.severity import Severity
    from tocsin.usecases.ports import PagingRepository, SlotRepository

PAGES_LIMIT: Final = 100
"""Of one alert; repeats of a policy could go on for long."""
_ACTIONS_LIMIT: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPage:
    """One message that would be sent if nobody acted."""

    at: datetime
    delivery: Delivery
    problem: str | None
    """Why it could not be sent; None: it could."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    outcome: Outcome
    before: Alert | None
    """The slot's alert."""
    after: Alert | None
    """The alert that would be stored; None: none."""
    route: Route | None = None
    policy: EscalationPolicy | None = None
    next_action: NextAction | None = None
    """After what is due at once."""
    pages: tuple[PlannedPage, ...] = ()


def preview_signal(
    signal: Signal, source: Source, *, at: datetime, slots: SlotRepository, paging: PagingRepository
) -> Preview:
    """Decide on a signal without writing.

    Raises:
        TryAgainError: Storage refuses for now.
    """
    before = slots.in_slot(source.slot_of(signal))
    routing = paging.routing(at)

    def settings_of(alert: Alert, sent: Severity) -> RouteSettings | None:
        route = routing.route_for(alert, sent=sent)
        return route.settings if route else None

    reception = receive(before, signal, source, at, settings_of=settings_of)
    after = reception.alert
    if after is None or not after.is_open:
        return Preview(outcome=reception.outcome, before=before, after=after)
    policy = routing.choose(after)
    told = _told_in_spell(before, after, policy)
    pages, settled = _pages(after, policy, paging.directory(at), at, told)
    return Preview(
        outcome=reception.outcome,
        before=before,
        after=after,
        route=_route(routing, after, policy),
        policy=policy,
        next_action=next_action(settled),
        pages=pages,
    )


def _route(routing: Routing, alert: Alert, policy: EscalationPolicy | None) -> Route | None:
    """The route that chose the policy, or set something, if one did."""
    route = routing.route_for(alert)
    if route is None or route.settings is not None:
        return route
    if policy is None or alert.escalation.policy == policy.name:
        return None
    return route


def _told_in_spell(
    before: Alert | None, after: Alert, policy: EscalationPolicy | None
) -> frozenset[str]:
    """The targets of this firing spell's steps so far, whose delayed messages are planned.

    The policy as it is now says who was asked before the last step.
    """
    if before is None or before.alert_id != after.alert_id or policy is None:
        return frozenset()
    then, now = before.escalation, after.escalation
    if then.spell != now.spell or not then.loop:
        return frozenset()
    begun = [it for it in policy.steps if then.repeats or it.mark in then.asked]
    return frozenset(str(it) for step in begun for it in step.targets) | {*then.targets}


def _pages(
    alert: Alert,
    policy: EscalationPolicy | None,
    directory: Directory,
    at: datetime,
    told: frozenset[str],
) -> tuple[tuple[PlannedPage, ...], Alert]:
    """The pages of the coming time, and the alert after what is due now.

    Args:
        alert: As the signal leaves it.
        policy: What it follows.
        directory: Who is reached, and how.
        at: Now.
        told: Targets whose delayed messages were planned before.
    """
    pages: list[PlannedPage] = []
    settled = alert
    for _ in range(_ACTIONS_LIMIT):
        due = next_action(alert)
        if due.at is None or len(pages) >= PAGES_LIMIT:
            break
        moment = max(due.at, at)
        acted = act(alert, moment, policy, partial(Alert.hold_by_hours, at=moment))
        if acted is None or not acted.is_open:
            break
        if _step_of(acted) != _step_of(alert):
            known = {page.delivery.key for page in pages}
            pages += [
                it
                for it in _of_step(acted, directory.then(moment))
                if it.delivery.key not in known
                and not (it.delivery.is_by_rule and it.delivery.target in told)
            ]
        if moment == at:
            settled = acted
        alert = acted
    return tuple(pages[:PAGES_LIMIT]), settled


def _step_of(alert: Alert) -> tuple[int, int]:
    return alert.escalation.loop, alert.escalation.step


def _of_step(alert: Alert, directory: Directory) -> list[PlannedPage]:
    if alert.escalation.rest is not None:
        return []
    plan = plan_step(alert, directory)
    sent = [PlannedPage(at=it.due_at, delivery=it, problem=None) for it in plan.deliveries]
    return sent + [
        PlannedPage(at=it.due_at, delivery=it, problem=why) for it, why in plan.unreachable
    ]
