"""Vendors' documents of their APIs: what they show has to work here, read as it was published."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SEEDS = Path(__file__).parent / "data/seeds"

_OBJECT = re.compile(r"^\{", re.MULTILINE)
_REQUEST = re.compile(r"^(GET|POST) (/api/v1/\S+)$", re.MULTILINE)
_CURL = re.compile(r"^curl .*?(?=\n\n|\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Example:
    """One request of a document, with what stands below it."""

    method: str
    path: str
    text: str

    @property
    def curl(self) -> str:
        """The command line, as printed."""
        (command,) = _CURL.findall(self.text)
        assert isinstance(command, str)
        return command

    @property
    def json(self) -> Any:  # noqa: ANN401 - as the document shows it
        """The one JSON object: what is sent or what is answered."""
        (block,) = json_blocks(self.text)
        return json.loads(block)


def document(name: str) -> str:
    return (SEEDS / f"{name}.txt").read_text(encoding="utf-8")


def json_blocks(text: str) -> list[str]:
    """All JSON objects that begin a line and are not inside another."""
    return list(_json_blocks(text))


def _json_blocks(text: str) -> Iterator[str]:
    end = 0
    for found in _OBJECT.finditer(text):
        if found.start() >= end:
            _, end = json.JSONDecoder().raw_decode(text, found.start())
            yield text[found.start() : end]


def examples_in(name: str) -> list[Any]:
    """What those objects say."""
    return [json.loads(block) for block in json_blocks(document(name))]


def requests_in(text: str) -> dict[str, Example]:
    """Each request line with the text up to the next one, by method and path."""
    lines = [*_REQUEST.finditer(text)]
    ends = [line.start() for line in lines[1:]] + [len(text)]
    return {
        f"{line[1]} {line[2]}": Example(line[1], line[2], text[line.end() : end])
        for line, end in zip(lines, ends, strict=True)
    }


def table(text: str, heading: str, row: str) -> list[tuple[str, ...]]:
    """The rows below a table's heading; the pages were copied without anything between cells.

    Args:
        row: What each line of the table must match, one group for each cell.
    """
    _, _, below = text.partition(f"\n{heading}\n")
    rows = []
    for line in below.splitlines():
        if not (cells := re.fullmatch(row, line)):
            break
        rows.append(cells.groups())
    return rows
