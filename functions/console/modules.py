"""Reads the console's modules, and makes one script of them.

What it reads is narrower than the language, so that it can be sure of what it reads:

- `import {a, b} from "./x.js";` at the head of a file, without other names;
- `export function`, `export async function`, `export class` and `export const` with one name, at
  the start of a line;
- one name for each `const` or `let` outside of functions;
- no circle of imports, and none of `import.meta`, `export default`, `export *`;
- `import("./x.js")` with the path as it stands, for what is loaded later: join.py knows which.

Modules follow each other in one script, each after those that it imports. Names are made short, and
with that two modules may use a name for different things. What is loaded later is a second script,
which takes from the first what it shares with it: each module runs once. Whatever else is met is
refused with file and line.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from functions.console.elements import TEXT, without_needless
from functions.console.names import (
    CAPITALS,
    LETTERS,
    WORDS,
    Word,
    is_of_a_browser,
    renamed,
    short_names,
    words_of,
)
from functions.console.tokens import Token, tokens_of
from functions.console.unjoinable import JoinError

VENDOR: Final = "vendor"
"""Files below it are taken as they are, but for their imports and exports."""

_IMPORT: Final = re.compile(
    r'import \{([^{}]*)\} from "([^"\n]+)";?[ \t]*(?://[^\n]*)?$', re.MULTILINE
)
_IMPORT_LATER: Final = re.compile(r'import\("([^"\n]+)"\)')
_ADDRESS_OF_MORE: Final = "import(document.querySelector('meta[name=more]').content)"
"""The page names the second script, whose name changes with the first one's."""
_EXPORT: Final = re.compile(
    r"export (?:async function\*?|function\*?|class|const) ?([A-Za-z_$][\w$]*)"
)


@dataclass(frozen=True, slots=True)
class Module:
    """A module without its imports and the word `export`.

    Args:
        imports: Module, names and line of each.
        code: Of others, as it is; empty for modules of our own, which have tokens.
        later: Module and line of each that it loads when it is needed.
    """

    name: str
    imports: tuple[tuple[str, tuple[str, ...], int], ...]
    exports: tuple[str, ...]
    tokens: tuple[Token, ...] = ()
    code: str = ""
    later: tuple[tuple[str, int], ...] = ()

    @property
    def text(self) -> str:
        """The code with its names as they are."""
        return self.code or _squeezed(self.tokens)


def read_module(name: str, text: str) -> Module:
    """Read a module.

    Args:
        name: Its path below the source's folder.
        text: Its content.

    Raises:
        JoinError: It uses what cannot be joined.
    """
    if name.startswith(f"{VENDOR}/"):
        return _vendored(name, text)
    return _Reader(name, text).module()


class _Reader:
    def __init__(self, name: str, text: str) -> None:
        self._name, self._text = name, text
        self._imports: list[tuple[str, tuple[str, ...], int]] = []
        self._exports: list[str] = []
        self._later: list[tuple[str, int]] = []
        self._kept: list[Token] = []
        self._elements: list[str | None] = []  # of each template around: None, or its mode
        self._skipped_to = 0
        self._is_head = True

    def module(self) -> Module:
        offset = 0
        for token in tokens_of(self._name, self._text):
            start, offset = offset, offset + len(token.text)
            if start < self._skipped_to:
                continue
            if token.kind == "name" and token.text == "import" and not _is_field(self._kept):
                self._import(token, start)
            elif token.kind == "name" and token.text == "export" and not token.depth:
                self._export(token, start)
            else:
                self._keep(token)
        _refuse_lists(self._name, self._kept)
        return Module(
            self._name,
            tuple(self._imports),
            tuple(self._exports),
            tuple(self._kept),
            later=tuple(self._later),
        )

    def _import(self, token: Token, start: int) -> None:
        if found := _IMPORT_LATER.match(self._text, start):
            self._later.append((_resolved(self._name, found[1]), token.line))
            self._kept += tokens_of(self._name, _ADDRESS_OF_MORE)
            self._is_head = False
        else:
            found = _IMPORT.match(self._text, start)
            if token.depth or not self._is_head or not found:
                raise JoinError(self._name, token.line, _HOW_TO_IMPORT)
            self._imports.append((*_imported(self._name, found, token.line), token.line))
        self._skipped_to = found.end()

    def _export(self, token: Token, start: int) -> None:
        found = _EXPORT.match(self._text, start)
        if not found or (start and self._text[start - 1] != "\n"):
            raise JoinError(self._name, token.line, _HOW_TO_EXPORT)
        self._exports.append(found[1])
        self._skipped_to = start + len("export ")
        self._is_head = False

    def _keep(self, token: Token) -> None:
        if token.kind == "comment":
            self._kept.append(Token("space", "\n" if "\n" in token.text else " ", token.line, 0))
            return
        if token.kind == "name" and token.text == "await" and not token.depth:
            raise JoinError(self._name, token.line, "`await` outside of braces cannot be joined.")
        self._is_head = self._is_head and token.kind == "space"
        if token.kind in _TEMPLATES:
            token = self._template(token)
        self._kept.append(token)

    def _template(self, token: Token) -> Token:
        """A part of a template; one of elements without what htm drops."""
        if token.text[0] == "`":
            is_of_elements = bool(self._kept) and self._kept[-1].text == "html"
            self._elements.append(TEXT if is_of_elements else None)
        mode = self._elements.pop()
        end = "`" if token.kind == "template" else "${"
        if mode is not None:
            text, mode = without_needless(token.text[1 : -len(end)], mode)
            token = replace(token, text=f"{token.text[0]}{text}{end}")
        if token.kind == "template-value":
            self._elements.append(mode)
        return token


