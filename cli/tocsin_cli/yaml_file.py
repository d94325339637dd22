"""Reads a team's file, whose mistakes have lines and columns, and renders it for CloudFormation.

Every scalar is the text that was written, as YAML's ways to read 09:00, no or 0123 differ from what
people mean; the models of the file make numbers and flags of texts. Lines and columns count from 1.
"""

import json
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, ReusedAnchorWarning, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from tocsin.domain.errors import InvalidInputError
from tocsin.team_file.model import TeamFile
from tocsin.team_file.places import value_at, without_nulls
from tocsin.team_file.reading import read_team_file
from tocsin_cli.text import clean

SIZE_LIMIT_BYTES: Final = 500_000
VALUES_LIMIT: Final = 50_000
"""With each alias counted as what it stands for."""
DEPTH_LIMIT: Final = 24

_TAG: Final = "tag:yaml.org,2002:"
_SCALARS: Final = frozenset(
    (*("str", "int", "float", "bool", "null", "timestamp"), *("merge", "value"))
)
_MERGE: Final = f"{_TAG}merge"
_NULL: Final = f"{_TAG}null"
_LAST_PART: Final = re.compile(r"(?:\.[^.\[\]]*|\[\d+\])$|^[^.\[\]]+$")
_NOT_YAML: Final = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError),
    *(NotImplementedError, TypeError, ValueError),
)
"""What ruamel.yaml raises, beside its own errors, where a text is no YAML."""
_WORDS: Final = (
    (r"found character '\\t'|found a tab", "a tab is here; indent with spaces"),
    (
        r"found character '(.)' that cannot start any token",
        r"a text cannot begin with \1; put it into quotes",
    ),
    (
        r"mapping values are not allowed here",
        "a colon is not expected here; put the text into quotes, or indent as the lines beside it",
    ),
    (
        r"expected <block end>, but found",
        "the line is not indented as the lines before it; lines of one object begin in one column",
    ),
    (
        r"could not find expected ':'",
        "a name without a colon is before this; write name: value",
    ),
    (
        r"found undefined alias '(.*)'",
        r"nothing above is marked as &\1; mark it there, or put the text into quotes",
    ),
    (r"expected ',' or '([\]}])'", r"a bracket is open; close it by \1, or part its members by ,"),
    (r"expected the node content", "a value is missing here; put a text with brackets into quotes"),
    (
        r"found unexpected end of stream",
        "a quotation is not closed; end it by the quote it began with",
    ),
    (
        r"found unknown escape character '(.*)'",
        r"\\\1 stands for nothing within double quotes; write \\\\\1, or use single quotes",
    ),
    (
        r"but found another document",
        "a second document begins here; a team's file is one, without ---",
    ),
    (
        r"expected chomping or indentation indicators",
        "a text of several lines begins below its | or >; leave the rest of this line empty",
    ),
)
"""What the library says, and what we say instead."""
_OPEN: Final = re.compile(r"expected ',' or|unexpected end of stream")
"""Where the beginning says more than the place where the end was missed."""


_TOO_MANY: Final = f"holds more than {VALUES_LIMIT:,} values, with those of its aliases"


class Position(NamedTuple):
    line: int
    column: int


_FIRST: Final = Position(1, 1)


@dataclass(frozen=True, slots=True, order=True)
class FileProblem:
    """What is wrong at one place of a file, and what would be right."""

    position: Position
    path: str
    problem: str

    def told(self, name: str) -> str:
        """One line, as compilers write it."""
        place = f"{name}:{self.position.line}:{self.position.column}"
        said = f"{place}: {self.path}: {self.problem}" if self.path else f"{place}: {self.problem}"
        return clean(said)


