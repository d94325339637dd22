"""Pages as lines of the log, which the terminal of `make run` reads."""

from dataclasses import replace
from typing import Any

import pytest

from tests.alerts_in_words import BEGAN, NAMES, OPS, paged, unbroken
from tests.examples import MINUTE, SENDER, TO_OPS, as_read
from tocsin.channels.console import ConsoleSender
from tocsin.domain.alert import Alert
from tocsin.domain.flapping import Flapping
from tocsin.domain.ids import Actor
from tocsin.domain.link import Links
from tocsin.domain.message import message_of
from tocsin.domain.notification import Notification, NotificationEvent
from tocsin.domain.people import Channel

LINKS = Links(
    acknowledge="https://x/a", snooze="https://x/s", resolve="https://x/r", view="https://x/v"
)
ACKED = as_read(paged().acknowledge(by=Actor("bob"), at=BEGAN + 5 * MINUTE))

TAKEN = (
    "Bob acknowledged it at 03:03 (Berlin), 5 min after it began. Nobody else is called. "
    "If it is not resolved by 04:03, it fires again and Alice is called first."
)
OVER = (
    "prod-prometheus reported recovery at 03:04 (Berlin). It lasted 6 min, and Bob had it since "
    "03:03. Nothing is left to do."
)


class Log:
    """Keeps what is written."""

    def __init__(self) -> None:
        self.written: list[dict[str, Any]] = []

    def info(self, message: str, **facts: object) -> None:
        self.written.append({"message": message, **facts})

    exception = info


def shown(
    alert: Alert,
    event: NotificationEvent = NotificationEvent.PAGED,
    *,
    shows_links: bool = True,
) -> dict[str, Any]:
    delivery = replace(TO_OPS, alert_id=alert.alert_id, event=event)
    at = BEGAN + 6 * MINUTE
    message = message_of(alert, delivery, reader=OPS, names=NAMES, at=at, links=LINKS)
    log = Log()
    notification = Notification.waiting(delivery, at=at)
    channel = Channel(name="ops", type="console")
    ConsoleSender(log, shows_links=shows_links).send(notification, alert, message, channel)
    [line] = log.written
    return line


@pytest.mark.parametrize(
    ("alert", "event", "title", "lines"),
    [
        pytest.param(
            paged(),
            NotificationEvent.PAGED,
            "CRITICAL: Checkout: 8.4 % of requests fail with 5xx",
            [
                "checkout in prod-eu-1, says prod-prometheus",
                "Since 6 min (02:58 Berlin).",
                "Nobody has it yet. Bob is called at 03:06 unless someone acknowledges.",
            ],
            id="a page",
        ),
        pytest.param(
            replace(paged(), flapping=Flapping(count=6, within=60 * MINUTE)),
            NotificationEvent.PAGED,
            "CRITICAL: Checkout: 8.4 % of requests fail with 5xx",
            [
                "checkout in prod-eu-1, says prod-prometheus",
                "It opens again and again: after this it is quiet until it is stable.",
                "Since 6 min (02:58 Berlin).",
                "Nobody has it yet. Bob is called at 03:06 unless someone acknowledges.",
            ],
            id="flapping",
        ),
        pytest.param(
            ACKED,
            NotificationEvent.ACKNOWLEDGED,
            "ACKNOWLEDGED, Bob has it: Checkout: 8.4 % of requests fail with 5xx",
            [
                "checkout in prod-eu-1, says prod-prometheus",
                "Since 6 min (02:58 Berlin).",
                TAKEN,
            ],
            id="acknowledged",
        ),
        pytest.param(
            ACKED.resolve(by=SENDER, at=BEGAN + 6 * MINUTE),
            NotificationEvent.RESOLVED,
            "RESOLVED, was critical: Checkout: 8.4 % of requests fail with 5xx",
            [
                "checkout in prod-eu-1, says prod-prometheus",
                OVER,
            ],
            id="resolved",
        ),
        pytest.param(
            paged(),
            NotificationEvent.TEST,
            "Test: nothing is wrong, pages reach this address",
            ["Nothing is wrong, and nothing is to be done: pages arrive here."],
            id="a test",
        ),
    ],
)
def test_a_line_says_the_facts_in_their_order(
    alert: Alert, event: NotificationEvent, title: str, lines: list[str]
) -> None:
    line = shown(as_read(alert), event)

    assert (line["message"], line["title"]) == ("Page", title)
    assert [unbroken(text) for text in line["lines"]] == lines
    assert (line["event"], line["alert_id"], line["channel"]) == (event, alert.alert_id, "ops")


@pytest.mark.parametrize("shows_links", [True, False])
def test_links_are_for_the_person_at_the_terminal(*, shows_links: bool) -> None:
    assert ("links" in shown(paged(), shows_links=shows_links)) == shows_links


def test_a_resolved_alert_has_no_links() -> None:
    assert "links" not in shown(as_read(paged().resolve(by=SENDER, at=BEGAN + 5 * MINUTE)))
