"""The joined script of the real modules: nothing is declared twice, and no name hides another."""

import re
from collections import Counter
from pathlib import Path

from functions.console.join import join
from functions.console.modules import read_module
from functions.console.names import words_of
from functions.console.tokens import tokens_of

SOURCE = Path(__file__).parents[3] / "functions/console/src"


def test_each_name_for_all_to_see_is_declared_once() -> None:
    scripts = {
        Path(address).name.split("-")[0]: body.decode()
        for address, (_, body) in join(SOURCE).files.items()
        if address.startswith("/assets/") and address.endswith(".js")
    }
    declared = Counter(name for text in scripts.values() for name in words_at_the_top(text))

    assert scripts.keys() == {"app", "more"}
    assert len(declared) > 50
    assert [name for name, times in declared.items() if times > 1] == []


def test_the_second_script_takes_what_the_first_one_gives() -> None:
    scripts = [
        (address, body.decode())
        for address, (kind, body) in join(SOURCE).files.items()
        if kind == ".js" and address.startswith("/assets/")
    ]
    (address, first), (_, second) = scripts
    given = first.splitlines()[-1]
    taken, _, code = second.partition("\n")

    assert given.startswith("export{")
    assert taken == f'import{given[len("export") : -1]}from"{address}";'
    names = set(given[len("export{") : -2].split(","))
    assert names <= set(words_at_the_top(first))
    assert not names & set(words_at_the_top(code))


def words_at_the_top(script: str) -> list[str]:
    tokens = [token for token in tokens_of("app.js", script) if token.kind != "comment"]
    return [word.text for word in words_of(tokens) if word.is_top]


def test_what_a_module_declares_for_all_to_see_is_found_in_each() -> None:
    for path in sorted(SOURCE.rglob("*.js")):
        name = path.relative_to(SOURCE).as_posix()
        if name.startswith("vendor/"):
            continue
        text = path.read_text(encoding="utf-8")
        written = re.findall(
            r"^(?:export )?(?:async )?(?:const|let|function\*?|class) ([A-Za-z_$][\w$]*)",
            text,
            re.MULTILINE,
        )
        found = {word.text for word in words_of(read_module(name, text).tokens) if word.is_top}
        assert set(written) <= found, name
