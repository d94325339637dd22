"""Runs ministack until the process that started it closes the pipe, or is gone, which closes it.

Started by ministack.py with the interpreter of .venv-stack; the pipe is standard input. However the
starting process ends, changes of the table are followed first, then ministack saves its state.
"""

import importlib
import os
import runpy
import signal
import sys
import threading
import time
from typing import Any

FOLLOW_SECONDS = 10


def stop_at_end_of_input() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    deadline = time.monotonic() + FOLLOW_SECONDS
    while has_unread_changes() and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(os.getpid(), signal.SIGTERM)


def has_unread_changes() -> bool:
    """Whether a function has yet to work on records of a table's stream, which is not saved.

    ministack tells this nowhere, so it is read from where ministack itself keeps it.
    """
    lambda_ = sys.modules.get("ministack.services.lambda_svc")
    dynamodb = sys.modules.get("ministack.services.dynamodb")
    if lambda_ is None or dynamodb is None:
        return False
    positions = lambda_._dynamodb_stream_positions._data  # noqa: SLF001
    for account, region, mapping in lambda_._iter_all_esms():  # noqa: SLF001
        if ":dynamodb:" in mapping["EventSourceArn"]:
            table = mapping["EventSourceArn"].split("/")[1]
            end = dynamodb.stream_end_position(table, account_id=account, region=region)
            if positions.get((account, region, mapping["UUID"]), 0) < end:
                return True
    return False


class _Options(str):
    """An OPTIONS that ministack does not take for one, and routes do."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return False


def send_options_to_their_routes() -> None:
    """An HTTP API without CORS hands OPTIONS to the route of any method, as that of AWS does.

    ministack answers 403 itself.
    """
    apigateway: Any = importlib.import_module("ministack.services.apigateway")
    handle = apigateway._handle_execute_in_scope  # noqa: SLF001

    async def handled(api_id: str, stage: str, path: str, method: str, *rest: object) -> object:
        api = apigateway._apis.get(api_id) or {}  # noqa: SLF001
        if method == "OPTIONS" and not api.get("corsConfiguration"):
            method = _Options(method)
        return await handle(api_id, stage, path, method, *rest)

    apigateway._handle_execute_in_scope = handled  # noqa: SLF001


if __name__ == "__main__":
    send_options_to_their_routes()
    threading.Thread(target=stop_at_end_of_input, daemon=True).start()
    runpy.run_module("ministack", run_name="__main__")
