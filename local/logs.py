"""`make logs`: what the functions logged, readable; also after the stack has stopped."""

import argparse
import json
import sys
import time
from collections.abc import Iterator

from local.stack.function_logs import LogLine
from local.stack.places import ROOT
from local.view.log_lines import LogEntry, read_log_line
from tocsin.domain.signal import printable

LOG = ROOT / ".local" / "logs" / "functions.log"
LINES = 200
FOLLOW_SECONDS = 0.3


def main() -> int:
    arguments = _arguments()
    if not LOG.exists():
        print("Nothing was logged yet: start the local stack with `make run`.", file=sys.stderr)
        return 1
    try:
        for line in _lines(follow=arguments.follow):
            entry = read_log_line(line)
            if entry and arguments.function.lower() in entry.function.lower():
                print(_readable(entry), flush=True)
    except (KeyboardInterrupt, BrokenPipeError):
        sys.stderr.close()
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("function", nargs="?", default="", help="part of a function's name")
    parser.add_argument("--follow", action="store_true", help="go on with what comes")
    return parser.parse_args()


def _lines(*, follow: bool) -> Iterator[LogLine]:
    with LOG.open(encoding="utf-8") as log:
        for text in log.readlines()[-LINES:]:
            yield LogLine(**json.loads(text))
        while follow:
            text = log.readline()
            if text.endswith("\n"):
                yield LogLine(**json.loads(text))
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
