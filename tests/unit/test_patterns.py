"""No text makes a pattern of the product take more than time in proportion to its length."""

import ast
import re
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import product
from pathlib import Path
from typing import Any, Final

import pytest

sre: Any = import_module("re._constants")
parser: Any = import_module("re._parser")
ROOT: Final = Path(__file__).parents[2]
METHODS: Final = frozenset(
    ("match", "fullmatch", "search", "sub", "split", "findall", "finditer", "subn")
)
ALPHABET: Final = ("a", "Z", "0", " ", "\n", "\t", *"\"'\\.-:=>;,{}[]()<>$/_%&#")
ENDINGS: Final = ("", "\0")
FEW: Final = (16, 20, 24)
FEW_SECONDS: Final = 0.002
SHORTEST: Final = 512
LONGEST: Final = 16_384
"""Characters."""
LINEAR_SECONDS: Final = 0.0002
"""More than a linear pattern takes for the shortest text, less than a quadratic one."""
LONG_SECONDS: Final = 0.25
"""More than noise changes: measured once, where shorter times are the least of three."""
GROWTH: Final = 2.8
"""Of the time for twice the text: 2 where it is linear, 4 where it is quadratic."""

BUILDS_THE_CONSOLE: Final = frozenset(
    ("elements.py", "join.py", "modules.py", "names.py", "styles.py", "tokens.py", "vendor.py")
)
"""Of functions/console: they read our own source when it is built, and are not deployed."""

type Ask = Callable[[str], object]


def modules() -> Iterator[tuple[str, ast.Module]]:
    for folder in (ROOT / "functions", ROOT / "layers/common/tocsin"):
        for path in sorted(folder.rglob("*.py")):
            if path.parent.name == "console" and path.name in BUILDS_THE_CONSOLE:
                continue
            inside = path.relative_to(folder.parent).with_suffix("")
            yield ".".join(inside.parts).removesuffix(".__init__"), ast.parse(path.read_text())


def calls_of_re(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=method)):
                yield method, node
            case _:
                pass


def patterns() -> list[tuple[str, re.Pattern[Any], frozenset[str]]]:
    """Every pattern that a module holds, and the methods by which that module asks it."""
    found = []
    for name, tree in modules():
        if not any(True for _ in calls_of_re(tree)):
            continue
        asked: dict[str, set[str]] = {}
        for node in ast.walk(tree):
            match node:
                case ast.Attribute(value=ast.Name(id=variable), attr=method):
                    asked.setdefault(variable, set()).add(method)
                case _:
                    pass
        for variable, value in vars(import_module(name)).items():
            if isinstance(value, re.Pattern):
                methods = METHODS & asked.get(variable, set())
                found.append((f"{name}.{variable}", value, methods or METHODS))
    return found


def words_of(tree: Any) -> Iterator[str]:  # noqa: ANN401 - as Python's own parser has it
    """The words that stand in a pattern, wherever they do."""
    word = ""
    for item in tree if isinstance(tree, list | tuple | parser.SubPattern) else ():
        match item:
            case (sre.LITERAL, int() as letter):
                word += chr(letter)
                continue
            case _:
                yield from words_of(item)
        if word:
            yield word
        word = ""
    if word:
        yield word


def asking(pattern: re.Pattern[Any], method: str) -> Ask:
    is_bytes = isinstance(pattern.pattern, bytes)

    def ask(text: str) -> object:
        given: Any = text.encode() if is_bytes else text
        if method in {"sub", "subn"}:
            return pattern.sub(given[:0], given)
        found = getattr(pattern, method)(given)
        return list(found) if method == "finditer" else found

    return ask


def seconds(ask: Ask, text: str) -> float:
    taken = []
    for _ in range(3):
        began = time.thread_time()
        ask(text)
        taken.append(time.thread_time() - began)
        if not LINEAR_SECONDS <= taken[0] <= LONG_SECONDS:
            break
    return min(taken)


def is_superlinear(ask: Ask, pump: str, beginning: str = "", ending: str = "") -> bool:
    """Whether the time grows faster than the text, again and again."""

    def taken(length: int) -> float:
        return seconds(ask, beginning + pump * (length // len(pump)) + ending)

    if any(taken(few) > FEW_SECONDS for few in FEW):
        return True  # exponential: longer ones would not end
    length, before = SHORTEST, taken(SHORTEST)
    if before < LINEAR_SECONDS:
        return False
    faster = 0
    while length < LONGEST:
        length, now = 2 * length, taken(2 * length)
        faster = faster + 1 if now > GROWTH * before else 0
        if faster > 1 or (faster and now > LONG_SECONDS):
            return True
        before = now
    return False


def slow_texts(pattern: re.Pattern[Any], methods: frozenset[str]) -> Iterator[str]:
    source = pattern.pattern
    # A pattern of bytes has the same words as the text.
    tree = parser.parse(
        source.decode() if isinstance(source, bytes) else source, pattern.flags & ~re.UNICODE
    )
    words = sorted({it for it in words_of(tree) if it.isprintable()}, key=lambda it: (-len(it), it))
    pumps = [
        *ALPHABET,
        *words[:24],
        *(f"{it}{letter}" for it in ("a", *words[:4]) for letter in ALPHABET),
    ]
    beginnings = ["", *words[:6], *(it for it in words if len(it) == 1)]
    for method in methods:
        ask = asking(pattern, method)
        for pump, beginning, ending in product(
            dict.fromkeys(pumps), dict.fromkeys(beginnings), ENDINGS
        ):
            if is_superlinear(ask, pump, beginning, ending):
                yield f"{method} of {beginning!r} + {pump!r} * n + {ending!r}"
                return


@pytest.mark.parametrize(
    ("name", "pattern", "methods"), [pytest.param(*it, id=it[0]) for it in patterns()]
)
def test_a_pattern_takes_time_in_proportion_to_the_text(
    name: str, pattern: re.Pattern[Any], methods: frozenset[str]
) -> None:
    assert list(slow_texts(pattern, methods)) == [], name


@pytest.mark.parametrize(
    ("pattern", "method"),
    [
        (r"(a+)+$", "match"),
        (r"(a|a)*b", "match"),
        (r".*a.*a.*b", "match"),
        (r"(x+x+)+y", "match"),
        (r"\s*(?:AND)?\s*(?:NOT)?\s*[a-z]+", "match"),
        (r"[\w.-]*(?:token|secret)[\w.-]*\s*[=:]\s*\S+", "sub"),
        (r"\s+$", "sub"),
    ],
)
def test_a_pattern_that_takes_more_is_found(pattern: str, method: str) -> None:
    assert list(slow_texts(re.compile(pattern), frozenset((method,))))


def test_patterns_are_held_by_modules_so_that_none_is_missed() -> None:
    held = [
        f"{name}, line {call.lineno}: re.{method}"
        for name, tree in modules()
        for method, call in calls_of_re(tree)
        if method in METHODS or (method == "compile" and not is_at_the_top(tree, call))
    ]

    assert held == []


def is_at_the_top(tree: ast.Module, call: ast.Call) -> bool:
    return any(isinstance(it, ast.Assign | ast.AnnAssign) and it.value is call for it in tree.body)
