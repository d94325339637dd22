"""PagerDuty's Events API, for its own clients."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from functions.ingest.compat import CompatCall, Product
from functions.ingest.compat.refusals import headers_of, nothing_here
from functions.ingest.intake import settings_of
from functions.ingest.request_and_answer import Taken
from functions.ingest.senders import Entry
from functions.ingest.senders.events import read_event
from functions.ingest.senders.pagerduty import processed, read_event_v1
from functions.ingest.senders.reading.bodies import MULTIPART
from functions.ingest.senders.reading.fields import kind_of
from tocsin.domain.credential import TOKEN_LENGTH
from tocsin.domain.errors import (
    IntegrationNotFoundError,
    InvalidInputError,
    MalformedInputError,
    TocsinError,
)
from tocsin.domain.integration import Integration
from tocsin.lambda_runtime.http import HttpAnswer, status_of

ENQUEUE: Final = "v2/enqueue"
CHANGE: Final = "v2/change/enqueue"
CREATE_EVENT: Final = "generic/2010-04-15/create_event.json"
KEY_HEADER: Final = "x-routing-key"


def take(call: CompatCall) -> Taken:
    if call.path not in _READERS:
        raise nothing_here()
    call.request.expect_method("Events are sent by POST.", "POST")
    if call.path_token:
        call.integration()  # before the body is looked at
    else:
        _expect_plain(call)
    return _READERS[call.path](call, _event_in(call))


def refuse(error: TocsinError, _request_id: str) -> HttpAnswer:
    """Spell a refusal as PagerDuty does; its clients repeat what is 429 or 5xx."""
    status = status_of(error)
    match error:
        case MalformedInputError():
            said = _refusal("Unrecognized object", "Event object format is unrecognized", error)
        case InvalidInputError() | IntegrationNotFoundError():
            status = HTTPStatus.BAD_REQUEST
            said = _refusal("invalid event", "Event object is invalid", error)
        case _:
            said = _refusal("error", error.message, error)
    body = json.dumps(said, ensure_ascii=False)
    return HttpAnswer(status=status, body=body, headers=headers_of(error))


def _take_v2(call: CompatCall, event: Mapping[str, Any]) -> Taken:
    integration = _integration(call, event, "routing_key")
    intake = call.take_in([Entry(read_event(event))], integration)
    reply = processed(_text(event, "dedup_key") or intake.results[0]["dedup_key"])
    return Taken(reply=reply, integration=integration.name, intake=intake)


def _take_v1(call: CompatCall, event: Mapping[str, Any]) -> Taken:
    integration = _integration(call, event, "service_key")
    report = read_event_v1(event, settings_of(integration))
    intake = call.take_in([Entry(report)], integration)
    said = {
        "status": "success",
        "message": "Event processed",
        "incident_key": _text(event, "incident_key") or intake.results[0]["dedup_key"],
    }
    reply = HttpAnswer(status=HTTPStatus.OK, body=json.dumps(said, ensure_ascii=False))
    return Taken(reply=reply, integration=integration.name, intake=intake)


def _take_change(call: CompatCall, event: Mapping[str, Any]) -> Taken:
    from functions.ingest.compat.integration_alerts import IntegrationAlerts
    from functions.ingest.compat.pagerduty_changes import keep_change, read_change

    integration = _integration(call, event, "routing_key")
    change = read_change(event, at=call.request.at)
    if not integration.paused:
        keep_change(change, IntegrationAlerts(integration, call))
    said = {"status": "success", "message": "Change event processed"}
    reply = HttpAnswer(status=HTTPStatus.ACCEPTED, body=json.dumps(said))
    return Taken(reply=reply, integration=integration.name, what="Change event answered")


_READERS: Final = {ENQUEUE: _take_v2, CHANGE: _take_change, CREATE_EVENT: _take_v1}


def _expect_plain(call: CompatCall) -> None:
    """Refuse multipart forms, which take work to read, where only the body has the key.

    Raises:
        MalformedInputError: It is a multipart form, and no header has a key.
        InvalidInputError: No integration has the header's key.
    """
    headers = call.request.headers
    if MULTIPART not in headers.get("content-type", "").lower():
        return
    if KEY_HEADER not in headers:
        raise MalformedInputError(
            f"A form of parts needs the key in the header {KEY_HEADER}; or send JSON."
        )
    _integration(call, {}, "routing_key")


def _event_in(call: CompatCall) -> Mapping[str, Any]:
    value = call.request.sent.value
    if not isinstance(value, dict):
        raise MalformedInputError(f"The body is {kind_of(value)}; an event is an object.")
    return value


def _integration(call: CompatCall, event: Mapping[str, Any], name: str) -> Integration:
    """Find whose event it is, by the URL's token or the event's key.

    pdpyras before version 4.1.3 has the key in a header.
    """
    key = _text(event, name) or call.request.headers.get(KEY_HEADER)
    try:
        return call.integration(key)
    except IntegrationNotFoundError as error:
        # A key that another product made may have another length.
        given = key if call.path_token is None else None
        if given is not None and len(given.replace("-", "")) != TOKEN_LENGTH:
            length = f"Length of '{name}' is incorrect (should be {TOKEN_LENGTH} characters)"
            raise InvalidInputError(length) from error
        problem = f"'{name}' is invalid: there is no integration with this key"
        raise InvalidInputError(problem) from error


def _text(event: Mapping[str, Any], name: str) -> str | None:
    value = event.get(name)
    return value if isinstance(value, str) and value else None


def _refusal(status: str, message: str, error: TocsinError) -> dict[str, Any]:
    errors = [f"'{it.field}' {it.problem}" for it in error.details] or [error.message]
    return {"status": status, "message": message, "errors": errors}


PRODUCT: Final = Product(take=take, refuse=refuse)
