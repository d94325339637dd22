"""Errors as clients see them: one shape, a closed list of codes, nothing of our insides."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from tocsin.domain.errors import (
    ConflictError,
    InvalidInputError,
    MalformedInputError,
    NotFoundError,
    PayloadTooLargeError,
    Problem,
    ScopeMissingError,
    SenderNotTrustedError,
    TocsinError,
    TryAgainError,
    UnauthorizedError,
    UnsupportedEncodingError,
    UnsupportedMediaError,
)
from tocsin.domain.signal import CUT_MARK


class MethodNotAllowedError(TocsinError):
    """The path exists, but not for this method."""

    code = "method_not_allowed"

    def __init__(self, message: str, allowed: str) -> None:
        super().__init__(message)
        self.allowed = allowed


STATUS_BY_ERROR: Final[Mapping[type[TocsinError], HTTPStatus]] = {
    MalformedInputError: HTTPStatus.BAD_REQUEST,
    UnauthorizedError: HTTPStatus.UNAUTHORIZED,
    ScopeMissingError: HTTPStatus.FORBIDDEN,
    NotFoundError: HTTPStatus.NOT_FOUND,
    MethodNotAllowedError: HTTPStatus.METHOD_NOT_ALLOWED,
    ConflictError: HTTPStatus.CONFLICT,
    PayloadTooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UnsupportedMediaError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    InvalidInputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    TryAgainError: HTTPStatus.SERVICE_UNAVAILABLE,
}
RETRY_AFTER_SECONDS: Final = 1
DETAILS_LIMIT: Final = 20
FIELD_LIMIT: Final = 100
PROBLEM_LIMIT: Final = 300
"""Whatever was sent, a refusal is short enough to be read."""

BEARER: Final = "Bearer"
"""What our own API asks for where there is no key."""
_HEADERS_BY_STATUS: Final[Mapping[int, Mapping[str, str]]] = {
    HTTPStatus.UNAUTHORIZED: {"www-authenticate": BEARER},
    HTTPStatus.SERVICE_UNAVAILABLE: {"retry-after": str(RETRY_AFTER_SECONDS)},
}


def status_of(error: TocsinError) -> HTTPStatus:
    """Which status a refusal has: that of its family."""
    return status_of_kind(type(error))


def status_of_kind(kind: type[TocsinError]) -> HTTPStatus:
    """Which status all refusals of a kind have."""
    for family, status in STATUS_BY_ERROR.items():
        if issubclass(kind, family):
            return status
    return HTTPStatus.INTERNAL_SERVER_ERROR


def error_headers(error: TocsinError) -> dict[str, str]:
    """Which headers a refusal has: when to come again, what else to try, what to prove."""
    headers = dict(_HEADERS_BY_STATUS.get(status_of(error), {}))
    if isinstance(error, MethodNotAllowedError):
        headers["allow"] = error.allowed
    if isinstance(error, UnsupportedEncodingError):
        headers["accept-encoding"] = error.accepted
    if isinstance(error, SenderNotTrustedError) and error.challenge:
        headers["www-authenticate"] = error.challenge
    return headers


def error_value(error: TocsinError, request_id: str) -> dict[str, Any]:
    """What is inside `error`: the shape that every refusal has."""
    return {
        "code": error.code,
        "message": error.message,
        "request_id": request_id,
        "details": [
            {"field": _cut(it.field, FIELD_LIMIT), "problem": _cut(it.problem, PROBLEM_LIMIT)}
            for it in _first(error.details)
        ],
    }


def error_body(error: TocsinError, request_id: str) -> str:
    """Write a refusal as JSON."""
    return json.dumps({"error": error_value(error, request_id)}, ensure_ascii=False)


def internal_error() -> TocsinError:
    """What a client may know of our own fault."""
    return TocsinError("Something went wrong on our side.")


def internal_error_body(request_id: str) -> str:
    """Write it, with the id to ask us about."""
    return error_body(internal_error(), request_id)


def _first(problems: Sequence[Problem]) -> Sequence[Problem]:
    if len(problems) <= DETAILS_LIMIT:
        return problems
    shown = problems[: DETAILS_LIMIT - 1]
    return [*shown, Problem(CUT_MARK, f"{len(problems) - len(shown)} more")]


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + CUT_MARK
