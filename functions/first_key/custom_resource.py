"""CloudFormation's protocol of custom resources."""

import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import urlsplit

SUCCESS: Final = "SUCCESS"
FAILED: Final = "FAILED"
REASON_LIMIT: Final = 1000
"""Characters; CloudFormation takes 4,096 bytes of answer in all."""
ATTEMPTS: Final = 3
TIMEOUT_SECONDS: Final = 3.0
_FIRST_ERROR: Final = 300

type Status = Literal["SUCCESS", "FAILED"]


class RequestError(Exception):
    """The request is impossible: a fault of the template."""


class AnswerNotTakenError(Exception):
    """CloudFormation did not take the answer; Lambda then repeats the request."""


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


def send_answer(event: Mapping[str, Any], status: Status, reason: str, physical_id: str) -> None:
    """Report to CloudFormation, which waits for an hour without an answer.

    Raises:
        AnswerNotTakenError: All attempts failed.
    """
    answer = {
        "Status": status,
        "Reason": reason[:REASON_LIMIT],
        "PhysicalResourceId": physical_id,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "NoEcho": True,
        "Data": {},
    }
    body = json.dumps(answer).encode()
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(attempt)
        if _is_taken(event["ResponseURL"], body):
            return
    raise AnswerNotTakenError


def _is_taken(address: str, body: bytes) -> bool:
    url = urlsplit(address)
    # The local stack answers to plain HTTP; AWS's address is always HTTPS.
    connect = http.client.HTTPConnection if url.scheme == "http" else http.client.HTTPSConnection
    connection = connect(url.netloc, timeout=TIMEOUT_SECONDS)
    try:
        # The address is signed for an empty content type.
        connection.request("PUT", f"{url.path}?{url.query}", body, {"content-type": ""})
        return connection.getresponse().status < _FIRST_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
