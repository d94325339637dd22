"""How a run ended, told so that two runs of one story can be compared; and what must never be."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from tests.faults.plans import AT_PROVIDER, Kind
from tests.faults.table import Record
from tests.faults.team import Team
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.items import alert_from
from tocsin.adapters.dynamodb.notification_items import notification_from
from tocsin.adapters.dynamodb.timeline_items import change_from
from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.next_action import lacks_timer
from tocsin.domain.notification import DeliveryState, NotificationEvent
from tocsin.domain.timeline import Change, ChangeType

GRACE = timedelta(seconds=30)
"""A page that somebody had begun to send may still arrive."""
_OF_THE_RUN = frozenset(
    ("attempt", "retry_at", "until", "notification_id", "previous_alert_id", "provider_id")
)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z?")
_VERSION = re.compile(r"\.v\d+\.")
_NOTIFIED = frozenset(
    (
        ChangeType.NOTIFICATION_SENT,
        ChangeType.NOTIFICATION_FAILED,
        ChangeType.NOTIFICATION_SKIPPED,
    )
)

type Told = tuple[str, ...]


@dataclass(frozen=True)
class Ending:
    """All that people can see in the end, without times and ids."""

    alerts: Mapping[str, Mapping[str, object]]
    timelines: "Mapping[str, Counter[Told]]"
    messages: Mapping[str, int]
    received: Mapping[str, int]
    occurrences: Mapping[str, int]


class Findings:
    """What one run has left behind."""

    def __init__(self, team: Team) -> None:
        self.team = team
        self.items = team.world.line.table.items
        self.alerts = [alert_from(item) for item in self.items if _is_alert(item)]
        self.names: dict[str, str] = {alert.alert_id: _name(alert) for alert in self.alerts}
        self.ledger = [
            notification_from(item)
            for item in self.items
            if item["pk"]["S"].startswith(keys.LEDGER_FROM)
        ]

    @property
    def ending(self) -> Ending:
        """What is compared."""
        timelines: dict[str, Counter[Told]] = {name: Counter() for name in self.names.values()}
        for alert_id, change in self.changes():
            timelines[self.names[alert_id]][_told(change)] += 1
        return Ending(
            alerts={_name(alert): _state(alert) for alert in self.alerts},
            timelines=timelines,
            messages=Counter(
                f"{self.spelled(it.delivery.key, it.delivery.event)} {it.state}"
                for it in self.ledger
            ),
            received=Counter(
                self.spelled(key, event)
                for key, event in {(it.key, it.event) for it in self.team.world.line.received}
            ),
            occurrences={_name(alert): alert.occurrences for alert in self.alerts},
        )

    def spelled(self, key: str, event: str = "update") -> str:
        """A message's key without what differs between two runs, versions among it."""
        alert_id, _, rest = key.partition(".")
        return f"{self.names[alert_id]}.{_VERSION.sub(f'.{event}.', rest)}"

    def changes(self) -> Iterator[tuple[str, Change]]:
        """All timelines."""
        for item in self.items:
            kind, _, rest = item["sk"]["S"].partition("#")
            if kind == "T" and item["pk"]["S"].startswith("A#"):
                yield rest.partition("#")[0], change_from(item)

    # What must never be

    def problems(self) -> Iterator[str]:
        """Everything that is wrong, whatever went wrong on the way."""
        world = self.team.world
        yield from world.log.unexpected
        for url, queue in world.queues.items():
            yield from (f"given up in {url}: {message.body}" for message in queue.dead)
        for alert in self.alerts:
            if alert.is_open and lacks_timer(alert):
                yield f"{_name(alert)} is forgotten"
            if alert.listed.occurrences != alert.occurrences:
                yield f"lists show {alert.listed.occurrences} of {_name(alert)}"
            if alert.notification_count != self._reached(alert):
                yield f"{_name(alert)} shows {alert.notification_count} pages"
        yield from self._counts()
        yield from self._messages()
        yield from self._acknowledgements()

    def _reached(self, alert: Alert) -> int:
        return sum(
            it.delivery.alert_id == alert.alert_id
            and it.delivery.is_page
            and it.state is DeliveryState.SENT
            for it in self.ledger
        )

    def _counts(self) -> Iterator[str]:
        opened = [alert for alert in self.alerts if alert.is_open]
        expected = {
            "firing": sum(it.status is AlertStatus.FIRING for it in opened),
            "acknowledged": sum(it.status is AlertStatus.ACKNOWLEDGED for it in opened),
            "snoozed": sum(it.snooze is not None for it in opened),
        }
        kept = [item for item in self.items if item["entity"]["S"] == "counts"]
        for name, number in expected.items():
            shown = sum(int(item[name]["N"]) for item in kept)
            if shown != number:
                yield f"{number} {name}, and {shown} are shown"

    def _messages(self) -> Iterator[str]:
        world = self.team.world
        requests = Counter(it.key for it in world.line.received)
        sent = {it.delivery.key for it in self.ledger if it.state is DeliveryState.SENT}
        for it in self.ledger:
            if not it.state.has_ended:
                yield f"{self.spelled(it.delivery.key)} stays {it.state}"
        for unheard in sent - requests.keys():
            yield f"{self.spelled(unheard)} is marked as sent and never arrived"
        for key, number in requests.items():
            if number > 1 + world.ambiguous[key]:
                yield f"{self.spelled(key)} arrived {number} times"

    def _acknowledgements(self) -> Iterator[str]:
        pages = [it for it in self.team.world.line.received if it.event == NotificationEvent.PAGED]
        for alert_id, at in self.team.acknowledged:
            changes = [change for told, change in self.changes() if told == alert_id]
            words = {change.type for change in changes}
            if ChangeType.ACKNOWLEDGED not in words:
                yield f"the timeline of {self.names[alert_id]} has no acknowledgement"
            returned = [it.at for it in changes if it.type is ChangeType.UNACKNOWLEDGED]
            is_firing = any(
                it.alert_id == alert_id and it.status is AlertStatus.FIRING for it in self.alerts
            )
            if is_firing and not returned:
                yield f"the acknowledgement of {self.names[alert_id]} is undone"
            until = min(returned, default=None)
            for page in pages:
                is_late = page.at > at + GRACE and (until is None or page.at < until - GRACE)
                if page.alert_id == alert_id and is_late:
                    yield f"{self.spelled(page.key)} arrived after the acknowledgement"


