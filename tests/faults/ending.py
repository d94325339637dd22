"""How a run ended, told so that two runs of one story can be compared."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from tests.faults.plans import AT_PROVIDER, Kind
from tests.faults.team import StoryTeam
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import alert_from, listed_occurrences
from tocsin.adapters.dynamodb.notifications.notification_items import notification_from
from tocsin.adapters.dynamodb.timeline.timeline_items import change_from
from tocsin.domain.alert import Alert
from tocsin.domain.escalation import STILL_WAITING
from tocsin.domain.ids import AlertId
from tocsin.domain.notification import Notification, NotificationEvent
from tocsin.domain.timeline import Change, ChangeType
from tocsin_cli.simulated.table import Record

_OF_THE_RUN = frozenset(
    ("attempt", "retry_at", "until", "notification_id", "previous_alert_id", "provider_id")
)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z?")
_VERSION = re.compile(r"\.v\d+\.")
_NOTIFIED = frozenset(
    (ChangeType.NOTIFICATION_SENT, ChangeType.NOTIFICATION_FAILED, ChangeType.NOTIFICATION_SKIPPED)
)

TWO_REPEATS = 2
"""And the occurrence that opened it: from then on a repeat may be counted twice."""
OF_THE_SWEEP = "sweep/"
"""An alert about what was held up for so long that it might have been lost."""

type Told = tuple[str, ...]


@dataclass(frozen=True)
class Ending:
    """All that people can see in the end, without times and ids."""

    alerts: Mapping[str, dict[str, object]]
    timelines: "Mapping[str, Counter[Told]]"
    messages: Mapping[str, int]
    received: Mapping[str, int]
    occurrences: Mapping[str, int]


class Findings:
    """What one run has left behind."""

    def __init__(self, team: StoryTeam) -> None:
        self.team = team
        self.items = team.world.line.table.items
        stored = [item for item in self.items if _is_alert(item)]
        self.alerts = [alert_from(item) for item in stored]
        self.listed_occurrences = {item["id"]["S"]: listed_occurrences(item) for item in stored}
        self.names: dict[str, str] = {alert.alert_id: name_of(alert) for alert in self.alerts}
        ledger = [
            notification_from(item)
            for item in self.items
            if item["pk"]["S"].startswith(keys.LEDGER_FROM)
        ]
        self.ledger = [it for it in ledger if not _is_digest(it)]
        """The messages of alerts."""
        digests = [it for it in ledger if _is_digest(it)]
        self.digests = {it.delivery.alert_id: it for it in digests if not it.delivery.is_closing}
        """The messages of digests, by their ids."""
        self.closings = [it for it in digests if it.delivery.is_closing]
        """The closing messages of people who were awake."""

    @cached_property
    def timelines(self) -> Mapping[str, list[Change]]:
        """By alert, in the order of their keys."""
        found: dict[str, list[Change]] = {alert.alert_id: [] for alert in self.alerts}
        for alert_id, change in self.changes():
            found.setdefault(alert_id, []).append(change)
        return found

    @cached_property
    def messages(self) -> Mapping[str, Notification]:
        """The ledger with its digests, by key."""
        told = (*self.ledger, *self.digests.values(), *self.closings)
        return {it.delivery.key: it for it in told}

    @cached_property
    def first_arrivals(self) -> Mapping[str, datetime]:
        """When each message arrived for the first time, by key, alone or in a digest."""
        arrived = {it.key: it.at for it in reversed(self.team.world.line.received)}
        told = {
            it.delivery.key: arrived[digest.delivery.key]
            for it in self.ledger
            if (digest := self.digest_of(it)) and digest.delivery.key in arrived
        }
        return told | arrived

    def digest_of(self, page: Notification) -> Notification | None:
        """The message of the digest that tells of a page; None: it is told alone."""
        return self.digests.get(AlertId(page.bundled_into)) if page.bundled_into else None

    @cached_property
    def ending(self) -> Ending:
        """What is compared."""
        timelines: dict[str, Counter[Told]] = {name: Counter() for name in self.names.values()}
        for alert_id, change in self.changes():
            timelines[self.names[alert_id]][_told(change)] += 1
        return Ending(
            alerts={name_of(alert): _state(alert) for alert in self.alerts},
            timelines=timelines,
            messages=Counter(
                f"{self.spelled(it.delivery.key, it.delivery.event)} {it.state}"
                for it in self.ledger
            ),
            received=Counter(
                self.spelled(key, event)
                for key, event in {(it.key, it.event) for it in self.team.world.line.received}
            ),
            occurrences={name_of(alert): alert.occurrences for alert in self.alerts},
        )

    def spelled(self, key: str, event: str = "update") -> str:
        """A message's key without what differs between two runs, versions among it."""
        alert_id, _, rest = key.partition(".")
        return f"{self.names.get(alert_id, 'digest')}.{_VERSION.sub(f'.{event}.', rest)}"

    def changes(self) -> Iterator[tuple[str, Change]]:
        """All timelines."""
        for item in self.items:
            kind, _, rest = item["sk"]["S"].partition("#")
            if kind == "T" and item["pk"]["S"].startswith("A#"):
                yield rest.partition("#")[0], change_from(item)


