"""Where an alert's escalation stands, as short as it can be said: every repeat rewrites it."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from typing import Any, Final

from tocsin.domain.escalation import Escalation, Rest
from tocsin.domain.flapping import Flapping, FlappingRule, Reopening, Told
from tocsin.domain.ids import instant, milliseconds
from tocsin.domain.severity import Severity

_SECOND: Final = timedelta(seconds=1)
_MILLISECOND: Final = timedelta(milliseconds=1)
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
    """Read it; an older one does not say which steps were asked, so its policy begins anew."""
    fields = json.loads(written)
    is_older = bool(fields.get("loop")) and "asked" not in fields
    rest, timeout, worst = fields.get("rest"), fields.get("timeout"), fields.get("worst")
    return Escalation(
        policy=fields.get("policy"),
        is_policy_known=is_older or bool(fields.get("known")),
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
        is_restart=is_older or bool(fields.get("restart")),
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
    """Write when it was reopened, each time as what passed since the one before."""
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
    """Read it."""
    fields = json.loads(written)
    if isinstance(fields, list):
        return _older_flapping(*fields)
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


def _older_flapping(times: Sequence[int], since: int | None) -> Flapping:
    """What was kept before policies had a say: the rule was the same for all."""
    return Flapping(
        reopenings=tuple(Reopening(at=instant(at), steady=timedelta()) for at in times),
        count=0 if since is None else len(times),
        within=timedelta() if since is None else FlappingRule().within,
    )
