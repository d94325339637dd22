"""What an alert may go through, drawn by chance or step by step, as the records of the stream."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hypothesis import strategies as st

from tests.examples import ALICE, NINE, trigger, with_first_step
from tocsin.domain.alert import Alert, Snooze
from tocsin.domain.consequences import StoredChange
from tocsin.domain.errors import ConflictError
from tocsin.domain.ids import IncidentId
from tocsin.domain.next_action import act, with_timer
from tocsin.domain.reception import Source, receive
from tocsin.domain.severity import Severity
from tocsin.domain.signal import SignalAction

type Step = Callable[[Alert | None, datetime], Alert | None]
"""What becomes of what the slot holds; None or the same alert: nothing is written."""


@dataclass
class Slot:
    """One slot of the table; each write makes one record, as the stream has it."""

    current: Alert | None = None
    records: list[StoredChange] = field(default_factory=list)

    def take(self, step: Step, at: datetime) -> None:
        """Write what a step makes of the slot, unless it is refused."""
        with suppress(ConflictError):
            after = step(self.current, at)
            if after is not None and after is not self.current:
                self._write(after)

    def _write(self, after: Alert) -> None:
        before = self.current
        begins = before is None or before.alert_id != after.alert_id
        version = 1 if begins or before is None else before.version + bool(after.changes)
        self.current = replace(with_timer(after), version=version, changes=())
        stored = StoredChange(
            before=before, after=self.current, listed_occurrences=1, changes=after.changes
        )
        self.records.append(stored)


def signal(
    *,
    dedup_key: str = "disk-full",
    action: SignalAction = SignalAction.TRIGGER,
    severity: Severity = Severity.CRITICAL,
    output: str = "93 % full",
    value: float | str | None = 93,
    resolve_after: timedelta = timedelta(),
) -> Step:
    source = Source(
        integration="prod-prometheus", resolve_after=resolve_after, wakes_on_output=True
    )
    said = replace(
        trigger(output, dedup_key=dedup_key, severity=severity, value=value), action=action
    )
    return lambda current, at: with_first_step(receive(current, said, source, at).alert)


def change(of: Callable[[Alert, datetime], Alert | None]) -> Step:
    return lambda current, at: None if current is None else of(current, at)


ACKNOWLEDGE = change(lambda alert, at: alert.acknowledge(by=ALICE, at=at))
UNACKNOWLEDGE = change(lambda alert, at: alert.unacknowledge(by=ALICE, at=at))
RESOLVE = change(lambda alert, at: alert.resolve(by=ALICE, at=at))
UNSNOOZE = change(lambda alert, at: alert.woken(by=ALICE, at=at, reason="unsnoozed"))
PROMOTE = change(lambda alert, at: alert.promoted(IncidentId("incident"), by=ALICE, at=at))
ACT = change(lambda alert, at: act(alert, at, None))


def snooze(duration: timedelta, *, sticky_severity: bool = False) -> Step:
    return change(
        lambda alert, at: alert.snoozed(
            Snooze(until=at + duration, sticky_severity=sticky_severity), by=ALICE, at=at
        )
    )


def _steps(dedup_key: str) -> st.SearchStrategy[Step]:
    return st.one_of(
        st.builds(
            signal,
            dedup_key=st.just(dedup_key),
            action=st.sampled_from(SignalAction),
            severity=st.sampled_from(Severity),
            output=st.sampled_from(["93 % full", "97 % full", ""]),
            value=st.sampled_from([93, 97.5, "high", None]),
            resolve_after=st.sampled_from([timedelta(), timedelta(minutes=1)]),
        ),
        st.sampled_from([ACKNOWLEDGE, UNACKNOWLEDGE, RESOLVE, UNSNOOZE, PROMOTE, ACT]),
        st.builds(
            snooze,
            st.sampled_from([timedelta(seconds=seconds) for seconds in (1, 30, 90, 3600)]),
            sticky_severity=st.booleans(),
        ),
    )


@st.composite
def lives(
    draw: st.DrawFn, dedup_key: str = "disk-full", *, max_steps: int = 30
) -> list[StoredChange]:
    """Draw the records of a slot that a trigger opened, and then any steps at any times met."""
    slot, at = Slot(), NINE
    slot.take(signal(dedup_key=dedup_key), at)
    least = draw(st.integers(0, max_steps // 2))
    steps = st.tuples(_steps(dedup_key), st.integers(0, 100_000))
    for step, pause in draw(st.lists(steps, min_size=least, max_size=max_steps)):
        at += timedelta(milliseconds=pause)
        slot.take(step, at)
    return slot.records


def life(*steps: Step, seconds: float = 1) -> list[StoredChange]:
    """The records of a slot to which these steps happened, so many seconds apart."""
    slot, at = Slot(), NINE
    for step in steps:
        slot.take(step, at)
        at += timedelta(seconds=seconds)
    return slot.records
