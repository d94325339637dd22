"""How much a browser is sent: docs/console.md."""

import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

from functions.console.join import join, write
from functions.console.site import read_site

SOURCE = Path(__file__).parents[3] / "functions/console/src"
BYTES = {"/assets/app-*.js": 60_000, "*.js": 75_000, "*.css": 12_000}


@pytest.mark.parametrize("files", BYTES)
def test_what_is_sent_stays_within_its_budget(files: str, tmp_path: Path) -> None:
    write(join(SOURCE), tmp_path)
    sent = {
        address: len(file.gzip or file.body)
        for address, file in read_site(tmp_path).items()
        if fnmatch(address, files)
    }

    assert sent
    assert sum(sent.values()) <= BYTES[files], sent


def test_the_browser_is_sent_few_files(tmp_path: Path) -> None:
    write(join(SOURCE), tmp_path)
    assets = [
        re.sub("-[0-9a-f]{12}", "", address)
        for address in read_site(tmp_path)
        if address.startswith("/assets/") and address.endswith((".js", ".css"))
    ]

    assert sorted(assets) == ["/assets/app.css", "/assets/app.js", "/assets/more.js"]
