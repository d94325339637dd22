"""What a command shows: tables for people, JSON for programs, Markdown for a page.

In a pipe a table is plain text as wide as it needs, without colours.
"""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, repeat
from typing import Any, Final

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tocsin_cli.errors import CommandError, ReaderGoneError
from tocsin_cli.exit_codes import ExitCode
from tocsin_cli.text import clean, escaped

type Row = Mapping[Any, Any]

LEAST_WIDTH: Final = 24
"""Of a column whose texts may be broken into lines."""
_GAP: Final = 2


class Output(StrEnum):
    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    title: str
    value: Callable[[Row], str]
    style: Callable[[Row], str] = lambda _: ""
    breaks: bool = False
    """Whether its texts may take several lines."""
    spare: int = 0
    """On a narrow terminal the columns with the highest number are left out first; 0: none is."""


@dataclass(frozen=True, slots=True)
class _Cells:
    columns: Sequence[Column]
    rows: Sequence[tuple[tuple[str, str], ...]]
    """Text and style."""

    @classmethod
    def of(cls, columns: Sequence[Column], rows: Iterable[Row]) -> "_Cells":
        return cls(
            columns,
            [tuple((clean(it.value(row)), it.style(row)) for it in columns) for row in rows],
        )

    def without(self, column: Column) -> "_Cells":
        place = self.columns.index(column)
        return _Cells(
            [it for it in self.columns if it is not column],
            [(*row[:place], *row[place + 1 :]) for row in self.rows],
        )

    @property
    def widths(self) -> list[int]:
        titles = [cell_len(it.title) for it in self.columns]
        return [
            max([titles[place], *(cell_len(row[place][0]) for row in self.rows)])
            for place in range(len(titles))
        ]

    @property
    def least_width(self) -> int:
        widths = (
            min(width, LEAST_WIDTH) if column.breaks else width
            for column, width in zip(self.columns, self.widths, strict=True)
        )
        return sum(widths) + _GAP * (len(self.columns) - 1)

    def fitting(self, width: int) -> "_Cells":
        cells = self
        for column in sorted(self.columns, key=lambda it: -it.spare):
            if cells.least_width <= width or not column.spare:
                return cells
            cells = cells.without(column)
        return cells


