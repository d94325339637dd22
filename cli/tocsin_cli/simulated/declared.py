"""The indexes of the table, as template.yaml declares them; a test holds the two together."""

from typing import Any, Final

_HASH, _RANGE = "HASH", "RANGE"
DECLARED: Final[dict[str, Any]] = {
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by_state",
            "KeySchema": [
                {"AttributeName": "state_key", "KeyType": _HASH},
                {"AttributeName": "id", "KeyType": _RANGE},
            ],
            "Projection": {
                "ProjectionType": "INCLUDE",
                "NonKeyAttributes": [
                    *("listed", "details", "overflow", "resolves_at", "resolved_at"),
                    *("snooze", "notification_count", "due_at"),
                ],
            },
        },
        {
            "IndexName": "due",
            "KeySchema": [
                {"AttributeName": "due_key", "KeyType": _HASH},
                {"AttributeName": "due_at", "KeyType": _RANGE},
            ],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        },
    ]
}
"""Only what `SimulatedTable` reads of it."""
