"""Programs of other people, run unmodified against the local stack."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

UNPACKED = Path(__file__).parents[3] / ".local/senders/unpacked/usr/bin"
"""Where `make clients` puts them."""
SHARED = Path("/usr/share/prometheus/alertmanager/default.tmpl")
"""What Debian's Alertmanager wants to read, wherever it is itself."""
PORTS = range(20_000, 21_000)
STOP_SECONDS = 10
RUN_SECONDS = 30


def program(name: str) -> str:
    """Find a program that `make clients` fetched, or that the machine has."""
    unpacked = UNPACKED / name
    found = str(unpacked) if unpacked.exists() else shutil.which(name)
    assert found, f"{name} is missing: run `make clients`, or install it"
    return found


def with_shared_files(command: Sequence[str]) -> list[str]:
    """Let an unpacked program find its files in /usr/share, where its package would put them.

    In a mount namespace of its own: nobody else sees them there.
    """
    if SHARED.exists():
        return list(command)
    bind = 'mount --bind "$0" /usr/share && exec "$@"'
    unpacked = str(UNPACKED.parent / "share")
    return ["unshare", "--map-root-user", "--mount", "sh", "-c", bind, unpacked, *command]


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
    log = folder / "program.log"
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


def run(
    command: Sequence[str], folder: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end."""
    return subprocess.run(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
        check=False,
        env=_environment(folder) | environment,
    )


def _environment(folder: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(folder)}
