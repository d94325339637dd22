"""Answers of another product's API, kept in files: `GET /v2/users?limit=100` and what it said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tocsin_cli.importing.sources import Node, SourceError, read_json
from tocsin_cli.text import clean

FILES_LIMIT: Final = 50_000
_REQUEST: Final = re.compile(r"(?:GET\s+)?(/[^?\s]*)(?:\?.*)?", re.IGNORECASE | re.DOTALL)


@dataclass(slots=True)
class Answers:
    """By request; several may have the same path, one for each page of a list."""

    by_path: list[tuple[str, Node]]
    read: set[str] = field(default_factory=set)
    """Places of the answers that something asked for."""

    def of(self, path: str) -> list[Node]:
        """All answers whose whole path matches a pattern."""
        return [node for _, node in self.found(path)]

    def found(self, path: str) -> Iterator[tuple[tuple[str, ...], Node]]:
        """Likewise, with the groups of the pattern."""
        pattern = re.compile(path)
        for asked, node in self.by_path:
            match = pattern.fullmatch(asked)
            if match is not None:
                self.read.add(node.place)
                yield match.groups(), node

    def listed(self, path: str, *names: str) -> list[Node]:
        """The entries of all pages of a list, below the first of the names that is there."""
        entries: list[Node] = []
        for answer in self.of(path):
            name = next((it for it in names if answer.has(it)), names[0])
            entries += answer.each(name)
        return entries

    def unread(self) -> list[str]:
        """Places of answers that nothing asked for.

        Raises:
            SourceError: Nothing asked for any: they are another product's.
        """
        places = [node.place for _, node in self.by_path if node.place not in self.read]
        if len(places) == len(self.by_path):
            raise SourceError(places[0], "is no answer that this kind of source has")
        return places


def read_answers(path: Path, example: str) -> Answers:
    """Read a file of answers, or all files of a folder.

    Args:
        path: A file of JSON, or a folder of them.
        example: A request that such a file may have, for a message.

    Raises:
        SourceError: It is something else.
    """
    by_path: list[tuple[str, Node]] = []
    for file in files_of(path):
        root = read_json(file)
        for request, node in root.members():
            match = _REQUEST.fullmatch(request.strip())
            if match is not None:
                place = f"{root.place}: {clean(request.strip())}"
                by_path.append((match[1].rstrip("/") or "/", Node(node.value, place)))
    if not by_path:
        raise SourceError(
            str(path), f'holds no answers: each is named by its request, such as "{example}"'
        )
    return Answers(by_path)


def files_of(path: Path) -> list[Path]:
    """The file itself, or the files of JSON in a folder, in the order of their names."""
    if not path.exists():
        raise SourceError(str(path), "does not exist")
    if not path.is_dir():
        return [path]
    files = sorted(it for it in path.glob("*.json") if it.is_file())
    if len(files) > FILES_LIMIT:
        raise SourceError(str(path), f"holds more than {FILES_LIMIT:,} files")
    return files
