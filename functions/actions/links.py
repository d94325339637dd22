"""Reads links with the stack's key, which may have been replaced."""

from collections.abc import Callable
from datetime import datetime

from functions.actions.ports import Ports
from tocsin.domain.link import Link, LinkSigner, LinkUnknownError, read_link_key


def read_link(token: str, at: datetime, ports: Ports) -> Link:
    """Read a token.

    Raises:
        LinkUnknownError: Its signature is not ours.
        LinkExpiredError: It is too old.
    """
    return read_by_key(lambda key: LinkSigner(key, ports.public_url).read(token, at), at, ports)


def read_by_key[T](read: Callable[[bytes], T], at: datetime, ports: Ports) -> T:
    """Read a token by the stack's key, and by a newer one if that does not open it.

    Raises:
        LinkUnknownError: As `read`.
        LinkExpiredError: As `read`.
    """
    name = ports.link_key_parameter
    known = ports.secrets.get(name, at=at)
    try:
        return read(read_link_key(known))
    except LinkUnknownError:
        by_now = ports.secrets.get_anew(name, at=at)
        if by_now == known:
            raise
    return read(read_link_key(by_now))
