"""Programs of other people, run unmodified against the local stack."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

UNPACKED = Path(__file__).parents[3] / ".local/senders/root/usr/bin"
"""Where `make clients` puts them."""
PORTS = range(20_000, 21_000)
STOP_SECONDS = 10
RUN_SECONDS = 30


def program(name: str) -> str:
    """Find a program that `make clients` fetched, or that the machine has."""
    unpacked = UNPACKED / name
    found = str(unpacked) if unpacked.exists() else shutil.which(name)
    assert found, f"{name} is missing: run `make clients`, or install it"
    return found


def free_port() -> int:
    """A port that nobody listens on."""
    for port in PORTS:
        with socket.socket() as taken:
            try:
                taken.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError(f"no port is free in {PORTS}")


@contextmanager
def running(command: Sequence[str], folder: Path) -> Iterator[None]:
    """Run a program until the end of the block; what it says is in its log."""
    log = folder / f"{Path(command[0]).name}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=_environment(folder),
        )
        try:
            yield
            assert process.poll() is None, f"{command[0]} ended by itself:\n{log.read_text()}"
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def run(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program to its end."""
    return subprocess.run(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
        check=False,
        env=_environment(folder),
    )


def _environment(folder: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(folder)}
