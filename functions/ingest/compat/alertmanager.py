"""Alertmanager's API v2, as far as Prometheus and amtool use it."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from functions.ingest.compat import CompatCall, Product
from functions.ingest.compat.alertmanager_silences import (
    end_silence,
    make_silence,
    view_silence,
    view_silences,
)
from functions.ingest.compat.alertmanager_views import view_alerts, view_groups, view_status
from functions.ingest.compat.refusals import headers_of
from functions.ingest.request_and_answer import Intake, Taken
from functions.ingest.senders import Entry
from functions.ingest.senders.reading.entries import Entries, read_entry
from functions.ingest.senders.reading.fields import kind_of
from functions.ingest.senders.reading.prometheus_alerts import read_alert
from tocsin.domain.errors import (
    InvalidInputError,
    MalformedInputError,
    NotFoundError,
    TocsinError,
    UnsupportedMediaError,
)
from tocsin.domain.integration import Integration
from tocsin.domain.reception import Outcome
from tocsin.lambda_runtime.http import HttpAnswer, MethodNotAllowedError, status_of

_JSON: Final = "application/json"
_REFUSALS_SHOWN: Final = 10

type Work = Callable[[CompatCall, Integration], Taken]


class SaidPlainlyError(InvalidInputError):
    """Answered with its message alone, as Alertmanager's own checks are."""


def take(call: CompatCall) -> Taken:
    """Answer one request; who is asked is always the integration of the URL's token."""
    integration = call.integration()
    method = "GET" if call.request.method == "HEAD" else call.request.method
    works = _routes(call)
    if not works:
        raise NotFoundError(f"path /{call.path[:100]} was not found")
    if method not in works:
        allowed = ", ".join(works)
        raise MethodNotAllowedError(f"method {method} is not allowed, but [{allowed}] are", allowed)
    return works[method](call, integration)


def refuse(error: TocsinError, _request_id: str) -> HttpAnswer:
    """Spell a refusal as Alertmanager does: its own checks as a text, the rest as an object."""
    status = status_of(error)
    if isinstance(error, InvalidInputError):
        status = HTTPStatus.BAD_REQUEST
    said: object = {"code": int(status), "message": error.message}
    if isinstance(error, SaidPlainlyError):
        said = error.message
    headers = headers_of(error)
    return HttpAnswer(status=status, body=json.dumps(said, ensure_ascii=False), headers=headers)


def take_alerts(
    call: CompatCall,
    integration: Integration,
    *,
    answer: str = "",
    refuse: Callable[[TocsinError, str], HttpAnswer] = refuse,
) -> Taken:
    """Take in a list of alerts.

    As Alertmanager does it, good ones are taken although the answer refuses the others.
    """
    read_one = partial(read_alert, at=call.request.at)
    values = _alerts_in(call)
    alone = len(values) == 1

    def read_alone(value: object) -> Entry:
        part = None if alone else [value]
        return read_entry(value, read_one, "invalid alert", part=part)

    intake = call.take_in(Entries(values, read_alone), integration)
    refusal = _refusal_of(intake)
    if refusal is None:
        reply = HttpAnswer(status=HTTPStatus.OK, body=answer)
    else:
        reply = refuse(refusal, call.request.request_id)
    return Taken(reply=reply, integration=integration.name, intake=intake)


def _routes(call: CompatCall) -> Mapping[str, Work]:
    """What a path below `api/v2` takes, by method."""
    match call.segments[2:]:
        case ("silence", _):
            return {"GET": _answering(view_silence), "DELETE": _end_silence}
        case segments:
            return _ROUTES.get("/".join(segments), {})


def _answering(view: Callable[[CompatCall, Integration], Any]) -> Work:
    def answer(call: CompatCall, integration: Integration) -> Taken:
        body = json.dumps(view(call, integration), ensure_ascii=False)
        reply = HttpAnswer(status=HTTPStatus.OK, body=body)
        return Taken(reply=reply, integration=integration.name)

    return answer


def _post_alerts(call: CompatCall, integration: Integration) -> Taken:
    media_type = call.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != _JSON:
        message = f'unsupported media type "{media_type[:100]}", only [{_JSON}] are allowed'
        raise UnsupportedMediaError(message)
    return take_alerts(call, integration)


def _make_silence(call: CompatCall, integration: Integration) -> Taken:
    try:
        return _answering(make_silence)(call, integration)
    except InvalidInputError as refusal:
        raise SaidPlainlyError(refusal.message) from refusal


def _end_silence(call: CompatCall, integration: Integration) -> Taken:
    end_silence(call, integration)
    return Taken(reply=HttpAnswer(status=HTTPStatus.OK), integration=integration.name)


def _alerts_in(call: CompatCall) -> Sequence[object]:
    try:
        value = call.request.sent.value
    except MalformedInputError as error:
        message = f'parsing alerts body from "" failed, because {error.message}'
        raise MalformedInputError(message) from error
    if not isinstance(value, list):
        message = f'parsing alerts body from "" failed, because it is {kind_of(value)}, no list'
        raise MalformedInputError(message)
    return value


def _refusal_of(intake: Intake) -> SaidPlainlyError | None:
    if Outcome.REJECTED not in intake.outcomes:
        return None
    errors = [it["error"] for it in intake.results if "error" in it]
    said = [*(dict.fromkeys(map(_words, errors[:_REFUSALS_SHOWN])) or ["invalid alert"])]
    if intake.unread:
        said.append(f"the last {intake.unread} alerts were not read")
    return SaidPlainlyError("; ".join(said))


def _words(error: Mapping[str, Any]) -> str:
    return "; ".join(it["problem"] for it in error["details"]) or str(error["message"])


_ROUTES: Final[Mapping[str, Mapping[str, Work]]] = {
    "status": {"GET": _answering(lambda _call, owner: view_status(owner))},
    "alerts": {"GET": _answering(view_alerts), "POST": _post_alerts},
    "alerts/groups": {"GET": _answering(view_groups)},
    "receivers": {"GET": _answering(lambda _call, owner: [{"name": owner.name}])},
    "silences": {"GET": _answering(view_silences), "POST": _make_silence},
}

PRODUCT: Final = Product(take=take, refuse=refuse)
