"""Where an alert's escalation stands, as short as it can be said: every repeat rewrites it."""

import json
from datetime import timedelta
from typing import Any, Final

from tocsin.domain.escalation import Escalation, Rest
from tocsin.domain.flapping import Flapping
from tocsin.domain.ids import instant, milliseconds

_SECOND: Final = timedelta(seconds=1)
_NOTHING: Final = Escalation()


def write_escalation(escalation: Escalation) -> str | None:
    """Write what differs from an escalation that nobody asked for; None if nothing does."""
    if escalation == _NOTHING:
        return None
    timeout, at = escalation.ack_timeout, escalation.escalates_at
    fields: dict[str, Any] = {
        "policy": escalation.policy,
        "step": escalation.step,
        "name": escalation.step_name,
        "loop": escalation.loop,
        "repeats": escalation.repeats,
        "next": escalation.next_step,
        "at": None if at is None else milliseconds(at),
        "restart": int(escalation.is_restart),
        "stable": int(escalation.awaits_stability),
        "rest": escalation.rest,
        "timeout": None if timeout is None else timeout // _SECOND,
    }
    said = {name: value for name, value in fields.items() if value}
    return json.dumps(said, separators=(",", ":"), ensure_ascii=False)


def escalation_from(written: str) -> Escalation:
    """Read it."""
    fields = json.loads(written)
    rest, timeout, at = fields.get("rest"), fields.get("timeout"), fields.get("at")
    return Escalation(
        policy=fields.get("policy"),
        step=fields.get("step", 0),
        step_name=fields.get("name"),
        loop=fields.get("loop", 0),
        repeats=fields.get("repeats", 0),
        next_step=fields.get("next"),
        escalates_at=None if at is None else instant(at),
        is_restart=bool(fields.get("restart")),
        awaits_stability=bool(fields.get("stable")),
        rest=None if rest is None else Rest(rest),
        ack_timeout=None if timeout is None else timeout * _SECOND,
    )


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
