"""A state of Terraform: three vendors' resources, of which users are mere ids."""

from pathlib import Path
from typing import Any

import pytest

from tests.imports import SAMPLES, Import, import_json, import_of, sample


@pytest.fixture(scope="module")
def made() -> Import:
    return import_of("terraform", SAMPLES / "terraform-state.json")


def resource(type_: str, address: str, /, **values: object) -> dict[str, Any]:
    return {"address": f"{type_}.{address}", "mode": "managed", "type": type_, "values": values}


def state(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"format_version": "1.0", "values": {"root_module": {"resources": list(resources)}}}


def test_a_user_in_the_state_is_known_by_the_id(made: Import) -> None:
    assert made.named("schedules", "primary")["layers"][0]["users"] == ["alice"]
    assert made.named("users", "alice")["email"] == "alice@example.com"


def test_a_user_of_whom_only_the_id_is_known_is_noted(made: Import) -> None:
    assert [it.value for it in made.notes("UnknownUser")] == [
        "b1000000-0000-4000-8000-000000000001",
        "U1ALICE",
        "U2BOB",
    ]


def test_people_may_be_named_by_a_map() -> None:
    users = {
        "b1000000-0000-4000-8000-000000000001": "Alice@example.com",
        "u1alice": "alice",
        "u2bob": "bob",
    }

    made = import_of("terraform", SAMPLES / "terraform-state.json", users=users)

    assert [it["name"] for it in made.file["users"]] == ["alice", "bob"]
    assert made.named("schedules", "week")["layers"][0]["users"] == ["alice", "bob"]
    assert made.notes("UnknownUser") == []
    assert not made.verified().differences


def test_places_are_addresses_of_resources(made: Import) -> None:
    assert made.note("UnknownSchedule").place == "opsgenie_schedule_rotation.day"
    assert made.note("ShiftWithoutSchedule").place == "grafana_oncall_on_call_shift.week"


def test_a_restriction_that_is_a_list_of_one_is_read(made: Import) -> None:
    assert made.named("schedules", "primary")["layers"][0]["only"] == [
        {"from": "09:00", "to": "18:00"}
    ]
    assert len(made.named("schedules", "s1")["layers"][0]["only"]) == 3


def test_layers_of_a_state_come_lowest_first(tmp_path: Path) -> None:
    layer = sample("terraform-state.json")["values"]["root_module"]["resources"][1]["values"][
        "layer"
    ]
    low, high = ({**layer[0], "name": it, "restriction": []} for it in ("low", "high"))
    schedule = resource("pagerduty_schedule", "p", id="P", name="p", layer=[low, high])

    made = import_json("terraform", state(schedule), tmp_path)

    assert [it["name"] for it in made.named("schedules", "p")["layers"]] == ["high", "low"]
    assert not made.verified().differences


def test_resources_of_inner_modules_are_read(tmp_path: Path) -> None:
    user = resource("pagerduty_user", "u", id="U", name="Uma", email="uma@example.com")
    inner = {"resources": [user]}
    whole = {"values": {"root_module": {"child_modules": [{"child_modules": [inner]}]}}}

    assert import_json("terraform", whole, tmp_path).named("users", "uma")


def test_services_and_their_keys_are_read(tmp_path: Path) -> None:
    key = "a" * 32
    made = import_json(
        "terraform",
        state(
            resource("pagerduty_user", "u", id="U", name="Uma", email="uma@example.com"),
            resource(
                "pagerduty_escalation_policy",
                "e",
                id="E",
                name="e",
                num_loops=1,
                rule=[
                    {
                        "escalation_delay_in_minutes": 5,
                        "target": [{"type": "user_reference", "id": "U"}],
                    }
                ],
            ),
            resource("pagerduty_service", "s", id="S", name="shop", escalation_policy="E"),
            resource(
                "pagerduty_service_integration",
                "i",
                id="I",
                name="events",
                service="S",
                type="events_api_v2_inbound_integration",
                integration_key=key,
            ),
        ),
        tmp_path,
    )

    assert made.named("integrations", "shop-events")["escalation_policy"] == "e"
    assert made.draft.keys.values == {"shop-events-token": key}
    assert key not in made.text + made.report


def test_an_escalation_of_opsgenie_counts_from_the_start(tmp_path: Path) -> None:
    def rule(delay: int) -> dict[str, Any]:
        return {
            "condition": "if-not-acked",
            "notify_type": "default",
            "delay": delay,
            "recipient": [{"type": "user", "id": "u1"}],
        }

    made = import_json(
        "terraform",
        state(
            resource("opsgenie_user", "u", id="u1", username="uma@example.com", full_name="Uma"),
            resource(
                "opsgenie_escalation",
                "e",
                id="e1",
                name="e",
                rules=[rule(0), rule(10), rule(15)],
                repeat=[{"wait_interval": 20, "count": 3}],
            ),
        ),
        tmp_path,
    )

    policy = made.named("escalation_policies", "e")
    assert [it["delay"] for it in policy["steps"]] == ["10m", "5m", "20m"]
    assert policy["repeat"] == 3


def test_other_resources_of_the_vendors_are_noted_and_those_of_others_are_not(
    tmp_path: Path,
) -> None:
    made = import_json(
        "terraform",
        state(
            resource("pagerduty_user", "u", id="U", name="Uma", email="uma@example.com"),
            resource("pagerduty_ruleset", "r", id="R"),
            resource("aws_instance", "i", id="I"),
        ),
        tmp_path,
    )

    assert [it.place for it in made.notes("NotImported")] == ["pagerduty_ruleset.r"]
