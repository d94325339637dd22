"""`sam build` of the real template for this machine's processor, skipped while nothing changed."""

import fcntl
import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.stack.aws import architecture
from local.stack.places import Places
from local.stack.processes import run_to_log

SOURCES = ("template.yaml", "functions", "layers", "requirements/runtime.txt", "teams")
NOT_SOURCES = {"__pycache__", ".mypy_cache", ".ruff_cache"}
MARK = ".fingerprint"


@dataclass(frozen=True)
class Build:
    template: Path
    fingerprint: str


def build(places: Places) -> Build:
    """The folder belongs to `make run` alone: `make deploy` builds for another processor."""
    places.build.mkdir(parents=True, exist_ok=True)
    fingerprint = fingerprint_of(places.root)
    built = places.build / fingerprint
    with _one_at_a_time(places.build / "lock"):
        if not (built / MARK).exists():
            for older in places.build.glob(f"*/{MARK}"):
                shutil.rmtree(older.parent)
            _sam_build(places, built)
            (built / MARK).touch()
    return Build(template=built / "template.yaml", fingerprint=fingerprint)


def fingerprint_of(root: Path) -> str:
    digest = hashlib.sha256(f"{architecture()} {sys.version}".encode())
    for file in _files(root):
        digest.update(f"\0{file.relative_to(root)}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _files(root: Path) -> Iterator[Path]:
    for source in (root / name for name in SOURCES):
        for file in sorted([source, *source.rglob("*")]):
            if file.is_file() and not NOT_SOURCES & set(file.parts):
                yield file


def _sam_build(places: Places, built: Path) -> None:
    shutil.rmtree(built, ignore_errors=True)
    run_to_log(
        [
            *("sam", "build", "--template-file", places.root / "template.yaml"),
            *("--build-dir", built, "--parameter-overrides", f"Architecture={architecture()}"),
        ],
        log=places.logs / "build.log",
        environment={**sam_environment(), "ARCH": architecture()},
        directory=places.root,
    )


def sam_environment() -> dict[str, str]:
    """Without a person's own AWS account, and with the virtual environment's python3.13."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    search = os.pathsep.join([str(Path(sys.executable).parent), ours.get("PATH", os.defpath)])
    return {**ours, "PATH": search, "SAM_CLI_TELEMETRY": "0"}


@contextmanager
def _one_at_a_time(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
