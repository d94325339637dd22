"""Reads the console's modules, and makes one script of them.

What it reads is narrower than the language, so that it can be sure of what it reads:

- `import {a, b} from "./x.js";` at the head of a file, without other names;
- `export function`, `export async function`, `export class` and `export const` with one name, at
  the start of a line;
- no circle of imports, and none of `import()`, `import.meta`, `export default`, `export *`.

Each module becomes a function of its own, so that two modules may use a name for different things.
Whatever else it meets is refused with file and line.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from functions.console.unjoinable import JoinError

VENDOR: Final = "vendor"
"""Files below it are taken as they are, but for their imports and exports."""

_IMPORT: Final = re.compile(
    r'import \{([^{}]*)\} from "([^"\n]+)";?[ \t]*(?://[^\n]*)?$', re.MULTILINE
)
_EXPORT: Final = re.compile(
    r"export (?:async function\*?|function\*?|class|const) ?([A-Za-z_$][\w$]*)"
)
_NAME: Final = re.compile(r"[A-Za-z_$][\w$]*")
_SPACE: Final = re.compile(r"\s+")
_NUMBER: Final = re.compile(r"0[xX][\da-fA-F_]+|[\d][\w.]*|\.\d[\w]*")
_STRING: Final = re.compile(r""""(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'""", re.DOTALL)
_REGEX: Final = re.compile(r"/(?![*/])(?:[^\\/\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_LINE_COMMENT: Final = re.compile(r"//[^\n]*")
_BLOCK_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_TEMPLATE_TEXT: Final = re.compile(r"(?:[^`\\$]|\\.|\$(?!\{))*", re.DOTALL)
_CLOSED_BY: Final = {")": "(", "]": "[", "}": "{"}
# Before these a slash begins a regular expression; after any other word it divides.
_WORDS_BEFORE_A_VALUE: Final = frozenset(
    (
        *("return", "typeof", "instanceof", "in", "of", "new", "delete", "void", "throw"),
        *("case", "do", "else", "yield", "await"),
    )
)


@dataclass(frozen=True, slots=True)
class Token:
    """Args: kind: name, number, string, regex, template, sign, space or comment."""

    kind: str
    text: str
    line: int
    depth: int


@dataclass(frozen=True, slots=True)
class Module:
    """Args: imports: Module, names and line of each. code: Without imports and `export`."""

    name: str
    imports: tuple[tuple[str, tuple[str, ...], int], ...]
    exports: tuple[str, ...]
    code: str


def tokens_of(name: str, text: str) -> Iterator[Token]:
    """Read JavaScript as far as comments, strings, templates and regular expressions need it.

    Raises:
        JoinError: Something has no end.
    """
    return _Reader(name, text).tokens()


class _Reader:
    def __init__(self, name: str, text: str) -> None:
        self._name, self._text = name, text
        self._at, self._line = 0, 1
        self._before = ""
        self._open: list[tuple[str, int]] = []

    def tokens(self) -> Iterator[Token]:
        while self._at < len(self._text):
            kind, text = self._next()
            depth = len(self._open) - (1 if kind == "open" else 0)
            yield Token("sign" if kind in {"open", "close"} else kind, text, self._line, depth)
            self._at += len(text)
            self._line += text.count("\n")
            if kind not in {"space", "comment"}:
                self._before = text if kind in {"name", "sign", "open", "close"} else f" {kind}"
        if self._open:
            sign, line = self._open[-1]
            raise JoinError(self._name, line, f"{sign} is opened here and never closed.")

    def _next(self) -> tuple[str, str]:
        first = self._text[self._at]
        for kind, pattern in _BEGINNINGS:
            if found := pattern.match(self._text, self._at):
                return kind, found[0]
        if first in "\"'" or self._text.startswith("/*", self._at):
            raise self._error("a string or comment has no end.")
        if first == "/" and self._begins_a_value():
            return self._regex()
        is_end_of_value = first == "}" and self._open and self._open[-1][0] == "${"
        if is_end_of_value:
            self._open.pop()
        if first == "`" or is_end_of_value:
            return self._template()
        return self._sign(first)

    def _regex(self) -> tuple[str, str]:
        found = _REGEX.match(self._text, self._at)
        if not found:
            raise self._error("a regular expression has no end on its line.")
        return "regex", found[0]

    def _sign(self, sign: str) -> tuple[str, str]:
        if sign in "([{":
            self._open.append((sign, self._line))
            return "open", sign
        if sign not in _CLOSED_BY:
            return "sign", sign
        if not self._open or self._open.pop()[0] != _CLOSED_BY[sign]:
            raise self._error(f"{sign} closes nothing.")
        return "close", sign

    def _template(self) -> tuple[str, str]:
        """A template's text from its start or the end of a value, up to its end or a value."""
        found = _TEMPLATE_TEXT.match(self._text, self._at + 1)
        end = found.end() if found else self._at + 1
        if self._text.startswith("`", end):
            return "template", self._text[self._at : end + 1]
        if self._text.startswith("${", end):
            self._open.append(("${", self._line))
            return "template-value", self._text[self._at : end + 2]
        raise self._error("a template has no end.")

    def _begins_a_value(self) -> bool:
        before = self._before
        if before in {" number", " string", " regex", " template", ")", "]", "}"}:
            return False
        return before in _WORDS_BEFORE_A_VALUE or not _NAME.fullmatch(before)

    def _error(self, sentence: str) -> JoinError:
        return JoinError(self._name, self._line, sentence)


_BEGINNINGS: Final = (
    ("space", _SPACE),
    ("comment", _LINE_COMMENT),
    ("comment", _BLOCK_COMMENT),
    ("name", _NAME),
    ("number", _NUMBER),
    ("string", _STRING),
)


def read_module(name: str, text: str) -> Module:
    """Read a module.

    Args:
        name: Its path below the source's folder.
        text: Its content.

    Raises:
        JoinError: It uses what cannot be joined.
    """
    imports: list[tuple[str, tuple[str, ...], int]] = []
    exports: list[str] = []
    if name.startswith(f"{VENDOR}/"):
        return _vendored(name, text)
    kept: list[Token] = []
    offset, skipped_to = 0, 0
    is_head = True
    for token in tokens_of(name, text):
        start, offset = offset, offset + len(token.text)
        if start < skipped_to or token.kind == "comment":
            if token.kind == "comment" and start >= skipped_to:
                kept.append(Token("space", "\n" if "\n" in token.text else " ", token.line, 0))
            continue
        if token.kind == "name" and token.text == "import" and not _is_field(kept):
            found = _IMPORT.match(text, start)
            if token.depth or not is_head or not found:
                raise JoinError(name, token.line, _HOW_TO_IMPORT)
            imports.append((*_imported(name, found, token.line), token.line))
            skipped_to = found.end()
            continue
        if token.kind == "name" and token.text == "export" and not token.depth:
            found = _EXPORT.match(text, start)
            if not found or (start and text[start - 1] != "\n"):
                raise JoinError(name, token.line, _HOW_TO_EXPORT)
            exports.append(found[1])
            skipped_to = start + len("export ")
            is_head = False
            continue
        if token.kind == "name" and token.text == "await" and not token.depth:
            raise JoinError(name, token.line, "`await` outside of a function cannot be joined.")
        is_head = is_head and token.kind == "space"
        kept.append(token)
    return Module(name, tuple(imports), tuple(exports), _squeezed(kept))


_HOW_TO_IMPORT: Final = 'import as `import {a, b} from "./x.js";`, at the head of the file.'
_HOW_TO_EXPORT: Final = "export a function, class or const, with its name, at the start of a line."


def _is_field(kept: list[Token]) -> bool:
    """Whether a word is a property's name: `x.import`."""
    before = next((token for token in reversed(kept) if token.kind != "space"), None)
    return before is not None and before.text == "."


def _imported(name: str, found: re.Match[str], line: int) -> tuple[str, tuple[str, ...]]:
    names = tuple(each.strip() for each in found[1].split(",") if each.strip())
    wrong = [each for each in names if not _NAME.fullmatch(each)]
    if wrong:
        raise JoinError(name, line, f"`{wrong[0]}`: a name is imported as it is exported.")
    if not found[2].startswith(("./", "../")):
        raise JoinError(name, line, f"{found[2]} is no file of the console.")
    return _resolved(name, found[2]), names


def _resolved(name: str, path: str) -> str:
    parts = name.split("/")[:-1]
    for part in path.split("/"):
        if part == "..":
            if not parts:
                return path
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def _vendored(name: str, text: str) -> Module:
    """Code of others stays as it is: it is small already, and its hash is known."""
    imports: list[tuple[str, tuple[str, ...], int]] = []
    exports: list[str] = []
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        if found := _IMPORT.match(line.rstrip("\n")):
            imports.append((*_imported(name, found, number + 1), number + 1))
            lines[number] = ""
        elif found := _EXPORT.match(line):
            exports.append(found[1])
            lines[number] = line.removeprefix("export ")
    return Module(name, tuple(imports), tuple(exports), "".join(lines).strip())


def _squeezed(tokens: list[Token]) -> str:
    """Code without indentation and empty lines; templates and strings stay as they are."""
    parts: list[str] = []
    is_spaced = ""
    for token in tokens:
        if token.kind == "space":
            is_spaced = "\n" if "\n" in token.text or is_spaced == "\n" else " "
            continue
        if is_spaced and parts:
            parts.append(is_spaced if is_spaced == "\n" or _parts_words(parts[-1], token) else "")
        parts.append(token.text)
        is_spaced = ""
    return "".join(parts)


def _parts_words(before: str, token: Token) -> bool:
    """Whether a blank between two tokens is needed; kept also between signs such as `+ +`."""
    return bool(
        (_is_word(before[-1:]) and _is_word(token.text[:1]))
        or (before[-1:] in "+-/<!" and token.text[:1] in "+-/<!")
        or token.kind == "regex"
        or before[-1:] == "/"
    )


def _is_word(sign: str) -> bool:
    return sign.isalnum() or sign in {"_", "$", "\\", "#", "@"} or not sign.isascii()


def ordered(modules: Mapping[str, Module], first: str) -> list[Module]:
    """All modules that one needs, each after those that it imports.

    Raises:
        JoinError: A file or name is missing, or modules import each other in a circle.
    """
    done: dict[str, Module] = {}
    under_way: list[str] = []

    def visit(name: str) -> None:
        module = modules[name]
        under_way.append(name)
        for path, names, line in module.imports:
            if path not in modules:
                raise JoinError(name, line, f"there is no {path}.")
            if path in under_way:
                circle = " -> ".join([*under_way[under_way.index(path) :], path])
                raise JoinError(name, line, f"modules import each other: {circle}.")
            missing = [each for each in names if each not in modules[path].exports]
            if missing:
                raise JoinError(name, line, f"{path} exports no {missing[0]}.")
            if path not in done:
                visit(path)
        under_way.pop()
        done[name] = module

    visit(first)
    return list(done.values())


def joined(modules: list[Module]) -> str:
    """One script of modules that stand in order."""
    numbers = {module.name: f"$m{number}" for number, module in enumerate(modules)}
    parts = []
    for module in modules:
        given = [
            f"const {{{','.join(names)}}}={numbers[path]};"
            for path, names, _ in module.imports
            if names
        ]
        back = f"\nreturn {{{','.join(module.exports)}}};" if module.exports else ""
        parts.append(
            f"const {numbers[module.name]}=(()=>{{\n{''.join(given)}{module.code}{back}\n}})();\n"
        )
    return "".join(parts)
