"""How tables look on terminals of any width, and in a pipe."""

import re
from collections.abc import Callable

import pytest
from rich.cells import cell_len

from tocsin_cli.screen import Column, Output, Screen, markdown

ROWS = [
    {"id": "01KJM5ZZ00DRQ5V1N9YH3KW2TB", "state": "firing", "text": "Disk full on db-1, " * 4},
    {"id": "01KJM5ZZ00DRQ5V1N9YH3KW2TC", "state": "alice has it", "text": "証明書が切れる"},
]
COLUMNS = (
    Column(title="ID", value=lambda it: str(it["id"])),
    Column(title="STATE", value=lambda it: str(it["state"]), style=lambda _: "red", spare=1),
    Column(title="ALERT", value=lambda it: str(it["text"]), breaks=True),
)
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


type Shown = Callable[[int], str]


@pytest.fixture
def on_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shown:
    def shown(width: int) -> str:
        monkeypatch.setenv("FORCE_COLOR", "1")
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setenv("COLUMNS", str(width))
        Screen().table(COLUMNS, ROWS)
        return capsys.readouterr().out

    return shown


@pytest.mark.parametrize("width", [20, 30, 40, 60, 80, 120, 200])
def test_no_line_is_wider_than_the_terminal_and_no_id_is_broken(
    width: int, on_terminal: Shown
) -> None:
    text = _COLOURS.sub("", on_terminal(width))

    if width >= len("ALERT  ") + 26:
        assert all(cell_len(line) <= width for line in text.splitlines())
        assert all(row["id"] in text for row in ROWS)
    assert "".join(text.split()).count("Diskfullondb-1,") == 4


def test_a_narrow_terminal_loses_what_can_be_spared_first(on_terminal: Shown) -> None:
    assert "STATE" in on_terminal(80)
    assert "STATE" not in on_terminal(60)
    assert "firing" in on_terminal(40)


def test_a_pipe_gets_whole_rows_without_colours(capsys: pytest.CaptureFixture[str]) -> None:
    Screen().table(COLUMNS, ROWS)

    lines = capsys.readouterr().out.splitlines()

    assert len(lines) == 3
    assert lines[1].startswith("01KJM5ZZ00DRQ5V1N9YH3KW2TB  firing        Disk full")
    assert "\x1b" not in "".join(lines)


def test_no_color_is_obeyed(on_terminal: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[31m" in on_terminal(80)

    monkeypatch.setenv("NO_COLOR", "1")

    assert "\x1b[31m" not in on_terminal(80)


def test_markup_of_strangers_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    row = {"id": "1", "state": "[bold]:boom:[/bold]", "text": "a | b *c* <img> [x](y)"}

    Screen().rows(Output.TABLE, COLUMNS, [row])
    Screen().rows(Output.MARKDOWN, COLUMNS, [row])

    out = capsys.readouterr().out
    assert "[bold]:boom:[/bold]" in out
    assert r"a \| b \*c\* \<img\> \[x\](y)" in out
    assert markdown("plain text, 97 % full") == "plain text, 97 % full"
