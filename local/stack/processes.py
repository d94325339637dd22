"""Programs that the local stack starts, each in a process group of its own.

A Ctrl-C in the terminal then reaches only the local stack itself, which ends its programs in order.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from local.stack.prerequisites import LocalStackError

TAIL_LINES = 25
START_SECONDS = 60


def run_to_log(
    command: Sequence[str | Path], *, log: Path, environment: Mapping[str, str], directory: Path
) -> None:
    """Run a program to its end with everything it prints in `log`.

    Raises:
        LocalStackError: It failed; the text ends with the log's last lines.
    """
    process = spawn(command, log=log, environment=environment, directory=directory)
    try:
        status = process.wait()
    finally:
        end(process, grace=5)
    if status:
        words = " ".join(str(word) for word in command[:2])
        raise LocalStackError(f"`{words}` failed. The end of {log}:\n{tail(log)}")


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str],
    directory: Path,
    stdin: int = subprocess.DEVNULL,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a program; what it prints is added to `log`."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=directory,
            env=environment,
            stdin=stdin,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=pass_fds,
        )


def wait_until(
    is_ready: Callable[[], bool], process: subprocess.Popen[bytes], *, name: str, log: Path
) -> None:
    """Wait for a program.

    Raises:
        LocalStackError: It ended, or took more than a minute.
    """
    deadline = time.monotonic() + START_SECONDS
    while not is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise LocalStackError(f"{name} did not start. The end of {log}:\n{tail(log)}")
        time.sleep(0.05)


def end(process: subprocess.Popen[bytes], *, grace: float) -> None:
    """Ask a program to stop, give it `grace` seconds, and leave nothing of its group behind."""
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(grace)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def discard(folder: Path) -> None:
    """Rename a folder and delete it in the background: functions leave thousands of files."""
    if folder.exists():
        trash = folder.rename(folder.with_name(f".{folder.name}-{time.time_ns()}"))
        subprocess.run(["sh", "-c", 'rm -rf "$0" &', trash], stdin=subprocess.DEVNULL, check=True)


def tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-TAIL_LINES:])
