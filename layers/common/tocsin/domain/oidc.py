"""OpenID Connect: what is asked of an identity provider, and what its answer means."""

import base64
import hashlib
import hmac
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

WAY_LIFE: Final = timedelta(minutes=10)
"""How long a person may take at the provider."""
RANDOM_BYTES: Final = 32
"""Of state, nonce and verifier each."""
SCOPES: Final = "openid email"
HOME: Final = "/"
PATH_LIMIT: Final = 1_000
CLOCKS_DIFFER_SECONDS: Final = 60
_TRUE: Final = (True, 1, "true", "1")


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOut:
    """What is kept while a person is at the provider; found by the hash of `state`."""

    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    """Of PKCE (RFC 7636): whoever intercepts the code cannot use it."""
    path: str
    """Where the person wants to go in the end."""
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """Where an issuer is asked, by its document (OpenID Connect Discovery 1.0)."""

    sign_in_url: str
    token_url: str
    keys_url: str
    """Of the keys by which its tokens are verified."""
    takes_basic: bool = True
    """Whether a client says its secret in the header Authorization, as is usual, or in the form."""


class IssuerError(Exception):
    """The provider cannot be used, or its answer is not to be believed; for the log."""


def discovery_from(document: Mapping[str, Any], issuer: str) -> Discovery:
    """Read a discovery document.

    Raises:
        IssuerError: It is another issuer's, or lacks an address.
    """
    names = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
    texts = {name: document.get(name) for name in names}
    if wrong := [name for name, text in texts.items() if not isinstance(text, str)]:
        raise IssuerError(f"the discovery document has no {', '.join(wrong)}")
    if texts["issuer"] != issuer:
        raise IssuerError("the discovery document is another issuer's")
    methods = document.get("token_endpoint_auth_methods_supported")
    takes_basic = not isinstance(methods, list) or "client_secret_basic" in methods
    _, sign_in_url, token_url, keys_url = map(str, texts.values())
    return Discovery(
        sign_in_url=sign_in_url, token_url=token_url, keys_url=keys_url, takes_basic=takes_basic
    )


def authorization_url(
    discovery: Discovery, way: WayOut, *, client_id: str, state: str, callback: str
) -> str:
    """Where the browser is sent."""
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": callback,
        "scope": SCOPES,
        "state": state,
        "nonce": way.nonce,
        "code_challenge": challenge_of(way.verifier),
        "code_challenge_method": "S256",
    }
    joint = "&" if "?" in discovery.sign_in_url else "?"
    return f"{discovery.sign_in_url}{joint}{urlencode(query)}"


def challenge_of(verifier: str) -> str:
    """S256 of RFC 7636, 4.2."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def expect_ours(
    claims: Mapping[str, Any], way: WayOut, *, issuer: str, client_id: str, at: datetime
) -> None:
    """Refuse a token whose signature is right, and that is not for this sign-in (Core, 3.1.3.7).

    Raises:
        IssuerError: It is of another issuer, for another client or sign-in, or has expired.
    """
    audience = claims.get("aud")
    clients = audience if isinstance(audience, list) else [audience]
    party = claims.get("azp", client_id if len(clients) == 1 else None)
    expires, issued = _seconds(claims.get("exp"), 0), _seconds(claims.get("iat"), math.inf)
    now = at.timestamp()
    said = claims.get("nonce")
    is_nonce = isinstance(said, str) and hmac.compare_digest(said.encode(), way.nonce.encode())
    checks = {
        "another issuer's": claims.get("iss") == issuer,
        "for another client": client_id in clients and party == client_id,
        "of another sign-in": is_nonce,
        "too old": now < expires + CLOCKS_DIFFER_SECONDS,
        "of the future": issued <= now + CLOCKS_DIFFER_SECONDS,
    }
    if wrong := [what for what, is_right in checks.items() if not is_right]:
        raise IssuerError(f"the token is {', '.join(wrong)}")


def _seconds(value: object, otherwise: float) -> float:
    """Seconds since 1970, if the value is a number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return otherwise
    return value


def address_in(claims: Mapping[str, Any], domains: Collection[str]) -> str:
    """The e-mail address of a person whose token was verified.

    Args:
        claims: Of the ID token.
        domains: Those that are let in, in lower case; empty: all.

    Raises:
        IssuerError: There is none, the provider has not verified it, or its domain is another.
    """
    email = claims.get("email")
    if not isinstance(email, str) or email.count("@") != 1:
        raise IssuerError("the token has no e-mail address")
    # Microsoft's provider has `xms_edov` in the place of `email_verified`: that the domain's owner
    # vouches for the address. Without it an address there is what its user typed.
    if claims.get("email_verified") not in _TRUE and claims.get("xms_edov") not in _TRUE:
        raise IssuerError("the provider has not verified the e-mail address")
    if domains and email.rpartition("@")[2].lower() not in domains:
        raise IssuerError("the e-mail address is of another domain")
    return email


def own_path(wanted: str) -> str:
    """A path of ours, as it was wanted; of anything else the home page.

    Browsers read two slashes, or a slash and a backslash, as the begin of another host, and drop
    tabs and line breaks before.
    """
    is_plain = wanted.isascii() and wanted.isprintable() and len(wanted) <= PATH_LIMIT
    is_ours = wanted == HOME or wanted.startswith(("/?", "/console/"))
    return wanted if is_plain and is_ours and "\\" not in wanted else HOME
