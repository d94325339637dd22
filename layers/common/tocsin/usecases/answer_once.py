"""A repeated request is answered as the first one, and done once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from tocsin.domain.answer import Answer, Claim
from tocsin.domain.errors import InvalidInputError, Problem, TryAgainError

if TYPE_CHECKING:
    from tocsin.usecases.ports import AnswerRepository

KEY_LIMIT: Final = 255
"""Characters of an Idempotency-Key."""

_TOO_MANY_REQUESTS: Final = 429
_SERVER_ERROR: Final = 500


def hash_request(method: str, path: str, body: bytes) -> str:
    """Hash to compare requests with the same Idempotency-Key."""
    return hashlib.sha256(b"%b %b\n%b" % (method.encode(), path.encode(), body)).hexdigest()


def answer_once(claim: Claim, work: Callable[[], Answer], *, answers: AnswerRepository) -> Answer:
    """Do a request, or repeat its answer of the last 24 hours.

    An answer after which to try again (429 and 5xx) is not stored: nothing was done.

    Raises:
        InvalidInputError: The key is empty or too long.
        IdempotencyConflictError: The key came before with another request.
        TryAgainError: The first request with this key is still in progress.
    """
    if not 0 < len(claim.key) <= KEY_LIMIT:
        problem = Problem("Idempotency-Key", f"must have 1 to {KEY_LIMIT} characters")
        raise InvalidInputError("The Idempotency-Key cannot be used.", [problem])
    known = answers.claim(claim)
    if known is not None:
        return known
    try:
        answer = work()
    except BaseException:
        answers.release(claim)
        raise
    if answer.status == _TOO_MANY_REQUESTS or answer.status >= _SERVER_ERROR:
        answers.release(claim)
        return answer
    try:
        answers.keep(claim, answer)
    except TryAgainError:
        # The work is done: after an error the caller would do it again.
        return answer
    return answer
