"""How long a page takes, and how late a timer is: by wall clock, on a whole local stack."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import Final

from bench.figures import Figure, Verdict
from bench.receiver import receiving
from bench.samples import Samples
from bench.team_on_stack import StackClient, local_stack

PAGE_P50_SECONDS: Final = 1.0
PAGE_P99_SECONDS: Final = 3.0
LATENESS_P99_SECONDS: Final = 2.0

_PAUSE_SECONDS: Final = 0.25
"""Between two events."""
_LATEST_SECONDS: Final = 90
"""A message that was lost costs until the next tick but one; what takes longer counts as lost."""
_AT_ONCE: Final = 100
_MINUTE_SECONDS: Final = 60
_AHEAD: Final = timedelta(seconds=20)
"""Until the first is due, once all of them snooze: the stack has come to rest by then."""


def figures(pages: int, timers: int, say: Callable[[str], None]) -> Iterator[Figure]:
    with local_stack(say) as stack:
        say(f"{pages:,} pages")
        yield _of_pages(stack, pages)
        say(f"{timers:,} timers")
        yield _of_timers(stack, timers)


def _of_pages(stack: StackClient, count: int) -> Figure:
    """From just before an event is sent to its message at the receiver."""
    sent: dict[str, float] = {}
    with receiving() as receiver:
        stack.page_to("pages", receiver.url)
        path = stack.new_integration("pages", escalation_policy="pages")
        # The first alert starts the processes.
        stack.fire(path, ["Warm-up"])
        receiver.wait_for(1, seconds=_LATEST_SECONDS)
        for number in range(count):
            at = time.time()
            [alert_id] = stack.fire(path, [f"Page {number}"])
            sent[alert_id] = at
            time.sleep(max(0.0, at + _PAUSE_SECONDS - time.time()))
        told = receiver.wait_for(count + 1, seconds=_LATEST_SECONDS)
    took = Samples([(told[it] - at) * 1000 for it, at in sent.items() if it in told])
    lost = count - len(took.milliseconds)
    is_met = (
        not lost and took.p50 <= PAGE_P50_SECONDS * 1000 and took.p99 <= PAGE_P99_SECONDS * 1000
    )
    return Figure(
        measure=f"local stack: event to page at a webhook, {count:,} alerts",
        target=f"p50 ≤ {PAGE_P50_SECONDS:g} s, p99 ≤ {PAGE_P99_SECONDS:g} s, none lost",
        figure=_written(took, lost),
        verdict=Verdict.of(is_met=is_met),
    )


def _of_timers(stack: StackClient, count: int) -> Figure:
    """From the end of a snooze to the time that the timeline names for it."""
    path = stack.new_integration("timers")
    names = [f"Timer {number}" for number in range(count)]
    alert_ids = [
        alert_id
        for batch in batched(names, _AT_ONCE, strict=False)
        for alert_id in stack.fire(path, batch)
    ]
    due = _snoozed(stack, alert_ids)
    time.sleep(max(0.0, max(due.values()).timestamp() + 2 * LATENESS_P99_SECONDS - time.time()))
    late = Samples()
    deadline = max(due.values()).timestamp() + _LATEST_SECONDS
    for alert_id, until in due.items():
        woken = _woken(stack, alert_id, deadline)
        if woken is not None:
            late.milliseconds.append((woken - until) / timedelta(milliseconds=1))
    lost = count - len(late.milliseconds)
    return Figure(
        measure=f"local stack: timers, {count:,} due within a minute",
        target=f"p99 ≤ {LATENESS_P99_SECONDS:g} s late, none lost",
        figure=_written(late, lost),
        verdict=Verdict.of(is_met=not lost and late.p99 <= LATENESS_P99_SECONDS * 1000),
    )


def _snoozed(stack: StackClient, alert_ids: Sequence[str]) -> dict[str, datetime]:
    """Let all of them wake within one minute, evenly; when each does.

    How long it takes to ask for that is tried first: once for what has to start, once to count.
    The last to wake is asked first.
    """
    size = -(-len(alert_ids) // _MINUTE_SECONDS)
    groups = list(batched(alert_ids, size, strict=False))
    long = timedelta(hours=1)
    _snooze(stack, groups[0], datetime.now(UTC) + long)
    began = datetime.now(UTC)
    _snooze(stack, groups[-1], began + long)
    took = datetime.now(UTC) - began
    first = (datetime.now(UTC) + len(groups) * took + _AHEAD).replace(microsecond=0)
    due: dict[str, datetime] = {}
    for second, group in reversed(list(enumerate(groups))):
        until = first + timedelta(seconds=second)
        _snooze(stack, group, until)
        due |= dict.fromkeys(group, until)
    return due


def _snooze(stack: StackClient, alert_ids: Sequence[str], until: datetime) -> None:
    body = {"action": "snooze", "ids": list(alert_ids), "until": until.isoformat()}
    results = stack.ask("POST", "/api/v1/alerts/bulk", body)
    failed = [result for result in results if not result["ok"]]
    if failed:
        raise AssertionError(f"not all were snoozed: {failed[0]}")


def _woken(stack: StackClient, alert_id: str, deadline: float) -> datetime | None:
    """When it woke, as its timeline says; asked again until then, or until it is too late."""
    while True:
        rows = stack.ask("GET", f"/api/v1/alerts/{alert_id}/timeline?limit=200")
        for row in rows:
            if row["type"] == "woken":
                return datetime.fromisoformat(row["at"])
        if time.time() > deadline:
            return None
        time.sleep(_PAUSE_SECONDS)


def _written(samples: Samples, lost: int) -> str:
    if not samples.milliseconds:
        return f"{lost} lost"
    p50, p99, most = (it / 1000 for it in (samples.p50, samples.p99, max(samples.milliseconds)))
    return f"p50 {p50:.2f} s, p99 {p99:.2f} s, at most {most:.2f} s, {lost} lost"
