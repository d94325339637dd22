"""What the API says of each type of integration: of the senders' modules, pages and bodies.

`python -m tests.integration_types` renews it (make senders).
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from functions.ingest.senders import sender_of
from tests.sender_states import FOLDER, PRODUCTS, Body, Does
from tocsin.domain.integration import IntegrationType

FILE: Final = Path(__file__).parents[1] / "functions/alerts_api/integration_types.json"
_STATES: Final = "\n## What it can say\n"
_OWN_LINK: Final = re.compile(r"\[([^\]]+)\]\((?!https?://)[^)]+\)")
"""To another page of docs, which a stack does not have."""


def text() -> str:
    """The whole file."""
    return json.dumps(dict(_types()), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _types() -> Iterator[tuple[str, Mapping[str, Any]]]:
    for type_ in IntegrationType:
        sender = sender_of(type_)
        yield (
            type_.value,
            {
                "product": sender.product.replace("`", ""),
                "fires": sender.fires,
                "resolves": sender.resolves,
                "dedup_key": sender.dedup_key,
                "severity": sender.severity,
                "steps": _steps(type_),
                "example": _example(type_),
            },
        )


def _steps(type_: IntegrationType) -> str:
    """Its page, from below the title to the tables of its states."""
    page, _, _ = (FOLDER / f"{type_}.md").read_text().partition(_STATES)
    _, _, below = page.partition("\n")
    return _OWN_LINK.sub(r"\1", below.strip())


def _example(type_: IntegrationType) -> Body | None:
    """The first body that opens an alert; None for those that need headers of the product."""
    for product in PRODUCTS:
        for state in product.states:
            if product.type is type_ and state.does is Does.OPENS and not state.headers:
                return state.body
    return None


if __name__ == "__main__":
    FILE.write_text(text())
