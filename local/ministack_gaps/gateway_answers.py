"""Answers as the API Gateway of AWS words them, where ministack's differ or there are none."""

import json
from dataclasses import dataclass
from http import HTTPStatus


@dataclass(frozen=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes
    failure: str = ""


def refusal(status: HTTPStatus, text: str, *, failure: str = "") -> Answer:
    body = json.dumps({"message": text}).encode()
    return Answer(status, [("Content-Type", "application/json")], body, failure)


def as_api_gateway(answer: Answer) -> Answer:
    """Answer as AWS does where ministack would hand out what a function failed with."""
    if answer.status != HTTPStatus.BAD_GATEWAY:
        return answer
    try:
        failure = json.loads(answer.body)
        text = f"{failure['errorType']}: {failure['errorMessage']}"
    except (ValueError, TypeError, KeyError):
        return answer
    if "timed out" in text:
        return refusal(HTTPStatus.SERVICE_UNAVAILABLE, "Service Unavailable", failure=text)
    return refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal Server Error", failure=text)
