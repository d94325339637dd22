"""A request that is sent twice, because its answer got lost."""

import pytest

from tests.examples import ALICE
from tests.fakes.world import World
from tocsin.domain.answer import Answer, Claim
from tocsin.domain.errors import IdempotencyConflictError
from tocsin.usecases.answer_once import answer_once, hash_request


def claim(world: World, body: bytes) -> Claim:
    return Claim(
        caller=ALICE,
        key="note-1",
        request_hash=hash_request("POST", "/api/v1/alerts/1/notes", body),
        at=world.now,
        write_id=world.new_write_id(),
    )


def test_an_idempotency_key_again_gives_the_same_answer_and_acts_once(world: World) -> None:
    alert_id = world.opened()

    def write_note() -> Answer:
        world.note(alert_id, "on it")
        return Answer(status=201, body=str(len(world.timeline(alert_id))))

    first = answer_once(claim(world, b"on it"), write_note, answers=world.answers)
    second = answer_once(claim(world, b"on it"), write_note, answers=world.answers)

    assert first == second
    assert world.happened(alert_id).count("note") == 1


def test_an_idempotency_key_again_with_another_body_is_a_conflict(world: World) -> None:
    alert_id = world.opened()

    def write_note() -> Answer:
        world.note(alert_id, "on it")
        return Answer(status=201, body="")

    answer_once(claim(world, b"on it"), write_note, answers=world.answers)

    with pytest.raises(IdempotencyConflictError):
        answer_once(claim(world, b"not on it"), write_note, answers=world.answers)
    assert world.happened(alert_id).count("note") == 1
