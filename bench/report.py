"""Writes the table of figures to a terminal and into docs/performance.md."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from bench import machine
from bench.figures import Figure
from bench.prices import READ_ON, Bill
from local.stack.places import ROOT

DOCUMENT = ROOT / "docs/performance.md"
BEGIN = "<!-- Between these marks `make bench` writes. -->"
END = "<!-- Here it ends. -->"
_TITLES = ("measure", "target", "figure", "met?")


def as_text(figures: Sequence[Figure]) -> str:
    rows = [_TITLES, *map(_cells, figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_TITLES))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def write(figures: Sequence[Figure], bills: Sequence[Bill]) -> None:
    """Replace the text between the marks of docs/performance.md."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    parts = (_heading(), _markdown(_TITLES, map(_cells, figures)), _prices(bills))
    DOCUMENT.write_text(before + "\n\n".join((BEGIN, *parts, END)) + after, encoding="utf-8")


def _heading() -> str:
    return f"`make bench` on {datetime.now(UTC):%d %B %Y}: {machine.describe()}."


def _prices(bills: Sequence[Bill]) -> str:
    titles = ("a million …", "HTTP API", "functions", "queues", "table", "USD in all")
    rows = [
        (
            bill.what,
            f"{bill.http_requests}.00",
            f"{bill.functions:.2f} ({bill.runs} runs each)",
            f"{bill.queues:.2f}",
            f"{bill.table:.2f} ({bill.write_units:g} WU, {bill.read_units:g} RU each)",
            f"**{bill.whole:.2f}**",
        )
        for bill in bills
    ]
    return f"Prices of us-east-1, on demand, {READ_ON}:\n\n{_markdown(titles, rows)}"


def _markdown(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cells(figure: Figure) -> tuple[str, str, str, str]:
    return figure.measure, figure.target, figure.figure, figure.verdict.value
