"""The code of others is theirs, byte for byte."""

import hashlib
import re

import pytest

from functions.console.vendor import FILES, VENDOR, original, rewritten

README = (VENDOR / "README.md").read_text(encoding="utf-8")
ROW = re.compile(r"\| `(\S+\.js)` \|[^|]+\| `\S+` `(\w{64})` \| `(\w{64})` \| .*`(LICENSE-\w+)` \|")
ROWS = {found[1]: found.groups()[1:] for found in ROW.finditer(README)}


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_each_file_has_its_row() -> None:
    assert set(ROWS) == set(FILES) == {path.name for path in VENDOR.glob("*.js")}


@pytest.mark.parametrize("name", FILES)
def test_each_file_is_that_of_its_package(name: str) -> None:
    theirs, ours, licence = ROWS[name]
    module = (VENDOR / name).read_text(encoding="utf-8")

    assert sha256(module) == ours
    assert sha256(original(name, module)) == theirs
    assert rewritten(name, original(name, module)) == module
    assert (VENDOR / licence).stat().st_size > 0
