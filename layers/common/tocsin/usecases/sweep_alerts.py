"""The sweep: finds forgotten open alerts, mends them, and reports them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.alert_query import LIMIT_MAXIMUM, AlertPage, AlertQuery, Counts, Sort
from tocsin.domain.consequences import counts_of
from tocsin.domain.errors import AlertNotFoundError, TryAgainError
from tocsin.domain.hold import HoldKind
from tocsin.domain.next_action import next_action
from tocsin.domain.sweep import (
    OF_MESSAGES,
    OURSELVES,
    Ailment,
    Finding,
    SweepState,
    ailments_of,
    all_clear,
    is_self_report,
    is_suspect,
    self_report,
    unasked,
    was_paused,
)
from tocsin.usecases.follow_changes import plan_asked, plan_messages
from tocsin.usecases.receive_signal import receive_signal
from tocsin.usecases.refusals import SlotRefusedError

if TYPE_CHECKING:
    from tocsin.domain.signal import Signal
    from tocsin.usecases.follow_changes import Outlets
    from tocsin.usecases.ports import AlertRepository, SweepRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """One run of the sweep, and its ports."""

    now: datetime
    alerts: AlertRepository
    outlets: Outlets
    sweeps: SweepRepository
    is_over: Callable[[], bool]
    """Whether the function's time is nearly over: then the next run goes on."""

    def findings(self) -> Iterator[Finding]:
        """Check every open alert, and mend findings at once; overdue ones are only reported."""
        state = self.sweeps.state()
        if state.cursor is None:
            state = SweepState(drift=state.drift, kept_at=state.kept_at)
        expected = OF_MESSAGES if was_paused(state, self.now) else frozenset()
        state = replace(state, kept_at=self.now)
        for page in self._pages(state.cursor):
            found: list[Finding] = []
            for finding in self._mended(page.alerts):
                if finding.ailment not in expected:
                    found.append(finding)
                    yield finding
            state = replace(
                state,
                cursor=page.next_cursor,
                seen=sum(map(counts_of, page.alerts), state.seen),
                found=state.found + len(found),
                is_reported=state.is_reported or any(map(is_self_report, page.alerts)),
            )
            if found:
                self._receive(self_report(state.found))
            if state.cursor is None:
                state = self._ended(state)
            if state.cursor is None or self.is_over():
                self.sweeps.keep(state)
                return

    def _pages(self, cursor: str | None) -> Iterator[AlertPage]:
        query = AlertQuery(
            statuses=frozenset((AlertStatus.FIRING, AlertStatus.ACKNOWLEDGED)),
            sort=Sort.OLDEST,
            limit=LIMIT_MAXIMUM,
            cursor=cursor,
        )
        while True:
            page = self.alerts.list(query, at=self.now)
            yield page
            query = replace(query, cursor=page.next_cursor)

    def _ended(self, state: SweepState) -> SweepState:
        """Compare the stored counts: a difference that two sweeps find is no write in progress."""
        drift = self.outlets.timeline.stored_counts() - state.seen
        if drift != Counts() and drift == state.drift:
            self.outlets.timeline.correct_counts(Counts() - drift)
            drift = Counts()
        if state.is_reported and not state.found:
            self._receive(all_clear())
        return replace(state, drift=drift)

    def _mended(self, rows: Iterable[Alert]) -> Iterator[Finding]:
        holding = self.outlets.holding(self.now)
        for row in rows:
            if not is_suspect(row, self.now):
                continue
            if row.hold is not None and row.hold.kind is HoldKind.HOURS:
                holding.follow_route(row, self.outlets.paging.routing(self.now))
            try:
                alert = self.alerts.get_shortened(row.alert_id)
                ledger = partial(self.outlets.notifications.of_alert, alert.alert_id)
                directory = partial(self.outlets.paging.directory, self.now)
                ailments = ailments_of(alert, ledger, directory, self.now, holding.is_held_rightly)
            except AlertNotFoundError:
                continue
            except TryAgainError:
                raise
            except Exception as error:  # noqa: BLE001 - logged with the finding
                yield _unmended(row, Ailment.UNREADABLE, error)
                continue
            for ailment in ailments:
                yield self._mend(alert, ailment)

    def _mend(self, alert: Alert, ailment: Ailment) -> Finding:
        """Mend it; a failure must not stop the sweep."""
        try:
            self._do(alert, ailment)
        except SlotRefusedError:
            pass  # a newer change has brought its own timer
        except TryAgainError:
            raise
        except Exception as error:  # noqa: BLE001 - logged with the finding
            return _unmended(alert, ailment, error)
        return Finding(alert=alert, ailment=ailment, is_mended=ailment is not Ailment.OVERDUE)

    def _do(self, alert: Alert, ailment: Ailment) -> None:
        outlets = self.outlets
        match ailment:
            case Ailment.NO_TIMER:
                outlets.slots.set_timer(alert, next_action(alert).at)
            case Ailment.UNPLANNED:
                planned = plan_messages(alert, self.now, outlets)
                outlets.deliveries.send(planned, now=self.now)
            case Ailment.UNASKED:
                ledger = outlets.notifications.of_alert(alert.alert_id)
                for asking in unasked(alert, ledger, self.now):
                    asked = plan_asked(asking, alert, self.now, outlets)
                    outlets.deliveries.send(asked, now=self.now)
            case Ailment.STUCK:
                ledger = outlets.notifications.of_alert(alert.alert_id)
                stuck = [each.delivery for each in ledger if each.is_stuck(self.now)]
                outlets.deliveries.send(stuck, now=self.now)
            case Ailment.HELD:
                outlets.holding(self.now).settle(alert.alert_id)
            case Ailment.OVERDUE | Ailment.UNREADABLE:
                # Each tick sends its timer; why that does not help is for people to find.
                return

    def _receive(self, signal: Signal) -> None:
        receive_signal(
            signal,
            OURSELVES,
            at=self.now,
            slots=self.outlets.slots,
            paging=self.outlets.paging,
            new_write_id=self.outlets.new_write_id,
        )


def _unmended(alert: Alert, ailment: Ailment, error: Exception) -> Finding:
    return Finding(alert=alert, ailment=ailment, is_mended=False, cause=type(error).__name__)
