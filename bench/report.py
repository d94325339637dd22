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
    return table_as_text(_TITLES, map(_cells, figures))


def table_as_text(titles: Sequence[str], cells: Iterable[Sequence[str]]) -> str:
    rows = [titles, *cells]
    widths = [max(len(row[column]) for row in rows) for column in range(len(titles))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def write(figures: Sequence[Figure], bills: Sequence[Bill]) -> None:
    """Replace the text between the marks of docs/performance.md."""
    parts = (heading("make bench"), table_of(figures), _prices(bills))
    replace_between(BEGIN, END, parts)


def replace_between(begin: str, end: str, parts: Sequence[str]) -> None:
    """Replace what docs/performance.md has between two marks."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    DOCUMENT.write_text(before + "\n\n".join((begin, *parts, end)) + after, encoding="utf-8")


def heading(command: str) -> str:
    return f"`{command}` on {datetime.now(UTC):%d %B %Y}: {machine.describe()}."


def table_of(figures: Sequence[Figure]) -> str:
    return markdown(_TITLES, map(_cells, figures))


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
    return f"Prices of us-east-1, on demand, {READ_ON}:\n\n{markdown(titles, rows)}"


def markdown(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cells(figure: Figure) -> tuple[str, str, str, str]:
    return figure.measure, figure.target, figure.figure, figure.verdict.value