_TEMPLATES: Final = {"template", "template-value"}
_HOW_TO_IMPORT: Final = 'import as `import {a, b} from "./x.js";`, at the head of the file.'
_HOW_TO_EXPORT: Final = "export a function, class or const, with its name, at the start of a line."


def _refuse_lists(name: str, tokens: Sequence[Token]) -> None:
    """Outside of functions each declaration has one name, so that none is overlooked."""
    is_declaration = is_named = False
    for token in tokens:
        if token.depth or token.kind == "space":
            continue
        if is_named and token.text in WORDS:
            raise JoinError(name, token.line, f"`{token.text}` is no name for all to see.")
        is_named = token.text in {"const", "let", "var", "function", "class"}
        is_declaration = (is_declaration or is_named) and token.text != ";"
        if is_declaration and token.text == "," and token.kind == "sign":
            raise JoinError(name, token.line, "declare one name a statement.")


def _is_field(kept: Sequence[Token]) -> bool:
    """Whether a word is a property's name: `x.import`."""
    before = next((token for token in reversed(kept) if token.kind != "space"), None)
    return before is not None and before.text == "."


def _imported(name: str, found: re.Match[str], line: int) -> tuple[str, tuple[str, ...]]:
    names = tuple(each.strip() for each in found[1].split(",") if each.strip())
    wrong = [each for each in names if not each.isidentifier()]
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
    return Module(name, tuple(imports), tuple(exports), code="".join(lines).strip())


def _squeezed(tokens: Sequence[Token]) -> str:
    """Code without indentation, needless line ends and the `;` before a `}`; strings stay."""
    empty = set(_empty_statements(tokens))
    parts: list[str] = []
    is_dropped = False
    space = ""
    for at, token in enumerate(tokens):
        if token.kind == "space":
            space = "\n" if "\n" in token.text or space == "\n" else " "
            continue
        if token.text == "}" and is_dropped:
            parts.pop()
        kept = _kept_space(space, parts[-1], token) if space and parts else ""
        parts += [kept, token.text] if kept else [token.text]
        is_dropped = token.text == ";" and at not in empty
        space = ""
    return "".join(parts)


_HEADS: Final = {"if", "for", "while", "with", "await"}  # await: of `for await (`


def _empty_statements(tokens: Sequence[Token]) -> Iterator[int]:
    """Where a `;` is a statement itself, or may be: `for (;;);`, `else;`."""
    heads: list[bool] = []  # of each parenthesis around: whether a statement comes after it
    is_before_statement = False
    before = ""
    for at, token in enumerate(tokens):
        if token.kind == "space":
            continue
        if token.text == ";" and is_before_statement:
            yield at
        if token.text == "(":
            heads.append(before in _HEADS)
        is_before_statement = heads.pop() if token.text == ")" else token.text in {"else", ":"}
        before = token.text


def _kept_space(space: str, before: str, token: Token) -> str:
    """What is kept between two tokens: a line's end where it may end a statement."""
    if space == " ":
        return " " if _parts_words(before, token) else ""
    goes_on = before[-1] in ";{,([=&|?:" or token.text[0] in "}]).,;?:"
    return "" if goes_on and token.kind != "regex" else "\n"


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


