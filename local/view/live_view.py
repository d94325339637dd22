"""Prints each request, change of an alert, message and error."""

import os
import shutil
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TextIO

from local.stack.function_logs import LogLine
from local.stack.gateway import RequestServed
from local.view.alert_lines import AlertLine, MessageLine
from local.view.log_lines import read_log_line
from local.view.shown_messages import ShownMessage, page_of
from tocsin.domain.signal import printable

PLAIN = "\x1b[0m"
FAINT, BOLD = "\x1b[2m", "\x1b[1m"
RED, GREEN, YELLOW, BLUE = "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[34m"
SEVERITY_COLOURS = {"critical": RED, "warning": YELLOW, "info": BLUE}
CAUSES = ("exception_name", "exception_code")
WRONG_FROM, FAILED_FROM = 400, 500


COUNTED_THINGS = ("request", "page", "update", "test", "e-mail")
SHOWN_A_SECOND = 6
"""Of each kind, so that no request hides a page; the rest of a second is one line."""


class LiveView:
    """Called from several threads."""

    def __init__(self, out: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._out = out
        self._clock = clock
        self._second = clock()
        self._shown: Counter[str] = Counter()
        self._left_out: Counter[str] = Counter()
        self._severities: Counter[str] = Counter()
        self._lock = threading.RLock()
        self._is_open = False
        self._has_colours = out.isatty() and "NO_COLOR" not in os.environ

    def open(self) -> None:
        """Begin to print; earlier calls are ignored."""
        self._is_open = True

    def request(self, request: RequestServed) -> None:
        at = datetime.fromtimestamp(request.at, UTC)
        if not self._has_room("request") and request.status < FAILED_FROM:
            return
        colour = _status_colour(request.status)
        self._line(
            at,
            (FAINT, f"{request.method:<6} {request.path:<44} "),
            (colour, f"{request.status}"),
            (FAINT, f" {request.milliseconds:>6} ms"),
        )
        if request.failure:
            self._line(at, (RED, f"  {request.failure}"))

    def sum_up(self) -> None:
        """Print a line of what a second had too much of, once it is over."""
        with self._lock:
            if self._clock() - self._second < 1:
                return
            left_out, severities = self._left_out, self._severities
            self._second, self._shown = self._clock(), Counter()
            self._left_out, self._severities = Counter(), Counter()
        if left_out:
            counted = ", ".join(
                f"{number} {_plural(it, number)}" for it, number in left_out.items()
            )
            worst = ", ".join(f"{it} {severities[it]}" for it in SEVERITY_COLOURS if severities[it])
            self._line(datetime.now(UTC), (BOLD, f"+ {counted}"), (PLAIN, worst and f" ({worst})"))

    def _has_room(self, kind: str, severity: str = "") -> bool:
        """Whether the second has room for a line; if not, it is counted."""
        self.sum_up()
        with self._lock:
            self._shown[kind] += 1
            if self._shown[kind] <= SHOWN_A_SECOND:
                return True
            self._left_out[kind] += 1
            if severity:
                self._severities[severity] += 1
            return False

    def alert(self, line: AlertLine) -> None:
        if not self._has_room(line.what, line.severity):
            return
        self._line(
            line.at,
            (BOLD, f"  {line.what:<16}"),
            (SEVERITY_COLOURS.get(line.severity, PLAIN), f" {line.severity:<8}"),
            (BOLD, f" {line.name}"),
            (FAINT, f"  by {line.by}" + (f", {line.more}" if line.more else "")),
        )

    def message(self, message: ShownMessage) -> None:
        """Print a message in one piece and uncut: its links must stay whole."""
        if not self._has_room(message.kind):
            return
        with self._lock:
            self._line(
                message.at,
                (YELLOW, f"  {message.kind:<16}"),
                (FAINT, " to "),
                (BOLD, f"{message.to}: {message.title}"),
                is_cut=False,
            )
            for line in message.lines:
                self._line(message.at, (PLAIN, f"    {line}"), is_cut=False)
            for name, url in message.links.items():
                self._line(message.at, (FAINT, f"    {name:<12} "), (BLUE, url), is_cut=False)

    def sending(self, line: MessageLine) -> None:
        """Print what became of a message."""
        if not self._has_room(line.what):
            return
        colour = RED if line.what.endswith("failed") else YELLOW
        self._line(
            line.at,
            (colour, f"  {line.what:<16}"),
            (FAINT, " to "),
            (BOLD, f"{line.to}: {line.name}"),
            (PLAIN, line.why and f"  {line.why}"),
        )

    def log(self, line: LogLine) -> None:
        """Print pages and errors only: `make logs` prints all."""
        entry = read_log_line(line)
        if entry and (page := page_of(entry)):
            self.message(page)
        if entry and entry.level in {"ERROR", "CRITICAL"}:
            cause = " ".join(str(entry.more[name]) for name in CAUSES if name in entry.more)
            text = f"  {entry.level} in {entry.function}: {entry.message} {cause}"
            self._line(entry.at, (RED, text.rstrip()))

    def _line(self, at: datetime, *parts: tuple[str, str], is_cut: bool = True) -> None:
        time_of_day = (FAINT, f"{at.astimezone():%H:%M:%S}  ")
        text = self._laid_out(time_of_day, *parts, is_cut=is_cut)
        if not self._is_open:
            return
        with self._lock:
            print(text, file=self._out, flush=True)

    def _laid_out(self, *parts: tuple[str, str], is_cut: bool) -> str:
        clean = [(colour, one_line(text)) for colour, text in parts]
        if not self._has_colours:
            return "".join(text for _, text in clean)
        left = shutil.get_terminal_size().columns if is_cut else sys.maxsize
        shown = ""
        for colour, text in clean:
            shown += f"{colour}{text[:left]}{PLAIN}"
            left = max(0, left - len(text))
        return shown


def one_line(text: str) -> str:
    """Without control characters: much of the text comes from senders."""
    return printable(text).translate(dict.fromkeys(map(ord, "\r\n\t"), " "))


def _plural(kind: str, number: int) -> str:
    return f"{kind}s" if number > 1 and kind in COUNTED_THINGS else kind


def _status_colour(status: int) -> str:
    if status >= FAILED_FROM:
        return RED
    return YELLOW if status >= WRONG_FROM else GREEN
