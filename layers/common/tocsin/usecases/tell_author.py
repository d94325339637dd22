"""A silence is about to end: its author is told, by an alert that nobody else is asked about."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from tocsin.domain.escalation import Target, TargetKind
from tocsin.domain.ids import AUTO, user_of
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts, Signal, SignalAction
from tocsin.usecases.ask_people import Opening, open_by_hand

if TYPE_CHECKING:
    from tocsin.domain.silence import Silence
    from tocsin.usecases.ports import NewWriteId, PagingRepository, SlotRepository

SOURCE: Final = "silences"


def tell_author(
    silence: Silence,
    number: int,
    *,
    at: datetime,
    slots: SlotRepository,
    paging: PagingRepository,
    new_write_id: NewWriteId,
) -> None:
    """Open it once for each end; an author who is no user is not told.

    It is of severity info, so that the author's rules for that decide how, and ends with the
    silence.

    Args:
        silence: Ends soon.
        number: Of the alerts that it holds.
        at: Now.
        slots: Takes the alert.
        paging: Knows the users.
        new_write_id: For each write.

    Raises:
        TryAgainError: Storage refuses for now.
    """
    name = user_of(silence.author)
    user = paging.directory(at).users.get(name) if name else None
    if user is None:
        return
    ends_at = silence.span.ends_at
    alerts = "1 alert" if number == 1 else f"{number} alerts"
    signal = Signal(
        action=SignalAction.TRIGGER,
        dedup_key=f"silence:{silence.name}:{ends_at:%Y%m%dT%H%M%S}",
        severity=Severity.INFO,
        facts=Facts(
            name="Silence ends soon",
            summary=f"Your silence {silence.name} ends at {ends_at:%H:%M} UTC and holds {alerts}",
            reason="What still fires then pages. Give it another end if the work takes longer.",
            source=SOURCE,
            object=silence.name,
            labels={"silence": silence.name},
        ),
        lapses_at=ends_at,
    )
    target = Target(TargetKind.USER, user.name)
    opening = Opening(signal=signal, by=AUTO, at=at, targets=(target,))
    open_by_hand(opening, slots=slots, paging=paging, new_write_id=new_write_id)
