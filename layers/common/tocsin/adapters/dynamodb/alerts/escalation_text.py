"""An alert's escalation as short text: every repeat rewrites it."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from typing import Any, Final

from tocsin.domain.escalation import NO_POLICY_PAGES, Escalation, Rest, TargetKind, Unreached
from tocsin.domain.flapping import Flapping, Reopening, Told
from tocsin.domain.hold import Hold, HoldKind
from tocsin.domain.ids import Actor, by_whom, instant, milliseconds
from tocsin.domain.severity import Severity

_SECOND: Final = timedelta(seconds=1)
_MILLISECOND: Final = timedelta(milliseconds=1)
_SAME: Final = "="
_KINDS: Final = {kind[0]: kind.value for kind in TargetKind}
_NOTHING: Final = Escalation()


def write_escalation(escalation: Escalation) -> str | None:
    """Write what differs from a new escalation; None if nothing does."""
    if escalation == _NOTHING:
        return None
    timeout, at = escalation.ack_timeout, escalation.escalates_at
    begun_at, ack_from = escalation.begun_at, escalation.ack_from
    delays_from = escalation.delays_from
    unreached = escalation.unreached
    fields: dict[str, Any] = {
        "p": escalation.policy,
        "k": int(escalation.is_policy_known),
        "s": escalation.step,
        "n": escalation.step_name,
        "to": escalation.targets,
        "nx": _spelled(escalation.next_targets, escalation.targets),
        "a": " ".join(escalation.asked),
        "b": None if begun_at is None else milliseconds(begun_at),
        "d": escalation.delay // _SECOND,
        "l": escalation.loop,
        "r": escalation.repeats,
        "x": escalation.next_step,
        "again": int(escalation.is_restart),
        "skip": int(escalation.skips_ahead),
        "stable": int(escalation.awaits_stability),
        "rest": escalation.rest,
        "t": None if timeout is None else timeout // _SECOND,
        "sp": escalation.spell - 1,
        "w": escalation.worst,
        "giver": escalation.giver,
        "held": escalation.held_why,
        "hr": escalation.held_by_route,
        "hw": escalation.waits_for_step,
        "no": unreached and _write_unreached(unreached),
        "h": escalation.held and _write_hold(escalation.held),
    }
    times = {
        "e": _since(begun_at, at),
        "ack": _since(begun_at, ack_from),
        "df": _since(begun_at, delays_from),
        "rel": _since(begun_at, escalation.released_at),
    }
    said = {name: value for name, value in fields.items() if value}
    said |= {name: value for name, value in times.items() if value is not None}
    if escalation.first_targets != _first_targets(escalation.step, escalation.targets):
        said["f"] = _spelled(escalation.first_targets, escalation.targets)
    return json.dumps(said, separators=(",", ":"), ensure_ascii=False)


def escalation_from(written: str) -> Escalation:
    fields = json.loads(written)
    step, targets = fields.get("s", 0), tuple(fields.get("to", ()))
    rest, timeout, worst = fields.get("rest"), fields.get("t"), fields.get("w")
    begun_at, unreached = _read_time(fields.get("b")), fields.get("no")
    return Escalation(
        policy=fields.get("p"),
        is_policy_known=bool(fields.get("k")),
        step=step,
        step_name=fields.get("n"),
        targets=targets,
        first_targets=(
            _read_targets(fields["f"], targets) if "f" in fields else _first_targets(step, targets)
        ),
        next_targets=_read_targets(fields.get("nx", ""), targets),
        asked=tuple(fields.get("a", "").split()),
        begun_at=begun_at,
        delay=fields.get("d", 0) * _SECOND,
        delays_from=_after(begun_at, fields.get("df")),
        loop=fields.get("l", 0),
        repeats=fields.get("r", 0),
        next_step=fields.get("x"),
        escalates_at=_after(begun_at, fields.get("e")),
        is_restart=bool(fields.get("again")),
        skips_ahead=bool(fields.get("skip")),
        awaits_stability=bool(fields.get("stable")),
        rest=None if rest is None else Rest(rest),
        ack_timeout=None if timeout is None else timeout * _SECOND,
        ack_from=_after(begun_at, fields.get("ack")),
        spell=fields.get("sp", 0) + 1,
        worst=None if worst is None else Severity(worst),
        giver=by_whom(Actor(fields["giver"])) if "giver" in fields else None,
        held_why=fields.get("held"),
        held_by_route=fields.get("hr"),
        waits_for_step=fields.get("hw"),
        unreached=unreached and _unreached_from(*unreached),
        held=_hold_from(*fields["h"]) if "h" in fields else None,
        released_at=_after(begun_at, fields.get("rel")),
    )


def _first_targets(step: int, targets: tuple[str, ...]) -> tuple[str, ...]:
    """The first step's targets, if they are not written: those of the step, if it is the first."""
    return targets if step == 1 else ()


