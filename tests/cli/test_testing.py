"""`tocsin test` and `tocsin simulate`, on a team's file."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.cli.conftest import Tocsin

ROOT = Path(__file__).parents[2]
TEAM = """
team: payments
users:
  - {name: alice, email: alice@example.com, phone: "+15550100"}
  - {name: bob, email: bob@example.com}
schedules:
  - name: primary
    time_zone: Europe/Paris
    layers: [{rotation: weekly, handoff: mon 09:00, start: 2026-01-05, users: [alice, bob]}]
integrations:
  - {name: rest, type: rest}
  - {name: paused, type: rest, paused: true}
escalation_policies:
  - name: default
    steps:
      - {targets: [{schedule: primary}], delay: 5m}
      - {targets: [{schedule: primary, position: next}], delay: 10m}
silences:
  - name: staging
    match: ['env="staging"']
    from: 2026-12-01T00:00Z
    to: 2026-12-08T00:00Z
    reason: moves
heartbeats:
  - {name: backup, period: 5m, grace: 1m}
"""
# Of 2026, week 49 (30 November) is Bob's, week 50 is Alice's.
CASES = """
- name: Bob's week
  at: 2026-12-03T03:00:00+01:00
  integration: rest
  payload: {name: Disk full, severity: critical, current_value: 150}
  only: true
  expect:
    - {user: bob, at: 0s, by: email}
    - {user: alice, at: 5m}
- name: Alice's week begins on Monday at nine
  at: 2026-12-07T09:00:00+01:00
  integration: rest
  payload: {name: Disk full, severity: critical}
  expect: [{user: alice, at: 0s, by: sms}]
- name: Staging is silenced
  at: 2026-12-03T03:00:00Z
  integration: rest
  payload: {name: Disk full, severity: critical, labels: {env: staging}}
  only: true
  expect: []
