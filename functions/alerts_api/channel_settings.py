"""What each type of channel needs, and what it may not have."""

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlsplit

from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.domain.people import ChannelType

LINK_KEY: Final = "/link-key"
"""Ends the name of the parameter whose key signs links: whoever could have something else signed
with it could make links."""
ADMIN_KEY: Final = "/admin-key"

_SECRET_PARAMETERS: Final = frozenset(
    (
        *("access_token", "api_key", "apikey", "auth", "key", "pass", "password", "pwd"),
        *("secret", "sig", "signature", "token"),
    )
)
_SECRETS_THEMSELVES: Final = ("whsec_", "xoxb-", "xoxp-", "xapp-")
_LOCAL_NAMES: Final = (".localhost", ".local", ".internal")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Needs:
    """Which members of a body a type takes."""

    required: tuple[str, ...] = ()
    takes_secret: bool = False


_NEEDS: Final[Mapping[ChannelType, _Needs]] = {
    ChannelType.WEBHOOK: _Needs(required=("url",), takes_secret=True),
    ChannelType.SLACK: _Needs(required=("channel", "secret"), takes_secret=True),
    ChannelType.EMAIL: _Needs(required=("to",)),
    ChannelType.SMS: _Needs(required=("to",)),
    ChannelType.APPRISE: _Needs(required=("secret",), takes_secret=True),
    ChannelType.CONSOLE: _Needs(),
}


def settings_of(type_: ChannelType, members: Mapping[str, object]) -> dict[str, object]:
    """Choose what the type keeps as its settings.

    Args:
        type_: The channel's.
        members: `url`, `channel`, `to` and `secret` of a body; None where nothing is said.

    Raises:
        InvalidInputError: Something is missing, or is not for this type.
    """
    needs = _NEEDS[type_]
    taken = {*needs.required, *(("secret",) if needs.takes_secret else ())}
    problems = [
        Problem(name, f"is missing: a channel of type {type_} needs it")
        for name in needs.required
        if members.get(name) is None
    ]
    problems += [
        Problem(name, f"is not for a channel of type {type_}: leave it out")
        for name, value in members.items()
        if value is not None and name not in taken
    ]
    if problems:
        raise InvalidInputError("The body is not as it should be.", problems)
    return {name: members[name] for name in needs.required if name != "secret"}


def expect_addresses(to: Sequence[str], type_: ChannelType, good: Mapping[str, bool]) -> None:
    """Refuse what this type cannot write to.

    Args:
        to: The addresses.
        type_: The channel's.
        good: Whether each address is one.

    Raises:
        InvalidInputError: It names the first that is none.
    """
    expected = {
        ChannelType.EMAIL: "must be an e-mail address such as ops@example.com",
        ChannelType.SMS: "must be a phone number such as +15550100: plus sign, country, number",
    }[type_]
    problems = [
        Problem(f"to[{position}]", expected)
        for position, address in enumerate(to)
        if not good[address]
    ]
    if problems:
        raise InvalidInputError("The body is not as it should be.", problems)


def problem_of_url(url: str, *, allows_private: bool) -> str | None:
    """Say why a webhook cannot go there; None if it can.

    The notifier looks at the address that the name leads to, each time that it sends.

    Args:
        url: As it was sent.
        allows_private: Whether `http` and addresses of this machine are for this stack.
    """
    parts = _split(url)
    if parts is None:
        return "is no URL such as https://example.com/hook"
    named = {name.lower() for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    credentials = sorted(named & _SECRET_PARAMETERS)
    checks = (
        (parts.scheme not in ("http", "https"), "must begin with https://"),
        (
            parts.username is not None or parts.password is not None,
            "may hold no user or password: what is sent is told by its signature",
        ),
        (bool(credentials), f"may hold no credential: leave out {', '.join(credentials)}"),
        (bool(parts.fragment), "may have no # part, which is never sent"),
        (
            not allows_private and parts.scheme != "https",
            "must begin with https://, unless the stack allows private webhooks",
        ),
        (
            not allows_private and _is_private(parts.hostname or ""),
            "must be a public address, unless the stack allows private webhooks",
        ),
    )
    return next((problem for is_wrong, problem in checks if is_wrong), None)


def _split(url: str) -> SplitResult | None:
    if any(letter.isspace() or not letter.isprintable() for letter in url):
        return None
    try:
        parts = urlsplit(url)
        is_url = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if is_url else None


def full_name_of_secret(name: str, stack: str) -> str:
    """Where a secret lies; a bare name is meant below the stack's own prefix."""
    return name if name.startswith("/") else f"{stack}/{name}"


def problem_of_secret(name: str, *, stack: str, generated_below: str, is_known: bool) -> str | None:
    """Say why a parameter cannot be a channel's secret; None if it can.

    Args:
        name: Of the parameter, in full.
        stack: Where the stack's secrets lie.
        generated_below: Where generated ones lie.
        is_known: Whether the channel has this one already.
    """
    if not name.startswith(f"{stack}/"):
        return f"must lie below {stack}/, where this stack's secrets are; hook is {stack}/hook"
    if is_known:
        return None
    checks = (
        (
            name.rpartition("/")[2].startswith(_SECRETS_THEMSELVES),
            "is a secret itself: write it to a parameter, and name that here",
        ),
        (
            name.startswith(f"{generated_below}/"),
            "is where generated secrets lie: name another parameter, or leave it out",
        ),
        (name.endswith(LINK_KEY), "is the key that signs links: name another parameter"),
        (name.endswith(ADMIN_KEY), "is an administrator's key: name another parameter"),
    )
    return next((problem for is_wrong, problem in checks if is_wrong), None)


def _is_private(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        # Some resolvers take 127.1 and 0x7f000001 for addresses too; the notifier sees those.
        return f".{host.rstrip('.').lower()}".endswith(_LOCAL_NAMES)
    return not address.is_global
