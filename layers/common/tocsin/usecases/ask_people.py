"""A person opens an alert, asks people about one, or begins the next step of its policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from tocsin.domain.alert import Alert
from tocsin.domain.asking import Asking
from tocsin.domain.errors import TryAgainError
from tocsin.domain.escalation import Target, TargetKind
from tocsin.domain.hold import waits_for
from tocsin.domain.ids import Actor, AlertId, fingerprint
from tocsin.domain.integration import BY_HAND
from tocsin.domain.next_action import with_timer
from tocsin.domain.people import Directory
from tocsin.domain.signal import Signal
from tocsin.domain.step_plan import plan_asking
from tocsin.usecases.change_alert import change_alert
from tocsin.usecases.choose_policy import NOW, choose_policy
from tocsin.usecases.receive_signal import ATTEMPTS, with_first_step
from tocsin.usecases.refusals import SlotRefusedError

if TYPE_CHECKING:
    from tocsin.usecases.ports import (
        AlertRepository,
        NewWriteId,
        PagingRepository,
        SlotRepository,
    )

SAME_REQUEST_FOR: Final = timedelta(hours=24)
"""How long a dedup key made of an Idempotency-Key means the same request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreached:
    """A target of an asking that has no way to be reached."""

    position: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """An alert that a person opens."""

    signal: Signal
    by: Actor
    at: datetime
    policy: str | None = None
    targets: tuple[Target, ...] = ()
    """With targets and no policy, these are asked and nobody else."""


def open_by_hand(
    opening: Opening,
    *,
    slots: SlotRepository,
    paging: PagingRepository,
    new_write_id: NewWriteId,
) -> Alert:
    """Open an alert, with its first step, in one write.

    A repeat of the same request finds the alert that it opened.

    Raises:
        TryAgainError: Storage refuses for now.
    """
    slot = fingerprint(BY_HAND, opening.signal.dedup_key)
    current: Alert | None = None
    for _ in range(ATTEMPTS):
        if current is not None and opening.at - current.fired_at < SAME_REQUEST_FOR:
            return current
        opened = Alert.open(
            opening.signal,
            integration=BY_HAND,
            slot=slot,
            at=opening.at,
            previous=current,
            policy=opening.policy,
            by=opening.by,
        )
        if opening.targets:
            opened = opened.paged(opening.targets, by=opening.by, at=opening.at)
            if opening.policy is None:
                opened = replace(opened, escalation=opened.escalation.without_policy())
        decided = with_timer(with_first_step(opened, paging))
        try:
            if current is None:
                return slots.add(decided, write_id=new_write_id())
            return slots.replace(current, decided, write_id=new_write_id())
        except SlotRefusedError as refusal:
            current = refusal.current
    raise TryAgainError


def escalate_now(  # noqa: PLR0913 - the ports are three, and the rest is what is asked
    alert_id: AlertId,
    *,
    by: Actor,
    at: datetime,
    note: str | None,
    alerts: AlertRepository,
    paging: PagingRepository,
    new_write_id: NewWriteId,
) -> Alert:
    """Begin the next step of an alert's policy, as the policy is now.

    Raises:
        AlertNotFoundError: There is no such alert.
        ConflictError: No step can begin; see `Alert.escalated_by_hand`.
        ConcurrentUpdateError: Concurrent writes came first, each time.
    """

    def change(alert: Alert) -> Alert:
        policy = choose_policy(alert, at=at, paging=paging, max_age=NOW)
        return alert.escalated_by_hand(policy, by=by, at=at, note=note)

    return change_alert(alert_id, change, alerts=alerts, new_write_id=new_write_id)


def unknown_targets(targets: Sequence[Target], directory: Directory) -> tuple[Unreached, ...]:
    """The targets that do not exist."""
    known = {TargetKind.USER: directory.users, TargetKind.CHANNEL: directory.channels}
    return tuple(
        Unreached(position=position, why=f"there is no {target.kind} {target.name}; make it first")
        for position, target in enumerate(targets)
        if target.name not in known[target.kind]
    )


def as_named(targets: Sequence[Target], directory: Directory) -> tuple[Target, ...]:
    """Spell users as they were first written; what does not exist stays as it is."""
    users = directory.users
    return tuple(
        Target(it.kind, users[it.name].name)
        if it.kind is TargetKind.USER and it.name in users
        else it
        for it in targets
    )


def unreached(
    targets: Sequence[Target], alert: Alert, directory: Directory, *, by: Actor
) -> tuple[Unreached, ...]:
    """The targets of an asking to whom no message can be sent now, and why."""
    asking = Asking.of(targets, by=by, at=alert.changed_at)
    plan = plan_asking(asking, alert, directory)
    reached = {delivery.target for delivery in plan.deliveries if not delivery.waits_for_hours}
    why = {
        delivery.target: (
            f"{waits_for(delivery.due_at, since=delivery.asked_at)}: the rules of "
            f"{delivery.target_name} have hours"
        )
        for delivery in plan.deliveries
    } | {delivery.target: problem for delivery, problem in plan.unreachable}
    return tuple(
        Unreached(position=position, why=why[str(target)])
        for position, target in enumerate(targets)
        if str(target) not in reached and str(target) in why
    )
