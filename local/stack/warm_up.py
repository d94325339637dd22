"""Functions, started once before anybody waits for them.

A process takes its second to start here too. On AWS the same functions are warm on any day with
traffic; a first look has none.
"""

import json
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

from local.stack.aws import Aws
from local.stack.deployment import Deployment

NOTHING_TO_DO = json.dumps({"Records": []})
BEHIND = ("TableChangeFunction", "TimerFunction", "NotifierFunction")
"""Run by the stream and the queues: a batch of nothing is work enough."""
IN_FRONT = ("/i/-", "/act/-")
"""Paths that lead to functions and to nothing there; the API is started by whoever registers."""
SECONDS = 30
AT_ONCE = 2


def warm_up(aws: Aws, deployment: Deployment) -> None:
    """Start them, a few at a time: each unpacks its code first, and all at once are slower."""
    api = f"{aws.endpoint}/_aws/execute-api/{deployment.api_id}/$default"
    starts: list[Callable[[], None]] = [partial(_ask, api + path) for path in IN_FRONT]
    starts += [partial(_run, aws, deployment.functions[name].name) for name in BEHIND]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for started in [threads.submit(start) for start in starts]:
            started.result()


def _run(aws: Aws, function_name: str) -> None:
    aws.client("lambda").invoke(FunctionName=function_name, Payload=NOTHING_TO_DO)


def _ask(url: str) -> None:
    """Whatever the answer is, and beside the gateway: nobody's request is shown to a person."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with suppress(OSError):
        opener.open(url, timeout=SECONDS).close()
