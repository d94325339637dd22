"""From a gateway's event to the answer of another product."""

from collections.abc import Mapping
from typing import Any

from functions.ingest.answers import answer
from functions.ingest.compat import CompatCall, product_at
from functions.ingest.ports import Ports
from functions.ingest.request_and_answer import Request, Taken
from functions.ingest.routes import BELOW_A_TOKEN, BY_POST, take_by_token, token_and_rest
from tocsin.domain.errors import IntegrationNotFoundError


def respond_as_product(event: Mapping[str, Any], ports: Ports) -> dict[str, Any]:
    request = Request(event=event, at=ports.now())
    token, rest = token_and_rest(request.path)
    product = product_at(rest, is_root=not token)
    if product is None or (token and rest in BELOW_A_TOKEN):
        return answer(request, lambda: _take_elsewhere(request, token, rest, ports), ports)
    call = CompatCall(request=request, path=rest, path_token=token or None, ports=ports)
    return answer(request, lambda: product.take(call), ports, product.refuse)


def _take_elsewhere(request: Request, token: str, rest: str, ports: Ports) -> Taken:
    """Take what is no product's: an integration URL with slashes too many, or a wrong path."""
    if token and rest in BELOW_A_TOKEN:
        return take_by_token(request, token, rest, ports)
    request.expect_method(*BY_POST)
    raise IntegrationNotFoundError
