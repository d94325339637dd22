"""`make logs`: what the functions logged, readable; also after the stack has stopped."""

import argparse
import json
import re
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TextIO

from local.stack.function_logs import LogLine
from local.stack.places import ROOT
from local.view.log_lines import LogEntry, read_log_line
from tocsin.domain.signal import printable

LOG = ROOT / ".local" / "logs" / "functions.log"
TEMPLATE = ROOT / "template.yaml"
LINES = 200
FOLLOW_SECONDS = 0.3
_FUNCTION = re.compile(r"^  (\w+)Function:$", re.MULTILINE)


def main() -> int:
    arguments = _arguments()
    names = function_names()
    if not any(_is_of(name, arguments.function) for name in names):
        said = f"No function is called {arguments.function}. There are: {', '.join(names)}."
        print(said, file=sys.stderr)
        return 2
    if not LOG.exists():
        print("Nothing was logged yet: start the local stack with `make run`.", file=sys.stderr)
        return 1
    try:
        with LOG.open(encoding="utf-8") as log:
            for entry in last_entries(log, arguments.function, arguments.lines):
                print(_readable(entry), flush=True)
            for entry in _entries(_following(log) if arguments.follow else (), arguments.function):
                print(_readable(entry), flush=True)
    except (KeyboardInterrupt, BrokenPipeError):
        sys.stderr.close()
    return 0


def function_names() -> list[str]:
    """As `make logs` shows them: the template's, without the word Function."""
    return sorted(_FUNCTION.findall(TEMPLATE.read_text(encoding="utf-8")))


def last_entries(log: Iterable[str], function: str, lines: int) -> Iterable[LogEntry]:
    """The last readable entries of a function, however many others came since."""
    return deque(_entries(log, function), maxlen=lines)


def _entries(texts: Iterable[str], function: str) -> Iterator[LogEntry]:
    for text in texts:
        entry = read_log_line(LogLine(**json.loads(text)))
        if entry and _is_of(entry.function, function):
            yield entry


def _is_of(name: str, function: str) -> bool:
    return function.lower().removesuffix("function") in name.lower()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("function", nargs="?", default="", help="part of a function's name")
    parser.add_argument("--lines", type=_number, default=LINES, help="how many, 200 by default")
    parser.add_argument("--follow", action="store_true", help="go on with what comes")
    return parser.parse_args()


def _number(written: str) -> int:
    if not written.isdecimal():
        message = f"LINES must be a number such as {LINES}, not {written}"
        raise argparse.ArgumentTypeError(message)
    return int(written)


def _following(log: TextIO) -> Iterator[str]:
    while True:
        text = log.readline()
        if text.endswith("\n"):
            yield text
        else:
            log.seek(log.tell() - len(text.encode()))
            time.sleep(FOLLOW_SECONDS)


def _readable(entry: LogEntry) -> str:
    more = " ".join(f"{name}={_short(value)}" for name, value in entry.more.items())
    text = f"{entry.at.astimezone():%H:%M:%S.%f}"[:-3]
    told = f"{text} {entry.level:<8} {entry.function:<12} {entry.message}  {more}"
    # Line breaks stay, for tracebacks.
    return printable(told).replace("\r", " ")


def _short(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


if __name__ == "__main__":
    sys.exit(main())
