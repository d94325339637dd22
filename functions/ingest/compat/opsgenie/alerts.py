"""The paths below `/v2/alerts`."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from functions.ingest.compat import CompatCall
from functions.ingest.compat.integration_alerts import IntegrationAlerts
from functions.ingest.compat.opsgenie.actions import ACTIONS, Asked, Outcome, add_note_of_create
from functions.ingest.compat.opsgenie.answers import accepted, told
from functions.ingest.compat.opsgenie.find_alert import Identifier, find
from functions.ingest.compat.opsgenie.reading import (
    count_alerts,
    get_alert,
    get_request,
    list_alerts,
    list_logs,
    list_notes,
    nothing_listed,
)
from functions.ingest.compat.opsgenie.requests import Done, request_id_of
from functions.ingest.compat.refusals import nothing_here
from functions.ingest.request_and_answer import Taken
from functions.ingest.senders.opsgenie import read_alert
from tocsin.domain.errors import ScopeMissingError
from tocsin.domain.integration import Integration
from tocsin.lambda_runtime.http import MethodNotAllowedError

type Read = Callable[[CompatCall, IntegrationAlerts, str], dict[str, Any]]

_READS: Final[Mapping[str, Read]] = {
    "": get_alert,
    "attachments": nothing_listed,
    "logs": list_logs,
    "notes": list_notes,
    "recipients": nothing_listed,
}
_ACTIONS_BY_METHOD: Final = {
    "POST": frozenset(ACTIONS) - {"message", "description", "priority"},
    "PUT": frozenset(("message", "description", "priority")),
    "PATCH": frozenset(("message", "description", "priority")),
    "DELETE": frozenset(("tags", "details")),
}


_ALERTS: Final = "/v2/alerts/"
_WITH_NAME: Final = ("actions", "attachments")
"""Words behind an alert's name that have a name themselves."""


def take_alerts(call: CompatCall, integration: Integration) -> Taken:
    own = IntegrationAlerts(integration, call)
    method = call.request.method
    match method, _path_of(call):
        case "POST", ():
            return _create(call, own)
        case "GET", ():
            return _told(call, own, list_alerts(call, own))
        case "GET", ("count",):
            return _told(call, own, count_alerts(call, own))
        case "GET", ("requests", request_id):
            return _told(call, own, get_request(call, own, request_id))
        case _, (identifier, *below) if identifier:
            return _take_one(call, own, identifier, tuple(below))
        case _:
            raise MethodNotAllowedError(
                "Alerts are listed by GET and created by POST.", "GET, POST"
            )


def _path_of(call: CompatCall) -> tuple[str, ...]:
    """The parts behind `/v2/alerts`; of an alias, slashes are part of it."""
    parts = call.segments[2:]
    _, is_plain, rest = call.request.raw_path.partition(_ALERTS)
    if call.request.query.get("identifierType") != "alias" or not is_plain:
        return parts
    texts = rest.split("/")
    if len(texts) > 1 and not texts[-1]:
        texts.pop()  # the client of opsgenie-sdk ends all paths with a slash
    words = _READS if call.request.method == "GET" else {*ACTIONS, "attachments"}
    behind = 0
    if len(texts) > 1 and texts[-1] in words:
        behind = 1
    elif len(texts) > len(_WITH_NAME) and texts[-2] in _WITH_NAME:
        behind = 2
    alias = "/".join(texts[: len(texts) - behind])
    return (alias, *texts[len(texts) - behind :])


def _take_one(call: CompatCall, own: IntegrationAlerts, name: str, below: tuple[str, ...]) -> Taken:
    method = call.request.method
    word = below[0] if below else ""
    if method == "GET":
        if len(below) > 1 or word not in _READS:
            raise nothing_here()
        return _told(call, own, _READS[word](call, own, name))
    if method == "DELETE" and not below:
        raise ScopeMissingError("Alerts are kept: this key may close them, not delete them.")
    if word == "attachments":
        raise ScopeMissingError("Files are not kept: write a link as a note instead.")
    if word not in ACTIONS or len(below) > (2 if word == "actions" else 1):
        raise nothing_here()
    if word not in _ACTIONS_BY_METHOD.get(method, ()):
        allowed = [it for it, words in _ACTIONS_BY_METHOD.items() if word in words]
        raise MethodNotAllowedError(f"Use {allowed[0]} for this path.", ", ".join(allowed))
    return _act(call, own, Identifier.of(call, name), below)


def _create(call: CompatCall, own: IntegrationAlerts) -> Taken:
    body = call.object_in_body()
    intake = own.take_in(read_alert(body))
    result = intake.results[0]
    alert_id = result["alert_id"]
    if alert_id is not None:
        add_note_of_create(own, body, result)
    done = Done.CREATED if alert_id else Done.PAUSED
    reply = accepted(call, request_id_of(done, alert_id, own.integration.name))
    return Taken(reply=reply, integration=own.integration.name, intake=intake)


def _act(
    call: CompatCall, own: IntegrationAlerts, identifier: Identifier, below: tuple[str, ...]
) -> Taken:
    asked = Asked.of(call.object_in_body(), below, call.request.query, at=call.ports.now())
    perform = ACTIONS[below[0]](asked)  # what is wrong with the body is said before anything else
    if own.integration.paused:
        outcome = Outcome(Done.PAUSED)
    elif below[0] == "close" and identifier.dedup_key is not None:
        outcome = perform(own, identifier.dedup_key)
    else:
        alert = find(own, identifier)
        outcome = perform(own, alert) if alert else Outcome(Done.NO_SUCH_ALERT)
    request_id = request_id_of(outcome.done, outcome.alert_id, own.integration.name)
    reply = accepted(call, request_id)
    name = own.integration.name
    return Taken(reply=reply, integration=name, intake=outcome.intake, what="Action answered")


def _told(call: CompatCall, own: IntegrationAlerts, said: Mapping[str, Any]) -> Taken:
    return told(call, own.integration.name, said)