def differences(calm: Findings, found: Findings, *, is_hasty: bool) -> Iterator[str]:
    """How a run with faults ended otherwise than the one without."""
    expected, ended = calm.ending, found.ending
    happened = found.team.world.line.happened
    is_provider_at_fault = any(happened[kind] for kind in (*AT_PROVIDER, Kind.THROTTLE))
    yield from _unequal("alerts", expected.alerts, ended.alerts)
    if not is_hasty:
        yield from _unequal("messages", expected.messages, ended.messages)
        yield from _unequal("received", expected.received, ended.received)
    for name, timeline in expected.timelines.items():
        mine, theirs = (
            Counter({told: n for told, n in it.items() if not _is_free(told, is_hasty)})
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
        if not 0 <= more <= found.team.repeated + again:
            yield f"{name} occurred {more} times more"


def _is_free(told: Told, is_hasty: bool) -> bool:  # noqa: FBT001 - private
    # Intake that cannot read the policies leaves the first step to the timer, which says so.
    is_first_step = told[0] == ChangeType.ESCALATED and "from_step=None" in told
    return is_first_step or (is_hasty and told[0] in _NOTIFIED)


def _unequal(
    what: str, expected: Mapping[str, object], ended: Mapping[str, object]
) -> Iterator[str]:
    for name in sorted(expected.keys() | ended.keys()):
        if expected.get(name) != ended.get(name):
            yield f"{what}: {name} is {ended.get(name)}, not {expected.get(name)}"


def _is_alert(item: Record) -> bool:
    return bool(item["entity"]["S"] == "alert")


def _name(alert: Alert) -> str:
    return f"{alert.dedup_key}/{alert.episode}"


def _state(alert: Alert) -> Mapping[str, object]:
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
        if name not in _OF_THE_RUN
    )
    return (change.type.value, change.by, *details)
