"""The files that `join.py` made, read once."""

import json
from collections.abc import Mapping
from pathlib import Path

from functions.console.answers import ASK_FIRST, ASSETS, FOR_EVER, File


def read_site(folder: Path) -> Mapping[str, File]:
    """All files by address.

    Raises:
        FileNotFoundError: The folder was not made by `sam build`.
    """
    listed = json.loads((folder / "site.json").read_text(encoding="utf-8"))
    return {
        address: File(
            content_type=said["type"],
            cache_control=FOR_EVER if address.startswith(ASSETS) else ASK_FIRST,
            tag=said["tag"],
            body=(folder / said["file"]).read_bytes(),
            gzip=(folder / f"{said['file']}.gz").read_bytes() if said["gzip"] else None,
        )
        for address, said in listed.items()
    }
