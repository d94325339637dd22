"""`tocsin validate`: all mistakes of a file, each with its place."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Tocsin
from tocsin_cli.exit_codes import ExitCode

GOOD = "team: payments\nusers:\n  - {name: alice, email: alice@example.com}\n"
BAD = """\
team: payments
users:
  - {name: alice, emial: alice@example.com}
  - name: bob
    time_zone: Europe/Pariss
escalation_policies:
  - name: default
    steps:
      - {targets: [{user: carol}], delay: 5m}
"""


def test_a_valid_file_is_said_to_be(tocsin: Tocsin) -> None:
    Path("team.yaml").write_text(GOOD)

    assert tocsin("validate", "team.yaml") == (ExitCode.DONE, "team.yaml is valid.\n", "")


def test_every_mistake_is_told_with_its_line_and_column(tocsin: Tocsin) -> None:
    Path("team.yaml").write_text(BAD)

    done = tocsin("validate", "team.yaml")

    assert done.code == ExitCode.FAILED
    assert [line.split(" ")[0] for line in done.lines] == [
        "team.yaml:3:19:",
        "team.yaml:5:5:",
        "team.yaml:9:21:",
    ]
    assert "did you mean email?" in done.lines[0]
    assert done.err == "tocsin: team.yaml has 3 mistakes.\n"


def test_mistakes_are_json_for_programs(tocsin: Tocsin) -> None:
    Path("team.yaml").write_text(BAD)

    told = json.loads(tocsin("validate", "team.yaml", "-o", "json").out)

    assert told["ok"] is False
    assert [(it["line"], it["field"]) for it in told["problems"]] == [
        (3, "users[0].emial"),
        (5, "users[1].time_zone"),
        (9, "escalation_policies[0].steps[0].targets[0].user"),
    ]


def test_a_file_comes_from_standard_input_too(
    tocsin: Tocsin, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "input").write_text(GOOD)
    with (tmp_path / "input").open() as piped:
        monkeypatch.setattr("sys.stdin", piped)

        assert tocsin("validate", "-").out == "- is valid.\n"


@pytest.mark.parametrize("text", [b"", b"\xff\xfe\x00", b"a: [", b"- 1\n", b"&a [*a]", b"\x00"])
def test_what_is_no_team_file_is_a_mistake_not_a_crash(text: bytes, tocsin: Tocsin) -> None:
    Path("team.yaml").write_bytes(text)

    assert tocsin("validate", "team.yaml").code == ExitCode.FAILED


@pytest.mark.parametrize("name", ["nowhere.yaml", ".", "a\x00b", "x" * 5000])
def test_a_file_that_cannot_be_read_is_wrong_usage(name: str, tocsin: Tocsin) -> None:
    assert tocsin("validate", name).code == ExitCode.WRONG_USAGE


def test_a_name_of_another_stacks_secret_is_a_mistake(tocsin: Tocsin) -> None:
    channel = "{name: hook, type: webhook, url: https://example.com/h, secret: /tocsin/other/hook}"
    Path("team.yaml").write_text(f"team: payments\nchannels:\n  - {channel}\n")

    assert tocsin("validate", "team.yaml").code == ExitCode.DONE
    assert tocsin("validate", "team.yaml", "--stack", "payments").code == ExitCode.FAILED
