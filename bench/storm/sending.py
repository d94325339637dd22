"""Sends the storm as fast as the intake takes it, and the bystanders' alerts meanwhile."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from local.stack.api_calls import call
from local.stack.places import Json
from local.stack.prerequisites import LocalStackError

SENDERS: Final = 8
SERVICES: Final = {"api": 7, "db": 3}
"""Values of the label `service`, and how many of ten alerts have each."""
BYSTANDER_SECONDS: Final = 3.0
"""Between two alerts of bystanders: twenty of them take the storm's first minute."""
_PAUSE_SECONDS: Final = 1.0
"""After an answer that says to come again."""
_GIVEN_UP_SECONDS: Final = 120.0


@dataclass(frozen=True, slots=True)
class Accepted:
    """Times are seconds since 1970."""

    alert_id: str
    sent_at: float
    answered_at: float
    """When the answer was there that says that it is stored."""
    requests: int
    """More than one if the first was refused for now."""


def labels_of(number: int, severity: str) -> dict[str, str]:
    """The labels of one alert of the storm: all keys are different."""
    return {
        "alertname": f"Storm{number}",
        "service": service_of(number),
        "severity": severity,
        "instance": f"host-{number}",
    }


def service_of(number: int) -> str:
    """Whose alert it is: the services take turns, by their parts of every ten."""
    turns = [service for service, tenths in SERVICES.items() for _ in range(tenths)]
    return turns[number * 7 % len(turns)]


def send_storm(
    url: str, path: str, alerts: int, severity: str, note: Callable[[Accepted], None]
) -> None:
    """Send one alert a request, by several senders at a time."""
    with ThreadPoolExecutor(SENDERS, thread_name_prefix="sender") as senders:
        sent = [
            senders.submit(_send, url, path, labels_of(number, severity))
            for number in range(alerts)
        ]
        for each in sent:
            note(each.result())


def send_bystanders(url: str, paths: Sequence[str], stopped: threading.Event) -> Iterator[Accepted]:
    """Send one critical alert to each path, at a steady pace."""
    began = time.monotonic()
    for number, path in enumerate(paths):
        wait = began + (number + 0.5) * BYSTANDER_SECONDS - time.monotonic()
        if stopped.wait(max(0.0, wait)):
            return
        labels = {"alertname": f"Bystander{number}", "severity": "critical", "service": "web"}
        yield _send(url, path, labels)


def _send(url: str, path: str, labels: Json) -> Accepted:
    """Send until it is taken.

    Raises:
        LocalStackError: It was refused for good, or for two minutes.
    """
    body: Json = {"version": "4", "alerts": [{"status": "firing", "labels": labels}]}
    sent_at, requests = time.time(), 0
    while True:
        requests += 1
        status, answer = call(url, "POST", path, key="", body=body)
        if status == HTTPStatus.ACCEPTED:
            [result] = answer["data"]["results"]
            return Accepted(result["alert_id"], sent_at, time.time(), requests)
        is_for_now = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == (
            HTTPStatus.TOO_MANY_REQUESTS
        )
        if not is_for_now or time.time() - sent_at > _GIVEN_UP_SECONDS:
            raise LocalStackError(f"The intake answered {status}: {answer}")
        time.sleep(_PAUSE_SECONDS)
