"""Targets of a policy as people write them."""

from typing import Any

import pytest
from pydantic import ValidationError

from tocsin.bodies.escalation_policies import TargetBody, settings_of_target

TARGETS = [
    ({"user": "alice"}, "user:alice"),
    ({"channel": "ops"}, "channel:ops"),
    ({"schedule": "primary"}, "schedule:primary"),
    ({"schedule": "primary", "position": "next"}, "schedule:primary/next"),
]


@pytest.mark.parametrize(("said", "spelled"), TARGETS)
def test_a_target_is_written_back_as_it_was_read(said: dict[str, Any], spelled: str) -> None:
    target = TargetBody.model_validate(said).target

    assert str(target) == spelled
    assert settings_of_target(target) == said


def test_the_current_one_of_a_schedule_is_the_default() -> None:
    said = TargetBody.model_validate({"schedule": "primary", "position": "current"})

    assert settings_of_target(said.target) == {"schedule": "primary"}


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"user": "alice", "channel": "ops"},
        {"user": "alice", "position": "next"},
        {"schedule": "primary", "position": "previous"},
    ],
)
def test_a_target_is_one_and_only_a_schedule_has_positions(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TargetBody.model_validate(said)
