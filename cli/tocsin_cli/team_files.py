"""Team's files as commands read them."""

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from tocsin.team_file.model import TeamFile
from tocsin_cli.errors import FailedError, UsageError
from tocsin_cli.yaml_file import FileError, FileProblem, checked, read_yaml


def read_text(file: str) -> bytes:
    """Read a file, or standard input where it is `-`."""
    try:
        if file == "-":
            return sys.stdin.buffer.read() if sys.stdin is not None else b""
        return Path(file).read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise UsageError(f"{file} is no file's name.") from error


def problems_in(
    text: bytes, name: str, *, at: datetime, stack: str | None, allows_private: bool
) -> Sequence[FileProblem]:
    """Find all mistakes of a file.

    Args:
        text: The file.
        name: As it is shown.
        at: The time now.
        stack: The stack's name; None: names of secrets are not held to it.
        allows_private: Whether the stack may send to private addresses.
    """
    try:
        checked(
            read_yaml(text, name),
            at=at,
            stack=None if stack is None else f"/tocsin/{stack}",
            allows_private=allows_private,
        )
    except FileError as error:
        return error.problems
    return ()


def team_file(text: bytes | str, name: str, at: datetime) -> TeamFile:
    """Read a valid file.

    Raises:
        FailedError: With all its mistakes.
    """
    try:
        return checked(read_yaml(text, name), at=at, allows_private=True)
    except FileError as error:
        raise FailedError(f"{name} is not valid.\n{error}") from None
