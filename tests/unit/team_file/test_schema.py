"""The committed schema of a team's file says what the models read."""

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # its stubs are a package of their own
import pytest

from local.team_file_docs import PAGE, SCHEMA, schema_text, with_tables
from tests.unit.team_file.test_reading import AT, GOOD, read
from tocsin.team_file.reading import TeamFileError
from tocsin_cli.yaml_file import checked, read_yaml

EXAMPLE = Path(__file__).parents[3] / "teams/example.yaml"
VALIDATOR = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def as_editors_read(value: Any) -> Any:  # noqa: ANN401 - YAML
    """Numbers and flags of YAML 1.2 in the place of the texts that were written."""
    match value:
        case dict():
            return {name: as_editors_read(it) for name, it in value.items()}
        case list():
            return [as_editors_read(it) for it in value]
        case str() if value.isdecimal() and str(int(value)) == value:
            return int(value)
        case "true" | "false":
            return value == "true"
        case _:
            return value


def test_the_schema_and_the_tables_are_up_to_date() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert SCHEMA.read_text(encoding="utf-8") == schema_text(), "run `make schema`"
    assert with_tables(page) == page, "run `make schema`"


def test_the_schema_has_an_id_that_stays() -> None:
    VALIDATOR.check_schema(VALIDATOR.schema)
    assert VALIDATOR.schema["$id"] == "urn:tocsin:team-file:1"


def test_the_example_is_a_file_of_the_schema() -> None:
    file = read_yaml(EXAMPLE.read_bytes(), "example.yaml")

    VALIDATOR.validate(as_editors_read(file.data))
    team = checked(file, at=AT)
    assert len(team.users) == 6
    [primary, secondary] = team.schedules
    assert len(primary.layers or ()) == 2
    assert len(primary.overrides) == 1
    assert secondary.follows
    channels: list[Any] = team.channels  # of a type made at run time
    assert {it.type for it in channels} == {"slack", "webhook", "email"}
    for section in ("routes", "silences", "maintenance_windows", "heartbeats"):
        assert getattr(team, section)


def test_editors_find_the_schema_of_the_example() -> None:
    first, _, _ = EXAMPLE.read_text(encoding="utf-8").partition("\n")
    mark = "# yaml-language-server: $schema="

    assert first.startswith(mark)
    assert (EXAMPLE.parent / first.removeprefix(mark)).resolve() == SCHEMA.resolve()


def changed(*path: str | int, value: object) -> dict[str, Any]:
    data = copy.deepcopy(GOOD)
    holder: Any = data
    for part in path[:-1]:
        holder = holder[part]
    holder[path[-1]] = value
    return data


WRONG = [
    {},
    {"team": "Payments"},
    {"team": "payments", "user": []},
    {"team": "payments", "users": {}},
    changed("users", 0, "emial", value="x"),
    changed("users", 0, "email", value="x"),
    changed("users", 0, "role", value="boss"),
    changed("users", 0, "name", value="-x"),
    changed("users", 0, "notify", value=[{"by": "fax"}]),
    changed("users", 0, "bundle", value="5 minutes"),
    changed("channels", 0, "type", value="pager"),
    changed("channels", 0, "secret", value="https://hooks.slack.com/services/T/B/x"),
    changed("integrations", 0, "type", value="prometheus"),
    changed("integrations", 1, "token", value="0123456789abcdef0123"),
    changed("integrations", 2, "signature", value={"header": "x"}),
    changed("schedules", 0, "follows", value={"schedule": "secondary"}),
    changed("schedules", 1, value={"name": "third"}),
    changed("schedules", 0, "layers", 0, "handoff", value="9 o'clock"),
    changed("schedules", 0, "layers", 0, "rotation", value="monthly"),
    changed("schedules", 0, "layers", 0, "users", value=[]),
    changed("schedules", 0, "layers", 0, "only", value=[{"days": ["monday"]}]),
    changed("escalation_policies", 0, "steps", value=[]),
    changed("escalation_policies", 0, "steps", 0, "targets", 0, value={}),
    changed("escalation_policies", 0, "steps", 0, "targets", 0, "position", value="after"),
    changed("routes", 0, value={"match": []}),
    changed("silences", 0, value={"match": ['a="b"'], "duration": "1h", "reason": "x"}),
    changed("heartbeats", 0, value={"name": "x", "cron": "0 1 * * *", "period": "1h"}),
]


@pytest.mark.parametrize("data", WRONG)
def test_what_the_schema_refuses_is_refused_when_it_is_read(data: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid(data)
    with pytest.raises(TeamFileError):
        read(data)


def test_a_good_file_is_one_of_the_schema() -> None:
    VALIDATOR.validate(GOOD)
