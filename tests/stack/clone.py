"""A fresh clone of the repository, and `make run` in it."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.stack.places import ROOT
from local.stack.prerequisites import free_port
from local.stack.processes import end

NOT_CLONED = (".git", ".venv*", ".local", ".aws-sam", ".hypothesis", ".*_cache", "__pycache__")
READY = "Ctrl-C stops"
READY_SECONDS, STOP_SECONDS = 240, 60


@dataclass(frozen=True, slots=True)
class Terminal:
    """What a person sees of `make run`."""

    output: Path
    seconds: float
    """From the command to the moment when everything can be used."""

    @property
    def text(self) -> str:
        return self.output.read_text(encoding="utf-8")

    @property
    def curl_lines(self) -> list[str]:
        return re.findall(r"^ +(curl .*)$", self.text, re.MULTILINE)

    def told(self, what: str) -> str:
        """What stands behind a word at the beginning of a line."""
        (found,) = re.findall(rf"^ +{what} +(\S+)$", self.text, re.MULTILINE)
        assert isinstance(found, str)
        return found


@dataclass(frozen=True, slots=True)
class Clone:
    """Everything that is in the repository, with the tools and builds that are there already."""

    folder: Path
    port: int
    aws_port: int
    has_own_modules: bool = False
    """Whether its modules are others than those of the repository that the tools were made in."""

    @classmethod
    def into(cls, folder: Path) -> "Clone":
        shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*NOT_CLONED))
        clone = cls.of_files(folder)
        built = ROOT / ".local" / "build"
        if built.exists():
            shutil.copytree(built, folder / ".local" / "build")
        return clone

    @classmethod
    def of_files(cls, folder: Path, *, has_own_modules: bool = False) -> "Clone":
        """Add the tools that are there already to the files of a commit."""
        for made in (".venv", ".venv-stack"):
            (folder / made).symlink_to(ROOT / made)
        return cls(folder, free_port(), free_port(), has_own_modules)

    @contextmanager
    def running(self, command: str) -> Iterator[Terminal]:
        """Run `make run …` until it is ready; press Ctrl-C at the end."""
        output = self.folder.parent / f"terminal {time.monotonic_ns()}"
        began = time.monotonic()
        with output.open("wb") as written:
            process = subprocess.Popen(
                ["/bin/sh", "-c", command],
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            _wait_until_ready(process, output, began)
            yield Terminal(output, time.monotonic() - began)
            os.killpg(process.pid, signal.SIGINT)
            process.wait(STOP_SECONDS)
        finally:
            end(process, grace=STOP_SECONDS)

    def _environment(self) -> dict[str, str]:
        environment = {"PATH": os.environ["PATH"], "AWS_PORT": str(self.aws_port)}
        if self.has_own_modules:
            environment["PYTHONPATH"] = f"{self.folder / 'layers/common'}{os.pathsep}{self.folder}"
        return environment


def _wait_until_ready(process: subprocess.Popen[bytes], output: Path, began: float) -> None:
    while READY not in output.read_text():
        text = output.read_text()[-3000:]
        assert process.poll() is None, f"it ended:\n{text}"
        assert time.monotonic() - began < READY_SECONDS, f"it takes too long:\n{text}"
        time.sleep(0.05)
