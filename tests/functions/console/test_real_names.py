"""The joined script of the real modules: nothing is declared twice, and no name hides another."""

import re
from collections import Counter
from pathlib import Path

from functions.console.join import join
from functions.console.modules import read_module
from functions.console.names import words_of

SOURCE = Path(__file__).parents[3] / "functions/console/src"


def test_each_name_for_all_to_see_is_declared_once() -> None:
    (script,) = [
        body.decode()
        for address, (_, body) in join(SOURCE).files.items()
        if "/app-" in address and address.endswith(".js")
    ]
    declared = Counter(words_at_the_top(script))

    assert len(declared) > 50
    assert [name for name, times in declared.items() if times > 1] == []


def words_at_the_top(script: str) -> list[str]:
    return [word.text for word in words_of(read_module("app.js", script).tokens) if word.is_top]


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
