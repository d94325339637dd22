"""Profiles: names of stacks, in a file that holds no secret.

default = "payments"

[profiles.payments]
url = "https://alerts.example.com"
"""

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Table

from tocsin_cli.errors import CommandError, FailedError, UsageError
from tocsin_cli.exit_codes import ExitCode

NAME: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"


def profiles_file() -> Path:
    """As freedesktop.org's base directories have it, on every system."""
    folder = os.environ.get("XDG_CONFIG_HOME", "")
    base = Path(folder) if Path(folder).is_absolute() else Path("~/.config").expanduser()
    return base / "tocsin" / "config.toml"


@dataclass(frozen=True, slots=True)
class Profiles:
    """The file, with its comments."""

    document: tomlkit.TOMLDocument

    @classmethod
    def read(cls) -> Self:
        """Raises CommandError where the file is not as it should be; none is an empty one."""
        path = profiles_file()
        try:
            document = tomlkit.parse(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return cls(tomlkit.document())
        except (OSError, UnicodeDecodeError, TOMLKitError) as error:
            raise _bad_file(f"{path} cannot be read: {error}") from error
        known = document.get("profiles", {})
        if not isinstance(known, dict) or not all(
            isinstance(it, dict) and isinstance(it.get("url"), str) for it in known.values()
        ):
            raise _bad_file(
                f'{path}: each profile needs a url: [profiles.NAME], url = "https://…".'
            )
        if not isinstance(document.get("default", ""), str):
            raise _bad_file(f"{path}: default has to be the name of a profile.")
        return cls(document)

    @property
    def default(self) -> str | None:
        return str(self.document["default"]) if "default" in self.document else None

    @property
    def urls(self) -> dict[str, str]:
        return {str(name): str(it["url"]) for name, it in self.document.get("profiles", {}).items()}

    def url_of(self, name: str) -> str:
        try:
            return self.urls[name]
        except KeyError:
            known = ", ".join(sorted(self.urls)) or "none"
            message = f"there is no profile {name}; {profiles_file()} has: {known}."
            raise CommandError(message, ExitCode.NOT_CONFIGURED) from None

    def add(self, name: str, url: str, *, is_default: bool) -> None:
        """Raises CommandError for a bad name, and where the name is another stack's."""
        if not re.fullmatch(NAME, name):
            message = f"{name} cannot be a profile's name: letters, digits, `.`, `_`, `-`."
            raise UsageError(message)
        if self.urls.get(name, url) != url:
            message = f"profile {name} is already {self.urls[name]}."
            raise FailedError(message, f"`tocsin profiles remove {name}` makes room.")
        table = self.document.setdefault("profiles", tomlkit.table(is_super_table=True))
        if name not in table:
            table[name] = _profile(url)
        if is_default or self.default is None:
            self.document["default"] = name
        self._write()

    def remove(self, name: str) -> str:
        """Forget a profile, and answer its address."""
        url = self.url_of(name)
        del self.document["profiles"][name]
        if self.default == name:
            del self.document["default"]
        self._write()
        return url

    def _write(self) -> None:
        path = profiles_file()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, written = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(self.document.as_string())
            Path(written).replace(path)
        except OSError as error:
            raise _bad_file(f"{path} cannot be written: {error}") from error


def _profile(url: str) -> Table:
    table = tomlkit.table()
    table["url"] = url
    return table


def _bad_file(message: str) -> CommandError:
    return CommandError(message, ExitCode.NOT_CONFIGURED)
