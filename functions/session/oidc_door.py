"""Sign in at the team's identity provider: OpenID Connect, code flow with PKCE."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from functions.session.opening import count, open_for_person, set_cookie
from tocsin.domain.credential import hash_secret
from tocsin.domain.doors import Knock
from tocsin.domain.errors import NotFoundError
from tocsin.domain.oidc import (
    RANDOM_BYTES,
    WAY_LIFE,
    Discovery,
    IssuerError,
    WayOut,
    address_in,
    authorization_url,
    discovery_from,
    expect_ours,
    own_path,
)
from tocsin.domain.session import Door, spell_session
from tocsin.lambda_runtime.cookies import cookie_name
from tocsin.lambda_runtime.http import HttpAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from functions.session.ports import OidcSettings, Ports
    from functions.session.request import Request

CALLBACK: Final = "/session/oidc/callback"
SIGN_IN_PAGE: Final = "/console/sign-in"
ALGORITHMS: Final = ("RS256", "ES256")
"""Of signatures of tokens: neither `none`, nor one by a shared secret."""
KNOWN_FOR: Final = timedelta(hours=1)
"""A discovery document, of which a process keeps one."""
_DENIED: Final = "access_denied"


class Refusal(StrEnum):
    """Why nobody was signed in, as the sign-in page is told; pages/sign-in.js has the sentences."""

    AGAIN = "again"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"


class _Known:
    """The discovery document as it was last read."""

    discovery: Discovery | None = None
    read_at: datetime | None = None
    url: str = ""


def begin_oidc(request: Request, ports: Ports) -> HttpAnswer:
    settings = _settings(ports)
    count(Knock.OIDC, request.neighbourhood, request, ports)
    try:
        discovery = _discovery(settings, request.at, ports)
    except IssuerError as error:
        return _failed(Refusal.UNREACHABLE, error, request, ports)
    state, nonce, verifier = (spell_session(ports.random_bytes(RANDOM_BYTES)) for _ in range(3))
    way = WayOut(
        nonce=nonce,
        verifier=verifier,
        path=own_path(request.query.get("next", "")),
        ends_at=request.at + WAY_LIFE,
    )
    ports.sign_ins.keep_way(hash_secret(state), way, write_id=ports.new_write_id())
    url = authorization_url(
        discovery,
        way,
        client_id=settings.client_id,
        state=state,
        callback=_callback(request, ports),
    )
    lasts = int(WAY_LIFE.total_seconds())
    return _redirect(url, _state_cookie(state, ports, lasts_seconds=lasts))


def end_oidc(request: Request, ports: Ports) -> HttpAnswer:
    """Whatever goes wrong leads to the sign-in page, which says no more than that."""
    settings = _settings(ports)
    count(Knock.OIDC, request.neighbourhood, request, ports)
    state, kept = request.query.get("state", ""), request.cookies.get(_state_name(ports), "")
    if not (state and hmac.compare_digest(state.encode(), kept.encode())):
        return _failed(Refusal.AGAIN, IssuerError("the state is another browser's"), request, ports)
    way = ports.sign_ins.take_way(hash_secret(state), at=request.at)
    if way is None:
        return _failed(
            Refusal.AGAIN, IssuerError("the state was used, or is too old"), request, ports
        )
    if said := request.query.get("error"):
        problem = Refusal.CANCELLED if said == _DENIED else Refusal.REFUSED
        return _failed(problem, IssuerError("the provider answered no"), request, ports)
    try:
        claims = _claims(request, way, settings, ports)
        email = address_in(claims, settings.domains)
    except IssuerError as error:
        return _failed(Refusal.REFUSED, error, request, ports)
    found = [it for it in ports.users.list() if (it.value.email or "").lower() == email.lower()]
    if len(found) != 1:
        nobody = IssuerError("no one person of the team has the address")
        return _failed(Refusal.REFUSED, nobody, request, ports)
    cookie = open_for_person(found[0], Door.OIDC, request, ports)
    return _redirect(way.path, cookie, _state_cookie("", ports, lasts_seconds=0))


def _claims(
    request: Request, way: WayOut, settings: OidcSettings, ports: Ports
) -> Mapping[str, Any]:
    """The claims of a token that is the provider's, and for this sign-in.

    Raises:
        IssuerError: There is none that is to be believed.
    """
    code = request.query.get("code")
    if not code:
        raise IssuerError("there is no code")
    discovery = _discovery(settings, request.at, ports)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": _callback(request, ports),
        "client_id": settings.client_id,
        "code_verifier": way.verifier,
    }
    credentials = None
    if settings.secret_parameter:
        secret = ports.secrets.get(settings.secret_parameter, at=request.at)
        if discovery.takes_basic:
            credentials = (quote(settings.client_id, safe=""), quote(secret, safe=""))
        else:
            form["client_secret"] = secret
    answer = ports.fetch()(discovery.token_url, form, credentials)
    token = answer.get("id_token")
    if not isinstance(token, str):
        raise IssuerError("the provider sent no ID token")
    claims = _verified(token, ports.fetch()(discovery.keys_url))
    expect_ours(claims, way, issuer=settings.issuer, client_id=settings.client_id, at=request.at)
    return claims


def _verified(token: str, keys: Mapping[str, Any]) -> Mapping[str, Any]:
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    try:
        key_set = KeySet.import_key_set(keys)  # type: ignore[arg-type]
        return jwt.decode(token, key_set, algorithms=list(ALGORITHMS)).claims
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise IssuerError(f"the token is not the provider's: {type(error).__name__}") from None


def _discovery(settings: OidcSettings, at: datetime, ports: Ports) -> Discovery:
    known, url = _Known, settings.discovery_url
    is_known = known.url == url and known.read_at is not None and at - known.read_at < KNOWN_FOR
    if known.discovery is None or not is_known:
        known.discovery = discovery_from(ports.fetch()(url), settings.issuer)
        known.read_at, known.url = at, url
    return known.discovery


def _settings(ports: Ports) -> OidcSettings:
    if ports.oidc is None:
        raise NotFoundError("This team signs in at no identity provider.")
    return ports.oidc


def _callback(request: Request, ports: Ports) -> str:
    return f"{ports.public_url or f'https://{request.host}'}{CALLBACK}"


def _state_name(ports: Ports) -> str:
    return f"{cookie_name(ports.public_url)}-oidc"


def _state_cookie(state: str, ports: Ports, *, lasts_seconds: int) -> str:
    """Lax, as the provider's answer comes from another site."""
    name = _state_name(ports)
    return set_cookie(name, state, ports, lasts_seconds=lasts_seconds, same_site="Lax")


def _failed(problem: Refusal, error: IssuerError, request: Request, ports: Ports) -> HttpAnswer:
    request.facts["problem"] = str(error)
    forgotten = _state_cookie("", ports, lasts_seconds=0)
    return _redirect(f"{SIGN_IN_PAGE}?problem={problem}", forgotten)


def _redirect(url: str, *cookies: str) -> HttpAnswer:
    return HttpAnswer(status=HTTPStatus.FOUND, headers={"location": url}, cookies=cookies)