def _spelled(targets: Sequence[str], known: Sequence[str]) -> str:
    """Spell targets with one letter for each kind; `=` for those that are written already."""
    if targets and targets == known:
        return _SAME
    return " ".join(f"{target[0]}{target[target.index(':') :]}" for target in targets)


def _read_targets(spelled: str, known: tuple[str, ...]) -> tuple[str, ...]:
    if spelled == _SAME:
        return known
    return tuple(f"{_KINDS[target[0]]}{target[1:]}" for target in spelled.split())


def _write_unreached(unreached: Unreached) -> list[int | str]:
    """Without the reason of most."""
    why = () if unreached.why == NO_POLICY_PAGES else (unreached.why,)
    return [milliseconds(unreached.at), *why]


def _unreached_from(at: int, why: str = NO_POLICY_PAGES) -> Unreached:
    return Unreached(at=instant(at), why=why)


def _write_hold(hold: Hold) -> list[int | str | None]:
    by: tuple[int | str | None, ...] = () if hold.by is None else (hold.by,)
    if hold.checked_at is not None:
        by = (hold.by, milliseconds(hold.checked_at))
    return [hold.kind.value, hold.name, milliseconds(hold.since), milliseconds(hold.until), *by]


def _hold_from(
    kind: str,
    name: str,
    since: int,
    until: int,
    by: str | None = None,
    checked_at: int | None = None,
) -> Hold:
    return Hold(
        kind=HoldKind(kind),
        name=name,
        since=instant(since),
        until=instant(until),
        by=by,
        checked_at=_read_time(checked_at),
    )


def _since(begun_at: datetime | None, at: datetime | None) -> int | None:
    """Milliseconds since the step was begun, or since 1970: fewer digits."""
    if at is None:
        return None
    return milliseconds(at) - (0 if begun_at is None else milliseconds(begun_at))


def _after(begun_at: datetime | None, written: int | None) -> datetime | None:
    if written is None:
        return None
    return instant(written + (0 if begun_at is None else milliseconds(begun_at)))


def _read_time(written: int | None) -> datetime | None:
    return None if written is None else instant(written)


def write_flapping(flapping: Flapping) -> str:
    """Write the reopenings, each as the time since the one before."""
    times = [milliseconds(it.at) for it in flapping.reopenings]
    told = flapping.told
    fields: dict[str, Any] = {
        "at": [*times[:1], *(later - earlier for earlier, later in pairwise(times))],
        "steady": [it.steady // _MILLISECOND for it in flapping.reopenings],
        "count": flapping.count,
        "within": flapping.within // _SECOND,
        "told": told and [milliseconds(told.at), told.severity],
    }
    said = {name: value for name, value in fields.items() if value}
    return json.dumps(said, separators=(",", ":"))


def flapping_from(written: str) -> Flapping:
    fields = json.loads(written)
    told = fields.get("told")
    return Flapping(
        reopenings=tuple(
            Reopening(at=instant(at), steady=steady * _MILLISECOND)
            for at, steady in zip(
                accumulate(fields.get("at", ())), fields.get("steady", ()), strict=True
            )
        ),
        count=fields.get("count", 0),
        within=fields.get("within", 0) * _SECOND,
        told=told and Told(at=instant(told[0]), severity=Severity(told[1])),
    )
