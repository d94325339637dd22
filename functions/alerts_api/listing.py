"""A page of what is few enough to be read whole: configuration, in the order of names."""

from collections.abc import Callable, Sequence
from typing import Any

from functions.alerts_api.alert_filters import read_limit
from functions.alerts_api.answers import with_page
from functions.alerts_api.fields import Fields
from functions.alerts_api.request import Request
from tocsin.lambda_runtime.http import HttpAnswer

type View = dict[str, Any]


def answer_page[T](
    request: Request,
    things: Sequence[T],
    *,
    name_of: Callable[[T], str],
    view: Callable[[T], View],
) -> HttpAnswer:
    """Answer with the page that `limit` and `cursor` ask for; the cursor is the last name shown.

    Args:
        request: Its query has `limit` and `cursor`.
        things: All of them, sorted by name.
        name_of: The name that they are sorted by.
        view: Shows one of them.
    """
    fields = Fields(request.query)
    limit = read_limit(fields)
    fields.expect_good("The list cannot be read like that.")
    cursor = request.query.get("cursor", "")
    following = [thing for thing in things if name_of(thing) > cursor]
    shown = following[:limit]
    next_cursor = name_of(shown[-1]) if len(following) > limit else None
    rows = [view(thing) for thing in shown]
    return with_page(
        rows,
        next_cursor=next_cursor,
        meta={"total": len(things)},
        ignored=request.ignored(),
    )