def differences(calm: Findings, found: Findings, *, is_hasty: bool) -> Iterator[str]:
    """How a run with faults ended otherwise than the one without."""
    expected, ended = calm.ending, found.ending
    happened = found.team.world.line.happened
    is_provider_at_fault = any(
        happened[kind] for kind in (*AT_PROVIDER, Kind.PROVIDER_OUT, Kind.THROTTLE)
    )
    is_again = bool(found.team.world.resent)
    for name, state in ended.alerts.items() if is_again else ():
        # What is sent again says once more what a newer signal had said otherwise.
        state["reason"] = expected.alerts.get(name, state)["reason"]
    yield from _unequal("alerts", expected.alerts, ended.alerts)
    if not is_hasty:
        yield from _unequal("messages", expected.messages, ended.messages)
        yield from _unequal("received", expected.received, ended.received)
    for name, timeline in expected.timelines.items():
        mine, theirs = (
            Counter({told: n for told, n in it.items() if not _is_free(told, is_hasty, is_again)})
            for it in (timeline, ended.timelines.get(name, Counter()))
        )
        if is_provider_at_fault:
            failed = [told for told in theirs if told[0] == ChangeType.NOTIFICATION_FAILED]
            for told in failed:
                theirs[told] = mine[told]
        if mine != theirs:
            yield f"timeline of {name}: missing {mine - theirs}, more {theirs - mine}"
    for name, number in expected.occurrences.items():
        more = ended.occurrences.get(name, 0) - number
        again = found.team.world.redelivered if name.startswith("heartbeat:") else 0
        # A repeat whose reply is lost is counted again if another was counted in between (ADR 1).
        again += happened[Kind.LOSE_REPLY] if number > TWO_REPEATS else 0
        if not 0 <= more <= found.team.repeated + found.team.world.resent + again:
            yield f"{name} occurred {more} times more"


def _is_free(told: Told, is_hasty: bool, is_again: bool) -> bool:  # noqa: FBT001 - private
    # Intake that cannot read the policies leaves the first step to the timer, which says so.
    is_first_step = told[0] == ChangeType.ESCALATED and "from_step=None" in told
    is_update = told[0] == ChangeType.UPDATED and is_again
    return is_first_step or is_update or (is_hasty and told[0] in _NOTIFIED)


def _unequal(
    what: str, expected: Mapping[str, object], ended: Mapping[str, object]
) -> Iterator[str]:
    for name in sorted(expected.keys() | ended.keys()):
        if name.startswith(OF_THE_SWEEP):
            continue
        if expected.get(name) != ended.get(name):
            yield f"{what}: {name} is {ended.get(name)}, not {expected.get(name)}"


def _is_digest(message: Notification) -> bool:
    return message.delivery.event is NotificationEvent.DIGEST


def _is_alert(item: Record) -> bool:
    return bool(item["entity"]["S"] == "alert")


def name_of(alert: Alert) -> str:
    return f"{alert.dedup_key}/{alert.episode}"


def _state(alert: Alert) -> dict[str, object]:
    escalation = alert.escalation
    return {
        "status": alert.status.value,
        "severity": alert.severity.value,
        "acknowledged_by": alert.acknowledged_by,
        "resolved_by": alert.resolved_by,
        "is_resolving": alert.resolves_at is not None,
        "is_snoozed": alert.snooze is not None,
        "is_flapping": alert.is_flapping,
        "step": (escalation.policy, escalation.step, escalation.step_name),
        "runs": (escalation.loop, escalation.repeats),
        "next": (escalation.next_step, escalation.is_restart, escalation.rest),
        "is_escalating": escalation.escalates_at is not None,
        "reason": alert.facts.reason and _TIME.sub("", alert.facts.reason),
    }


def _told(change: Change) -> Told:
    details = (
        f"{name}={_TIME.sub('', str(value))}"
        for name, value in sorted(change.details.items())
        # An outage of the queues holds a step for ten minutes, and then the reason is told.
        if name not in _OF_THE_RUN and value != STILL_WAITING
    )
    return (change.type.value, change.by, *details)
