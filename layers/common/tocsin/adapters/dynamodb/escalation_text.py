"""Where an alert's escalation stands, as short as it can be said: every repeat rewrites it."""

import json
from datetime import datetime, timedelta
from typing import Any, Final

from tocsin.domain.escalation import Escalation, Rest
from tocsin.domain.flapping import Flapping
from tocsin.domain.ids import instant, milliseconds
from tocsin.domain.severity import Severity

_SECOND: Final = timedelta(seconds=1)
_NOTHING: Final = Escalation()


def write_escalation(escalation: Escalation) -> str | None:
    """Write what differs from an escalation that nobody asked for; None if nothing does."""
    if escalation == _NOTHING:
        return None
    timeout, at = escalation.ack_timeout, escalation.escalates_at
    begun_at, ack_from = escalation.begun_at, escalation.ack_from
    fields: dict[str, Any] = {
        "policy": escalation.policy,
        "known": int(escalation.is_policy_known),
        "step": escalation.step,
        "name": escalation.step_name,
        "to": escalation.targets,
        "asked": escalation.asked,
        "begun": None if begun_at is None else milliseconds(begun_at),
        "delay": escalation.delay // _SECOND,
        "loop": escalation.loop,
        "repeats": escalation.repeats,
        "next": escalation.next_step,
        "at": None if at is None else milliseconds(at),
        "restart": int(escalation.is_restart),
        "skip": int(escalation.skips_ahead),
        "stable": int(escalation.awaits_stability),
        "rest": escalation.rest,
        "timeout": None if timeout is None else timeout // _SECOND,
        "ack": None if ack_from is None else milliseconds(ack_from),
        "spell": escalation.spell - 1,
        "worst": escalation.worst,
        "giver": escalation.giver,
        "held": escalation.held_why,
    }
    said = {name: value for name, value in fields.items() if value}
    return json.dumps(said, separators=(",", ":"), ensure_ascii=False)


def escalation_from(written: str) -> Escalation:
    """Read it."""
    fields = json.loads(written)
    rest, timeout, worst = fields.get("rest"), fields.get("timeout"), fields.get("worst")
    return Escalation(
        policy=fields.get("policy"),
        is_policy_known=bool(fields.get("known")),
        step=fields.get("step", 0),
        step_name=fields.get("name"),
        targets=tuple(fields.get("to", ())),
        asked=tuple(fields.get("asked", ())),
        begun_at=_read_time(fields.get("begun")),
        delay=fields.get("delay", 0) * _SECOND,
        loop=fields.get("loop", 0),
        repeats=fields.get("repeats", 0),
        next_step=fields.get("next"),
        escalates_at=_read_time(fields.get("at")),
        is_restart=bool(fields.get("restart")),
        skips_ahead=bool(fields.get("skip")),
        awaits_stability=bool(fields.get("stable")),
        rest=None if rest is None else Rest(rest),
        ack_timeout=None if timeout is None else timeout * _SECOND,
        ack_from=_read_time(fields.get("ack")),
        spell=fields.get("spell", 0) + 1,
        worst=None if worst is None else Severity(worst),
        giver=fields.get("giver"),
        held_why=fields.get("held"),
    )


def _read_time(written: int | None) -> datetime | None:
    return None if written is None else instant(written)


def write_flapping(flapping: Flapping) -> str:
    """Write when it was reopened, and since when it flaps."""
    since = flapping.since
    times = [milliseconds(at) for at in flapping.reopened_at]
    return json.dumps([times, None if since is None else milliseconds(since)])


def flapping_from(written: str) -> Flapping:
    """Read it."""
    times, since = json.loads(written)
    return Flapping(
        reopened_at=tuple(map(instant, times)), since=None if since is None else instant(since)
    )
