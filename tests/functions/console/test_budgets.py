"""How much a browser is sent: docs/console.md."""

from pathlib import Path

import pytest

from functions.console.join import join, write
from functions.console.site import read_site

SOURCE = Path(__file__).parents[3] / "functions/console/src"
BYTES = {".js": 60_000, ".css": 12_000}


@pytest.mark.parametrize("kind", BYTES)
def test_all_files_of_a_kind_stay_within_their_budget(kind: str, tmp_path: Path) -> None:
    write(join(SOURCE), tmp_path)
    sent = {
        address: len(file.gzip or file.body)
        for address, file in read_site(tmp_path).items()
        if address.endswith(kind)
    }

    assert sent
    assert sum(sent.values()) <= BYTES[kind], sent
