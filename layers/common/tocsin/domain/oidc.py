"""Sign-in at an identity provider by OpenID Connect: what is asked there, and what its answer means."""

import base64
import hashlib
import hmac
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
class Provider:
    """What the discovery document says (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    takes_basic: bool = True
    """Whether a client says its secret in the header Authorization, as is usual, or in the form."""


class ProviderError(Exception):
    """The provider cannot be used, or its answer is not to be believed; for the log."""


def provider_from(document: Mapping[str, Any], issuer: str) -> Provider:
    """Read a discovery document.

    Raises:
        ProviderError: It is another issuer's, or lacks an address.
    """
    names = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
    texts = {name: document.get(name) for name in names}
    if wrong := [name for name, text in texts.items() if not isinstance(text, str)]:
        raise ProviderError(f"the discovery document has no {', '.join(wrong)}")
    if texts["issuer"] != issuer:
        raise ProviderError("the discovery document is another issuer's")
    methods = document.get("token_endpoint_auth_methods_supported")
    takes_basic = not isinstance(methods, list) or "client_secret_basic" in methods
    known = {name: str(text) for name, text in texts.items()}
    return Provider(**known, takes_basic=takes_basic)


def authorization_url(
    provider: Provider, way: WayOut, *, client_id: str, state: str, callback: str
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
    joint = "&" if "?" in provider.authorization_endpoint else "?"
    return f"{provider.authorization_endpoint}{joint}{urlencode(query)}"


def challenge_of(verifier: str) -> str:
    """S256 of RFC 7636, 4.2."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def expect_ours(
    claims: Mapping[str, Any], way: WayOut, *, issuer: str, client_id: str, at: datetime
) -> None:
    """Refuse a token whose signature is right, and that is not for this sign-in (Core, 3.1.3.7).

    Raises:
        ProviderError: It is of another issuer, for another client or sign-in, or has expired.
    """
    audience = claims.get("aud")
    clients = audience if isinstance(audience, list) else [audience]
    party = claims.get("azp", client_id if len(clients) == 1 else None)
    expires, issued = claims.get("exp"), claims.get("iat")
    now = at.timestamp()
    said = claims.get("nonce")
    is_nonce = isinstance(said, str) and hmac.compare_digest(said.encode(), way.nonce.encode())
    checks = {
        "another issuer's": claims.get("iss") == issuer,
        "for another client": client_id in clients and party == client_id,
        "of another sign-in": is_nonce,
        "too old": _is_number(expires) and now < expires + CLOCKS_DIFFER_SECONDS,
        "of the future": _is_number(issued) and issued <= now + CLOCKS_DIFFER_SECONDS,
    }
    if wrong := [what for what, is_right in checks.items() if not is_right]:
        raise ProviderError(f"the token is {', '.join(wrong)}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def address_in(claims: Mapping[str, Any], domains: Collection[str]) -> str:
    """The e-mail address of a person whose token was verified.

    Args:
        claims: Of the ID token.
        domains: Those that are let in, in lower case; empty: all.

    Raises:
        ProviderError: There is none, the provider has not verified it, or its domain is another.
    """
    email = claims.get("email")
    if not isinstance(email, str) or email.count("@") != 1:
        raise ProviderError("the token has no e-mail address")
    # Microsoft's provider has `xms_edov` in the place of `email_verified`: that the domain's owner
    # vouches for the address. Without it an address there is what its user typed.
    if claims.get("email_verified") not in _TRUE and claims.get("xms_edov") not in _TRUE:
        raise ProviderError("the provider has not verified the e-mail address")
    if domains and email.rpartition("@")[2].lower() not in domains:
        raise ProviderError("the e-mail address is of another domain")
    return email


def own_path(wanted: str) -> str:
    """A path of ours, as it was wanted; of anything else the home page.

    Browsers read `//host` and `/\\host` as another host, and drop tabs and line breaks before.
    """
    is_plain = wanted.isascii() and wanted.isprintable() and len(wanted) <= PATH_LIMIT
    is_ours = wanted == HOME or wanted.startswith(("/?", "/console/"))
    return wanted if is_plain and is_ours and "\\" not in wanted else HOME
