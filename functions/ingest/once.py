"""An event that was sent twice with the same Idempotency-Key is taken in once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from functions.ingest.routes import Taken
from tocsin.domain.answer import Answer, Claim
from tocsin.usecases.answer_once import answer_once

if TYPE_CHECKING:
    from tocsin.usecases.ports import AnswerRepository


def take_once(claim: Claim, work: Callable[[], Taken], *, answers: AnswerRepository) -> Taken:
    """Take in a request, or repeat what was answered to it."""
    done: list[Taken] = []

    def work_and_remember() -> Answer:
        taken = work()
        done.append(taken)
        return taken.answer

    answer = answer_once(claim, work_and_remember, answers=answers)
    return done[0] if done else Taken(answer=answer, integration="", intake=None)
