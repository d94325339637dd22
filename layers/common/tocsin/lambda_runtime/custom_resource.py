"""CloudFormation's protocol of custom resources."""

import http.client
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal
from urllib.parse import urlsplit

SUCCESS: Final = "SUCCESS"
FAILED: Final = "FAILED"
ANSWER_LIMIT: Final = 4_096
"""Bytes of a whole answer, as sent
(docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html)."""
ATTEMPTS: Final = 3
TIMEOUT_SECONDS: Final = 3.0
_FIRST_ERROR: Final = 300

type Status = Literal["SUCCESS", "FAILED"]


class RequestError(Exception):
    """The request is impossible: a fault of the template."""


class AnswerNotTakenError(Exception):
    """CloudFormation did not take the answer; Lambda then repeats the request."""


def send_answer(
    event: Mapping[str, Any],
    status: Status,
    reason: Sequence[str],
    physical_id: str,
    *,
    data: Mapping[str, str] | None = None,
) -> None:
    """Report to CloudFormation, which waits for `ServiceTimeout` without an answer.

    Args:
        event: The request.
        status: The result.
        reason: Lines, as many as an answer holds, and how many there are more.
        physical_id: Another one than before makes CloudFormation delete the one before.
        data: What the template may read, within the answer's limit; None: what nobody may see.

    Raises:
        AnswerNotTakenError: All attempts failed.
    """
    answer = {
        "Status": status,
        "Reason": "",
        "PhysicalResourceId": physical_id,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "NoEcho": data is None,
        "Data": data or {},
    }
    room = ANSWER_LIMIT - len(json.dumps(answer))
    body = json.dumps(answer | {"Reason": fitting(reason, room)}).encode()
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(attempt)
        if _is_taken(event["ResponseURL"], body):
            return
    raise AnswerNotTakenError


def cut(text: str, room: int) -> str:
    """Args: room: Bytes, of the text as JSON without its quotes."""
    size = 0
    for position, letter in enumerate(text):
        size += len(json.dumps(letter)) - 2
        if size > room:
            return text[:position]
    return text


def fitting(lines: Sequence[str], room: int) -> str:
    """Join as many lines as there is room for, and the number of the others.

    Args:
        lines: Of which the first is cut if there is no room for it.
        room: Bytes, of the text as JSON without its quotes.
    """
    for shown in range(len(lines), 0, -1):
        left = len(lines) - shown
        text = "\n".join([*lines[:shown], *([f"... and {left} more"] if left else [])])
        if cut(text, room) == text:
            return text
    return cut("\n".join(lines), room)


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
