"""Times in queries of what is on call."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from functions.alerts_api.fields import Fields

if TYPE_CHECKING:
    from functions.alerts_api.request import Request

LONGEST: Final = timedelta(days=400)
"""Of one answer, and how far from now it may lie: overrides are kept for as long."""
USUAL: Final = timedelta(days=28)


def read_at(request: Request) -> datetime:
    """Read `at`; by default now.

    Raises:
        InvalidInputError: It is no time, or too far away.
    """
    fields = Fields(request.query)
    at = fields.instant("at") if fields.has("at") else request.at
    if at is not None and abs(at - request.at) > LONGEST:
        fields.refuse("at", "must be within 400 days of now")
    fields.expect_good("Who is on call cannot be said like that.")
    return at or request.at


def read_span(request: Request, *, usual: timedelta = USUAL) -> tuple[datetime, datetime]:
    """Read `from`, by default now, and `to`, by default so much later.

    Raises:
        InvalidInputError: They are no times, too far away, or not in order.
    """
    fields = Fields(request.query)
    begins = fields.instant("from") if fields.has("from") else request.at
    if begins is not None and abs(begins - request.at) > LONGEST:
        fields.refuse("from", "must be within 400 days of now")
        begins = None
    ends = fields.instant("to") if fields.has("to") else begins and begins + usual
    if begins is not None and ends is not None and not begins < ends <= begins + LONGEST:
        fields.refuse("to", "must lie after from, by 400 days at most")
    fields.expect_good("Shifts cannot be listed like that.")
    if begins is None or ends is None:
        raise AssertionError
    return begins, ends
