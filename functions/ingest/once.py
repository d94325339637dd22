"""An event that was sent twice with the same Idempotency-Key is taken in once."""

from collections.abc import Callable
from datetime import datetime

from functions.ingest.routes import Taken
from tocsin.domain.ids import Actor
from tocsin.usecases.answer_once import answer_once, hash_request
from tocsin.usecases.ports import Answer, AnswerRepository


def take_once(
    key: str,
    request: tuple[str, str, bytes],
    work: Callable[[], Taken],
    *,
    caller: Actor,
    at: datetime,
    answers: AnswerRepository,
) -> Taken:
    """Take in a request, or repeat what was answered to it."""
    done: list[Taken] = []

    def work_and_remember() -> Answer:
        taken = work()
        done.append(taken)
        return taken.answer

    answer = answer_once(
        key, hash_request(*request), work_and_remember, caller=caller, at=at, answers=answers
    )
    return done[0] if done else Taken(answer=answer, integration="", intake=None)
