"""The embedded AWS as a process of its own, with its state in a folder."""

import json
import os
import subprocess
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Self

from local.ministack_gaps.embedded_aws import COUNTS_FILE
from local.ministack_gaps.saved_state import prepare_state
from local.stack.aws import REGION, ROOT_CREDENTIALS, Aws
from local.stack.places import ROOT, Places
from local.stack.processes import discard, end, spawn, wait_until

STOP_SECONDS = 40


class Ministack:
    """Runs from `start` to `stop`; saves what it holds when it stops, and only then."""

    def __init__(self, process: subprocess.Popen[bytes], aws: Aws, places: Places) -> None:
        self.aws = aws
        self._process = process
        self._places = places

    @classmethod
    def start(
        cls, *, python: Path, port: int, places: Places, held: int, counts_requests: bool = False
    ) -> Self:
        """Start it and wait until it answers.

        Args:
            python: The interpreter that has ministack.
            port: Its own.
            places: Where it keeps its state.
            held: The state's open lock file, kept open until ministack is gone too.
            counts_requests: Whether what functions ask is counted, in `places.request_counts`.
        """
        prepare_state(places.aws, port)
        discard(places.temporary)
        for folder in (places.aws, places.temporary, places.logs):
            folder.mkdir(parents=True, exist_ok=True)
        log = places.logs / "aws.log"
        process = spawn(
            # -P: no module of this folder is found in place of a package of the interpreter.
            [python, "-P", ROOT / "local/ministack_gaps/embedded_aws.py"],
            log=log,
            environment=_environment(port, places)
            | ({COUNTS_FILE: str(places.request_counts)} if counts_requests else {}),
            directory=places.kept,
            stdin=subprocess.PIPE,
            pass_fds=[held],
        )
        aws = Aws(f"http://127.0.0.1:{port}")
        ministack = cls(process, aws, places)
        try:
            wait_until(lambda: is_healthy(aws), process, name="The embedded AWS", log=log)
        except BaseException:
            ministack.stop()
            raise
        return ministack

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def stop(self) -> None:
        """Let the functions follow the last changes, and the state be saved."""
        if self._process.stdin:
            self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)
        end(self._process, grace=0)
        discard(self._places.temporary)


def is_healthy(aws: Aws) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{aws.endpoint}/_ministack/health", timeout=2) as answer:
            return bool(json.load(answer)["version"])
    except OSError:
        return False


def _environment(port: int, places: Places) -> dict[str, str]:
    """All of it: functions inherit it, and nothing of the caller's account may reach them."""
    return {
        **ROOT_CREDENTIALS,
        "PATH": os.defpath,
        "HOME": str(places.temporary),
        "TMPDIR": str(places.temporary),
        "LANG": "C.UTF-8",
        "AWS_DEFAULT_REGION": REGION,
        "MINISTACK_REGION": REGION,
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "AUTH": "true",
        # As long as anybody watches: a page must not wait for a process to start.
        "LAMBDA_WARM_TTL_SECONDS": "86400",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(places.aws),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(places.aws / "s3"),
    }
