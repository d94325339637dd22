"""The words of docs/glossary.md, held against what the code and the template name."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]
GLOSSARY = REPOSITORY / "docs/glossary.md"
DEPLOYED = [REPOSITORY / "functions", REPOSITORY / "layers/common/tocsin"]
OTHER_PRODUCTS = (REPOSITORY / "functions/ingest/senders", REPOSITORY / "functions/ingest/compat")
NAMES_WITHOUT_END = {"utils", "helpers", "common", "core", "manager", "base"}
EXCEPTIONS = {
    "webhook": {
        r"\w*webhook\w*": "a type of channel, as the public API and the template's parameter say"
    },
    "provider": {"provider_id|provider_rates": "fields of the public API"},
    "endpoint": {
        "endpoint": "AWS's own word: an address of a service, and of a subscription of SNS",
        "sns_endpoint": "what subscriptions of SNS call it",
    },
    "level": {"log_level|levels?": "the word of Lambda's and Python's own logging"},
    "owner": {
        "owner|tells_owner|has_owner|owner_email|owner_phone|backstop_to_owner": (
            "the parameters that name the first person of a new stack"
        )
    },
    "calendar": {
        r"(write_|reserves_)?calendar\w*": "what calendar programs subscribe to, as the public API says"
    },
    "lock": {"_lock": "Python's own word: threading.Lock"},
}
"""By rejected word: names that may hold it, in snake case, and why."""
LONGEST_NAME = 2
"""Words; a longer cell of the glossary describes what is rejected, and names nothing."""


def modules() -> list[Path]:
    found = [path for folder in DEPLOYED for path in folder.rglob("*.py")]
    return [path for path in found if not any(map(path.is_relative_to, OTHER_PRODUCTS))]


def words_instead_of(cell: str) -> Iterator[str]:
    """Those of a table's last column, but for words that it says have a meaning of their own."""
    for part in cell.split(";"):
        names, has_own_meaning, _ = part.partition(", which ")
        words = [in_snake_case(name.strip(" `")) for name in names.split(",")]
        yield from words[:-1] if has_own_meaning else words


def rejected_words() -> list[str]:
    rows = [line.split("|") for line in GLOSSARY.read_text().splitlines() if line.startswith("|")]
    words = {it for row in rows if row[-2].strip(" -") for it in words_instead_of(row[-2])}
    own = {it for row in rows for it in re.findall(r"(?:^|[,;] *)(\w+), which ", row[-2].strip())}
    return sorted(it for it in words - own - {"instead_of"} if it.count("_") < LONGEST_NAME)


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


@cache
def named_by_the_code() -> list[tuple[Path, str]]:
    return [(module, name) for module in modules() for name in named_by(module)]


def offences(word: str, names: Iterator[str]) -> set[str]:
    whole_word = re.compile(rf"(^|_){word}s?(_|$)")
    excepted = re.compile("|".join(EXCEPTIONS.get(word, {"(?!)": ""})))
    spelled = ((name, in_snake_case(name)) for name in names)
    return {name for name, it in spelled if whole_word.search(it) and not excepted.fullmatch(it)}


@pytest.mark.parametrize("word", rejected_words())
def test_no_rejected_word_names_anything_in_the_code(word: str) -> None:
    wrong = offences(word, (name for _, name in named_by_the_code()))
    found = {
        f"{module.relative_to(REPOSITORY)}: {name}"
        for module, name in named_by_the_code()
        if name in wrong
    }

    assert not found, f"docs/glossary.md has another word for {word}"


@pytest.mark.parametrize("word", rejected_words())
def test_no_rejected_word_names_anything_in_the_template(
    word: str, template: dict[str, Any]
) -> None:
    sections = ("Parameters", "Conditions", "Resources", "Outputs")
    names = (name for section in sections for name in template.get(section, {}))

    assert not offences(word, names), f"docs/glossary.md has another word for {word}"


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (" `shelve`, `mute` ", ["shelve", "mute"]),
        (" magic link, token, which is an integration's ", ["magic_link"]),
        (" `audit`; history, which is the values an alert has had ", ["audit"]),
        (" occurrence, which is one repeat ", []),
    ],
)
def test_every_word_is_read_that_has_no_meaning_of_its_own(cell: str, words: list[str]) -> None:
    assert list(words_instead_of(cell)) == words


def test_words_are_read_from_the_glossary_whether_written_as_code_or_not() -> None:
    assert {"shelve", "rota", "calendar", "magic_link"} <= set(rejected_words())
    assert not {"token", "rule", "alert", "event", ""} & set(rejected_words())


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
