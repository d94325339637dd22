"""Which stack a command talks to, and with which key.

Whatever names the address brings the key, so that no key goes to another's address.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from tocsin_cli.errors import CommandError
from tocsin_cli.exit_codes import ExitCode
from tocsin_cli.secret import Secret

if TYPE_CHECKING:
    from tocsin_cli.profiles import Profiles

URL: Final = "TOCSIN_URL"
KEY: Final = "TOCSIN_API_KEY"
PROFILE: Final = "TOCSIN_PROFILE"
_NO_ADDRESS: Final = "no address such as https://alerts.example.com."
LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True, kw_only=True)
class StackAddress:
    url: str
    """Without a slash at its end."""
    key: Secret
    named_by: str
    """For messages: where the address was found."""
    integration_urls: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Of the local stack, which keeps them: each is a credential."""


def find_stack(profile: str | None = None) -> StackAddress:
    """Find the stack: by the option, the environment, the local stack, or the default profile.

    Raises:
        CommandError: None is named, or what names it is not complete.
    """
    if profile is not None:
        return _of_profile(profile)
    if url := os.environ.get(URL):
        return _of_environment(url)
    if named := os.environ.get(PROFILE):
        return _of_profile(named)
    if local := _local_stack():
        return local
    if default := _profiles().default:
        return _of_profile(default)
    raise CommandError(
        "no stack is named.",
        ExitCode.NOT_CONFIGURED,
        f"Name one: `tocsin profiles add NAME URL`, or {URL} and {KEY} in the environment, or run "
        "this in the project's folder beside `make run`.",
    )


def _profiles() -> "Profiles":
    """Loaded on use, as the keyring is: an environment that names the stack needs neither."""
    from tocsin_cli.profiles import Profiles

    return Profiles.read()


def _of_profile(name: str) -> StackAddress:
    from tocsin_cli.keys import key_of

    url = checked_url(_profiles().url_of(name), f"profile {name}")
    return StackAddress(url=url, key=key_of(name, url), named_by=f"profile {name}")


def _of_environment(url: str) -> StackAddress:
    key = os.environ.get(KEY)
    if not key:
        message = f"{URL} names a stack, but there is no {KEY}."
        raise CommandError(message, ExitCode.NOT_CONFIGURED)
    return StackAddress(url=checked_url(url, URL), key=Secret.read(key, KEY), named_by=URL)


def _local_stack() -> StackAddress | None:
    for path in _stack_files():
        try:
            written = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:
            message = f"{path} cannot be read: {error}"
            raise CommandError(message, ExitCode.NOT_CONFIGURED) from error
        match written:
            case {"url": str(url), "api_key": str(key)}:
                return StackAddress(
                    url=checked_url(url, str(path)),
                    key=Secret.read(key, str(path)),
                    named_by="the local stack",
                    integration_urls=_urls(written.get("integrations")),
                )
            case _:
                message = f"{path} is not what `make run` writes."
                raise CommandError(message, ExitCode.NOT_CONFIGURED)
    return None


def _stack_files() -> Iterator[Path]:
    """In this folder and those above, up to the project's own."""
    for folder in (Path.cwd(), *Path.cwd().parents):
        yield folder / ".local" / "stack.json"
        if (folder / "template.yaml").exists():
            return


def _urls(integrations: object) -> dict[str, str]:
    if not isinstance(integrations, dict):
        return {}
    return {
        str(name): it["url"]
        for name, it in integrations.items()
        if isinstance(it, dict) and isinstance(it.get("url"), str)
    }


def checked_url(url: str, place: str) -> str:
    """Take an address that a key may be sent to.

    Raises:
        CommandError: It is no address, holds a password, or would send the key in the clear.
    """
    url = url.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise _bad_url(f"{place} names {_NO_ADDRESS}") from None
    if not is_good or not url.isascii() or not url.isprintable() or " " in url:
        raise _bad_url(f"{place} names {_NO_ADDRESS}")
    if parts.username is not None or parts.query or parts.fragment:
        raise _bad_url(f"{place} has to be an address alone, without a password and a query.")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise _bad_url(f"{place} is not https: the key would go over the network in the clear.")
    return url


def _bad_url(message: str) -> CommandError:
    return CommandError(message, ExitCode.NOT_CONFIGURED)
