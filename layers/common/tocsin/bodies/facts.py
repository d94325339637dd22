"""The settings of each kind of object as PUT takes them: for answers, and for who changed what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from tocsin.bodies.escalation_policies import settings_of_target
from tocsin.bodies.hours import settings_of_hours
from tocsin.bodies.intake_checks import view_checks
from tocsin.bodies.overrides import settings_of_override
from tocsin.bodies.schedules import settings_of_schedule
from tocsin.domain.activity import Sealed
from tocsin.domain.alert_json import written
from tocsin.domain.duration import spelled
from tocsin.domain.flapping import OFF, FlappingRule, Inherited
from tocsin.domain.people import ContactMethod

if TYPE_CHECKING:
    from tocsin.domain.credential import ApiKey
    from tocsin.domain.escalation import EscalationPolicy, Step
    from tocsin.domain.heartbeat import Heartbeat
    from tocsin.domain.incident import Incident
    from tocsin.domain.integration import Integration, Token
    from tocsin.domain.maintenance_window import MaintenanceWindow
    from tocsin.domain.on_call.feed import Feed
    from tocsin.domain.on_call.schedule import ScheduleOverride
    from tocsin.domain.on_call.swap import Span, Swap
    from tocsin.domain.people import Channel, NotificationRule, User
    from tocsin.domain.routing import Route
    from tocsin.domain.session import Session
    from tocsin.domain.silence import Silence
    from tocsin.domain.team_settings import TeamSettings

type Settings = dict[str, Any]

_SECOND: Final = timedelta(seconds=1)


def facts_of(kind: str, stored: Any, at: datetime) -> Mapping[str, Any]:  # noqa: ANN401 - of any kind
    """What tells one state of an object from another, without any secret or its hash.

    Args:
        kind: As in the key of its item.
        stored: The object.
        at: Says which versions of a schedule are over.
    """
    facts: Settings = _OF_KIND[kind](stored, at)
    manager = getattr(stored, "managed_by", None)
    return facts if manager is None else {**facts, "managed_by": manager}


def settings_of_user(user: User) -> Settings:
    return {
        "full_name": user.full_name,
        "email": user.email,
        "phone": user.phone,
        "slack_id": user.slack_id,
        "time_zone": user.time_zone,
        "notify": [_view_rule(rule) for rule in user.notify],
        "bundle": None if user.bundle is None else spelled(user.bundle),
        "notices": None if user.notices is None else sorted(user.notices),
        "role": user.role,
    }


def _view_rule(rule: NotificationRule) -> Settings:
    return {
        "after": spelled(rule.after),
        "by": rule.by,
        "severity": sorted(rule.severities, key=lambda severity: severity.rank),
        "only": [settings_of_hours(hours) for hours in rule.only],
    }


def settings_of_channel(channel: Channel) -> Settings:
    """What PUT takes, as it would take it."""
    return {
        "type": channel.type,
        **channel.settings,
        "secret": channel.secret,
        "rate_per_minute": channel.rate_per_minute,
        "bundle": None if channel.bundle is None else spelled(channel.bundle),
    }


def settings_of_policy(policy: EscalationPolicy) -> Settings:
    return {
        "steps": [_view_step(step) for step in policy.steps],
        "repeat": policy.repeat,
        "ack_timeout": spelled(policy.ack_timeout) if policy.ack_timeout else None,
        "severities": sorted(policy.severities, key=lambda severity: severity.rank),
        "flapping": view_flapping(policy.flapping),
        "time_zone": policy.time_zone,
    }


def view_flapping(rule: FlappingRule | Inherited | None) -> Settings | str | None:
    if isinstance(rule, Inherited):
        return None
    if rule is None:
        return OFF
    return {
        "after": rule.after,
        "within": spelled(rule.within),
        "stable": spelled(rule.stable),
        "hold_critical": spelled(rule.hold_critical),
    }


def _view_step(step: Step) -> Settings:
    return {
        "name": step.name,
        "targets": [settings_of_target(target) for target in step.targets],
        "delay": spelled(step.delay),
        "only": [settings_of_hours(hours) for hours in step.only],
    }


def settings_of_route(route: Route) -> Settings:
    return {
        "match": [str(matcher) for matcher in route.match],
        "escalation_policy": route.escalation_policy,
        "severity": route.severity,
        "hold": spelled(route.hold),
        "close_after": spelled(route.close_after) if route.close_after else None,
        "only": [settings_of_hours(hours) for hours in route.only],
        "time_zone": route.time_zone,
        "position": route.position,
    }


def settings_of_integration(stored: Integration) -> Settings:
    return {
        "type": stored.type,
        "resolve_after": stored.resolve_after // _SECOND,
        "severity_map": dict(stored.severity_map),
        "wake_on_output": stored.wakes_on_output,
        "paused": stored.paused,
        "escalation_policy": stored.escalation_policy,
        "mapping": dict(stored.mapping) or None,
        "topic_arn": stored.topic_arn,
        **view_checks(stored.checks),
    }


def settings_of_heartbeat(stored: Heartbeat) -> Settings:
    return {
        "period": spelled(stored.period) if stored.period else None,
        "cron": stored.cron.expression if stored.cron else None,
        "time_zone": stored.cron.time_zone if stored.cron else None,
        "grace": spelled(stored.grace),
        "severity": stored.severity,
        "escalation_policy": stored.escalation_policy,
        "integrations": list(stored.integrations),
    }


def settings_of_silence(silence: Silence) -> Settings:
    return {
        "match": [str(matcher) for matcher in silence.match],
        "from": written(silence.span.starts_at),
        "to": written(silence.span.ends_at),
        "reason": silence.reason,
    }


def settings_of_window(window: MaintenanceWindow) -> Settings:
    settings = settings_of_silence(window)
    if window.recurrence is None:
        return settings
    return {"match": settings["match"], "reason": settings["reason"], **recurrence_of(window)}


def recurrence_of(window: MaintenanceWindow) -> Settings:
    recurrence = window.recurrence
    return {
        "rrule": recurrence.rule if recurrence else None,
        "start": recurrence.start.isoformat() if recurrence else None,
        "time_zone": recurrence.time_zone if recurrence else None,
        "duration": spelled(recurrence.duration) if recurrence else None,
    }


def settings_of_team(settings: TeamSettings) -> Settings:
    return {
        "bundle": spelled(settings.bundle),
        "storm_labels": list(settings.storm_labels),
        "provider_rates": dict(settings.provider_rates),
        "flapping": view_flapping(settings.flapping),
        "notices": None if settings.notices is None else sorted(settings.notices),
    }


def _of_user(user: User) -> Settings:
    methods = [it for it in user.methods if it is not ContactMethod.PUSH]
    verified = sorted(it.value for it in methods if user.is_verified(it))
    facts = {**settings_of_user(user), "verified": verified}
    # By name and time: an endpoint and its keys would let others push to the device.
    devices = [{"name": it.name, "added_at": written(it.created_at)} for it in user.push_devices]
    return {**facts, "push_devices": devices} if devices else facts


def _of_integration(stored: Integration) -> Settings:
    """A rotated URL is told by the beginning of its token, which every answer shows."""
    return {**settings_of_integration(stored), "urls": [_sealed(it) for it in stored.tokens]}


def _sealed(token: Token) -> Sealed:
    return Sealed(shown=token.prefix, secret_hash=token.secret_hash)


def _of_heartbeat(stored: Heartbeat) -> Settings:
    return {**settings_of_heartbeat(stored), "token_prefix": _sealed(stored.token)}


def _of_silence(silence: Silence) -> Settings:
    return {**settings_of_silence(silence), "ended_at": written(silence.ended_at)}


def _of_window(window: MaintenanceWindow) -> Settings:
    return {**settings_of_window(window), "ended_at": written(window.ended_at)}


def _of_feed(feed: Feed) -> Settings:
    return {feed.kind.value: feed.subject, "token_prefix": _sealed(feed.token)}


def _of_key(key: ApiKey) -> Settings:
    return {"name": key.name, "scopes": sorted(key.scopes), "user": key.user}


def _of_session(session: Session) -> Settings:
    return {"door": session.door, "user": session.user, "key_id": session.key_id}


def _of_override(made: ScheduleOverride) -> Settings:
    return {"schedule": made.schedule, **settings_of_override(made.override)}


def _of_swap(swap: Swap) -> Settings:
    return {
        "schedule": swap.schedule,
        "user": swap.asker,
        "with": swap.asked,
        "gives": _span(swap.gives),
        "takes": _span(swap.takes),
        "reason": swap.reason,
        "state": swap.answer,
    }


def _span(span: Span) -> Settings:
    return {"from": written(span.begins), "to": written(span.ends)}


def _of_incident(incident: Incident) -> Settings:
    return {
        "title": incident.title,
        "status": incident.status,
        "severity": incident.severity,
        "alerts": len(incident.alert_ids),
        "responders": [it.user for it in incident.responders],
    }


_OF_KIND: Final[Mapping[str, Callable[[Any, datetime], Settings]]] = {
    "user": lambda it, _: _of_user(it.value),
    "channel": lambda it, _: settings_of_channel(it.value),
    "escalation-policy": lambda it, _: settings_of_policy(it.value),
    "route": lambda it, _: settings_of_route(it.value),
    "schedule": lambda it, at: settings_of_schedule(it.value, at),
    "settings": lambda it, _: settings_of_team(it.value),
    "integration": lambda it, _: _of_integration(it),
    "heartbeat": lambda it, _: _of_heartbeat(it),
    "silence": lambda it, _: _of_silence(it),
    "maintenance-window": lambda it, _: _of_window(it),
    "feed": lambda it, _: _of_feed(it),
    "key": lambda it, _: _of_key(it),
    "session": lambda it, _: _of_session(it),
    "override": lambda it, _: _of_override(it),
    "swap": lambda it, _: _of_swap(it),
    "incident": lambda it, _: _of_incident(it),
}
