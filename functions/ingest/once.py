"""An event that was sent twice with the same Idempotency-Key is taken in once."""

from collections.abc import Callable

from functions.ingest.routes import Taken
from tocsin.usecases.answer_once import answer_once
from tocsin.usecases.ports import Answer, AnswerRepository, Claim


def take_once(claim: Claim, work: Callable[[], Taken], *, answers: AnswerRepository) -> Taken:
    """Take in a request, or repeat what was answered to it."""
    done: list[Taken] = []

    def work_and_remember() -> Answer:
        taken = work()
        done.append(taken)
        return taken.answer

    answer = answer_once(claim, work_and_remember, answers=answers)
    return done[0] if done else Taken(answer=answer, integration="", intake=None)