def joined(modules: Sequence[Module]) -> str:
    """One script of modules that stand in order."""
    return _lines(_short_parts(modules).values())


@dataclass(frozen=True, slots=True)
class TwoScripts:
    """A first script, and one that is loaded later.

    Args:
        first: Exports what the other takes from it.
        shared: The names of that.
        rest: The second one, without its import.
    """

    first: str
    shared: tuple[str, ...]
    rest: str

    def second(self, address: str) -> str:
        """The second script. Args: address: Of the first one, as the page names it."""
        return f'import{{{",".join(self.shared)}}}from"{address}";\n{self.rest}'


def joined_in_two(first: Sequence[Module], more: Sequence[Module]) -> TwoScripts:
    """Two scripts of modules that stand in order.

    Args:
        first: All that the first view needs.
        more: Without those of the first. Who loads it is given the exports of the last module.
    """
    modules = [*first, *more]
    parts = _short_parts(modules)
    tops = _short_tops(modules, {module.name: words_of(module.tokens) for module in modules})
    names = {module.name for module in first}
    taken = {
        tops.get((path, name), name)
        for module in more
        for path, imported, _ in module.imports
        for name in imported
        if path in names
    }
    last = more[-1]
    given = ",".join(f"{tops[last.name, name]} as {name}" for name in last.exports)
    shared = tuple(sorted(taken))
    return TwoScripts(
        first=_lines(parts[it.name] for it in first) + f"export{{{','.join(shared)}}};\n",
        shared=shared,
        rest=_lines(parts[it.name] for it in more) + f"export{{{given}}};\n",
    )


def _lines(parts: Iterable[str]) -> str:
    return "".join(f"{part}\n" for part in parts)


def _short_parts(modules: Sequence[Module]) -> Mapping[str, str]:
    """The code of each module, with names that none of the others has."""
    words = {module.name: words_of(module.tokens) for module in modules}
    tops = _short_tops(modules, words)
    parts = {}
    for module in modules:
        visible = {name: (path, name) for path, names, _ in module.imports for name in names}
        visible |= {it.text: (module.name, it.text) for it in words[module.name] if it.is_top}
        names = {name: tops[known] for name, known in visible.items() if known in tops}
        tokens: Sequence[Token] = module.tokens
        for some in _by_statement(module.tokens, words[module.name]):
            tokens = renamed(tokens, some, {**names, **_short_locals(some, names, visible)})
        parts[module.name] = module.code or _squeezed(tokens)
    return parts


def _by_statement(tokens: Sequence[Token], words: Iterable[Word]) -> list[list[Word]]:
    """The words of each declaration that all see: what one declares inside, no other one sees."""
    starts = [0]
    before = ";"
    for at, token in enumerate(tokens):
        if token.kind == "space":
            continue
        if not token.depth and token.text in _BEGIN and before in {";", "}"}:
            starts.append(at)
        before = token.text
    found: list[list[Word]] = [[] for _ in starts]
    for word in words:
        found[bisect_right(starts, word.at) - 1].append(word)
    return found


_BEGIN: Final = {"async", "class", "const", "function", "let"}


def _short_tops(
    modules: Sequence[Module], words: Mapping[str, Sequence[Word]]
) -> Mapping[tuple[str, str], str]:
    """Short names, in capitals, for what modules see of each other; others' code keeps its own."""
    counts: Counter[tuple[str, str]] = Counter()
    theirs = {(module.name, name) for module in modules if module.code for name in module.exports}
    taken = {name for _, name in theirs}
    for module in modules:
        whose = {name: path for path, names, _ in module.imports for name in names}
        whose |= {word.text: module.name for word in words[module.name] if word.is_top}
        for word in words[module.name]:
            if word.kind == "other":
                continue
            known = (whose.get(word.text, ""), word.text)
            if known[0] and known not in theirs:
                counts[known] += 1
            else:
                taken.add(word.text)
    return short_names(counts, taken, CAPITALS)


def _short_locals(
    words: Sequence[Word], names: Mapping[str, str], visible: Container[str]
) -> Mapping[str, str]:
    """Short names for what a statement declares inside, the same in many statements."""
    declared = {word.text for word in words if word.is_declared} - names.keys()
    counts: Counter[str] = Counter()
    taken = set(names.values())
    for word in words:
        if word.kind == "other" or word.text in names:
            continue
        if word.text in declared and word.text not in visible and not is_of_a_browser(word.text):
            counts[word.text] += 1
        else:
            taken.add(word.text)
    return short_names(counts, taken, LETTERS)
