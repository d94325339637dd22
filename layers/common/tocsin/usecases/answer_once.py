"""A request that was sent twice is worked on once."""

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
    """Tell two requests apart that came with the same Idempotency-Key."""
    return hashlib.sha256(b"%b %b\n%b" % (method.encode(), path.encode(), body)).hexdigest()


def answer_once(claim: Claim, work: Callable[[], Answer], *, answers: AnswerRepository) -> Answer:
    """Work on a request, or repeat what was answered to it within the last 24 hours.

    An answer that invites to try again (429 and 5xx) is not kept: nothing was done.

    Raises:
        InvalidInputError: The key is empty or too long.
        IdempotencyConflictError: The key came before with another request.
        TryAgainError: The first request with this key is still being worked on.
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
        # The work is done: to refuse now would make the caller do it a second time.
        return answer
    return answer
