"""A Chromium for pictures and tests: one that BROWSER= names, one on the PATH, or an unpacked one.

`make browser` unpacks Debian's headless Chromium into `.local/browser`, without root and without
installing it; whoever has a Chromium needs none of that.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from local.stack.places import ROOT
from local.stack.prerequisites import LocalStackError

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "chromium-headless-shell")
UNPACKED: Final = ROOT / ".local" / "browser"
PACKAGE: Final = "chromium-headless-shell"
FLAGS: Final = ("--disable-gpu", "--disable-background-networking", "--hide-scrollbars")
START_SECONDS: Final = 60
# Of the machine itself, or of a screen that a headless browser does not have.
_LEFT_OUT: Final = frozenset(
    {"libc6", "libgcc-s1", "gcc-12-base", "xdg-utils", "x11-utils", "libgl1-mesa-dri", "debconf"}
)


@dataclass(frozen=True, kw_only=True)
class Chromium:
    """Args: environment: In which it finds its libraries."""

    program: str
    environment: Mapping[str, str] = field(default_factory=dict)


def find_chromium() -> Chromium:
    """The browser to use.

    Raises:
        LocalStackError: There is none.
    """
    named = os.environ.get("BROWSER")
    if found := next(filter(None, map(shutil.which, [named] if named else NAMES)), None):
        return Chromium(program=found)
    # Not the script in usr/bin, which looks for it where it would be installed.
    program = UNPACKED / "usr/lib/chromium" / PACKAGE
    if not named and program.is_file():
        return Chromium(program=str(program), environment=_libraries())
    raise LocalStackError(
        f"{named or 'Chromium'} is not on the PATH: install one (Debian: apt install chromium), "
        "unpack one with `make browser`, or name it: BROWSER=/path/to/chromium"
    )


@contextmanager
def browser() -> Iterator["Browser"]:
    """A browser that runs until the end of the block."""
    from playwright.sync_api import sync_playwright

    found = find_chromium()
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=found.program,
            args=list(FLAGS),
            env={**os.environ, **found.environment},
            timeout=START_SECONDS * 1000,
        )
        try:
            yield running
        finally:
            running.close()


def _libraries() -> dict[str, str]:
    # PulseAudio's library lies in a folder of its own, which is known by its place on the machine.
    folders = [
        folder
        for name in ("usr/lib", "lib")
        for place in ("*-linux-gnu*", "*-linux-gnu*/pulseaudio")
        for folder in sorted((UNPACKED / name).glob(place))
    ]
    return {
        "LD_LIBRARY_PATH": os.pathsep.join(map(str, folders)),
        "FONTCONFIG_PATH": str(UNPACKED / "etc/fonts"),
        "FONTCONFIG_SYSROOT": str(UNPACKED),
    }


def unpack(folder: Path = UNPACKED) -> None:
    """Fetch Debian's headless Chromium with what it links, and unpack both into a folder.

    Raises:
        LocalStackError: This is no Debian, or its mirror cannot be reached.
    """
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise LocalStackError(
            "Only Debian's packages can be unpacked: install a Chromium, or name it with BROWSER=."
        )
    shutil.rmtree(folder, ignore_errors=True)
    fetched = folder / "fetched"
    fetched.mkdir(parents=True)
    apt = _own_apt(folder)
    _run(["apt-get", *apt, "update", "-qq"], fetched)
    names = _with_dependencies(PACKAGE, apt)
    print(f"Fetching {len(names)} of Debian's packages into {folder}", flush=True)
    _run(["apt-get", *apt, "download", "-qq", *names], fetched)
    for package in sorted(fetched.glob("*.deb")):
        _run(["dpkg-deb", "--extract", str(package), str(folder)], fetched)
    shutil.rmtree(fetched)
    shutil.rmtree(folder / "apt")


def _own_apt(folder: Path) -> list[str]:
    """Lists and downloads in folders of our own: the machine's belong to root."""
    state, cache = folder / "apt" / "state", folder / "apt" / "cache"
    (state / "lists" / "partial").mkdir(parents=True)
    (cache / "archives" / "partial").mkdir(parents=True)
    options = {
        "Dir::State": state,
        "Dir::Cache": cache,
        "Dir::State::status": "/var/lib/dpkg/status",
        # As root, apt would hand the download to a user who may not write here.
        "APT::Sandbox::User": "",
    }
    return [part for name, value in options.items() for part in ("-o", f"{name}={value}")]


def _with_dependencies(name: str, apt: list[str]) -> list[str]:
    """A package and all that it depends on; of alternatives the first."""
    known: set[str] = set()
    new = {name}
    while new:
        known |= new
        said = _run(
            [
                *("apt-cache", *apt, "depends", "--no-recommends", "--no-suggests"),
                *("--no-conflicts", "--no-breaks", "--no-replaces", "--no-enhances"),
                *sorted(new),
            ],
            UNPACKED,
        )
        new = set(_first_alternatives(said)) - known - _LEFT_OUT
    return sorted(known)


def _first_alternatives(said: str) -> Iterator[str]:
    """Names of an answer of `apt-cache depends`: a line with `|` has its alternative below it."""
    is_alternative = False
    is_virtual = False
    for line in said.splitlines():
        word = line.strip()
        if "Depends: " in word:
            package = word.partition("Depends: ")[2]
            is_virtual = package.startswith("<") and not is_alternative
            if not is_alternative and not is_virtual:
                yield package.partition(":")[0]
            is_alternative = word.startswith("|")
        elif is_virtual and line.startswith("    "):
            yield word.partition(":")[0]
            is_virtual = False


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LocalStackError(f"{' '.join(command[:2])} failed: {done.stderr.strip()[-500:]}")
    return done.stdout


def main() -> int:
    """`make browser`: unpack one where there is none."""
    try:
        try:
            find_chromium()
        except LocalStackError:
            if os.environ.get("BROWSER"):
                raise
            unpack()
        with browser() as running:
            print(f"Chromium {running.version}: {find_chromium().program}")
    except LocalStackError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
