"""The cookie of a session, and which requests may use one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from tocsin.domain.errors import ForeignOriginError

if TYPE_CHECKING:
    from tocsin.lambda_runtime.http import Request

SECURE_COOKIE: Final = "__Host-tocsin"
"""Browsers take a cookie of this prefix only from the host itself, by https, and for all paths: no
neighbouring host can put another into its place (RFC 6265bis, 4.1.3.2)."""
PLAIN_COOKIE: Final = "tocsin"
"""Where the stack's own address is http, as on a developer's machine."""
READING: Final = frozenset(("GET", "HEAD"))
"""Methods that change nothing."""
_LOOPBACK: Final = frozenset(("127.0.0.1", "localhost", "::1"))


def is_secure(public_url: str) -> bool:
    """Whether the stack's address is https; without one of its own it is that of the gateway."""
    return not public_url.lower().startswith("http://")


def cookie_name(public_url: str) -> str:
    return SECURE_COOKIE if is_secure(public_url) else PLAIN_COOKIE


def expect_own_page(request: Request, public_url: str) -> None:
    """Refuse what a page of another site may have sent.

    SameSite=Strict keeps the cookie from other sites, and not from other hosts of the same site.

    Raises:
        ForeignOriginError: Its `Origin` is not ours, or its body is not said to be JSON, which a
            form of another site cannot say without our leave.
    """
    if request.headers.get("origin", "").lower() not in _own_origins(request, public_url):
        message = "A session may be used from this stack's own pages only; its Origin is another."
        raise ForeignOriginError(message)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.has_body and media_type != "application/json":
        raise ForeignOriginError("With a session a body must be application/json.")


def _own_origins(request: Request, public_url: str) -> set[str]:
    own = {f"https://{request.host}".lower()}
    if public_url:
        parts = urlsplit(public_url)
        own.add(f"{parts.scheme}://{parts.netloc}".lower())
    if not is_secure(public_url):
        own |= _local_origins(request.headers.get("host", ""))
    return own


def _local_origins(host: str) -> set[str]:
    """This machine by its other names: `localhost` for `127.0.0.1`."""
    parts = urlsplit(f"http://{host}")
    return {f"http://{host}".lower()} if parts.hostname in _LOOPBACK else set()
