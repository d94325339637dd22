"""Functions that work behind the scenes, started once before anybody waits for them.

A process takes its second to start here too. On AWS the same functions are warm on any day with
traffic; a first look has none.
"""

import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from local.aws import Aws
from local.deployment import Deployment

NOTHING_TO_DO = json.dumps({"Records": []})
BEHIND = ("TableChangeFunction", "TimerFunction", "NotifierFunction")


@contextmanager
def warming(aws: Aws, deployment: Deployment) -> Iterator[None]:
    """Start them while the block runs, and be done with its end."""
    with ThreadPoolExecutor(len(BEHIND)) as threads:
        started: list[Future[None]] = [
            threads.submit(_start, aws, deployment.functions[name].name)
            for name in BEHIND
            if name in deployment.functions
        ]
        yield
    for each in started:
        each.result()


def _start(aws: Aws, function_name: str) -> None:
    aws.client("lambda").invoke(FunctionName=function_name, Payload=NOTHING_TO_DO)
