"""Sign in by an API key, and sign out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.session.opening import count, end_present, forgotten, open_for_key, with_cookie
from tocsin.domain.credential import hash_secret
from tocsin.domain.doors import Knock
from tocsin.domain.errors import UnauthorizedError
from tocsin.domain.session import Door
from tocsin.lambda_runtime.cookies import expect_own_page

if TYPE_CHECKING:
    from functions.session.ports import Ports
    from functions.session.request import Request
    from tocsin.lambda_runtime.http import HttpAnswer


def sign_in_by_key(request: Request, ports: Ports) -> HttpAnswer:
    expect_own_page(request, ports.public_url)
    count(Knock.KEY, request.neighbourhood, request, ports)
    key = ports.keys.by_hash(hash_secret(request.said("api_key")))
    if key is None:
        raise UnauthorizedError("Nobody has this API key, or it was revoked.")
    return with_cookie(open_for_key(key, Door.API_KEY, request, ports))


def sign_out(request: Request, ports: Ports) -> HttpAnswer:
    """Without a session likewise: it has ended."""
    expect_own_page(request, ports.public_url)
    end_present(request, ports)
    return with_cookie(forgotten(ports))
