"""People change who is on call: overrides, taking a shift, swaps; those concerned are told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from tocsin.domain.errors import (
    ConcurrentUpdateError,
    ConflictError,
    InvalidInputError,
    OverrideNotFoundError,
    Problem,
)
from tocsin.domain.on_call.notice import Notice
from tocsin.domain.on_call.notice_plan import notice_delivery
from tocsin.domain.on_call.notices_in_words import Words, words_to
from tocsin.domain.on_call.roster import Roster
from tocsin.domain.on_call.schedule import Override, OverrideKind, ScheduleOverride
from tocsin.domain.on_call.swap import Span, Swap, SwapState

if TYPE_CHECKING:
    from tocsin.domain.configuration import Configured
    from tocsin.domain.on_call.schedule import Schedule
    from tocsin.domain.people import Directory
    from tocsin.usecases.ports import (
        ConfigurationRepository,
        DeliveryQueue,
        NewWriteId,
        OverrideRepository,
        SwapRepository,
    )

AHEAD: Final = timedelta(days=400)
"""How far ahead shifts are looked at."""
ATTEMPTS: Final = 3


class NotOnCallError(ConflictError):
    """A person has no such shift; the message says who, and when."""

    code = "not_on_call"


class AlreadyOnCallError(ConflictError):
    """The shift is this person's already."""

    code = "already_on_call"


class OverrideOverError(ConflictError):
    """The override has ended, and the past is not changed."""

    code = "override_over"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCallWork:
    """Ports of these changes."""

    schedules: ConfigurationRepository[Configured[Schedule]]
    overrides: OverrideRepository
    swaps: SwapRepository
    directory: Callable[[datetime], Directory]
    deliveries: Callable[[], DeliveryQueue]
    new_write_id: NewWriteId

    def roster(self, begins: datetime, ends: datetime | None = None) -> Roster:
        """All schedules, with the overrides that are in force between."""
        schedules = {it.name: it.value for it in self.schedules.list()}
        return Roster(schedules, self.overrides.list(begins, ends) if schedules else ())

    def tell(
        self, users: Iterable[str], say: Callable[[Words], Notice], *, key: str, at: datetime
    ) -> None:
        """Tell each of them; what cannot be sent now is lost, as the API shows it as well."""
        names = list(dict.fromkeys(users))
        if not names:
            return
        directory = self.directory(at)
        known = (directory.users.get(name) for name in names)
        planned = [
            notice_delivery(say(words_to(user, directory, at)), user, directory, key=key, at=at)
            for user in known
            if user is not None
        ]
        sent = [it for it in planned if it is not None]
        if sent:
            self.deliveries().send(sent, now=at)


def add_override(
    schedule: str, override: Override, *, by: str | None, at: datetime, work: OnCallWork
) -> None:
    """Store it, and tell those who are on call or not by it, but not the person who makes it.

    Raises:
        InvalidInputError: It has ended already.
    """
    if override.ends <= at:
        raise _refused("to", "must lie ahead: the past is not changed")
    begins = max(override.begins, at)
    before = work.roster(begins, override.ends)
    work.overrides.add((ScheduleOverride(schedule, override),), write_id=work.new_write_id())
    span, key = Span(begins, override.ends), override.override_id
    shifts = before.shifts(schedule, span.begins, span.ends)
    were = {user for shift in shifts for user in shift.people}
    gone = _relieved_by(override, were)
    comes = override.kind is not OverrideKind.REMOVE and override.user not in were
    work.tell(
        sorted(gone - {by, override.user}),
        lambda words: words.overridden(schedule, override.user, span),
        key=key,
        at=at,
    )
    work.tell(
        {override.user} - {by} if comes else (),
        lambda words: words.entered(schedule, span),
        key=key,
        at=at,
    )


def _relieved_by(override: Override, were: set[str]) -> set[str]:
    match override.kind:
        case OverrideKind.REPLACE:
            return were & {override.instead_of} if override.instead_of else were
        case OverrideKind.REMOVE:
            return were & {override.user}
        case OverrideKind.ADD:
            return set()


def end_override(schedule: str, override_id: str, *, at: datetime, work: OnCallWork) -> None:
    """Remove an override from now on; what it did before stays.

    Raises:
        OverrideNotFoundError: It is unknown, or has ended.
    """
    found = (it for it in work.overrides.list(at) if it.schedule == schedule)
    made = next((it for it in found if it.override.override_id == override_id), None)
    if made is None:
        raise OverrideNotFoundError
    has_begun = made.override.begins < at
    rest = replace(made.override, ends=at) if has_begun else None
    work.overrides.end(made, rest, write_id=work.new_write_id())


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """A person takes the running shift of a schedule."""

    schedule: str
    user: str
    instead_of: str | None
    """None: all who are on call."""
    until: datetime | None
    """None: until the shift ends."""
    reason: str | None
    override_id: str
    by: str
    at: datetime


