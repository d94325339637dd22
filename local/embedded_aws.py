"""Runs ministack until the process that started it closes the pipe, or is gone, which closes it.

Started by ministack.py with the interpreter of .venv-stack; the pipe is standard input. However the
starting process ends, changes of the table are followed first, then ministack saves its state.
"""

import os
import runpy
import signal
import sys
import threading
import time

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


if __name__ == "__main__":
    threading.Thread(target=stop_at_end_of_input, daemon=True).start()
    runpy.run_module("ministack", run_name="__main__")
