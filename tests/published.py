"""The examples of the documents whose readers shall find themselves at home here."""

import json
import re
from pathlib import Path
from typing import Any

SEEDS = Path(__file__).parent / "data/seeds"
_OBJECT = re.compile(r"^\{", re.MULTILINE)


def examples_in(document: str) -> list[Any]:
    """All JSON objects that a document shows, as written."""
    text = (SEEDS / f"{document}.txt").read_text()
    decoder = json.JSONDecoder()
    found, end = [], 0
    while start := _OBJECT.search(text, end):
        example, end = decoder.raw_decode(text, start.start())
        found.append(example)
    return found
