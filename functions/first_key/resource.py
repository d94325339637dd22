"""A secret as the template describes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.lambda_runtime.custom_resource import RequestError


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """The resource in the template; equal ones are the same key."""

    stack_id: str
    logical_id: str
    parameter_name: str
    generation: str

    @classmethod
    def of(cls, event: Mapping[str, Any], properties: Mapping[str, Any]) -> "Resource":
        """Read properties, all of them texts.

        Raises:
            RequestError: One is missing.
        """
        name = properties.get("ParameterName")
        if not name:
            raise RequestError("The property ParameterName is missing.")
        return cls(
            stack_id=event["StackId"],
            logical_id=event["LogicalResourceId"],
            parameter_name=str(name),
            generation=str(properties.get("Generation", "")),
        )
