"""Which browser is taken, and which of Debian's packages one needs."""

from pathlib import Path

import pytest

from local import browser
from local.browser import find_chromium
from local.stack.prerequisites import LocalStackError

SAID = """chromium-headless-shell
  Depends: libc6
 |Depends: libnss3
  Depends: libnss3-other
  Depends: <virtual-fonts>
    fonts-one
    fonts-two
  PreDepends: libexpat1:any
  Depends: libatk1.0-0
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without a browser."""
    monkeypatch.delenv("BROWSER", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(browser, "UNPACKED", tmp_path / "unpacked")
    (tmp_path / "bin").mkdir()
    return tmp_path


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_of_alternatives_the_first_and_of_a_virtual_package_one_is_taken() -> None:
    assert list(browser._first_alternatives(SAID)) == [
        *("libc6", "libnss3", "fonts-one", "libexpat1", "libatk1.0-0"),
    ]


def test_a_browser_that_is_named_is_taken_first(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(folder / "bin/chromium")
    named = program(folder / "mine")
    monkeypatch.setenv("BROWSER", str(named))

    assert find_chromium().program == str(named)


def test_one_on_the_path_is_taken_before_an_unpacked_one(folder: Path) -> None:
    program(folder / "unpacked/usr/lib/chromium/chromium-headless-shell")
    found = program(folder / "bin/chromium")

    assert find_chromium().program == str(found)


def test_an_unpacked_one_finds_its_libraries(folder: Path) -> None:
    unpacked = program(folder / "unpacked/usr/lib/chromium/chromium-headless-shell")
    libraries = folder / "unpacked/usr/lib/x86_64-linux-gnu"
    libraries.mkdir()

    assert find_chromium().program == str(unpacked)
    assert find_chromium().environment["LD_LIBRARY_PATH"] == str(libraries)


def test_without_one_it_is_said_how_to_have_one(folder: Path) -> None:  # noqa: ARG001 - has none
    with pytest.raises(LocalStackError, match="make browser"):
        find_chromium()


def test_one_that_is_named_and_missing_is_not_replaced(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(folder / "bin/chromium")
    monkeypatch.setenv("BROWSER", "/nowhere/chromium")

    with pytest.raises(LocalStackError, match="/nowhere/chromium"):
        find_chromium()
