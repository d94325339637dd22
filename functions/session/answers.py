"""From a gateway's event to its answer: find the door, work, answer, log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from functions.session.request import Request
from tocsin.domain.errors import NotFoundError
from tocsin.lambda_runtime import http
from tocsin.lambda_runtime.http import HttpAnswer, refusal, to_gateway

if TYPE_CHECKING:
    from functions.session.ports import Ports

type Work = Callable[[Request, Ports], HttpAnswer]

_HEADERS: Final = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def respond(event: Mapping[str, Any], ports: Ports) -> dict[str, Any]:
    """Answer one request; nothing secret of it is logged."""
    request = Request(event=event, at=ports.now())
    request.facts.update(request_id=request.request_id, method=request.method, route=None)
    answer = http.respond(
        lambda: _work(request, ports),
        refuse=lambda error: refusal(error, request.request_id),
        fail=lambda error: refusal(error, request.request_id),
        log=ports.log,
        facts=request.facts,
    )
    ports.log.info("Request answered", **request.facts, status=int(answer.status))
    return to_gateway(answer, _HEADERS)


def _work(request: Request, ports: Ports) -> HttpAnswer:
    by_method = ROUTES.get(request.path)
    if by_method is None:
        raise NotFoundError("There is nothing at this path. See /docs for what there is.")
    request.facts["route"] = request.path
    allowed = ", ".join(by_method)
    request.expect_method(f"This path takes {allowed}.", *by_method)
    return by_method[request.method](request, ports)


def _sign_in_by_key(request: Request, ports: Ports) -> HttpAnswer:
    from functions.session.key_door import sign_in_by_key

    return sign_in_by_key(request, ports)


def _sign_out(request: Request, ports: Ports) -> HttpAnswer:
    from functions.session.key_door import sign_out

    return sign_out(request, ports)


def _list_doors(request: Request, ports: Ports) -> HttpAnswer:
    from functions.session.doors_list import list_doors

    return list_doors(request, ports)


def _ask_for_link(request: Request, ports: Ports) -> HttpAnswer:
    from functions.session.link_door import ask_for_link

    return ask_for_link(request, ports)


def _sign_in_by_link(request: Request, ports: Ports) -> HttpAnswer:
    from functions.session.link_door import sign_in_by_link

    return sign_in_by_link(request, ports)


def _begin_oidc(request: Request, ports: Ports) -> HttpAnswer:
    from functions.session.oidc_door import begin_oidc

    return begin_oidc(request, ports)


def _end_oidc(request: Request, ports: Ports) -> HttpAnswer:
    from functions.session.oidc_door import end_oidc

    return end_oidc(request, ports)


ROUTES: Final[Mapping[str, Mapping[str, Work]]] = {
    "/session": {"POST": _sign_in_by_key, "DELETE": _sign_out},
    "/session/doors": {"GET": _list_doors},
    "/session/link": {"POST": _ask_for_link},
    "/session/link/confirm": {"POST": _sign_in_by_link},
    "/session/oidc": {"GET": _begin_oidc},
    "/session/oidc/callback": {"GET": _end_oidc},
}
"""Each door's code is loaded by its first request: most processes serve one."""
