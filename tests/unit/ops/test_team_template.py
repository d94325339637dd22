"""`make deploy` takes the file of the section, and none that is not as it should be."""

from pathlib import Path

import pytest

from ops import team_template
from ops.team_template import main

GOOD = "team: payments\nusers:\n  - {name: alice, email: alice@example.com}\n"
BAD = "team: payments\nusers:\n  - {name: alice, email: nowhere}\n  - {name: alice}\n"
BUILT = "Resources:\n  TeamFile:\n    Properties:\n      File: {}\n      Lines: ''\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of the repository: a built template, and files of teams."""
    (tmp_path / "template.yaml").write_text(BUILT)
    monkeypatch.setattr(team_template, "BUILT", tmp_path / "template.yaml")
    monkeypatch.setattr(team_template, "TEAMS", tmp_path)
    return tmp_path


def test_without_a_file_there_is_nothing_to_check_or_join(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["check", "--env", "payments"]) == 0
    assert main(["join", "--env", "payments"]) == 0

    assert capsys.readouterr().out == ""


def test_the_file_with_the_sections_name_is_joined(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "payments.yaml").write_text(GOOD)

    assert main(["join", "--env", "payments"]) == 0

    (path,) = map(Path, capsys.readouterr().out.splitlines())
    assert path.parent == folder
    assert '"name": "alice"' in path.read_text()


def test_another_file_may_be_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "payments.yaml").write_text(BAD)
    (folder / "other.yaml").write_text(GOOD)

    assert main(["check", "--env", "payments", "--team", str(folder / "other.yaml")]) == 0
    assert capsys.readouterr().out == f"{folder / 'other.yaml'} is as it should be.\n"


def test_a_file_that_is_named_and_not_there_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["join", "--env", "payments", "--team", str(folder / "gone.yaml")]) == 1
    assert "There is no file" in capsys.readouterr().err


def test_all_that_is_wrong_is_named_with_lines_and_nothing_is_joined(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "payments.yaml").write_text(BAD)

    assert main(["join", "--env", "payments"]) == 1

    said = capsys.readouterr().err.splitlines()
    assert [line.partition("payments.yaml:")[2].partition(":")[0] for line in said] == ["3", "4"]
    assert list(folder.glob("template-*.yaml")) == []


@pytest.mark.parametrize(
    ("environment", "parameters"), [("default", ""), ("payments", "TeamName=search")]
)
def test_the_file_of_another_team_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], environment: str, parameters: str
) -> None:
    file = folder / f"{environment}.yaml"
    file.write_text(GOOD)
    team = parameters.partition("=")[2] or "tocsin"

    assert main(["check", "--env", environment, "--parameters", parameters]) == 1

    assert capsys.readouterr().err == (
        f"{file}:1: team: is payments, and the stack's TeamName is {team}\n"
    )


def test_a_secret_of_another_stack_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    channel = (
        "{name: hook, type: webhook, url: 'https://x.example.com', secret: /tocsin/other/hook}"
    )
    (folder / "payments.yaml").write_text(f"team: payments\nchannels:\n  - {channel}\n")

    assert main(["check", "--env", "payments"]) == 1
    assert "must lie below /tocsin/tocsin-payments-prod/" in capsys.readouterr().err


def test_private_addresses_are_for_stacks_that_allow_them(folder: Path) -> None:
    channel = "{name: hook, type: webhook, url: 'http://127.0.0.1:9000/hook'}"
    (folder / "payments.yaml").write_text(f"team: payments\nchannels:\n  - {channel}\n")

    assert main(["check", "--env", "payments"]) == 1
    allowed = "AllowPrivateWebhooks=true"
    assert main(["check", "--env", "payments", "--parameters", allowed]) == 0
