"""Which path is whose: a token in the URL, a key in a header, or another product's endpoint."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from functions.ingest.intake import take_in
from functions.ingest.ports import Ports
from functions.ingest.reply import Taken
from functions.ingest.request import Request
from functions.ingest.senders import accepted, sender_of
from tocsin.domain.errors import IntegrationNotFoundError
from tocsin.domain.integration import Integration
from tocsin.lambda_runtime.error_answers import MethodNotAllowedError

if TYPE_CHECKING:
    from functions.ingest.compat import Product

URL_PATH: Final = "/i/"
EVENTS_PATH: Final = "/api/v1/events"
INTEGRATIONS_PATH: Final = "/api/v1/integrations/"
"""Of which only `{name}/try` comes here; template.yaml has the route."""
HEARTBEAT: Final = "heartbeat"


class OtherProductError(Exception):
    """A refusal or a fault that is to be spelled as another product would; see its cause."""

    def __init__(self, product: "Product") -> None:
        super().__init__("another product's endpoint failed")
        self.product = product


def take(event: Mapping[str, Any], ports: Ports) -> Taken:
    """Take in one request.

    Raises:
        TocsinError: Refused; nothing was written, unless it is a `TryAgainError`.
        OtherProductError: Likewise, at another product's endpoint.
    """
    request = Request(event=event, at=ports.now())
    path = request.path
    if path == EVENTS_PATH:
        from functions.ingest.by_key import take_by_key  # noqa: PLC0415 - most have a token

        _expect_method(request, ("POST",))
        return take_by_key(request, ports)
    if path.startswith(INTEGRATIONS_PATH):
        from functions.ingest.trial import take_trial  # noqa: PLC0415 - people try seldom

        _expect_method(request, ("POST",))
        return take_trial(request, ports)
    is_root = not path.startswith(URL_PATH)
    token, _, below = path.removeprefix(URL_PATH).partition("/")
    if below == HEARTBEAT and not is_root:
        from functions.ingest.heartbeat import take_heartbeat  # noqa: PLC0415 - few are these

        return take_heartbeat(request, token, ports)
    if is_root or below:
        from functions.ingest.compat import product_at  # noqa: PLC0415 - few speak as others

        below = path.strip("/") if is_root else below.strip("/")
        product = product_at(below, is_root=is_root)
        if product is not None:
            return _take_as(product, request, below, None if is_root else token, ports)
    # Whatever else came here is at most a token that nobody has.
    return take_from_integration(request, path.removeprefix(URL_PATH), ports)


def take_from_integration(request: Request, token: str, ports: Ports) -> Taken:
    """Take in what came to an integration URL."""
    try:
        integration = ports.admit(token, request)
    except IntegrationNotFoundError:
        _expect_method(request, ("POST",))
        raise
    sender = sender_of(integration.type)
    if request.method == "OPTIONS" and sender.handshake is not None:
        reply = sender.handshake(request.headers)
        if reply is not None:
            return Taken(reply=reply, integration=integration.name, what="Handshake answered")
    _expect_method(request, sender.methods)
    return take_sent(request, integration, ports)


def take_sent(request: Request, integration: Integration, ports: Ports) -> Taken:
    """Take in what a known sender sent."""
    sender = sender_of(integration.type)
    intake = take_in(request.sent, sender, integration, ports)
    if intake.left_out and sender.answer is accepted:
        reply = accepted(intake.results, intake.left_out, intake.unread)
    else:
        reply = sender.answer(intake.results)
    return Taken(reply=reply, integration=integration.name, intake=intake)


def _take_as(
    product: "Product", request: Request, path: str, token: str | None, ports: Ports
) -> Taken:
    from functions.ingest.compat import CompatCall  # noqa: PLC0415 - few speak as others

    call = CompatCall(request=request, path=path, path_token=token, ports=ports)
    try:
        return product.take(call)
    except Exception as error:
        raise OtherProductError(product) from error


def _expect_method(request: Request, allowed: tuple[str, ...]) -> None:
    if request.method not in allowed:
        message = f"Alerts are sent by {' or '.join(allowed)}."
        raise MethodNotAllowedError(message, ", ".join(allowed))
