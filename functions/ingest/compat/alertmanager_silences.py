"""Silences as Alertmanager's API v2 makes and shows them: for the alerts of one integration."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl
from uuid import UUID

from functions.ingest.compat.integration_alerts import written
from tocsin.domain.alert import NOTE_LIMIT, integration_actor
from tocsin.domain.errors import InvalidInputError, MalformedInputError, SilenceNotFoundError
from tocsin.domain.matcher import LENGTH_LIMIT, Matcher, Operator, all_match
from tocsin.domain.signal import printable
from tocsin.domain.silence import Silence, SilenceStatus, Span
from tocsin.usecases.change_silence import change_silence

if TYPE_CHECKING:
    from functions.ingest.compat import CompatCall
    from tocsin.domain.integration import Integration

LONGEST: Final = timedelta(days=3_653)
"""Alertmanager has no limit."""
MATCHERS_LIMIT: Final = 20
FILTERS_LIMIT: Final = 20
NAME_LIMIT: Final = 100
"""Characters of who made it, as the client says."""
_LABEL: Final = "label."
"""Alertmanager knows the sender's labels only, so ours of the same name do not hide them."""
_ORDER: Final = (SilenceStatus.ACTIVE, SilenceStatus.PENDING, SilenceStatus.EXPIRED)


def view_silences(call: CompatCall, integration: Integration) -> list[dict[str, Any]]:
    """Show those of the integration that match the query's filters; active ones first.

    Raises:
        InvalidInputError: A filter is no matcher.
    """
    pairs = parse_qsl(call.request.event.get("rawQueryString") or "", keep_blank_values=True)
    filters = [text for name, text in pairs if name == "filter"][:FILTERS_LIMIT]
    matchers = [Matcher.parse(text, "filter") for text in filters]
    at = call.request.at
    found = [
        silence
        for silence in call.ports.silences().list()
        if silence.integration == integration.name and all_match(matchers, _labels_of(silence))
    ]
    ordered = sorted(found, key=lambda it: (_ORDER.index(it.status(at)), it.span.ends_at))
    return [_view(silence, at) for silence in ordered]


def view_silence(call: CompatCall, integration: Integration) -> dict[str, Any]:
    """Raises SilenceNotFoundError: unknown, or another integration's."""
    silence = _ours(call.ports.silences().find(call.segments[-1]), integration)
    return _view(silence, call.request.at)


def make_silence(call: CompatCall, integration: Integration) -> dict[str, str]:
    """Make a silence, or change the one whose id the body names; an expired one is made anew.

    Raises:
        MalformedInputError: The body is no silence.
        InvalidInputError: A part of it is wrong.
        SilenceNotFoundError: It names one that is unknown, or another integration's.
    """
    value, at = call.request.sent.value, call.request.at
    if not isinstance(value, Mapping):
        raise MalformedInputError('parsing silence body from "" failed: it is no object')
    read = _read(value, integration, at)
    identifier, name = value.get("id"), _new_name(call)
    if isinstance(identifier, str) and identifier:
        known = _ours(call.ports.silences().find(identifier), integration)
        if known.status(at) is not SilenceStatus.EXPIRED:
            name = known.name

    def change(before: Silence | None) -> Silence:
        if before is None:
            return replace(read, name=name).changed(at)
        made = replace(read, name=name, created_at=before.created_at, version=before.version)
        return made.changed(at)

    change_silence(
        name, change, silences=call.ports.silences(), new_write_id=call.ports.new_write_id
    )
    return {"silenceID": name}


def end_silence(call: CompatCall, integration: Integration) -> None:
    """Raises SilenceNotFoundError: unknown, or another integration's."""
    at = call.request.at

    def change(before: Silence | None) -> Silence | None:
        known = _ours(before, integration)
        ended = known.ended(at)
        return None if ended is known else ended

    change_silence(
        call.segments[-1],
        change,
        silences=call.ports.silences(),
        new_write_id=call.ports.new_write_id,
    )


def _ours(silence: Silence | None, integration: Integration) -> Silence:
    if silence is None or silence.integration != integration.name:
        raise SilenceNotFoundError
    return silence


