"""What every request to AWS is held to, in every test and with every answer."""

import functools
import re
from collections.abc import Mapping
from typing import Any

import botocore.session
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from tests.role_oracle import RECORD

WRITES = {"PutItem", "UpdateItem", "DeleteItem"}
REPEATABLE = re.compile(r"E#\w+#[DH]|R#\w+|T#.*|SWEEP|GATE|CHANGES|\d+")
"""Sort keys of items that may be written without a condition: facts, bodies, history; entries of a
timeline, each under a key of its own; the position of the sweep; the health of a channel; counts,
which the sweep corrects and checks again ten minutes later; how often anything changed, which may
be counted twice."""


def hold(
    service: str, operation: str, parameters: Mapping[str, Any], *, role: str | None = None
) -> None:
    """Hold a request to AWS's own model of its service, and to what its role may do.

    Raises:
        AssertionError: AWS would not understand it. What a role may not do fails the test at its
            end, since functions catch what they meet.
    """
    expected = service_model(service).operation_model(operation).input_shape
    assert expected is not None
    problems = ParamValidator().validate(parameters, expected).generate_report()
    assert not problems, f"{service} {operation}: {problems}"
    if service == "dynamodb":
        expect_conditions(operation, parameters)
        RECORD.note(role, operation, parameters)


@functools.cache
def service_model(service: str) -> ServiceModel:
    """What AWS publishes of a service's requests, answers and errors."""
    return botocore.session.get_session().get_service_model(service)


def expect_conditions(operation: str, parameters: Mapping[str, Any]) -> None:
    """Expect a condition in each write; a transaction fails as a whole, so one is enough."""
    writes = [parameters] if operation in WRITES else []
    for action in parameters.get("TransactItems", ()):
        writes += action.values()
    if not writes or any("ConditionExpression" in write for write in writes):
        return
    keys = [(write.get("Key") or write["Item"])["sk"]["S"] for write in writes]
    assert all(map(REPEATABLE.fullmatch, keys)), f"{operation} of {keys} has no condition"
