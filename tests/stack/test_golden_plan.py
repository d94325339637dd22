"""17. Who is taken out of a rotation keeps the shift of now, and the plan said who is paged."""

import copy
import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from tests.faults.runs import seed_of_commit
from tests.stack.client import eventually
from tests.stack.filed_team import FiledTeam
from tocsin_cli.exit_codes import ExitCode
from tocsin_cli.main import run

PEOPLE = ("alice", "bob", "carol", "dave")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SCHEDULES = 12


class Planned(NamedTuple):
    before: dict[str, Any]
    plan: dict[str, Any]
    """As `tocsin plan --output json` has it."""
    code: int


@pytest.fixture(scope="module")
def chance() -> random.Random:
    seed, _ = seed_of_commit()
    return random.Random(seed)  # noqa: S311 - no secret


@pytest.fixture(scope="module")
def before(chance: random.Random) -> dict[str, Any]:
    """Schedules with a policy and an integration each."""
    names = [f"team-{number}" for number in range(SCHEDULES)]
    # No shift ends while the test runs.
    minute = (datetime.now(UTC).minute + 30) % 60
    return {
        "users": [{"name": it, "email": f"{it}@example.com"} for it in PEOPLE],
        "schedules": [
            {
                "name": name,
                "time_zone": chance.choice(("Europe/Paris", "America/New_York", "UTC")),
                "layers": [
                    {
                        "rotation": "weekly",
                        "handoff": f"{chance.choice(DAYS)} {chance.randrange(24):02}:{minute:02}",
                        "start": "2026-01-05",
                        "users": chance.sample(PEOPLE, 3),
                    }
                ],
            }
            for name in names
        ],
        "escalation_policies": [
            {"name": name, "steps": [{"targets": [{"schedule": name}], "delay": "1h"}]}
            for name in names
        ],
        "integrations": [
            {"name": name, "type": "rest", "escalation_policy": name} for name in names
        ],
    }


def changed(before: dict[str, Any], on_call: dict[str, str], chance: random.Random) -> Any:  # noqa: ANN401 - a file
    """Take out who is on call, put somebody first, override the shift of now, mix."""
    after = copy.deepcopy(before)
    now = datetime.now(UTC)
    for number, schedule in enumerate(after["schedules"]):
        users, person = schedule["layers"][0]["users"], on_call[schedule["name"]]
        match number % 4:
            case 0:
                users.remove(person)
            case 1:
                users.insert(0, next(it for it in PEOPLE if it not in users))
            case 2:
                other = next(it for it in PEOPLE if it != person)
                begins, ends = now - timedelta(hours=1), now + timedelta(hours=1)
                times = {"from": begins.isoformat(), "to": ends.isoformat()}
                schedule["overrides"] = [{"user": other, **times}]
            case _:
                chance.shuffle(users)
    return after


@pytest.fixture(scope="module")
def planned(payments: FiledTeam, before: dict[str, Any], chance: random.Random) -> Planned:
    """Planned with the command line, then deployed."""
    payments.deploy(**before)
    rows = payments.api.get("/api/v1/on-call").data["schedules"]
    on_call = {it["schedule"]: it["on_call"]["people"][0] for it in rows}
    after = changed(before, on_call, chance)
    path = payments.write(json.dumps({"team": payments.team, **after}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOCSIN_URL", payments.url)
        patch.setenv("TOCSIN_API_KEY", str(payments.api.key))
        shown: list[str] = []
        patch.setattr("tocsin_cli.screen.Screen.write", lambda _, text: shown.append(text))
        code = run(["plan", str(path), "--output", "json"])
    payments.deploy(**after)
    return Planned(before, json.loads("".join(shown)), code)


def asked(payments: FiledTeam, integration: str) -> set[str]:
    """The people whom a new critical alert asks."""
    sent = payments.sender(integration).send(name="Disk full", severity="critical")
    path = f"/api/v1/alerts/{sent['alert_id']}/notifications"
    rows = eventually(lambda: payments.api.rows(path), bool)
    return {it["target"].removeprefix("user:") for it in rows if it["target"].startswith("user:")}


def test_17_the_plan_says_who_is_paged_once_it_is_applied(
    payments: FiledTeam, planned: Planned
) -> None:
    predicted = {it["name"]: set(it["now"]["after"]) for it in planned.plan["schedules"]}

    paged = {name: asked(payments, name) for name in predicted}

    assert len(paged) == SCHEDULES
    assert paged == predicted


def test_17_who_is_taken_out_keeps_the_shift_and_the_plan_says_so(planned: Planned) -> None:
    by_name = {it["name"]: it for it in planned.plan["schedules"]}

    for number in range(0, SCHEDULES, 4):
        now = by_name[f"team-{number}"]["now"]
        assert now["after"] == now["before"]
        assert now["until"] is not None


def test_17_a_shift_of_now_that_moves_is_never_silent(planned: Planned) -> None:
    moving = {it["name"] for it in planned.plan["schedules"] if it["moves_now"]}

    assert planned.code == ExitCode.GRAVE_CHANGES
    assert moving == {f"team-{number}" for number in range(2, SCHEDULES, 4)}
