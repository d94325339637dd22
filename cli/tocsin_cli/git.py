"""A file as it was in a revision of git."""

import subprocess
from pathlib import Path
from typing import Final

from tocsin_cli.errors import UsageError

SECONDS: Final = 30


def file_at(path: Path, revision: str) -> str | None:
    """Read a file of the repository that it lies in; None: the revision has no such file.

    Raises:
        UsageError: It lies in no repository, or there is no such revision.
    """
    folder = path.resolve().parent
    if revision.startswith("-") or _git(folder, "cat-file", "-e", f"{revision}^{{commit}}") is None:
        message = f"{revision} is neither `stack`, nor a file, nor a revision of git in {folder}."
        raise UsageError(message)
    written = _git(folder, "show", f"{revision}:./{path.name}")
    return None if written is None else written.decode(errors="replace")


def _git(folder: Path, *arguments: str) -> bytes | None:
    """None: git says no."""
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - a list, and no revision begins like an option
            command, capture_output=True, check=False, timeout=SECONDS
        )
    except FileNotFoundError:
        raise UsageError("git is not on the PATH, so no revision can be read.") from None
    except subprocess.TimeoutExpired:
        raise UsageError(f"git did not answer within {SECONDS} seconds.") from None
    return done.stdout if done.returncode == 0 else None
