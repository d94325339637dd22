"""The commit whose stacks are updated in place, as far as this clone has its history."""

import io
import subprocess
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NAMED = ROOT / "tests" / "stack" / "upgrade_from"
"""Holds the commit; moved at each release."""


def released_commit() -> str:
    """Name it; a test that needs it is skipped, and says so, where the clone has no such commit."""
    commit = NAMED.read_text(encoding="utf-8").strip()
    known = _git("cat-file", "-e", f"{commit}^{{commit}}")
    if known.returncode != 0:
        pytest.skip(f"this clone has no commit {commit}, so there is nothing to update from")
    return commit


def released_file(name: str) -> str:
    """Read a file as it was in that commit."""
    return _git("show", f"{released_commit()}:{name}").stdout.decode()


def unpack_release(folder: Path) -> None:
    """Write all files of that commit into a folder."""
    packed = _git("archive", released_commit()).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")


def _git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(("git", *arguments), cwd=ROOT, capture_output=True, check=False)
