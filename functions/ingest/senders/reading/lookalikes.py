"""Fields that were not read although they look like one of ours: a slip, or another format's."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from heapq import nsmallest
from typing import Final

LOOKED_AT: Final = 20
"""Unread fields of an entry that are compared; each costs under a millisecond."""
LENGTH_LIMIT: Final = 40
LIKENESS: Final = 0.8
"""`sevrity` is 0.93 like `severity`, `service` 0.67."""

OURS: Final = frozenset(
    (
        *("name", "title", "summary", "severity", "priority", "status", "state"),
        *("source", "object"),
        *("output", "message", "description", "reason", "labels", "tags", "links", "urls"),
        *("dedup_key", "alias", "fingerprint", "event_action", "payload", "custom_details"),
        *("current_value", "threshold", "started_at"),
    )
)
"""What our own formats call their parts."""


def lookalikes(unread: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    """Of names that were not read, those that are like one that would have been, in their order.

    A sender's own order of members says nothing.
    """
    names = nsmallest(
        LOOKED_AT, (it for it in unread if it not in known and len(it) <= LENGTH_LIMIT)
    )
    plain = {_plain(it) for it in (*known, *OURS)}
    return tuple(it for it in names if _is_like(_plain(it), plain))


def _is_like(name: str, known: Collection[str]) -> bool:
    return name in known or bool(get_close_matches(name, known, n=1, cutoff=LIKENESS))


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "").replace(" ", "")
