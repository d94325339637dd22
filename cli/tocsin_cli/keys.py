"""API keys, kept by the system's keyring under a profile and its address.

An address that is changed in the profiles' file has no key.
"""

from typing import Final

import keyring
from keyring.errors import KeyringError, NoKeyringError, PasswordDeleteError

from tocsin_cli.errors import CommandError
from tocsin_cli.exit_codes import ExitCode
from tocsin_cli.secret import Secret

SERVICE: Final = "tocsin"
_WITHOUT: Final = "Where there is no keyring, TOCSIN_URL and TOCSIN_API_KEY do."


def key_of(profile: str, url: str) -> Secret:
    """Read the key of a profile.

    Raises:
        CommandError: There is none, or no keyring.
    """
    try:
        key = keyring.get_password(SERVICE, _entry(profile, url))
    except (KeyringError, RuntimeError) as error:
        raise _no_keyring(error) from error
    if key is None:
        raise CommandError(
            f"the keyring has no key of profile {profile} for {url}.",
            ExitCode.NOT_CONFIGURED,
            f"`tocsin profiles add {profile} {url}` asks for it.",
        )
    return Secret.read(key, "what the keyring has")


def keep_key(profile: str, url: str, key: Secret) -> None:
    try:
        keyring.set_password(SERVICE, _entry(profile, url), key.reveal)
    except (KeyringError, RuntimeError) as error:
        raise _no_keyring(error) from error


def forget_key(profile: str, url: str) -> None:
    """Of a profile without a key there is nothing to forget."""
    try:
        keyring.delete_password(SERVICE, _entry(profile, url))
    except (PasswordDeleteError, NoKeyringError):
        return
    except (KeyringError, RuntimeError) as error:
        raise _no_keyring(error) from error


def _entry(profile: str, url: str) -> str:
    return f"{profile} {url}"


def _no_keyring(error: Exception) -> CommandError:
    if isinstance(error, NoKeyringError):
        message = "this system has no keyring to keep keys in."
    else:
        message = f"the keyring does not answer: {type(error).__name__}."
    return CommandError(message, ExitCode.NOT_CONFIGURED, _WITHOUT)
