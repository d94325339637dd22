"""A function in Lambda's own runtime loop: the Runtime Interface Emulator that sam-cli brings."""

import ctypes
import http.client
import json
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from bench.cpu_quota import Group
from local.stack.prerequisites import LocalStackError, free_port
from local.stack.processes import end, tail, wait_until

_INVOKE: Final = "/2015-03-31/functions/function/invocations"
_RUNTIME: Final = ("awslambdaric", "simplejson", "snapshot_restore_py", "runtime_client")
_SETTLED_SECONDS: Final = 0.0005
_SET_PARENT_DEATH_SIGNAL: Final = 1
"""PR_SET_PDEATHSIG of the kernel."""
_SCHEDULER_CLOCK: Final = 2
"""CPUCLOCK_SCHED of the kernel: nanoseconds of all threads, those that have ended included."""


class RuntimeLoop:
    """One execution environment; the next invocation is handed over when one is answered."""

    def __init__(self, emulator: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self._emulator = emulator
        self._log = log
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._runtime: int | None = None

    def invoke(self, event: object) -> Any:  # noqa: ANN401 - what the function answers
        """Run the function once; the first time starts it.

        Raises:
            LocalStackError: It failed.
        """
        self._connection.request("POST", _INVOKE, json.dumps(event).encode())
        answer = json.loads(self._connection.getresponse().read() or b"null")
        if isinstance(answer, dict) and "errorType" in answer:
            raise LocalStackError(f"The function failed: {answer}\n{tail(self._log)}")
        return answer

    def cpu_seconds(self) -> float:
        """What the function's process has used since its start, without the emulator's own.

        Waits until it rests: after its answer, the runtime still asks for the next invocation.
        """
        clock = (~self._process() << 3) | _SCHEDULER_CLOCK
        used = time.clock_gettime_ns(clock)
        while True:
            time.sleep(_SETTLED_SECONDS)
            before, used = used, time.clock_gettime_ns(clock)
            if used == before:
                return used / 1e9

    def _process(self) -> int:
        if self._runtime is None:
            emulator = self._emulator.pid
            children = Path(f"/proc/{emulator}/task").glob("*/children")
            self._runtime = next(int(pid) for it in children for pid in it.read_text().split())
        return self._runtime


@contextmanager
def running(
    handler: str,
    path: Sequence[Path],
    environment: Mapping[str, str],
    folder: Path,
    *,
    group: Group | None = None,
) -> Iterator[RuntimeLoop]:
    """Start an execution environment; its runtime starts with the first invocation.

    Args:
        handler: Module and function, as in template.yaml.
        path: What is on the module path: the function's folder, the layer, the runtime.
        environment: All of it; nothing of the caller's own.
        folder: Where its log goes.
        group: What the function's process belongs to, and not the emulator.
    """
    port = free_port()
    log = folder / f"{handler}-{port}.log"
    whole = {
        "PATH": os.defpath,
        "LANG": "en_US.UTF-8",
        "PYTHONPATH": os.pathsep.join(str(it) for it in path),
        "PYTHONDONTWRITEBYTECODE": "1",
        # Lambda's value: with it the runtime waits for events in a thread of its own.
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_FUNCTION_NAME": handler.split(".")[1],
        **environment,
    }
    emulator = _start(handler, port, log, whole, group)
    try:
        wait_until(lambda: _is_listening(port), emulator, name="The emulator", log=log)
        yield RuntimeLoop(emulator, port, log)
    finally:
        end(emulator, grace=2)


def _start(
    handler: str, port: int, log: Path, environment: Mapping[str, str], group: Group | None
) -> subprocess.Popen[bytes]:
    join = ("/bin/sh", "-c", 'echo $$ >"$0" && exec "$@"', group.members) if group else ()
    with log.open("wb") as output:
        return subprocess.Popen(
            [
                _emulator(),
                *("--log-level", "error"),
                *("--runtime-interface-emulator-address", f"127.0.0.1:{port}"),
                *("--runtime-api-address", f"127.0.0.1:{free_port()}"),
                *join,
                # The interpreter itself: a virtual environment's packages are not Lambda's.
                *(sys._base_executable, "-s", "-m", "awslambdaric", handler),  # type: ignore[attr-defined]  # noqa: SLF001 - there is no other name for it
            ],
            cwd=log.parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - there are no threads here
        )


def _end_with_parent() -> None:
    """Let nothing go on when we are killed; the runtime ends with its emulator."""
    ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)


def copy_runtime(folder: Path) -> Path:
    """Put the runtime's own modules into a folder, apart from the tools they are installed with."""
    runtime = folder / "runtime"
    runtime.mkdir()
    for name in _RUNTIME:
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            raise LocalStackError(f"{name} is not installed: make install.")
        origin = Path(spec.origin)
        if spec.submodule_search_locations:
            shutil.copytree(origin.parent, runtime / name, ignore=shutil.ignore_patterns("deps"))
        else:
            shutil.copy(origin, runtime)
    subprocess.run([sys.executable, "-m", "compileall", "-q", runtime], check=True)
    return runtime


def _emulator() -> Path:
    sam = find_spec("samcli")
    if sam is None or sam.origin is None or platform.system() != "Linux":
        raise LocalStackError(
            "CPU is measured in Amazon's Runtime Interface Emulator, which needs Linux: "
            "`python -m bench --quick` counts units anywhere."
        )
    kind = "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"
    return Path(sam.origin).parent / f"local/rapid/aws-lambda-rie-{kind}"


def _is_listening(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
