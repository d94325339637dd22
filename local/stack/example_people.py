"""An example channel, user and policy for `make run`, registered through the public API.

Tests and benchmarks start without them.
"""

from http import HTTPStatus

from local.stack.api_calls import call, reason
from local.stack.places import Json
from local.stack.prerequisites import LocalStackError

SECOND_STEP_SECONDS = 20
"""Short enough to wait for it; a team would take minutes."""

PEOPLE: dict[str, Json] = {
    # In this order: a policy may only name what exists.
    "channels/terminal": {"type": "console"},
    "users/alice": {
        "full_name": "Alice Example",
        "email": "alice@example.com",
        "phone": "+15550100",
        "time_zone": "Europe/Berlin",
    },
    "escalation-policies/default": {
        "steps": [
            {
                "name": "first",
                "targets": [{"channel": "terminal"}],
                "delay": f"{SECOND_STEP_SECONDS}s",
            },
            {
                "name": "second",
                "targets": [{"user": "alice"}, {"channel": "terminal"}],
                "delay": "5m",
            },
        ]
    },
}


def example_people(url: str, key: str) -> None:
    """Register what is missing; existing objects stay unchanged."""
    for path, body in PEOPLE.items():
        place = f"/api/v1/{path}"
        status, answer = call(url, "GET", place, key=key)
        if status == HTTPStatus.NOT_FOUND:
            status, answer = call(url, "PUT", place, key=key, body=body)
        if status >= HTTPStatus.BAD_REQUEST:
            raise LocalStackError(
                f"The example {path} could not be registered: {status} {reason(answer)}"
            )
