"""Cases of `tocsin test`, played on a team of two."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.fakes.world import World
from tocsin.domain.integration import Integration, IntegrationType
from tocsin_cli.cases import Case, Result, run_case
from tocsin_cli.rehearsal import Rehearsal

NIGHT = "2026-12-01T03:00:00+01:00"
REST = Integration(
    name="rest", type=IntegrationType.REST, created_at=datetime(2026, 1, 1, tzinfo=UTC)
)
DISK = {"name": "Disk full", "severity": "critical"}


class Rehearsed(Rehearsal):
    """With Alice in the first step, Bob in the second."""

    def __post_init__(self) -> None:
        super().__post_init__()
        team: Any = self.engine
        World.user(team, "alice")
        World.user(team, "bob")
        World.channel(team, "ops", "slack")
        World.escalation_policy(
            team,
            (("user:alice", "channel:ops"), timedelta(minutes=5)),
            ("user:bob", timedelta(minutes=10)),
        )


def rehearse(at: datetime) -> Rehearsal:
    return Rehearsed(at, {"rest": REST})


def play(**case: Any) -> Result:  # noqa: ANN401 - JSON
    whole = {"name": "night", "at": NIGHT, "integration": "rest", "payload": DISK, **case}
    return run_case(Case.model_validate(whole), rehearse)


def test_who_is_expected_is_told_at_the_expected_time() -> None:
    result = play(
        expect=[
            {"user": "alice", "at": "0s", "by": "email"},
            {"channel": "ops", "at": "0s"},
            {"user": "Bob", "at": "5m"},
        ],
        only="true",
    )

    assert result.problems == []
    assert [(it.kind, it.name) for it in result.told] == [
        ("user", "alice"),
        ("channel", "ops"),
        ("user", "bob"),
    ]


@pytest.mark.parametrize(
    ("expected", "problem"),
    [
        ({"user": "bob", "at": "0s"}, "user bob at 0s was not told"),
        ({"user": "alice", "at": "6s"}, "user alice at 6s was not told"),
        ({"user": "alice", "at": "0s", "by": "sms"}, "user alice by sms at 0s was not told"),
        ({"channel": "alice", "at": "0s"}, "channel alice at 0s was not told"),
    ],
)
def test_who_is_not_told_then_is_named(expected: dict[str, str], problem: str) -> None:
    assert play(expect=[expected]).problems == [problem]


def test_one_message_is_expected_once() -> None:
    alice = {"user": "alice", "at": "0s"}

    assert play(expect=[alice, alice]).problems == ["user alice at 0s was not told"]


def test_others_may_be_told_unless_only_is_said() -> None:
    alice = {"user": "alice", "at": "0s"}

    assert play(expect=[alice]).is_good
    assert play(expect=[alice], only=True).problems == [
        "channel ops by slack at 0s was told, and not expected",
        "user bob by email at 5m was told, and not expected",
    ]


def test_an_acknowledgement_ends_the_escalation() -> None:
    result = play(
        expect=[{"user": "alice", "at": "0s"}, {"channel": "ops", "at": "0s"}],
        then=[{"at": "3m", "acknowledge": "alice"}],
        only=True,
    )

    assert result.is_good


def test_the_same_sender_may_send_again() -> None:
    result = play(
        expect=[{"user": "alice", "at": "0s"}, {"channel": "ops", "at": "0s"}],
        then=[{"at": "3m", "payload": {"name": "Disk full", "severity": "ok"}}],
        only=True,
    )

    assert result.is_good


@pytest.mark.parametrize(
    ("case", "problem"),
    [
        ({"integration": "other"}, "there is no integration other"),
        ({"payload": {"severity": "critical"}}, "the payload: "),
        ({"payload": "no JSON"}, "the payload: "),
        (
            {
                "then": [
                    {"at": "1m", "resolve": "alice"},
                    {"at": "2m", "acknowledge": "alice"},
                ]
            },
            "at 2m: there is nothing open to acknowledge",
        ),
    ],
)
def test_what_cannot_be_played_is_said(case: dict[str, Any], problem: str) -> None:
    result = play(expect=[], **case)

    assert len(result.problems) == 1
    assert result.problems[0].startswith(problem)


def test_a_storm_is_told_in_a_digest() -> None:
    """What is expected may come in one, at its end."""
    more = [{"at": "10s", "payload": {**DISK, "object": f"host-{number}"}} for number in range(3)]

    result = play(expect=[{"user": "alice", "at": "0s"}, {"user": "alice", "at": "1m"}], then=more)

    assert result.is_good
    assert [len(it.alert_ids) for it in result.told if it.name == "alice" and it.is_digest] == [3]
