"""Reads links with the stack's key, which may have been replaced."""

from datetime import datetime

from functions.actions.ports import Ports
from tocsin.domain.link import Link, LinkSigner, LinkUnknownError, read_link_key


def read_link(token: str, at: datetime, ports: Ports) -> Link:
    """Read a token.

    Raises:
        LinkUnknownError: Its signature is not ours.
        LinkExpiredError: It is too old.
    """
    name = ports.link_key_parameter
    known = ports.secrets.get(name, at=at)
    try:
        return _signer(known, ports).read(token, at)
    except LinkUnknownError:
        by_now = ports.secrets.get_anew(name, at=at)
        if by_now == known:
            raise
    return _signer(by_now, ports).read(token, at)


def _signer(key: str, ports: Ports) -> LinkSigner:
    return LinkSigner(read_link_key(key), ports.public_url)