"""


@pytest.fixture
def team(tmp_path: Path) -> str:
    return written(tmp_path / "payments.yaml", TEAM)


def written(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)


def test_a_file_that_does_what_is_expected_passes(
    tocsin: Tocsin, team: str, tmp_path: Path
) -> None:
    done = tocsin("test", team, written(tmp_path / "cases.yaml", CASES))

    assert done.code == 0, done
    assert done.lines == [
        "ok      Bob's week",
        "ok      Alice's week begins on Monday at nine",
        "ok      Staging is silenced",
        "3 of 3 cases passed.",
    ]


def test_a_file_that_does_something_else_fails_and_says_what(
    tocsin: Tocsin, team: str, tmp_path: Path
) -> None:
    wrong = CASES.replace("{user: alice, at: 5m}", "{user: alice, at: 4m}")
    junit = tmp_path / "junit.xml"

    done = tocsin("test", team, written(tmp_path / "cases.yaml", wrong), "--junit", str(junit))

    assert done.code == 1
    assert "        user alice at 4m was not told" in done.lines
    assert "2 of 3 cases passed." in done.lines
    suite = ET.parse(junit).getroot()[0]  # noqa: S314 - ours
    assert (suite.get("tests"), suite.get("failures")) == ("3", "1")
    assert suite[0][0].tag == "failure"


def test_cases_are_chosen_by_their_names(tocsin: Tocsin, team: str, tmp_path: Path) -> None:
    cases = written(tmp_path / "cases.yaml", CASES)

    assert tocsin("test", team, cases, "-k", "monday").lines[-1] == "1 of 1 case passed."
    assert tocsin("test", team, cases, "-k", "nothing").code == 64


def test_a_payload_may_be_a_file_beside_the_cases(
    tocsin: Tocsin, team: str, tmp_path: Path
) -> None:
    written(tmp_path / "disk.json", json.dumps({"name": "Disk full", "severity": "critical"}))
    inline = "payload: {name: Disk full, severity: critical, current_value: 150}"
    cases = CASES.replace(inline, "payload_file: disk.json")

    assert tocsin("test", team, written(tmp_path / "cases.yaml", cases)).code == 0
    absent = cases.replace("disk.json", "absent.json")
    done = tocsin("test", team, written(tmp_path / "cases.yaml", absent))
    assert (done.code, "absent.json cannot be read" in done.err) == (1, True)


def test_each_mistake_of_the_cases_has_its_line(tocsin: Tocsin, team: str, tmp_path: Path) -> None:
    wrong = CASES.replace("{user: bob, at: 0s, by: email}", "{user: bob, channel: x, at: 0s}")
    wrong = wrong.replace("only: true", "onyl: true", 1)
    cases = written(tmp_path / "cases.yaml", wrong)

    done = tocsin("test", team, cases)

    assert done.code == 1
    assert f"{cases}:6:3: [0].onyl: " in done.err
    assert f"{cases}:8:7: [0].expect[0]: must name either a user or a channel" in done.err


def test_a_file_that_is_not_valid_is_not_played(tocsin: Tocsin, tmp_path: Path) -> None:
    team = written(tmp_path / "team.yaml", TEAM.replace("users: [alice, bob]", "users: [mallory]"))

    done = tocsin("test", team, written(tmp_path / "cases.yaml", CASES))

    assert (done.code, "there is no user mallory" in done.err) == (1, True)


def test_a_payload_that_intake_refuses_fails_its_case(
    tocsin: Tocsin, team: str, tmp_path: Path
) -> None:
    cases = CASES.replace("integration: rest", "integration: paused")

    done = tocsin("test", team, written(tmp_path / "cases.yaml", cases), "-k", "Bob")

    assert "        the payload: the integration paused is paused" in done.lines


def test_a_simulation_shows_who_is_told_and_what_else_happens(
    tocsin: Tocsin, team: str, tmp_path: Path
) -> None:
    payload = written(tmp_path / "disk.json", '{"name": "Disk full", "severity": "critical"}')
    chosen = ("-i", "rest", "--payload", payload, "--at", "2026-12-03T02:00:00Z")

    done = tocsin("simulate", team, *chosen, "--acknowledge", "7m=alice", "-o", "json")

    assert done.code == 0, done
    events = [(it["after"], it["what"]) for it in json.loads(done.out)]
    assert events == [
        ("0s", "fired: Disk full"),
        ("0s", "page to user bob by email: CRITICAL Disk full"),
        ("5m", "escalated to step 2"),
        ("5m", "page to user alice by email: CRITICAL Disk full"),
        ("5m", "page to user alice by sms: CRITICAL Disk full"),
        ("7m", "acknowledged by alice"),
        ("7m", "update to user bob by email: acknowledged"),
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--payload", "x.json"),
        ("--payload", "x.json", "--alert", "01K"),
        ("-i", "rest", "--payload", "absent.json"),
    ],
)
def test_a_simulation_without_its_beginning_is_wrong_usage(
    tocsin: Tocsin, team: str, arguments: tuple[str, ...]
) -> None:
    assert tocsin("simulate", team, *arguments).code == 64


def test_the_cases_of_the_docs_pass_on_the_example_file(tocsin: Tocsin, tmp_path: Path) -> None:
    page = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    (cases,) = re.findall(r"(?ms)^```yaml teams/payments-cases.yaml\n(.*?)^```", page)

    done = tocsin("test", str(ROOT / "teams/example.yaml"), written(tmp_path / "c.yaml", cases))

    assert (done.code, done.lines[-1]) == (0, "1 of 1 case passed."), done


def test_a_rule_for_push_counts_on_a_device_that_no_file_can_have(
    tocsin: Tocsin, tmp_path: Path
) -> None:
    team = TEAM.replace(
        '{name: alice, email: alice@example.com, phone: "+15550100"}',
        "{name: alice, notify: [{by: push}]}",
    )
    case = """
- name: Alice's week
  at: 2026-12-07T09:00:00+01:00
  integration: rest
  payload: {name: Disk full, severity: critical}
  expect: [{user: alice, at: 0s, by: push}]
"""
    file = written(tmp_path / "team.yaml", team)

    done = tocsin("test", file, written(tmp_path / "cases.yaml", case))

    assert done.code == 0, done
