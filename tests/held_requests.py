"""What every request to AWS is held to, in every test and with every answer."""

import functools
from collections.abc import Mapping
from typing import Any

import botocore.session
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from tests.role_oracle import RECORD


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
        RECORD.note(role, operation, parameters)


@functools.cache
def service_model(service: str) -> ServiceModel:
    """What AWS publishes of a service's requests, answers and errors."""
    return botocore.session.get_session().get_service_model(service)
