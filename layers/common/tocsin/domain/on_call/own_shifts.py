"""The shifts of one person."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tocsin.domain.on_call.swap import Span

if TYPE_CHECKING:
    from tocsin.domain.on_call.shifts import Shift


def own_shifts(shifts: "Iterable[Shift]", user: str) -> tuple[Span, ...]:
    """When a person is on call; what follows without a break, alone or with others, is one."""
    spans: list[Span] = []
    for shift in shifts:
        if user not in shift.people:
            continue
        if spans and spans[-1].ends == shift.begins:
            spans[-1] = Span(spans[-1].begins, shift.ends)
        else:
            spans.append(Span(shift.begins, shift.ends))
    return tuple(spans)
