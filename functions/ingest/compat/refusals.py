"""What the refusals of all products have in common."""

from http import HTTPStatus

from tocsin.domain.errors import (
    NotFoundError,
    SenderNotTrustedError,
    TocsinError,
    UnsupportedEncodingError,
)
from tocsin.lambda_runtime.error_answers import (
    MethodNotAllowedError,
    headers_of_status,
)


def headers_of(error: TocsinError, status: int) -> dict[str, str]:
    """Which headers a refusal has: when to come again, what else to try."""
    # Our own API asks for a Bearer key; no other product's client could answer that.
    headers = {} if status == HTTPStatus.UNAUTHORIZED else dict(headers_of_status(status))
    if isinstance(error, MethodNotAllowedError):
        headers["allow"] = error.allowed
    if isinstance(error, UnsupportedEncodingError):
        headers["accept-encoding"] = error.accepted
    if isinstance(error, SenderNotTrustedError) and error.challenge:
        headers["www-authenticate"] = error.challenge
    return headers


def nothing_here() -> NotFoundError:
    """What is said of a path that the product has and we have not, or neither."""
    return NotFoundError("There is nothing at this path.")
