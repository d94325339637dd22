"""What comes after an alert's next action, if nobody acts and every message goes out at once."""

from collections.abc import Iterator
from typing import Final

from tocsin.domain.alert import Alert
from tocsin.domain.escalation import EscalationPolicy
from tocsin.domain.next_action import ActionKind, NextAction, act, next_action

AHEAD_LIMIT: Final = 3
"""Further actions that are looked for: a person plans no farther at night."""
_GOES_ON: Final = frozenset((ActionKind.ESCALATE, ActionKind.EXHAUST))


def ahead(alert: Alert, policy: EscalationPolicy | None) -> tuple[NextAction, ...]:
    """Find the steps behind the next action, each with the earliest time at which it begins.

    The clock of a step starts when its messages went out, so each may come later. What holds an
    alert is not looked for: it is asked when a step is due.
    """
    return tuple(_ahead(alert, policy))


def _ahead(alert: Alert, policy: EscalationPolicy | None) -> Iterator[NextAction]:
    coming = alert
    for _ in range(AHEAD_LIMIT):
        due = next_action(coming)
        if due.at is None or due.kind is not ActionKind.ESCALATE:
            return
        after = act(coming, due.at, policy)
        if after is None:
            return
        coming = after
        following = next_action(coming)
        if following.at is None or following.kind not in _GOES_ON:
            return
        yield following
