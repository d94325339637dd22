"""Reads links with the stack's key, which may have been replaced."""

from datetime import datetime

from functions.actions.ports import Ports
from tocsin.domain.link import Link, LinkExpiredError, LinkSigner, LinkUnknownError, read_link_key
from tocsin.domain.short_link import read_short, stored_name


def read_link(token: str, at: datetime, ports: Ports) -> Link:
    """Read a token: a signed link, or the characters of a short one.

    Raises:
        LinkUnknownError: Its signature is not ours, or nothing is stored of it.
        LinkExpiredError: It is too old.
    """
    name = ports.link_key_parameter
    known = ports.secrets.get(name, at=at)
    try:
        return _read(token, known, at, ports)
    except LinkUnknownError:
        by_now = ports.secrets.get_anew(name, at=at)
        if by_now == known:
            raise
    return _read(token, by_now, at, ports)


def _read(token: str, written_key: str, at: datetime, ports: Ports) -> Link:
    key = read_link_key(written_key)
    characters = read_short(token)
    if characters is None:
        return LinkSigner(key, ports.public_url).read(token, at)
    link = ports.short_links.find(stored_name(characters, key))
    if link is None:
        raise LinkUnknownError
    if at >= link.expires_at:
        raise LinkExpiredError(link.expires_at)
    return link
