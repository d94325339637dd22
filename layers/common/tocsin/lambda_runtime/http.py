"""The HTTP front of functions (payload format 2.0 of HTTP APIs).

Requests, answers, and errors as clients see them: one shape, a closed list of codes, no internals.
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from http import HTTPStatus
from typing import Any, Final, Protocol

from tocsin.domain.errors import (
    ConflictError,
    GoneError,
    InvalidInputError,
    MalformedInputError,
    NotFoundError,
    PayloadTooLargeError,
    Problem,
    ScopeMissingError,
    SenderNotTrustedError,
    TocsinError,
    TooManyRequestsError,
    TryAgainError,
    UnauthorizedError,
    UnsupportedEncodingError,
    UnsupportedMediaError,
)
from tocsin.domain.signal import CUT_MARK

JSON: Final = "application/json"
GZIP_MAGIC: Final = b"\x1f\x8b"
"""The first bytes of a gzip (RFC 1952)."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request, read on demand."""

    event: Mapping[str, Any]
    at: datetime

    @property
    def request_id(self) -> str:
        return str(self.event["requestContext"]["requestId"])

    @property
    def method(self) -> str:
        return str(self.event["requestContext"]["http"]["method"])

    @property
    def host(self) -> str:
        """The host name of the request."""
        return str(self.event["requestContext"]["domainName"])

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """All headers, names in lower case."""
        found = self.event.get("headers") or {}
        return {name.lower(): str(text) for name, text in found.items()}

    @cached_property
    def cookies(self) -> Mapping[str, str]:
        """The cookies by name; of one that came several times, the first.

        The gateway takes them out of the headers; other fronts, as the local one, leave them there.
        """
        sent = self.event.get("cookies") or self.headers.get("cookie", "").split(";")
        found: dict[str, str] = {}
        for each in sent:
            name, _, text = str(each).partition("=")
            found.setdefault(name.strip(), text.strip())
        return found

    @property
    def has_cookies(self) -> bool:
        return bool(self.event.get("cookies")) or "cookie" in self.headers

    @property
    def has_body(self) -> bool:
        return bool(self.event.get("body"))

    @cached_property
    def body(self) -> bytes:
        """The body as sent: the gateway encodes bodies of other types than text in base64.

        Raises:
            MalformedInputError: The base64 is malformed.
        """
        text = self.event.get("body") or ""
        if not self.event.get("isBase64Encoded"):
            return bytes(text, "utf-8", "surrogatepass")
        try:
            return base64.b64decode(text)
        except ValueError:
            message = "The body is not what the gateway says: base64."
            raise MalformedInputError(message) from None

    def expect_method(self, sentence: str, *allowed: str) -> None:
        """Refuse a request by another verb.

        Raises:
            MethodNotAllowedError: Its sentence names the allowed ones.
        """
        if self.method not in allowed:
            raise MethodNotAllowedError(sentence, ", ".join(allowed))


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body_again: str | None = None
    """Body for a repeated request if the first one shows a secret, which is not stored."""
    cookies: tuple[str, ...] = ()
    """Each as in a header Set-Cookie of its own."""


class FaultLog(Protocol):
    """The part of a logger that is used here."""

    def exception(self, message: str, **facts: object) -> None: ...


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
    GoneError: HTTPStatus.GONE,
    PayloadTooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UnsupportedMediaError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    InvalidInputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooManyRequestsError: HTTPStatus.TOO_MANY_REQUESTS,
    TryAgainError: HTTPStatus.SERVICE_UNAVAILABLE,
}
RETRY_AFTER_SECONDS: Final = 1
DETAILS_LIMIT: Final = 20
FIELD_LIMIT: Final = 100
PROBLEM_LIMIT: Final = 500
"""Limits of a refusal: details, characters of a field's name and of a problem; the rest is cut."""

BEARER: Final = "Bearer"
"""WWW-Authenticate of our own API."""
_HEADERS_BY_STATUS: Final[Mapping[int, Mapping[str, str]]] = {
    HTTPStatus.UNAUTHORIZED: {"www-authenticate": BEARER},
    HTTPStatus.SERVICE_UNAVAILABLE: {"retry-after": str(RETRY_AFTER_SECONDS)},
}


def status_of(error: TocsinError) -> HTTPStatus:
    """The status of a refusal: of its class."""
    return status_of_kind(type(error))


def status_of_kind(kind: type[TocsinError]) -> HTTPStatus:
    """The status of a class of refusals."""
    for family, status in STATUS_BY_ERROR.items():
        if issubclass(kind, family):
            return status
    return HTTPStatus.INTERNAL_SERVER_ERROR


def error_headers(error: TocsinError) -> dict[str, str]:
    """Headers of a refusal: Retry-After, Allow, Accept-Encoding, WWW-Authenticate."""
    headers = dict(_HEADERS_BY_STATUS.get(status_of(error), {}))
    if isinstance(error, MethodNotAllowedError):
        headers["allow"] = error.allowed
    if isinstance(error, TooManyRequestsError):
        headers["retry-after"] = str(error.retry_after_seconds)
    if isinstance(error, UnsupportedEncodingError):
        headers["accept-encoding"] = error.accepted
    if isinstance(error, SenderNotTrustedError) and error.challenge:
        headers["www-authenticate"] = error.challenge
    return headers


def error_value(error: TocsinError, request_id: str) -> dict[str, Any]:
    """The value of `error` in every refusal."""
    return {
        "code": error.code,
        "message": error.message,
        "request_id": request_id,
        "details": [
            {"field": _cut(it.field, FIELD_LIMIT), "problem": _cut(it.problem, PROBLEM_LIMIT)}
            for it in _first(error.details)
        ],
    }


def internal_error() -> TocsinError:
    """The answer to a fault of ours, without internals."""
    return TocsinError("Something went wrong on our side.")


def refusal(error: TocsinError, request_id: str) -> HttpAnswer:
    """A refusal in the shape of our own API."""
    headers = {"content-type": JSON, **error_headers(error)}
    body = json.dumps({"error": error_value(error, request_id)}, ensure_ascii=False)
    return HttpAnswer(status=status_of(error), body=body, headers=headers)


def respond(
    work: Callable[[], HttpAnswer],
    *,
    refuse: Callable[[TocsinError], HttpAnswer],
    fail: Callable[[TocsinError], HttpAnswer],
    log: FaultLog,
    facts: Mapping[str, object],
) -> HttpAnswer:
    """Answer a request; every error becomes an answer too.

    Args:
        work: May raise anything.
        refuse: Makes the answer of a refusal.
        fail: Makes the answer of a fault of ours.
        log: Gets one ERROR line for each such fault.
        facts: Fields of that line, read then.
    """
    try:
        return work()
    except TocsinError as error:
        return refuse(error)
    except Exception:
        log.exception("Request failed", **facts)
        return fail(internal_error())


def to_gateway(answer: HttpAnswer, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """An answer as the gateway takes it.

    Args:
        answer: Its headers win over those of all answers.
        headers: Headers of all answers of a function.
    """
    response: dict[str, Any] = {
        "statusCode": int(answer.status),
        "headers": {**(headers or {}), **answer.headers},
        "body": answer.body,
    }
    if answer.cookies:
        response["cookies"] = list(answer.cookies)
    return response


def _first(problems: Sequence[Problem]) -> Sequence[Problem]:
    if len(problems) <= DETAILS_LIMIT:
        return problems
    shown = problems[: DETAILS_LIMIT - 1]
    return [*shown, Problem(CUT_MARK, f"{len(problems) - len(shown)} more")]


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + CUT_MARK
