"""Starts each function once, so that the first alert does not wait a second for a process."""

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
"""Called by stream and queues: an empty batch starts them."""
IN_FRONT = ("/i/-", "/act/-")
"""Paths that functions answer with 404; registering the example team starts the API."""
SECONDS = 30
AT_ONCE = 2


def warm_up(aws: Aws, deployment: Deployment) -> None:
    """A few at a time: each unpacks its code first, and all at once are slower."""
    api = f"{aws.endpoint}/_aws/execute-api/{deployment.api_id}/$default"
    starts: list[Callable[[], None]] = [partial(_ask, api + path) for path in IN_FRONT]
    starts += [partial(_run, aws, deployment.functions[name].name) for name in BEHIND]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for started in [threads.submit(start) for start in starts]:
            started.result()


def _run(aws: Aws, function_name: str) -> None:
    aws.client("lambda").invoke(FunctionName=function_name, Payload=NOTHING_TO_DO)


def _ask(url: str) -> None:
    """Not through the gateway, which would show the request. Any answer will do."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with suppress(OSError):
        opener.open(url, timeout=SECONDS).close()