class FileError(Exception):
    """All that is wrong with a file, in the order of its lines."""

    def __init__(self, name: str, problems: list[FileProblem]) -> None:
        self.name = name
        self.problems = sorted(set(problems))
        super().__init__("\n".join(it.told(name) for it in self.problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlFile:
    """A file as it was written."""

    name: str
    """As it is shown."""
    data: Any
    """Mappings, lists, texts, and None where nothing was written."""
    positions: Mapping[str, Position]
    """By path, such as `users[2].email`; "" is the file."""
    problems: tuple[FileProblem, ...] = ()
    """What a team's file cannot have of YAML; the rest is read without it."""

    def position_of(self, path: str) -> Position:
        """Of a path, or of what is nearest around it."""
        while path and path not in self.positions:
            around = _LAST_PART.sub("", path, count=1)
            path = "" if around == path else around
        return self.positions.get(path, _FIRST)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A file as CloudFormation takes it."""

    text: str
    """JSON without aliases; every scalar is a text, and what has no value is left out."""
    lines: Mapping[str, int]
    """By path, where the line is not that of what is around it."""


def read_yaml(written: bytes | str, name: str) -> YamlFile:
    """Read any file, without what a team's file cannot have: `checked` refuses that.

    Raises:
        FileError: It is not YAML 1.2, or too much of it.
    """
    text = _decoded(written, name)
    builder = _Builder()
    root = _composed(text, name)
    if root is None:
        raise FileError(name, [FileProblem(_FIRST, "", "is empty; begin it with team: NAME")])
    try:
        data = builder.value(root, "", depth=0)
    except _TooMuchError as error:
        raise FileError(name, [error.problem]) from None
    return YamlFile(
        name=name, data=data, positions=builder.positions, problems=tuple(builder.problems)
    )


def read_file(
    path: Path, *, at: datetime, stack: str | None = None, allows_private: bool = False
) -> tuple[TeamFile, YamlFile]:
    """Read a team's file.

    Args:
        path: Of the file.
        at: The time now.
        stack: Where the stack's secrets lie, such as `/tocsin/payments`; None: not known.
        allows_private: Whether the stack may send to private addresses.

    Raises:
        FileError: With all that is wrong.
        OSError: It cannot be read.
    """
    file = read_yaml(path.read_bytes(), str(path))
    return checked(file, at=at, stack=stack, allows_private=allows_private), file


def checked(
    file: YamlFile, *, at: datetime, stack: str | None = None, allows_private: bool = False
) -> TeamFile:
    """The team's file that a file is.

    Raises:
        FileError: As `read_file`.
    """
    problems = list(file.problems)
    unread = {it.path for it in problems if value_at(file.data, it.path) is None}
    try:
        team = read_team_file(file.data, at=at, stack=stack, allows_private=allows_private)
    except InvalidInputError as error:
        problems += [it for it in problems_of_file(file, error) if it.path not in unread]
    else:
        if not problems:
            return team
    raise FileError(file.name, problems)


def problems_of_file(file: YamlFile, error: InvalidInputError) -> list[FileProblem]:
    """Say where in a file the problems are."""
    return [FileProblem(file.position_of(it.field), it.field, it.problem) for it in error.details]


def render(file: YamlFile) -> Rendered:
    """Write a file that `checked` has read for a template; the same is always written the same."""
    data = without_nulls(file.data)
    lines: dict[str, int] = {}
    for path in _paths(data, ""):
        around = _LAST_PART.sub("", path, count=1)
        line = file.position_of(path).line
        if path == around or not around or file.position_of(around).line != line:
            lines[path] = line
    return Rendered(json.dumps(data, separators=(",", ":")), lines)


def _paths(data: Any, path: str) -> Iterator[str]:  # noqa: ANN401 - mappings, lists and texts
    if path:
        yield path
    match data:
        case list():
            for position, member in enumerate(data):
                yield from _paths(member, f"{path}[{position}]")
        case Mapping():
            for name, member in data.items():
                yield from _paths(member, f"{path}.{name}".removeprefix("."))
        case _:
            return


def _decoded(written: bytes | str, name: str) -> str:
    if len(written) > SIZE_LIMIT_BYTES:
        problem = f"has more than {SIZE_LIMIT_BYTES:,} bytes; part the team"
        raise FileError(name, [FileProblem(_FIRST, "", problem)])
    if isinstance(written, str):
        return written.removeprefix("\ufeff")
    if written.startswith((b"\xff\xfe", b"\xfe\xff")):
        problem = "is UTF-16; save it as UTF-8"
        raise FileError(name, [FileProblem(_FIRST, "", problem)])
    try:
        return written.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = written[: error.start].decode("utf-8", "replace")
        position = Position(before.count("\n") + 1, len(before) - before.rfind("\n"))
        problem = "has bytes that are no UTF-8; save it as UTF-8"
        raise FileError(name, [FileProblem(position, "", problem)]) from None


def _composed(text: str, name: str) -> Node | None:
    """The nodes of a text. Raises FileError."""
    yaml = YAML(typ="safe", pure=True)
    try:
        with warnings.catch_warnings():
            # The same mark twice is YAML: an alias means the last one above it.
            warnings.simplefilter("ignore", ReusedAnchorWarning)
            root: Node | None = yaml.compose(text)
            return root
    except MarkedYAMLError as error:
        problem = _of_library(error)
    except ReaderError as error:
        before = text[: error.position]
        position = Position(before.count("\n") + 1, len(before) - before.rfind("\n"))
        problem = FileProblem(position, "", "a character that YAML does not have; remove it")
    except RecursionError:
        problem = FileProblem(_FIRST, "", "is nested too deeply")
    except (YAMLError, *_NOT_YAML):
        problem = FileProblem(_FIRST, "", "is not YAML")
    raise FileError(name, [problem])


def _of_library(error: MarkedYAMLError) -> FileProblem:
    said = str(error.problem or error.context or "it cannot be read")
    marks = (error.problem_mark, error.context_mark)
    mark = next(filter(None, reversed(marks) if _OPEN.search(said) else marks), None)
    position = Position(mark.line + 1, mark.column + 1) if mark else _FIRST
    for pattern, words in _WORDS:
        if found := re.search(pattern, said):
            return FileProblem(position, "", found.expand(words))
    return FileProblem(position, "", f"is not YAML: {said}")


class _TooMuchError(Exception):
    def __init__(self, problem: FileProblem) -> None:
        super().__init__(problem.problem)
        self.problem = problem


class _Builder:
    """Makes values of nodes, and remembers where they stand."""

    def __init__(self) -> None:
        self.problems: list[FileProblem] = []
        self.positions: dict[str, Position] = {"": _FIRST}
        self._count = 0
        self._open: set[int] = set()

    def value(self, node: Node, path: str, *, depth: int) -> Any:  # noqa: ANN401 - any shape
        self._count += 1
        if self._count > VALUES_LIMIT:
            self._end(node, path, _TOO_MANY)
        if id(node) in self._open:
            self._end(node, path, "is part of itself")
        if depth > DEPTH_LIMIT:
            self._end(node, path, "is nested too deeply")
        match node:
            case ScalarNode():
                return self._scalar(node, path)
            case SequenceNode() if self._has_tag(node, path, "seq"):
                self._open.add(id(node))
                members = [
                    self._placed(member, member, f"{path}[{position}]", depth)
                    for position, member in enumerate(node.value)
                ]
                self._open.discard(id(node))
                return members
            case MappingNode() if self._has_tag(node, path, "map"):
                self._open.add(id(node))
                mapping = self._mapping(node, path, depth)
                self._open.discard(id(node))
                return mapping
            case _:
                return None

    def _placed(self, key: Node, node: Node, path: str, depth: int) -> Any:  # noqa: ANN401
        self.positions[path] = _position(key)
        return self.value(node, path, depth=depth + 1)

    def _scalar(self, node: ScalarNode, path: str) -> str | None:
        tag = str(node.tag)
        if tag.removeprefix(_TAG) not in _SCALARS or not tag.startswith(_TAG):
            self._refuse_tag(node, path)
            return None
        return None if tag == _NULL and not node.style else str(node.value)

    def _mapping(self, node: MappingNode, path: str, depth: int) -> dict[str, Any]:
        members: dict[str, Any] = {}
        for key, (key_node, value) in self._members(node, path, depth).items():
            members[key] = self._placed(key_node, value, f"{path}.{key}".removeprefix("."), depth)
        return members

    def _members(self, node: MappingNode, path: str, depth: int) -> dict[str, tuple[Node, Node]]:
        """Nodes of keys and values: those that are written here, then those that are merged."""
        own: dict[str, tuple[Node, Node]] = {}
        merged: list[MappingNode] = []
        lines: dict[str, Position] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode) or not key.value:
                self._refuse(key, path, "a name must be a text, such as team")
                continue
            name = str(key.value)
            there = f"{path}.{name}".removeprefix(".")
            if name in lines:
                problem = f"is there twice, in line {lines[name].line} too; keep one"
                self._refuse(key, there, problem)
                continue
            lines[name] = _position(key)
            if key.tag == _MERGE and not key.style:
                merged += self._merged(value, there)
            else:
                own[name] = (key, value)
        for other in merged:
            own = {**self._of_merged(other, path, depth), **own}
        return own

    def _merged(self, value: Node, path: str) -> list[MappingNode]:
        """Later ones give way to earlier ones: they are merged from the last on."""
        listed = value.value if isinstance(value, SequenceNode) else [value]
        mappings = [it for it in listed if isinstance(it, MappingNode)]
        if len(mappings) < len(listed):
            self._refuse(value, path, "takes objects that are marked elsewhere, such as *weekly")
        return mappings

    def _of_merged(self, node: MappingNode, path: str, depth: int) -> dict[str, tuple[Node, Node]]:
        self._count += 1 + len(node.value)
        if id(node) in self._open:
            self._end(node, path, "merges itself")
        if depth > DEPTH_LIMIT or self._count > VALUES_LIMIT:
            self._end(node, path, _TOO_MANY)
        self._open.add(id(node))
        members = self._members(node, path, depth + 1)
        self._open.discard(id(node))
        return members

    def _has_tag(self, node: Node, path: str, wanted: str) -> bool:
        if node.tag == f"{_TAG}{wanted}":
            return True
        self._refuse_tag(node, path)
        return False

    def _refuse_tag(self, node: Node, path: str) -> None:
        tag = str(node.tag).replace(_TAG, "!!")
        self._refuse(
            node, path, f"has the tag {tag}; a team's file has none: write the value itself"
        )

    def _end(self, node: Node, path: str, problem: str) -> NoReturn:
        raise _TooMuchError(FileProblem(_position(node), path, problem))

    def _refuse(self, node: Node, path: str, problem: str) -> None:
        self.problems.append(FileProblem(_position(node), path, problem))


def _position(node: Node) -> Position:
    return Position(node.start_mark.line + 1, node.start_mark.column + 1)