class Screen:
    """Standard output."""

    def __init__(self) -> None:
        self._terminal = Console(highlight=False, markup=False, emoji=False)

    @property
    def is_terminal(self) -> bool:
        return self._terminal.is_terminal

    @property
    def width(self) -> int:
        return self._terminal.width

    def line(self, text: str = "", style: str = "") -> None:
        """Show a text; on a terminal its lines break between words."""
        text = clean(text, keep="\n")
        if not self.is_terminal:
            self.write(f"{text}\n")
            return
        with self._terminal.capture() as captured:
            self._terminal.print(Text(text, style=style))
        self.write(captured.get())

    def item(self, text: str, *, indent: int, hanging: int = _GAP) -> None:
        """Show an entry of a list; on a terminal its further lines are indented more."""
        if not self.is_terminal:
            self.write(f"{' ' * indent}{clean(text)}\n")
            return
        width = max(self.width - indent - hanging, LEAST_WIDTH)
        lines = Text(clean(text)).wrap(self._terminal, width)
        for number, line in enumerate(lines):
            self.write(f"{' ' * (indent + (hanging if number else 0))}{line.plain.rstrip()}\n")

    def spans(self, *spans: tuple[str, str]) -> None:
        """Show a line of texts, each with its style."""
        text = Text.assemble(*((clean(it), style) for it, style in spans))
        if not self.is_terminal:
            self.write(f"{text.plain}\n")
            return
        with self._terminal.capture() as captured:
            self._terminal.print(text)
        self.write(captured.get())

    def table(self, columns: Sequence[Column], rows: Iterable[Row], *, indent: int = 0) -> None:
        cells = _Cells.of(columns, rows)
        if not cells.rows:
            return
        if not self.is_terminal:
            self._plain_table(cells, indent)
            return
        fitting = cells.fitting(self.width - indent)
        if fitting.least_width > self.width - indent:
            self._cards(cells, indent)
        else:
            self._terminal_table(fitting, indent)

    def _plain_table(self, cells: _Cells, indent: int) -> None:
        widths = cells.widths
        titles = [column.title for column in cells.columns]
        for texts in (titles, *([text for text, _ in row] for row in cells.rows)):
            padded = (
                text + " " * (width - cell_len(text))
                for text, width in zip(texts, widths, strict=True)
            )
            self.write(f"{' ' * indent}{(' ' * _GAP).join(padded).rstrip()}\n")

    def _terminal_table(self, cells: _Cells, indent: int) -> None:
        table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="dim")
        for column, width in zip(cells.columns, cells.widths, strict=True):
            table.add_column(
                column.title,
                no_wrap=not column.breaks,
                overflow="fold",
                min_width=min(width, LEAST_WIDTH) if column.breaks else width,
            )
        for row in cells.rows:
            table.add_row(*(Text(text, style=style) for text, style in row))
        with self._terminal.capture() as captured:
            self._terminal.print(table, width=self.width - indent)
        for line in captured.get().splitlines():
            self.write(f"{' ' * indent}{line.rstrip()}\n")

    def _cards(self, cells: _Cells, indent: int) -> None:
        """One row below the other, for a terminal that is narrower than a row."""
        titles = [column.title for column in cells.columns]
        for number, row in enumerate(cells.rows):
            if number:
                self.write("\n")
            styles = [style for _, style in row]
            texts = [text for text, _ in row]
            self.fields(zip(titles, texts, strict=True), indent=indent, styles=styles)

    def fields(
        self,
        fields: Iterable[tuple[str, str]],
        *,
        indent: int = 0,
        styles: Sequence[str] = (),
    ) -> None:
        """Show names and texts below each other; empty ones are left out."""
        styled = zip(fields, chain(styles, repeat("")), strict=False)
        said = [(name, clean(text), style) for (name, text), style in styled if text]
        longest = max((cell_len(name) for name, _, _ in said), default=0)
        if not self.is_terminal:
            for name, text, _ in said:
                self.write(f"{' ' * indent}{name:<{longest}}  {text}\n")
            return
        table = Table(box=None, pad_edge=False, show_header=False, padding=(0, _GAP, 0, 0))
        table.add_column(style="dim", min_width=longest, no_wrap=True)
        table.add_column(overflow="fold")
        for name, text, style in said:
            table.add_row(f"{' ' * indent}{name}", Text(text, style=style))
        with self._terminal.capture() as captured:
            self._terminal.print(table)
        self.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))

    def json(self, value: object, *, on_one_line: bool = False) -> None:
        indent = None if on_one_line else 2
        self.write(escaped(json.dumps(value, ensure_ascii=False, indent=indent)) + "\n")

    def markdown_table(self, columns: Sequence[Column], rows: Iterable[Row]) -> None:
        self.write(f"| {' | '.join(it.title for it in columns)} |\n")
        self.write(f"|{'---|' * len(columns)}\n")
        for row in rows:
            texts = (markdown(it.value(row)) for it in columns)
            self.write(f"| {' | '.join(texts)} |\n")

    def rows(self, output: Output, columns: Sequence[Column], rows: Sequence[Row]) -> None:
        """Show a list in one of the three forms."""
        match output:
            case Output.JSON:
                self.json(list(rows))
            case Output.MARKDOWN:
                self.markdown_table(columns, rows)
            case Output.TABLE:
                self.table(columns, rows)

    def complain(self, text: str) -> None:
        """Tell something on standard error that is no part of the output."""
        print(clean(text), file=sys.stderr, flush=True)

    def write(self, text: str) -> None:
        self._do(lambda: sys.stdout.write(text))

    def flush(self) -> None:
        self._do(sys.stdout.flush)

    def _do(self, work: Callable[[], object]) -> None:
        try:
            work()
        except BrokenPipeError as error:
            raise ReaderGoneError from error
        except OSError as error:
            message = f"the output could not be written: {error.strerror}."
            raise CommandError(message, ExitCode.NO_OUTPUT) from error


def markdown(text: str) -> str:
    """Escape what Markdown would take for more than text."""
    return "".join(f"\\{it}" if it in r"\`*_{}[]<>#|~!" else it for it in clean(text))


def note(text: str) -> None:
    """Tell the person at the terminal something that is no part of the output."""
    if sys.stderr.isatty():
        print(clean(text), file=sys.stderr, flush=True)
