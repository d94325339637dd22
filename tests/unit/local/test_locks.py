"""What is installed is locked: each requirements/*.in has its .txt, which `make lock` renews."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "requirements"
NAMES = sorted(file.stem for file in FOLDER.glob("*.in"))
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==\S+", re.MULTILINE)
_ASKED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)", re.MULTILINE)


def plain(name: str) -> str:
    """As PEP 503 compares names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_all_locks_are_renewed_together() -> None:
    (said,) = re.findall(r"^\t@for name in (.*); do", (ROOT / "Makefile").read_text(), re.MULTILINE)

    assert sorted(said.split()) == NAMES
    assert sorted(file.stem for file in FOLDER.glob("*.txt")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_lock_pins_what_is_asked_for_with_hashes_and_names_no_index(name: str) -> None:
    lock = (FOLDER / f"{name}.txt").read_text()

    pinned = {plain(it) for it in _PINNED.findall(lock)}
    asked = {plain(it) for it in _ASKED.findall((FOLDER / f"{name}.in").read_text())}
    assert asked <= pinned
    for entry in re.split(r"\n(?=[A-Za-z0-9])", lock.strip()):
        assert "--hash=sha256:" in entry, entry
    assert "://" not in lock
    assert "--index" not in lock
    assert "--extra-index" not in lock


@pytest.mark.parametrize(
    "file", sorted(ROOT.glob("functions/*/requirements.txt")), ids=lambda file: file.parent.name
)
def test_a_function_is_installed_by_its_lock(file: Path) -> None:
    assert file.read_text() == (FOLDER / f"{file.parent.name}.txt").read_text()
