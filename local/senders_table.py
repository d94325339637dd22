"""The table of docs/senders.md, made of what the sender modules say of themselves.

`python -m local.senders_table` renews it (make senders).
"""

from pathlib import Path
from typing import Final

from functions.ingest.senders import sender_of
from tocsin.domain.integration import IntegrationType

PAGE: Final = Path(__file__).parent.parent / "docs/senders.md"
_BEGINS: Final = "<!-- The table is made by `make senders`. -->\n"
_ENDS: Final = "<!-- End of the table. -->\n"
_HEADS: Final = (
    "Type",
    "Sender",
    "Fires",
    "Resolves",
    "Dedup key",
    "Severity",
    "Episode start",
    "Answer",
)


def table() -> str:
    rows = [_row(type_) for type_ in sorted(IntegrationType)]
    return "\n".join([_line(_HEADS), _line(["---"] * len(_HEADS)), *rows]) + "\n"


def with_table(page: str) -> str:
    before, _, rest = page.partition(_BEGINS)
    _, _, after = rest.partition(_ENDS)
    return f"{before}{_BEGINS}\n{table()}\n{_ENDS}{after}"


def _row(type_: IntegrationType) -> str:
    sender = sender_of(type_)
    return _line(
        [
            f"[`{type_}`](senders/{type_}.md)",
            sender.product,
            sender.fires,
            sender.resolves,
            sender.dedup_key,
            sender.severity,
            sender.episode_start,
            sender.answers,
        ]
    )


def _line(cells: tuple[str, ...] | list[str]) -> str:
    return f"| {' | '.join(cell.replace('|', r'\|') for cell in cells)} |"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text()))
