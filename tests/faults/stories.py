"""The stories that are told again and again, under one plan of faults after the other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from tests.examples import BOB, HOUR, MINUTE
from tests.faults.simulation import Wait
from tests.faults.team import LONG, Team
from tocsin.domain.people import ContactMethod, NotificationRule

SECOND = timedelta(seconds=1)

type Tell = Callable[[Team], Iterator[Wait]]


@dataclass(frozen=True)
class Story:
    """What happens; the faults are not part of it."""

    tell: Tell
    is_hasty: bool = False
    """People act while messages are on their way: which of those are still sent may differ."""

    @property
    def name(self) -> str:
        return self.tell.__name__.replace("_", " ")


def page_and_acknowledgement(team: Team) -> Iterator[Wait]:
    team.channel("ops")
    team.policy(("channel:ops", LONG))
    team.integration()
    yield from team.signal()
    yield team.heard("ops")
    yield HOUR
    yield from team.acknowledge()
    yield team.heard("ops", event="alert.acknowledged")


def two_steps_and_nobody_acknowledges(team: Team) -> Iterator[Wait]:
    team.channel("ops", "boss")
    team.policy(("channel:ops", LONG), ("channel:boss", LONG))
    team.integration()
    yield from team.signal()
    yield team.heard("ops", "boss")
    yield team.happened("escalation_exhausted")


def steps_a_minute_apart(team: Team) -> Iterator[Wait]:
    team.channel("ops", "boss")
    team.policy(("channel:ops", MINUTE), ("channel:boss", MINUTE))
    team.integration()
    yield from team.signal()
    yield team.heard("ops", "boss")
    yield team.happened("escalation_exhausted")


def policy_repeats_to_exhaustion(team: Team) -> Iterator[Wait]:
    team.channel("ops", "boss")
    team.policy(("channel:ops", LONG), ("channel:boss", LONG), repeat=1)
    team.integration()
    yield from team.signal()
    yield team.heard("ops", "boss", times=2)
    yield team.happened("escalation_exhausted")


def severity_rises(team: Team) -> Iterator[Wait]:
    team.channel("ops")
    team.policy(("channel:ops", LONG))
    team.integration()
    yield from team.signal(severity="warning")
    yield team.heard("ops")
    yield HOUR
    yield from team.signal(severity="critical", output="worse")
    yield team.heard("ops", times=2)
    yield HOUR
    yield from team.acknowledge()


def snooze_and_wake(team: Team) -> Iterator[Wait]:
    team.channel("ops")
    team.policy(("channel:ops", LONG))
    team.integration()
    yield from team.signal()
    yield team.heard("ops")
    yield HOUR
    yield from team.snooze(LONG)
    yield team.heard("ops", times=2)
    yield HOUR
    yield from team.acknowledge(by=BOB)


def acknowledgement_times_out(team: Team) -> Iterator[Wait]:
    team.channel("ops")
    team.policy(("channel:ops", LONG), ack_timeout=LONG)
    team.integration()
    yield from team.signal()
    yield team.heard("ops")
    yield HOUR
    yield from team.acknowledge()
    yield team.heard("ops", times=2)
    yield HOUR
    yield from team.resolve()


def resolved_before_the_second_step(team: Team) -> Iterator[Wait]:
    team.channel("ops", "boss")
    team.policy(("channel:ops", LONG), ("channel:boss", LONG))
    team.integration()
    yield from team.signal()
    yield team.heard("ops")
    yield HOUR
    yield from team.signal(severity="ok")
    yield team.heard("ops", event="alert.resolved")


def nobody_in_the_first_step_can_be_reached(team: Team) -> Iterator[Wait]:
    team.channel("boss")
    team.policy((("user:nobody", "channel:gone"), LONG), ("channel:boss", LONG))
    team.integration()
    yield from team.signal()
    yield team.heard("boss")
    yield HOUR
    yield from team.acknowledge()


def two_channels_in_one_step(team: Team) -> Iterator[Wait]:
    team.channel("ops", "pager")
    team.policy((("channel:ops", "channel:pager"), LONG))
    team.integration()
    yield from team.signal()
    yield team.heard("ops", "pager")
    yield HOUR
    yield from team.acknowledge()
    yield team.heard("ops", "pager", event="alert.acknowledged")


def rules_with_a_delay(team: Team) -> Iterator[Wait]:
    team.user(
        "alice",
        NotificationRule(by=ContactMethod.EMAIL),
        NotificationRule(by=ContactMethod.SMS, after=5 * MINUTE),
        NotificationRule(by=ContactMethod.EMAIL, after=20 * MINUTE),
    )
    team.policy(("user:alice", LONG))
    team.integration()
    yield from team.signal()
    yield team.heard("email", "sms+5m", "email+20m")
    yield HOUR
    yield from team.acknowledge()


def recovery_within_the_resolve_window(team: Team) -> Iterator[Wait]:
    team.channel("ops")
    team.policy(("channel:ops", 2 * LONG))
    team.integration(resolve_after=LONG)
    yield from team.signal()
    yield team.heard("ops")
    yield HOUR
    yield from team.signal(severity="ok")
    yield HOUR
    yield from team.signal(output="again")
    yield HOUR
    yield from team.signal(severity="ok")
    yield lambda: not team.alert().is_open


def reopened(team: Team) -> Iterator[Wait]:
    team.channel("ops")
    team.policy(("channel:ops", LONG))
    team.integration()
    yield from team.signal()
    yield team.heard("ops")
    yield HOUR
    yield from team.resolve()
    yield HOUR
    yield from team.signal(output="again")
    yield team.heard("ops", times=2)
    yield HOUR
    yield from team.acknowledge()


def flapping(team: Team) -> Iterator[Wait]:
    team.channel("ops")
    team.policy(("channel:ops", LONG))
    team.integration()
    for _ in range(7):
        yield from team.signal()
        yield 30 * SECOND
        # It is kept quiet only after somebody was told.
        yield lambda: team.alert().notification_count > 0
        yield from team.signal(severity="ok")
        yield 30 * SECOND
    yield from team.signal()
    yield lambda: team.alert().escalation.step == 1 or not team.alert().is_open
    yield HOUR
    yield from team.acknowledge()


def two_alerts_at_once(team: Team) -> Iterator[Wait]:
    team.channel("ops")
    team.policy(("channel:ops", LONG))
    team.integration()
    for name in ("disk", "fan", "fuse"):
        yield from team.signal(name)
    yield from team.signal("disk", output="more")
    yield team.heard("ops", times=3)
    yield HOUR
    for name in ("fuse", "disk"):
        yield from team.acknowledge(name)
    yield from team.signal("fan", severity="ok")
    yield team.heard("ops", times=2, event="alert.acknowledged")


def heartbeat_missed_and_back(team: Team) -> Iterator[Wait]:
    team.channel("ops")
    team.policy(("channel:ops", 4 * LONG))
    team.integration()
    team.heartbeat("backup", LONG)
    yield HOUR
    yield from team.beat()
    yield team.heard("ops")
    yield HOUR
    yield from team.beat()
    yield lambda: (alert := team.missed("backup")) is not None and not alert.is_open


def acknowledged_at_once(team: Team) -> Iterator[Wait]:
    team.channel("ops", "boss")
    team.policy(("channel:ops", LONG), ("channel:boss", LONG))
    team.integration()
    yield from team.signal()
    yield lambda: bool(team.world.line.received)
    yield from team.acknowledge()


def acknowledged_while_a_page_is_on_its_way(team: Team) -> Iterator[Wait]:
    team.channel("ops", "boss")
    team.policy((("channel:ops", "channel:boss"), LONG), ("channel:boss", LONG))
    team.integration()
    yield from team.signal()
    yield SECOND
    yield from team.acknowledge()
    yield 10 * MINUTE
    yield from team.signal(severity="ok")


STORIES = tuple(
    Story(tell)
    for tell in (
        page_and_acknowledgement,
        two_steps_and_nobody_acknowledges,
        steps_a_minute_apart,
        policy_repeats_to_exhaustion,
        severity_rises,
        snooze_and_wake,
        acknowledgement_times_out,
        resolved_before_the_second_step,
        nobody_in_the_first_step_can_be_reached,
        two_channels_in_one_step,
        rules_with_a_delay,
        recovery_within_the_resolve_window,
        reopened,
        two_alerts_at_once,
        heartbeat_missed_and_back,
    )
) + tuple(
    Story(tell, is_hasty=True)
    for tell in (flapping, acknowledged_at_once, acknowledged_while_a_page_is_on_its_way)
)
