"""What an update by e-mail tells of a timeline that storage gives, or refuses."""

import json
from dataclasses import dataclass, replace

import pytest

from functions.notifier.recent_changes import RecentChanges
from tests.captured_log import captured_log
from tests.examples import BOB, HOUR
from tests.fakes.world import World
from tocsin.adapters.aws_json import AwsError
from tocsin.domain.errors import TryAgainError
from tocsin.domain.people import ContactMethod, NotificationRule
from tocsin.usecases.delivery_work import Work

REFUSALS = [AwsError("AccessDeniedException", ""), TryAgainError("busy")]


@dataclass
class WithoutTimeline:
    """Stands before the alerts of a world and refuses to read a timeline."""

    error: Exception

    def newest_changes(self, *_: object, **__: object) -> tuple[()]:
        raise self.error


class RefusingWorld(World):
    """A world whose storage refuses the notifier a timeline."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    @property
    def work(self) -> Work:
        refusing = RecentChanges(WithoutTimeline(self.error), captured_log("notifier"))
        return replace(super().work, newest_changes=refusing.newest)


def mailed(world: World) -> list[str]:
    """Open an alert, let another acknowledge it, and return what Alice is mailed."""
    world.user("alice", NotificationRule(by=ContactMethod.EMAIL))
    world.escalation_policy(("user:alice", HOUR))
    alert_id = world.opened()
    world.acknowledge(alert_id, by=BOB)
    return [it.news for it in world.providers.received]


@pytest.mark.parametrize("error", REFUSALS)
def test_a_mail_goes_without_what_storage_refuses(
    error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    said = mailed(RefusingWorld(error))

    assert said[0] == ""
    assert said[1].startswith("Bob acknowledged it at 09:00")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(it["message"], it["kind"]) for it in lines] == [
        ("Timeline cannot be read", type(error).__name__)
    ]


def test_the_newest_entries_are_read() -> None:
    world = World()
    mailed(world)
    alert_id = world.providers.received[0].alert_id

    read = RecentChanges(world.alerts, captured_log("notifier")).newest(alert_id)

    assert "acknowledged" in [change.type.value for change in read]
    assert list(read) == list(world.timeline(alert_id))
