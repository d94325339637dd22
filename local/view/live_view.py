"""Prints each request, change of an alert, message and error."""

import os
import shutil
import sys
import threading
from datetime import UTC, datetime
from typing import TextIO

from local.stack.function_logs import LogLine
from local.stack.gateway import RequestServed
from local.view.alert_lines import AlertLine
from local.view.log_lines import read_log_line
from local.view.shown_messages import ShownMessage, page_of
from tocsin.domain.signal import printable

PLAIN = "\x1b[0m"
FAINT, BOLD = "\x1b[2m", "\x1b[1m"
RED, GREEN, YELLOW, BLUE = "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[34m"
SEVERITY_COLOURS = {"critical": RED, "warning": YELLOW, "info": BLUE}
CAUSES = ("exception_name", "exception_code")
WRONG_FROM, FAILED_FROM = 400, 500


class LiveView:
    """Called from several threads."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._lock = threading.RLock()
        self._is_open = False
        self._has_colours = out.isatty() and "NO_COLOR" not in os.environ

    def open(self) -> None:
        """Begin to print; earlier calls are ignored."""
        self._is_open = True

    def request(self, request: RequestServed) -> None:
        at = datetime.fromtimestamp(request.at, UTC)
        colour = _status_colour(request.status)
        self._line(
            at,
            (FAINT, f"{request.method:<6} {request.path:<44} "),
            (colour, f"{request.status}"),
            (FAINT, f" {request.milliseconds:>6} ms"),
        )
        if request.failure:
            self._line(at, (RED, f"  {request.failure}"))

    def alert(self, line: AlertLine) -> None:
        self._line(
            line.at,
            (BOLD, f"  {line.what:<16}"),
            (SEVERITY_COLOURS.get(line.severity, PLAIN), f" {line.severity:<8}"),
            (BOLD, f" {line.name}"),
            (FAINT, f"  by {line.by}" + (f", {line.more}" if line.more else "")),
        )

    def message(self, message: ShownMessage) -> None:
        """Print a message in one piece and uncut: its links must stay whole."""
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


def _status_colour(status: int) -> str:
    if status >= FAILED_FROM:
        return RED
    return YELLOW if status >= WRONG_FROM else GREEN
