"""The words by which formats without a list of their own say that an alert is over, or seen."""

from typing import Final

OVER: Final = frozenset(
    (
        *("resolved", "resolve", "ok", "okay", "closed", "close", "up", "recovered", "recovery"),
        *("cleared", "clear", "normal", "success", "successful", "succeeded", "passed", "passing"),
        *("healthy", "fixed", "restored", "inactive", "operational", "good", "green"),
        *("mitigated", "available", "online"),
    )
)
SEEN: Final = frozenset(("acknowledged", "acknowledge", "ack", "acked"))