def take_shift(taking: Taking, work: OnCallWork) -> Override:
    """Make the override, and tell those who are relieved.

    Raises:
        AlreadyOnCallError: It is the taker's shift.
        NotOnCallError: The one to be relieved is not on call.
        InvalidInputError: The shift has no end, or ends before `until`.
    """
    at = taking.at
    now = work.roster(at).who(taking.schedule, at)
    if taking.user in now.people and (taking.instead_of or now.people == (taking.user,)):
        raise AlreadyOnCallError(f"{taking.user} is on call in {taking.schedule} already.")
    if taking.instead_of is not None and taking.instead_of not in now.people:
        raise NotOnCallError(f"{taking.instead_of} is not on call in {taking.schedule} now.")
    ends = taking.until or now.until
    if ends is None:
        raise _refused("until", "is needed: this shift goes on for more than a year")
    if ends <= at:
        raise _refused("until", "must lie ahead")
    if ends - at > AHEAD:
        raise _refused("until", "must be within 400 days")
    override = Override(
        override_id=taking.override_id,
        kind=OverrideKind.REPLACE if now.people else OverrideKind.ADD,
        user=taking.user,
        instead_of=taking.instead_of,
        begins=at,
        ends=ends,
        made_at=at,
        made_by=taking.by,
        reason=taking.reason,
    )
    made = ScheduleOverride(taking.schedule, override)
    work.overrides.add((made,), write_id=work.new_write_id())
    relieved = [taking.instead_of] if taking.instead_of else now.people
    work.tell(
        [user for user in relieved if user != taking.user],
        lambda words: words.relieved(taking.schedule, taking.user, ends),
        key=taking.override_id,
        at=at,
    )
    return override


def ask_for_swap(swap: Swap, work: OnCallWork) -> Swap:
    """Store it, and ask the other person.

    Raises:
        InvalidInputError: A span is past, empty, or too far ahead.
        NotOnCallError: A shift is not that of the person who gives it.
    """
    at = swap.created_at
    for field, span in (("gives", swap.gives), ("takes", swap.takes)):
        if not at < span.begins < span.ends:
            raise _refused(field, "must lie ahead, and end after its begin")
        if span.ends - at > AHEAD:
            raise _refused(field, "must lie within 400 days")
    _expect_shifts(swap, at, work)
    stored = work.swaps.put(None, swap, write_id=work.new_write_id())
    work.tell([swap.asked], lambda words: words.swap_asked(stored), key=swap.name, at=at)
    return stored


def answer_swap(
    swap_id: str, answer: SwapState, *, by: str, at: datetime, work: OnCallWork
) -> Swap:
    """Accept, decline or withdraw it; said again, it changes nothing.

    Raises:
        SwapNotFoundError: There is none.
        SwapOverError: It was answered otherwise, or has expired.
        NotOnCallError: It is to be accepted, and a shift has changed meanwhile.
    """
    for _ in range(ATTEMPTS):
        before = work.swaps.get(swap_id)
        if before.answer is answer:
            return before
        after = before.answered(answer, by=by, at=at)
        try:
            if answer is SwapState.ACCEPTED:
                _expect_shifts(before, at, work)
                made = before.overrides(by=by, at=at)
                stored = work.swaps.accept(before, after, made, write_id=work.new_write_id())
            else:
                stored = work.swaps.put(before, after, write_id=work.new_write_id())
        except ConcurrentUpdateError:
            continue
        if answer is not SwapState.WITHDRAWN:
            _tell_asker(stored, at, work)
        return stored
    raise ConcurrentUpdateError


def _tell_asker(swap: Swap, at: datetime, work: OnCallWork) -> None:
    key = f"{swap.name}.{swap.answer}"
    work.tell([swap.asker], lambda words: words.swap_answered(swap), key=key, at=at)


def _expect_shifts(swap: Swap, at: datetime, work: OnCallWork) -> None:
    ends = max(swap.gives.ends, swap.takes.ends)
    roster = work.roster(at, ends)
    for user, span in ((swap.asker, swap.gives), (swap.asked, swap.takes)):
        if swap.schedule not in roster.schedules or not roster.is_on_call(
            swap.schedule, user, span.begins, span.ends
        ):
            message = f"{user} is not on call in {swap.schedule} all that time."
            raise NotOnCallError(message)


def _refused(field: str, problem: str) -> InvalidInputError:
    return InvalidInputError("The body is not as it should be.", [Problem(field, problem)])
