"""A request that was sent twice is worked on once."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Final

from tocsin.domain.errors import InvalidInputError, Problem, TryAgainError
from tocsin.domain.ids import Actor
from tocsin.usecases.ports import Answer, AnswerRepository

KEY_LIMIT: Final = 255
"""Characters of an Idempotency-Key."""

_TOO_MANY_REQUESTS: Final = 429
_SERVER_ERROR: Final = 500


def hash_request(method: str, path: str, body: bytes) -> str:
    """Tell two requests apart that came with the same Idempotency-Key."""
    return hashlib.sha256(b"%b %b\n%b" % (method.encode(), path.encode(), body)).hexdigest()


def answer_once(
    key: str,
    request_hash: str,
    work: Callable[[], Answer],
    *,
    caller: Actor,
    at: datetime,
    answers: AnswerRepository,
) -> Answer:
    """Work on a request, or repeat what was answered to it within the last 24 hours.

    An answer that invites to try again (429 and 5xx) is not kept: nothing was done.

    Raises:
        InvalidInputError: The key is empty or too long.
        IdempotencyConflictError: The key came before with another request.
        TryAgainError: The first request with this key is still being worked on.
    """
    if not 0 < len(key) <= KEY_LIMIT:
        problem = Problem("Idempotency-Key", f"must have 1 to {KEY_LIMIT} characters")
        raise InvalidInputError("The Idempotency-Key cannot be used.", [problem])
    known = answers.claim(caller, key, request_hash, at=at)
    if known is not None:
        return known
    try:
        answer = work()
    except BaseException:
        answers.release(caller, key)
        raise
    if answer.status == _TOO_MANY_REQUESTS or answer.status >= _SERVER_ERROR:
        answers.release(caller, key)
        return answer
    try:
        answers.keep(caller, key, request_hash, answer)
    except TryAgainError:
        # The work is done: to refuse now would make the caller do it a second time.
        return answer
    return answer
