"""Answers to requests, in memory."""

from dataclasses import dataclass, replace
from datetime import timedelta

from tocsin.domain.answer import Answer, Claim
from tocsin.domain.errors import IdempotencyConflictError, TryAgainError
from tocsin.domain.ids import Actor


@dataclass(frozen=True, kw_only=True)
class _Kept:
    claim: Claim
    answer: Answer | None = None


class InMemoryAnswers:
    """AnswerRepository."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Actor, str], _Kept] = {}

    def claim(self, claim: Claim) -> Answer | None:
        kept = self._kept.get(_name(claim))
        if kept is not None and claim.at < kept.claim.at + timedelta(hours=24):
            if kept.claim.request_hash != claim.request_hash:
                raise IdempotencyConflictError("another request")
            if kept.answer is not None:
                return kept.answer
            is_ours = kept.claim.write_id == claim.write_id
            if not is_ours and claim.at < kept.claim.at + timedelta(seconds=30):
                raise TryAgainError
        self._kept[_name(claim)] = _Kept(claim=claim)
        return None

    def keep(self, claim: Claim, answer: Answer) -> None:
        if self._is_held_by(claim):
            body = answer.body if answer.body_again is None else answer.body_again
            kept = Answer(status=answer.status, body=body)
            self._kept[_name(claim)] = replace(self._kept[_name(claim)], answer=kept)

    def release(self, claim: Claim) -> None:
        if self._is_held_by(claim):
            del self._kept[_name(claim)]

    def _is_held_by(self, claim: Claim) -> bool:
        kept = self._kept.get(_name(claim))
        return kept is not None and kept.answer is None and kept.claim.write_id == claim.write_id


def _name(claim: Claim) -> tuple[Actor, str]:
    return claim.caller, claim.key
