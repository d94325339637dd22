"""`make logs`: the last readable lines, of all functions or one, and unknown names refused."""

import json
import sys
from pathlib import Path

import pytest

from local import logs


def line(function: str, message: str, number: int) -> str:
    said = json.dumps({"level": "INFO", "message": f"{message} {number}", "alert_id": "01"})
    entry = {"at": 1_772_355_600_000 + number, "function": f"{function}Function", "message": said}
    return json.dumps(entry) + "\n"


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A line of the actions, then a thousand of others and of metrics."""
    file = tmp_path / "functions.log"
    metric = json.dumps({"at": 1, "function": "IngestFunction", "message": '{"_aws": {}}'}) + "\n"
    others = [line("Ingest", "Taken in", number) + metric for number in range(500)]
    file.write_text(line("Actions", "Link used", 7) + "".join(others), encoding="utf-8")
    monkeypatch.setattr(logs, "LOG", file)
    return file


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["logs", *arguments])
    return logs.main()


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize(
    ("arguments", "lines", "first"),
    [
        pytest.param((), 200, "Taken in 300", id="200 readable ones, whatever else was logged"),
        pytest.param(("--lines", "7"), 7, "Taken in 493", id="fewer"),
        pytest.param(("--lines", "9999"), 501, "Link used 7", id="all"),
        pytest.param(("actions",), 1, "Link used 7", id="an old one of a function"),
        pytest.param(("IngestFunction", "--lines", "3"), 3, "Taken in 497", id="a whole name"),
        pytest.param(("notifier",), 0, "", id="one that logged nothing"),
    ],
)
def test_the_last_readable_lines_are_shown(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    lines: int,
    first: str,
) -> None:
    assert run(monkeypatch, *arguments) == 0

    shown = capsys.readouterr().out.splitlines()
    assert len(shown) == lines
    assert not shown or f"  {first}".strip() in shown[0]
    assert not shown or "alert_id=01" in shown[0]


@pytest.mark.usefixtures("log")
def test_an_unknown_function_is_refused_with_the_names(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "ingset") == 2

    said = capsys.readouterr()
    assert said.out == ""
    assert "No function is called ingset. There are: Actions, AlertsApi, Calendar, " in said.err
    assert {"Ingest", "Notifier", "TableChange"} <= set(logs.function_names())


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("lines", ["many", "-1", "1.5"])
def test_another_number_of_lines_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lines: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(monkeypatch, f"--lines={lines}")

    assert ended.value.code == 2
    assert "LINES must be a number" in capsys.readouterr().err


def test_before_the_first_run_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(logs, "LOG", tmp_path / "none")

    assert run(monkeypatch) == 1
    assert "make run" in capsys.readouterr().err
