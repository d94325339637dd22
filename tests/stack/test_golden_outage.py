"""Golden scenario 30, for a minute: storage is away; afterwards all is as if it had been slow."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from local.stack.start import Stack
from ops.dead_letters import waiting
from tests.stack.client import Client, Sender, eventually
from tests.stack.faulty_line import FaultyLine, always, error, rerouted
from tests.stack.team import LONG, Team
from tests.stack.webhook_receiver import Hook

ALL_THAT_USE_STORAGE = [
    "IngestFunction",
    "CompatFunction",
    "AlertsApiFunction",
    "ActionsFunction",
    "TableChangeFunction",
    "TickFunction",
    "TimerFunction",
    "NotifierFunction",
]
WORKING = ["TimersQueue", "DeliveriesQueue"]
DEAD_LETTERS = [
    "DeliveriesDeadLetterQueue",
    "EventFailuresQueue",
    "TableChangeFailuresQueue",
    "TickFailuresQueue",
    "TimersDeadLetterQueue",
]
OUTAGE_SECONDS = 60
DELAY = "30s"
"""Of the first step: it ends while storage is away."""
COMES_BACK_SECONDS = "4"
"""What cannot be worked on comes back after this long, instead of three minutes: within half a
minute as often as within twenty."""
RECOVERY_SECONDS = 180


@pytest.fixture
def line(stack: Stack) -> Iterator[FaultyLine]:
    """What every function reaches DynamoDB by."""
    with (
        FaultyLine(stack.aws.endpoint).running() as line,
        rerouted(stack, ALL_THAT_USE_STORAGE, line.url),
    ):
        yield line


@pytest.fixture
def hurried(stack: Stack) -> Iterator[None]:
    """Queues that bring back sooner what failed."""
    sqs = stack.aws.client("sqs")
    urls = [stack.deployment.ids[name] for name in WORKING]
    before = [
        sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
        for url in urls
    ]
    for url in urls:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": COMES_BACK_SECONDS})
    yield
    for url, attributes in zip(urls, before, strict=True):
        sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)


@dataclass
class Story:
    """One alert that nobody answers: asked by a first and a second step, counted, then over."""

    team: Team
    first: Hook
    second: Hook
    sender: Sender
    name: str
    alert_id: str = ""
    refused: list[int] = field(default_factory=list)
    """Statuses that the sender got before it was taken in."""

    @classmethod
    def of(cls, team: Team) -> "Story":
        first, second = team.hook(), team.hook()
        sender = team.sender(([first], DELAY), ([second], LONG))
        return cls(team, first, second, sender, team.name("outage"))

    def send(self, severity: str = "critical") -> bool:
        """Send it as a monitoring tool does; whether it was taken in."""
        reply = self.sender.post({"name": self.name, "severity": severity})
        if reply.status != 202:
            assert reply.expect(503).error_code == "try_again"
            assert int(reply.headers["retry-after"]) >= 1
            self.refused.append(reply.status)
            return False
        (result,) = reply.data["results"]
        self.alert_id = result["alert_id"]
        return True

    def send_until_taken(self, severity: str = "critical") -> None:
        while not self.send(severity):
            time.sleep(1)

    def footprint(self) -> dict[str, Any]:
        """What is left of it once both steps have asked and it is over."""
        self.second.told(1, seconds=RECOVERY_SECONDS)
        self.send_until_taken("ok")
        entries = ("fired", "escalated", "resolved", *(4 * ("notification_sent",)))
        alert: Any = eventually(
            lambda: self.team.api.alert(self.alert_id),
            lambda alert: alert["status"] == "resolved" and alert["notification_count"] >= 2,
            seconds=RECOVERY_SECONDS,
        )
        timeline = self.team.told(self.alert_id, *entries, seconds=RECOVERY_SECONDS)
        told = [
            [each.type for each in hook.told(2, seconds=RECOVERY_SECONDS)] for hook in self.hooks
        ]
        return {
            "timeline": sorted(entry["type"] for entry in timeline),
            "occurrences": alert["occurrences"],
            "notifications": alert["notification_count"],
            "told": told,
            "reasons": [hook.received[0].notification["reason"] for hook in self.hooks],
            "ledger": sorted(
                (row["target"], row["state"]) for row in self.team.notifications(self.alert_id)
            ),
        }

    @property
    def hooks(self) -> tuple[Hook, Hook]:
        return self.first, self.second


def without_names(footprint: dict[str, Any], story: Story) -> dict[str, Any]:
    text = json.dumps(footprint, sort_keys=True)
    for number, hook in enumerate(story.hooks, 1):
        text = text.replace(hook.name, f"hook-{number}")
    named: dict[str, Any] = json.loads(text)
    return named


@pytest.mark.usefixtures("hurried")
def test_30_while_storage_is_away_nothing_is_lost_and_nothing_waits_for_a_person(
    stack: Stack, api: Client, team: Team, line: FaultyLine
) -> None:
    calm, before, during = Story.of(team), Story.of(team), Story.of(team)
    for story in (calm, calm):
        story.send_until_taken()
    expected = without_names(calm.footprint(), calm)
    assert before.send()
    before.first.told(1)

    with line.having(always(error(500, "InternalServerError"))):
        over_at = time.monotonic() + OUTAGE_SECONDS
        while time.monotonic() < over_at:
            assert not before.send()
            assert not during.send()
            time.sleep(2)
        assert api.get("/api/v1/alerts").status == 503

    for story in (before, during, during):
        story.send_until_taken()

    for story in (before, during):
        assert without_names(story.footprint(), story) == expected
        assert story.refused
    sqs = stack.aws.client("sqs")
    assert {
        name: waiting(sqs, stack.deployment.ids[name]) for name in DEAD_LETTERS
    } == dict.fromkeys(DEAD_LETTERS, 0)
