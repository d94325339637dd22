"""Reads links with the stack's key, which may have been replaced."""

from collections.abc import Callable
from datetime import datetime

from functions.actions.ports import Ports
from tocsin.domain.link import (
    LINK_PATH,
    Link,
    LinkAction,
    LinkExpiredError,
    LinkSigner,
    LinkUnknownError,
    read_link_key,
)
from tocsin.domain.short_link import read_short, stored_name


def read_link(token: str, at: datetime, ports: Ports) -> Link:
    """Read a token: a signed link, or the characters of a short one.

    Raises:
        LinkUnknownError: Its signature is not ours, or nothing is stored of it.
        LinkExpiredError: It is too old.
    """
    return read_by_key(lambda key: _read(token, key, at, ports), at, ports)


def _read(token: str, key: bytes, at: datetime, ports: Ports) -> Link:
    characters = read_short(token)
    if characters is None:
        return LinkSigner(key, ports.public_url).read(token, at)
    link = ports.short_links.find(stored_name(characters, key))
    if link is None:
        raise LinkUnknownError
    if at >= link.expires_at:
        raise LinkExpiredError(link.expires_at)
    return link


def awake_path(link: Link, at: datetime, ports: Ports) -> str:
    """The link "I'm awake" of the same reader: it works as long as the one that was opened."""
    key = read_link_key(ports.secrets.get(ports.link_key_parameter, at=at))
    signer = LinkSigner(key, ports.public_url)
    life = link.expires_at - at
    return LINK_PATH + signer.token(LinkAction.AWAKE, link.alert_id, by=link.by, at=at, life=life)


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
