"""Joins the console's modules into the three files that are deployed, and compresses them.

Run by `sam build` (Makefile) with the standard library alone. What it reads is narrower than the
language, so that it can be sure of what it reads:

- `import {a, b} from "./x.js";` at the head of a file, without other names;
- `export function`, `export async function`, `export class` and `export const` with one name, at
  the start of a line;
- no circle of imports, and none of `import()`, `import.meta`, `export default`, `export *`.

Each module becomes a function of its own, so that two modules may use a name for different things.
Whatever else it meets is refused with file and line. The same files give the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SCRIPT, WORKER, PAGE, MANIFEST = "main.js", "sw.js", "index.html", "manifest.webmanifest"
VENDOR: Final = "vendor"
"""Files below it are taken as they are, but for their imports and exports."""
TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
AT_THE_ROOT: Final = {
    "/": PAGE,
    "/favicon.ico": "favicon.svg",
    "/favicon.svg": "favicon.svg",
    f"/{MANIFEST}": MANIFEST,
    f"/{WORKER}": WORKER,
}
ASSETS: Final = "/assets/"
LIST: Final = "site.json"
HASH_LENGTH: Final = 12
_PACKED: Final = {".png"}
"""Types that gain nothing by gzip."""

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
# Before these a slash begins a regular expression; after any other word it divides.
_WORDS_BEFORE_A_VALUE: Final = frozenset(
    "return typeof instanceof in of new delete void throw case do else yield await".split()
)


class JoinError(Exception):
    """A file is not as it has to be; the message names file and line."""

    def __init__(self, name: str, line: int, sentence: str) -> None:
        super().__init__(f"{name}:{line}: {sentence}")


@dataclass(frozen=True, slots=True)
class Token:
    """Args: kind: name, number, string, regex, template, sign, space or comment."""

    kind: str
    text: str
    line: int
    depth: int


@dataclass(frozen=True, slots=True)
class Module:
    """Args: imports: Names by the module that they come from. code: Without imports and `export`."""

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
        text, at = self._text, self._at
        first = text[at]
        for kind, pattern in _BEGINNINGS:
            if found := pattern.match(text, at):
                return kind, found[0]
        if first == "/" and self._begins_a_value():
            if found := _REGEX.match(text, at):
                return "regex", found[0]
            raise self._error("a regular expression has no end on its line.")
        if first in "\"'" or text.startswith("/*", at):
            raise self._error("a string or comment has no end.")
        if first == "`":
            return self._template("`")
        if first == "}" and self._open and self._open[-1][0] == "${":
            self._open.pop()
            return self._template("}")
        if first in "([{":
            self._open.append((first, self._line))
            return "open", first
        if first in ")]}":
            if not self._open or self._open.pop()[0] != {")": "(", "]": "[", "}": "{"}[first]:
                raise self._error(f"{first} closes nothing.")
            return "close", first
        return "sign", first

    def _template(self, first: str) -> tuple[str, str]:
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
    """Code without comments, indentation and empty lines; templates and strings stay as they are."""
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
    return sign.isalnum() or sign in {"_", "$", "\\", "#", "@"} or ord(sign or " ") > 127


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


def joined_styles(sheets: Mapping[str, str]) -> str:
    """One sheet of several in their order, without comments and needless blanks.

    Raises:
        JoinError: A sheet imports another one, or something in it has no end.
    """
    return "".join(_squeezed_style(name, text) for name, text in sheets.items())


_STYLE: Final = re.compile(r'(/\*.*?\*/)|("(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\')', re.DOTALL)


def _squeezed_style(name: str, text: str) -> str:
    parts: list[str] = []
    at = 0
    for found in _STYLE.finditer(text):
        parts += (_without_blanks(name, text, at, found.start()), found[2] or " ")
        at = found.end()
    parts.append(_without_blanks(name, text, at, len(text)))
    return re.sub(r"\s*\n\s*", "\n", "".join(parts)).strip() + "\n"


def _without_blanks(name: str, text: str, start: int, end: int) -> str:
    part = text[start:end]
    if wrong := re.search(r"@import|/\*|\*/|[\"']", part):
        line = text.count("\n", 0, start + wrong.start()) + 1
        raise JoinError(name, line, f"{wrong[0]} cannot be joined.")
    return re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", part)).replace(";}", "}")


@dataclass(frozen=True, slots=True)
class Site:
    """Args: files: Content by address."""

    files: Mapping[str, tuple[str, bytes]]


_SCRIPT_TAG: Final = re.compile(
    r'<script type="module" src="/assets/main\.js"></script>', re.IGNORECASE
)
_STYLE_TAG: Final = re.compile(
    r'[ \t]*<link rel="stylesheet" href="/assets/([\w./-]+\.css)" ?/?>\n?', re.IGNORECASE
)


def join(source: Path) -> Site:
    """What is deployed of a folder of modules.

    Raises:
        JoinError: A file is not as it has to be.
    """
    page = (source / PAGE).read_text(encoding="utf-8")
    assets = _other_assets(source)
    script, sheet = _script(source, assets), _sheet(source, page, assets)
    files: dict[str, tuple[str, bytes]] = {name: kept for name, kept in assets.values()}
    for kind, body in ((".js", script), (".css", sheet)):
        files[_hashed("app", kind, body)] = (kind, body)
    page = _page(page, _hashed("app", ".js", script), _hashed("app", ".css", sheet))
    for address, name in AT_THE_ROOT.items():
        text = page if name == PAGE else _root_file(source, name)
        files[address] = (Path(name).suffix, _with_addresses(text, assets).encode())
    return Site(files=dict(sorted(files.items())))


def _script(source: Path, assets: Mapping[str, tuple[str, tuple[str, bytes]]]) -> bytes:
    modules: dict[str, Module] = {}
    waiting = [SCRIPT]
    while waiting:
        name = waiting.pop()
        path = source / name
        if name in modules or not path.is_file():
            continue
        modules[name] = read_module(name, path.read_text(encoding="utf-8"))
        waiting += [imported for imported, _, _ in modules[name].imports]
    if SCRIPT not in modules:
        raise JoinError(SCRIPT, 1, "is missing.")
    return _with_addresses(joined(ordered(modules, SCRIPT)), assets).encode()


def _sheet(source: Path, page: str, assets: Mapping[str, tuple[str, tuple[str, bytes]]]) -> bytes:
    names = [found[1] for found in _STYLE_TAG.finditer(page)]
    missing = [name for name in names if not (source / name).is_file()]
    if missing or not names:
        raise JoinError(PAGE, 1, f"there is no {missing[0]}." if missing else "it has no style.")
    left = {f"styles/{path.name}" for path in (source / "styles").glob("*.css")} - set(names)
    if left:
        raise JoinError(PAGE, 1, f"it does not name {min(left)}.")
    sheets = {name: (source / name).read_text(encoding="utf-8") for name in names}
    return _with_addresses(joined_styles(sheets), assets).encode()


def _page(page: str, script: str, sheet: str) -> str:
    if len(_SCRIPT_TAG.findall(page)) != 1 or len(re.findall("<script", page)) != 1:
        raise JoinError(PAGE, 1, 'it has to hold one script, type="module" src="/assets/main.js".')
    page = _SCRIPT_TAG.sub(f'<script type="module" src="{script}"></script>', page)
    first = True

    def one_sheet(_: re.Match[str]) -> str:
        nonlocal first
        tag = f'<link rel="stylesheet" href="{sheet}">\n' if first else ""
        first = False
        return tag

    return re.sub(r"<!--.*?-->\s*", "", _STYLE_TAG.sub(one_sheet, page), flags=re.DOTALL)


def _root_file(source: Path, name: str) -> str:
    path = source / name
    if not path.is_file():
        raise JoinError(name, 1, "is missing.")
    text = path.read_text(encoding="utf-8")
    if name != WORKER:
        return text
    module = read_module(WORKER, text)
    if module.imports or module.exports:
        raise JoinError(WORKER, 1, "a service worker imports and exports nothing here.")
    return f"{module.code}\n"


def _other_assets(source: Path) -> dict[str, tuple[str, tuple[str, bytes]]]:
    """Pictures, by the address that the source names: the address with their hash, and content."""
    found = {}
    for path in sorted(source.rglob("*")):
        if path.suffix in {".png", ".svg"} and path.parent != source and path.is_file():
            body = path.read_bytes()
            address = f"{ASSETS}{path.relative_to(source).as_posix()}"
            found[address] = (_hashed(path.stem, path.suffix, body), (path.suffix, body))
    return found


def _with_addresses(text: str, assets: Mapping[str, tuple[str, tuple[str, bytes]]]) -> str:
    for address, (hashed, _) in assets.items():
        text = text.replace(address, hashed)
    return text


def _hashed(name: str, kind: str, body: bytes) -> str:
    return f"{ASSETS}{name}-{hashlib.sha256(body).hexdigest()[:HASH_LENGTH]}{kind}"


def write(site: Site, folder: Path) -> None:
    """Write each file with its compressed form, and the list of them."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = {}
    for address, (kind, body) in site.files.items():
        name = address.strip("/").replace("/", "-") or PAGE
        (folder / name).write_bytes(body)
        packed = gzip.compress(body, compresslevel=9, mtime=0)
        is_packed = kind not in _PACKED and len(packed) < len(body)
        if is_packed:
            (folder / f"{name}.gz").write_bytes(packed)
        listed[address] = {
            "file": name,
            "type": TYPES[kind],
            "tag": hashlib.sha256(body).hexdigest()[:32],
            "gzip": is_packed,
        }
    (folder / LIST).write_text(json.dumps(listed, indent=1) + "\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("into", type=Path)
    arguments = parser.parse_args()
    try:
        write(join(arguments.source), arguments.into)
    except JoinError as error:
        print(f"The console cannot be joined: {arguments.source}/{error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
