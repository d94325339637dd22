"""The words of docs/glossary.md, held against what the code and the template name."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]
GLOSSARY = REPOSITORY / "docs/glossary.md"
DEPLOYED = [REPOSITORY / "functions", REPOSITORY / "layers/common/tocsin"]
OTHER_PRODUCTS = (
    REPOSITORY / "functions/ingest/senders",
    REPOSITORY / "functions/ingest/compat",
)
NAMES_WITHOUT_END = {"utils", "helpers", "common", "core", "manager", "base"}


def modules() -> list[Path]:
    found = [path for folder in DEPLOYED for path in folder.rglob("*.py")]
    return [path for path in found if not any(map(path.is_relative_to, OTHER_PRODUCTS))]


def rejected_words() -> list[str]:
    rows = [line for line in GLOSSARY.read_text().splitlines() if line.startswith("|")]
    words = {word for row in rows for word in re.findall(r"`(\w+)`", row.split("|")[-2])}
    return sorted(words)


def in_snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+", "_", name).lower()


def named_by(module: Path) -> Iterator[str]:
    """What a module itself names: not what it imports from others."""
    yield module.stem
    for node in ast.walk(ast.parse(module.read_text())):
        match node:
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                yield node.name
            case ast.arg():
                yield node.arg
            case ast.Name(ctx=ast.Store()):
                yield node.id
            case ast.Constant(value=str(path)) if path.startswith("/"):
                yield path


def offences(word: str, names: Iterator[str]) -> set[str]:
    whole_word = re.compile(rf"(^|_){word}s?(_|$)")
    return {name for name in names if whole_word.search(in_snake_case(name))}


@pytest.mark.parametrize("word", rejected_words())
def test_no_rejected_word_names_anything_in_the_code(word: str) -> None:
    found = {
        f"{module.relative_to(REPOSITORY)}: {name}"
        for module in modules()
        for name in offences(word, named_by(module))
    }

    assert not found, f"docs/glossary.md has another word for {word}"


@pytest.mark.parametrize("word", rejected_words())
def test_no_rejected_word_names_anything_in_the_template(
    word: str, template: dict[str, Any]
) -> None:
    sections = ("Parameters", "Conditions", "Resources", "Outputs")
    names = (name for section in sections for name in template.get(section, {}))

    assert not offences(word, names), f"docs/glossary.md has another word for {word}"


def test_no_module_has_a_name_that_fits_anything() -> None:
    assert not {module for module in modules() if module.stem in NAMES_WITHOUT_END}


@pytest.mark.parametrize(
    ("name", "is_found"),
    [
        pytest.param("MuteUntil", True, id="in a type"),
        pytest.param("/api/v1/alerts/<alert_id>/mute", True, id="in a path"),
        pytest.param("mutes", True, id="as a plural"),
        pytest.param("is_muted_until", False, id="not inside another word"),
        pytest.param("commute", False, id="not at the end of another word"),
    ],
)
def test_a_word_is_found_wherever_it_stands_alone(name: str, *, is_found: bool) -> None:
    assert bool(offences("mute", iter([name]))) is is_found
