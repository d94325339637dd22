"""Each command of the page is one that the program understands."""

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from tocsin_cli.app import app_for

PAGE = (Path(__file__).parents[2] / "docs/cli.md").read_text(encoding="utf-8")


def commands() -> list[str]:
    blocks = re.findall(r"^```(?:sh|console)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    lines = [
        line.removeprefix("$ ").split("  #")[0] for block in blocks for line in block.splitlines()
    ]
    typed = [line for line in lines if line.startswith("tocsin ") and ":" not in line.split()[0]]
    return sorted({line.partition(" | ")[0] for line in typed})


@pytest.mark.parametrize("command", commands())
def test_a_command_of_the_page_is_understood(command: str) -> None:
    _, *words = shlex.split(command)

    found = get_command(app_for())
    while words and hasattr(found, "commands") and words[0] in found.commands:
        found = found.commands[words.pop(0)]

    if "--install-completion" not in words:
        assert found.make_context("tocsin", words).args == []


def test_every_command_has_its_section_or_row() -> None:
    named = get_command(app_for()).commands  # type: ignore[attr-defined]

    assert [it for it in named if f"`tocsin {it}" not in PAGE and f"`{it}`" not in PAGE] == []
