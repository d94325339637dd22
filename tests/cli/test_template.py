"""A team's file in a template: in that of its stack, or in one of its own."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import lint
from samtranslator.yaml_helper import yaml_parse

from tests.template_file import TEMPLATE
from tocsin.file_lines import line_of, packed, unpacked
from tocsin_cli.errors import FailedError
from tocsin_cli.main import run
from tocsin_cli.template import LIMIT_BYTES, TemplateFile, alone, joined, read_team, write_joined

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 27, tzinfo=UTC)
FILE = """\
team: payments
users:
  - &alice
    name: alice
    email: alice@example.com
  - <<: *alice
    name: bob
escalation_policies:
  - name: default
    repeat: 2
    steps:
      - name: first
        targets: [{user: alice}, {user: bob}]
        delay: 5m
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "payments.yaml"
    path.write_text(FILE)
    return path


@pytest.fixture
def file(path: Path) -> TemplateFile:
    return read_team(path, at=NOW)


@pytest.fixture
def built() -> str:
    """As `sam build` writes the properties that the file replaces."""
    return "Resources:\n  TeamFile:\n    Properties:\n      File: {}\n      Lines: ''\n"


def properties(template: str) -> Mapping[str, Any]:
    parsed: Mapping[str, Any] = yaml_parse(template)["Resources"]["TeamFile"]["Properties"]
    return parsed


def test_anchors_are_resolved_and_every_scalar_is_a_text(file: TemplateFile, built: str) -> None:
    said = properties(joined(built, file))["File"]

    assert said["users"] == [
        {"name": "alice", "email": "alice@example.com"},
        {"name": "bob", "email": "alice@example.com"},
    ]
    assert said["escalation_policies"][0]["repeat"] == "2"


def test_the_lines_come_along(file: TemplateFile, built: str) -> None:
    lines = unpacked(properties(joined(built, file))["Lines"])

    assert line_of("users[0].email", lines) == 5
    assert line_of("escalation_policies[0].steps[0].targets[1].user", lines) == 13
    assert line_of("nowhere", lines) is None


def test_the_real_template_has_a_place_for_a_file(file: TemplateFile) -> None:
    text = TEMPLATE.read_text()

    said = properties(joined(text, file))

    assert said["File"] == file.members
    assert properties(text)["File"] == {}


def test_a_template_that_has_a_file_already_is_not_joined(file: TemplateFile, built: str) -> None:
    with pytest.raises(FailedError, match="build it anew"):
        joined(joined(built, file), file)


def test_a_joined_template_lies_beside_the_built_one(
    file: TemplateFile, built: str, tmp_path: Path
) -> None:
    (tmp_path / "template.yaml").write_text(built)

    path = write_joined(tmp_path / "template.yaml", file)

    assert path.parent == tmp_path
    assert path.read_text() == joined(built, file)
    assert (tmp_path / "template.yaml").read_text() == built


def test_a_template_of_the_file_alone_is_one_that_cloudformation_takes(file: TemplateFile) -> None:
    assert [str(it) for it in lint(alone(file))] == []


def test_a_file_that_is_too_big_is_refused(path: Path, built: str) -> None:
    users = "\n".join(
        f"  - {{name: user-{number}, full_name: {'x' * 190}}}" for number in range(495)
    )
    path.write_text(f"team: payments\nusers:\n{users}\n")

    with pytest.raises(FailedError, match=f"{LIMIT_BYTES} are the limit"):
        joined(built, read_team(path, at=NOW))


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("severity_map: {Ref: critical}", ":6: integrations[0].severity_map: Ref is a function"),
        ("severity_map: {'Fn::Sub': critical}", ":6: integrations[0].severity_map: Fn::Sub is a"),
    ],
)
def test_what_cloudformation_would_read_as_its_own_is_refused(
    path: Path, written: str, problem: str
) -> None:
    path.write_text(
        f"team: payments\nintegrations:\n  -\n    name: app\n    type: rest\n    {written}\n"
    )

    with pytest.raises(FailedError) as refused:
        read_team(path, at=NOW)

    assert problem in str(refused.value)


def test_a_dynamic_reference_is_refused(path: Path) -> None:
    path.write_text(
        "team: payments\nusers:\n  - {name: alice, full_name: '{{resolve:ssm:secret}}'}\n"
    )

    with pytest.raises(FailedError, match=r"payments\.yaml:3: users\[0\]\.full_name: \{\{resolve:"):
        read_team(path, at=NOW)


def test_the_command_writes_the_template(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["template", str(path), "--stack", "tocsin-payments-prod"]) == 0

    template = json.loads(capsys.readouterr().out)
    assert template["Resources"]["TeamFile"]["Properties"]["File"]["team"] == "payments"


def test_the_command_names_what_is_wrong_and_writes_nothing(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path.write_text("team: payments\nusers:\n  - name: alice\n    email: nowhere\n")

    assert run(["template", str(path)]) == 1

    said = capsys.readouterr()
    assert said.out == ""
    assert f"{path}:4" in said.err


@pytest.mark.parametrize("text", ["", "no base64", "bm8gemxpYg==", packed({}) + "x"])
def test_lines_that_cannot_be_read_are_none(text: str) -> None:
    assert unpacked(text) == {}


def test_the_line_of_what_is_nearest_around_is_taken() -> None:
    lines = {"users": 2, "users[3]": 9, "users[3].notify": 11}

    assert line_of("users[3].notify[0].by", lines) == 11
    assert line_of("users[3].email", lines) == 9
    assert line_of("users[7].email", lines) == 2
    assert line_of("]]strange[", lines) is None


def test_lines_of_a_big_file_are_short() -> None:
    lines = {f"users[{number}].email": 3 * number for number in range(1_000)}

    assert unpacked(packed(lines)) == lines
    assert len(packed(lines)) < 10_000
