"""What silences, windows and awake people hold is put on hold, and released at their end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from tocsin.domain.errors import ConcurrentUpdateError
from tocsin.domain.hold import HoldKind
from tocsin.domain.next_action import with_timer
from tocsin.usecases.refusals import SlotRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tocsin.domain.alert import Alert
    from tocsin.domain.awake import Awake
    from tocsin.domain.hold import Hold
    from tocsin.domain.ids import AlertId
    from tocsin.domain.notification import Delivery, Notification
    from tocsin.domain.routing import Routing
    from tocsin.domain.silence import Holds
    from tocsin.usecases.ports import NewWriteId, PagingRepository, SlotRepository

ATTEMPTS: Final = 5


class HeldNow:
    """What holds alerts at one time; read once, when it is asked for."""

    def __init__(
        self,
        paging: PagingRepository,
        at: datetime,
        ledger: Callable[[AlertId], Sequence[Notification]] = lambda _alert_id: (),
    ) -> None:
        self._paging = paging
        self._at = at
        self._ledger = ledger
        self._read: Holds | None = None

    @property
    def _holds(self) -> Holds:
        if self._read is None:
            self._read = self._paging.holds()
        return self._read

    @property
    def awake(self) -> Sequence[Awake]:
        """Who is awake."""
        return [each for each in self._holds.awake if each.is_awake(self._at)]

    def over(self, alert: Alert) -> Hold | None:
        """The silence, window or route that lets nobody be paged; of several, what ends last."""
        hours = alert.hold_by_hours(self._at)
        if not self._holds.silences:
            return hours
        silence = self._holds.over(self._paging.whole(alert), self._at)
        if hours is None or silence is None:
            return silence or hours
        return max(silence, hours, key=lambda hold: hold.until)

    def why_unsent(self, alert: Alert, delivery: Delivery) -> str | None:
        """Why a page is not to be sent now; None: it is.

        A page that a person asked for is sent, and so is news to who has the alert.
        """
        hold = self.over(alert) if delivery.is_of_step else None
        return hold.why_unsent if hold else None

    def over_step(self, alert: Alert) -> Hold | None:
        """What keeps the next step from being begun."""
        return self.over(alert) or self.by_awake(alert)

    def by_awake(self, alert: Alert) -> Hold | None:
        """The awake person who keeps the next step from being begun."""
        people = [each for each in self.awake if each.may_hold(alert)]
        if not people:
            return None
        from tocsin.domain.awake import hold_by

        return hold_by(people, alert, self._ledger(alert.alert_id), self._at)

    def pages_to(self, awake: Awake, alert: Alert) -> Sequence[Notification]:
        """Pages of an alert's current step to an awake person."""
        if not awake.may_hold(alert):
            return ()
        from tocsin.domain.notification import messages_of_step

        messages = messages_of_step(alert, self._ledger(alert.alert_id))
        return [it for kind in messages for it in kind if awake.is_target(it.delivery.target)]


def why_held(
    alert: Alert | None, delivery: Delivery, paging: PagingRepository, at: datetime
) -> str | None:
    """Why a page is not to be sent, by what holds alerts as it is read now; None: it is sent."""
    return HeldNow(paging, at).why_unsent(alert, delivery) if alert is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Ports, and what holds alerts now."""

    now: datetime
    held: HeldNow
    slots: SlotRepository
    new_write_id: NewWriteId

    def keeps_back(self, alert: Alert) -> bool:
        """Take back the step that an alert has just begun, if something holds it."""
        if self.held.over(alert) is None:
            return False
        self._change(alert.alert_id, lambda current: self._taken_back(current, alert))
        return True

    def take_back(self, alert: Alert, ledger: Sequence[Notification]) -> Alert | None:
        """Ask the current step again if a hold kept one of its messages back; None: none was."""
        from tocsin.domain.notification import messages_of_step

        escalation = alert.escalation
        messages = [each for kind in messages_of_step(alert, ledger) for each in kind]
        if escalation.is_restart or not any(each.is_unsent_by_hold for each in messages):
            return None
        return alert.step_taken_back(self.held.over(alert), at=self.now)

    def settle(self, alert_id: AlertId) -> bool:
        """Put an alert on hold, or release it, as silences, windows and awake people say now.

        Returns:
            Whether it was changed.
        """
        return self._change(alert_id, self._settled)

    def is_settled(self, alert: Alert) -> bool:
        """Whether an alert is held as silences, windows, hours and awake people say now."""
        return self._settled(alert) is None

    def is_held_rightly(self, alert: Alert) -> bool:
        """Whether what it waits for still holds it, or another hold that began unnoticed.

        Hours end without a timer: an alert is put on hold for them when its next step is due.
        """
        hold = self.held.over_step(alert)
        is_by_hours = hold is not None and hold.kind is HoldKind.HOURS
        return is_by_hours or self.is_settled(alert)

    def follow_route(self, row: Alert, routing: Routing) -> None:
        """Let an alert that waits for its route's hours follow the route as it is now."""
        stands = row.routed
        if stands is None or row.hold is None or row.hold.kind is not HoldKind.HOURS:
            return
        route = next((it for it in routing.routes if it.name == stands.route), None)
        settings = route.settings if route else None
        only, time_zone = (settings.only, settings.time_zone) if settings else ((), "UTC")
        if (only, time_zone if only else stands.time_zone) == (stands.only, stands.time_zone):
            return
        self._change(row.alert_id, lambda it: it.with_hours(only, time_zone, at=self.now))

    def _settled(self, alert: Alert) -> Alert | None:
        if not alert.is_asking:
            return None
        hold, stands = self.held.over_step(alert), alert.escalation.held
        if hold is None:
            return alert.released(at=self.now) if stands is not None else None
        return None if hold.is_same(stands) else alert.put_on_hold(hold, at=self.now)

    def _taken_back(self, current: Alert, begun: Alert) -> Alert | None:
        """The alert as it is now, without the step that was begun; None: it has gone on."""
        stands, was = current.escalation, begun.escalation
        is_current = (stands.loop, stands.step) == (was.loop, was.step)
        if not current.is_asking or not is_current or stands.is_restart:
            return None
        return current.step_taken_back(self.held.over(current), at=self.now)

    def _change(self, alert_id: AlertId, change: Callable[[Alert], Alert | None]) -> bool:
        """Change an alert, if it is still the one in its slot.

        Raises:
            ConcurrentUpdateError: Concurrent writes came first, each time.
        """
        current = self.slots.episode(alert_id)
        for _ in range(ATTEMPTS):
            if current is None or current.alert_id != alert_id:
                return False
            after = change(current)
            if after is None:
                return False
            try:
                self.slots.update(current, with_timer(after), write_id=self.new_write_id())
            except SlotRefusedError as refusal:
                current = refusal.current
            else:
                return True
        raise ConcurrentUpdateError
