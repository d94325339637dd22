"""A route's description in the OpenAPI document, beyond its method, path and scope."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import BaseModel

from tocsin.domain.errors import TocsinError

TEXT: Final[Mapping[str, Any]] = {"type": "string"}

PATH_PARAMETERS: Final[Mapping[str, str]] = {
    "alert_id": "An alert's id: an opaque text.",
    "digest_id": "A digest's id: an opaque text.",
    "incident_id": "An incident's id: an opaque text.",
    "key_id": "An API key's id, not the key itself.",
    "override_id": "An override's id: an opaque text.",
    "session_id": "A session's id: an opaque text, and not its cookie.",
    "swap_id": "A swap's id: an opaque text.",
    "device_id": "A device's id: an opaque text.",
    "name": "The name: 1 to 64 of a-z, 0-9 and -; of a user also A-Z, . and _.",
    "token": "The token of an integration URL: 32 hex digits, dashes or not.",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a query."""

    name: str
    description: str
    schema: Mapping[str, Any] = field(default_factory=lambda: dict(TEXT))


CURSOR: Final = Parameter("cursor", "Where to go on: `next_cursor` of the page before.")
LIMIT: Final = Parameter(
    "limit",
    "Rows of a page; more than 200 means 200.",
    {"type": "integer", "minimum": 1, "default": 50},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One route, as a reader of the document needs it."""

    tag: str
    summary: str
    description: str = ""
    query: tuple[Parameter, ...] = ()
    body: type[BaseModel] | None = None
    is_body_required: bool = True
    status: int = 200
    other_statuses: tuple[int, ...] = ()
    """Further successes with the same answer."""
    answer: type[BaseModel] | None = None
    """The whole JSON answer; None where nothing, or no JSON, is sent."""
    media_type: str = "application/json"
    other_media_type: str | None = None
    """Of a text that is sent instead, where the query asks for it."""
    errors: tuple[type[TocsinError], ...] = ()
    """Beyond those that follow from the route: of keys, scopes, bodies and storage."""
    needs_origin: bool = False
    """Whether it is for our own pages only, also without a session."""
    changes_something: bool = True
    """False of a POST that only looks, for which sending it again needs no care."""


PATH_EXAMPLES: Final[Mapping[str, str]] = {
    "alert_id": "01KJM5ZZ00DRQ5V1N9YH3KW2TB",
    "digest_id": "01KJMX2B7Q3ZK4C0M5N7P9R1T3",
    "incident_id": "01KJM6B2V8ZK4C0M5N7P9R1T3W",
    "key_id": "01KJM5ZZ00DRQ5V1N9YH3KW2TB",
    "override_id": "01KJM7A0C8ZK4C0M5N7P9R1T3W",
    "session_id": "01KJM60000DRQ5V1N9YH3KW2TC",
    "swap_id": "01KJM7B0C8ZK4C0M5N7P9R1T3W",
    "device_id": "d42062e706746131d",
    "token": "3f9a6d0c4b7e4f0e9d2b1c8a7f6e5d4c",
    "channels": "ops-hook",
    "escalation-policies": "default",
    "heartbeats": "nightly-backup",
    "integrations": "prod-prometheus",
    "maintenance-windows": "deploy-42",
    "routes": "payments",
    "schedules": "primary",
    "silences": "checkout-deploy",
    "users": "alice",
}
"""Of each parameter of a path, of `name` by the segment before it."""