def _new_name(call: CompatCall) -> str:
    """Clients take it for a UUID."""
    marks = f"{call.ports.new_write_id()}{call.ports.new_write_id()}"
    digest = hashlib.sha256(marks.encode()).hexdigest()
    return str(UUID(hex=digest[:32], version=4))


def _read(value: Mapping[str, Any], integration: Integration, at: datetime) -> Silence:
    starts_at = max(_instant(value, "startsAt"), at)
    ends_at = _instant(value, "endsAt")
    if ends_at <= starts_at:
        raise InvalidInputError("invalid silence: end time must lie ahead, and after its start")
    if ends_at > at + LONGEST:
        raise InvalidInputError("invalid silence: end time must lie within ten years")
    return Silence(
        name="",
        match=_matchers(value.get("matchers")),
        integration=integration.name,
        span=Span(starts_at, ends_at),
        reason=_text(value, "comment", NOTE_LIMIT),
        author=integration_actor(integration.name),
        said_by=_text(value, "createdBy", NAME_LIMIT) or None,
        created_at=at,
    )


def _instant(value: Mapping[str, Any], name: str) -> datetime:
    written_at = value.get(name)
    try:
        at = datetime.fromisoformat(written_at if isinstance(written_at, str) else "")
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        message = f"invalid silence: {name} must be a time such as 2026-03-01T09:00:00Z"
        raise InvalidInputError(message)
    return at


def _text(value: Mapping[str, Any], name: str, limit: int) -> str:
    text = value.get(name)
    if not isinstance(text, str):
        message = f"invalid silence: {name} must be a text"
        raise InvalidInputError(message)
    return printable(text).strip()[:limit]


def _matchers(values: object) -> tuple[Matcher, ...]:
    if not isinstance(values, Sequence) or isinstance(values, str) or not values:
        raise InvalidInputError("invalid silence: at least one matcher is required")
    if len(values) > MATCHERS_LIMIT:
        message = f"invalid silence: at most {MATCHERS_LIMIT} matchers are understood"
        raise InvalidInputError(message)
    matchers = tuple(map(_matcher, values))
    if all(matcher.matches({}) for matcher in matchers):
        raise InvalidInputError("invalid silence: one matcher at least must not match the empty")
    return matchers


def _matcher(value: object) -> Matcher:
    fields = value if isinstance(value, Mapping) else {}
    name, text = fields.get("name"), fields.get("value")
    if not isinstance(name, str) or not isinstance(text, str):
        raise InvalidInputError("invalid silence: a matcher must have a name and a value")
    is_equal, is_regex = fields.get("isEqual", True) is not False, fields.get("isRegex") is True
    if is_regex:
        operator = Operator.MATCHES if is_equal else Operator.MATCHES_NOT
    else:
        operator = Operator.IS if is_equal else Operator.IS_NOT
    spelled = str(Matcher(f"{_LABEL}{name}", operator, text))
    if len(spelled) > LENGTH_LIMIT:
        message = f"invalid silence: a matcher must have at most {LENGTH_LIMIT} characters"
        raise InvalidInputError(message)
    try:
        return Matcher.parse(spelled)
    except InvalidInputError as refusal:
        problem = f"invalid silence: invalid matcher {name[:100]}: {refusal.details[0].problem}"
        raise InvalidInputError(problem) from None


def _labels_of(silence: Silence) -> Mapping[str, str]:
    return {it.label.removeprefix(_LABEL): it.value for it in silence.match}


def _view(silence: Silence, at: datetime) -> dict[str, Any]:
    return {
        "id": silence.name,
        "status": {"state": silence.status(at)},
        "updatedAt": written(silence.ended_at or silence.created_at),
        "comment": silence.reason,
        "createdBy": silence.by,
        "startsAt": written(silence.span.starts_at),
        "endsAt": written(silence.span.ends_at),
        "matchers": [_view_matcher(matcher) for matcher in silence.match],
    }


def _view_matcher(matcher: Matcher) -> dict[str, Any]:
    operator = matcher.operator
    return {
        "name": matcher.label.removeprefix(_LABEL),
        "value": matcher.value,
        "isRegex": operator in {Operator.MATCHES, Operator.MATCHES_NOT},
        "isEqual": operator in {Operator.IS, Operator.MATCHES},
    }
