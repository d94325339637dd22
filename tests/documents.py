"""Blocks of the documents, as a reader copies them."""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
_FENCE = re.compile(r"^(?P<indent> *)```(?P<info>[^`\n]*)$")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block."""

    page: str
    line: int
    language: str
    tag: str
    """What stands behind the language: `aws`, or `PUT /api/v1/…`."""
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks() -> Iterator[Block]:
    for page in PAGES:
        yield from blocks_in(page.read_text(encoding="utf-8"), str(page.relative_to(ROOT)))


def blocks_in(text: str, page: str) -> Iterator[Block]:
    began, info, held = 0, None, list[str]()
    for number, line in enumerate(text.splitlines(), start=1):
        fence = _FENCE.match(line)
        if fence is None:
            held.append(line)
        elif info is None:
            began, info, held = number, fence["info"].strip(), []
        else:
            language, _, tag = info.partition(" ")
            yield Block(page, began, language, tag, textwrap.dedent("\n".join(held)))
            info = None


def blocks_of(page: str) -> list[Block]:
    return [block for block in blocks() if block.page == page]
