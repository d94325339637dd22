"""Requests to URLs of a team's configuration: to the open internet, and nowhere else.

A name is looked up once, every address is checked, and the connection goes to the first of them
that accepts it, so DNS rebinding has no effect. Redirects are not followed, and the environment's
proxies are not used.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cached_property
from threading import Thread
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urlsplit

from tocsin.usecases.refusals import DeliveryFailedError
from tocsin.version import VERSION

if TYPE_CHECKING:
    from tocsin.channels.ports import Answer

ATTEMPT_SECONDS: Final = 10.0
"""For one request, from the look-up of the name to the last byte of the answer."""
USER_AGENT: Final = f"Tocsin/{VERSION}"
URL_LIMIT: Final = 2048

_NOT_PUBLIC: Final = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.88.99.0/24",  # 6to4 relays
        "2001::/23",  # Teredo and other protocols' own
        "2002::/16",  # 6to4: holds an IPv4 address
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
    )
)
_OPEN_IPV6: Final = ipaddress.ip_network("2000::/3")
"""All global addresses: mapped, translated, local and multicast ones lie outside."""

type Resolve = Callable[[str, int], Sequence[str]]
"""Takes a name and a port; answers addresses, or raises OSError."""


def look_up(name: str, port: int) -> Sequence[str]:
    """Ask the system's resolver.

    Raises:
        OSError: The name does not exist, or the resolver did not answer.
    """
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@dataclass
class Outbound:
    """Sends requests; may be used by several threads, as each request has its own connection."""

    allow_private: bool = False
    """Lets through plain HTTP and addresses of this machine and its network."""
    resolve: Resolve = look_up
    attempt_seconds: float = ATTEMPT_SECONDS
    tls_roots: str | None = field(default=None)
    """A file of certificates, in place of the machine's own."""

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.tls_roots)

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        from functions.notifier.checked_request import Host, exchange

        until = time.monotonic() + self.attempt_seconds
        target = self._split(url)
        is_secure = target.scheme == "https"
        name, port = _place(target, is_secure=is_secure)
        addresses = self._checked_addresses(name, port, until)
        shown_name = f"[{name}]" if ":" in name else name
        host = shown_name if target.port is None else f"{shown_name}:{port}"
        path = (target.path or "/") + (f"?{target.query}" if target.query else "")
        sent = {"host": host, "user-agent": USER_AGENT, "connection": "close", **headers}
        checked = Host(
            name=name, port=port, addresses=addresses, tls=self._tls if is_secure else None
        )
        return exchange(checked, path, sent, body, until=until)

    def is_private(self, host: str) -> bool:
        if self.allow_private:
            return False
        try:
            addresses = self.resolve(host, 443)
        except (OSError, UnicodeError):
            return False  # no host, or one that cannot be reached
        return not all(is_public(address) for address in addresses)

    def _split(self, url: str) -> SplitResult:
        if len(url) > URL_LIMIT or not (url.isascii() and url.isprintable()) or " " in url:
            raise _refused("the URL has characters that no URL has, or too many")
        if "\\" in url:
            raise _refused("the URL has a backslash")
        try:
            target = urlsplit(url)
            has_port = target.port is None or target.port > 0
        except ValueError:
            raise _refused("the URL cannot be read") from None
        schemes = ("https", "http") if self.allow_private else ("https",)
        if target.scheme not in schemes:
            raise _refused(f"the URL does not begin with {schemes[0]}://")
        if target.username is not None or target.password is not None:
            raise _refused("the URL holds a user name or a password")
        if not target.hostname or not has_port:
            raise _refused("the URL has no host, or no such port can be")
        return target

    def _checked_addresses(self, name: str, port: int, until: float) -> Sequence[str]:
        try:
            addresses = self._looked_up(name, port, until)
        except TimeoutError as error:
            raise DeliveryFailedError(
                "the host's name was not looked up in time", is_retryable=True
            ) from error
        except (OSError, UnicodeError) as error:
            raise DeliveryFailedError(
                "the host's name could not be looked up", is_retryable=True
            ) from error
        if not addresses:
            raise DeliveryFailedError("the host's name leads nowhere", is_retryable=True)
        if not self.allow_private and not all(is_public(address) for address in addresses):
            raise _refused("the host's name leads to an address that is not public")
        return addresses

    def _looked_up(self, name: str, port: int, until: float) -> Sequence[str]:
        """Ask the resolver, which knows no timeout, in a thread that may be left behind."""
        answer: Future[Sequence[str]] = Future()

        def ask() -> None:
            try:
                answer.set_result(self.resolve(name, port))
            except Exception as error:  # noqa: BLE001 - raised where it is waited for
                answer.set_exception(error)

        Thread(target=ask, daemon=True).start()
        return answer.result(timeout=max(0.01, until - time.monotonic()))


def is_public(address: str) -> bool:
    """Whether an address belongs to the open internet."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(known, ipaddress.IPv6Address) and (
        known.scope_id is not None or known not in _OPEN_IPV6
    ):
        return False
    return (
        known.is_global
        and not known.is_multicast
        and not known.is_reserved
        and not any(known in network for network in _NOT_PUBLIC)
    )


def _place(target: SplitResult, *, is_secure: bool) -> tuple[str, int]:
    return target.hostname or "", target.port or (443 if is_secure else 80)


def _refused(problem: str) -> DeliveryFailedError:
    return DeliveryFailedError(f"not sent: {problem}", is_retryable=False)
