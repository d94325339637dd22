"""Each operation of the document, asked for all that it allows and much that it forbids.

Schemathesis makes the requests: examples, each limit of each schema, and some by chance, the same
in each run.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Final

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig

from tests.functions.ingest.test_fuzz import CPU_SECONDS
from tests.openapi.whole_api import KEY, Application

REQUESTS: Final = 5_000
"""At the least; what the document does not describe: tests/functions/test_odd_requests.py."""
CHANCE_EXAMPLES: Final = 5
CONFIG: Final = SchemathesisConfig.from_dict(
    {
        "generation": {
            "deterministic": True,
            "database": "none",
            "max-examples": CHANCE_EXAMPLES,
            # Who asks is for the test to say.
            "with-security-parameters": False,
        },
        "checks": {
            # A schema cannot say which cursors were given, or that a time lies ahead.
            "positive_data_acceptance": {"enabled": False},
            # What senders get wrong is taken nevertheless, and so are nulls for what is left out.
            "negative_data_rejection": {"enabled": False},
        },
    }
)
NEED_NAMES: Final = {
    "POST /api/v1/alerts/{alert_id}/assign",
    "POST /api/v1/alerts/{alert_id}/page",
    "POST /api/v1/incidents/{incident_id}/alerts",
    "POST /api/v1/incidents/{incident_id}/responders",
    "PUT /api/v1/escalation-policies/{name}",
    # Succeed only from our own pages, with what signs somebody in: tests/functions/session.
    "DELETE /session",
    "GET /session/oidc",
    "GET /session/oidc/callback",
    "POST /session",
    "POST /session/link",
    "POST /session/link/confirm",
}
"""Succeed only if the body names what this team has, which chance does not find."""
# Made while tests are collected: the document says which there are.
application = Application()
document = schemathesis.openapi.from_wsgi("/openapi.json", application, config=CONFIG)


@pytest.fixture(autouse=True, scope="module")
def answered(tally: Counter[int]) -> Iterator[dict[str, set[int]]]:
    """The statuses that each operation answered with: a success was among them."""
    statuses: defaultdict[str, set[int]] = defaultdict(set)
    yield statuses
    tally.update(application.answered)
    never = {
        label
        for label, seen in statuses.items()
        if not any(HTTPStatus(status).is_success for status in seen)
    }
    assert never <= NEED_NAMES


@document.parametrize()
def test_every_answer_is_documented(
    case: schemathesis.Case[Any], answered: dict[str, set[int]]
) -> None:
    needs_key = bool(case.operation.definition.raw["security"])
    headers = {"Authorization": f"Bearer {KEY}"} if needs_key else {}
    for path_parameters in _unknown_and_known(case):
        case.path_parameters = path_parameters
        response = case.call_and_validate(headers=headers)
        answered[case.operation.label].add(response.status_code)


def test_so_many_requests_over_all_operations_were_answered_soon(
    answered: dict[str, set[int]],
) -> None:
    operations = {
        f"{method.upper()} {path}"
        for path, methods in document.raw_schema["paths"].items()
        for method in methods
    }
    # Which the document was read from.
    assert operations - answered.keys() == {"GET /openapi.json"}
    assert application.answered.total() >= REQUESTS
    assert [status for status in application.answered if status >= 500] == []
    assert application.slowest < CPU_SECONDS


def _unknown_and_known(case: schemathesis.Case[Any]) -> Iterator[dict[str, object]]:
    yield case.path_parameters
    if case.path_parameters:
        known = application.known(case.method, case.path)
        yield {name: known[name] for name in case.path_parameters}
