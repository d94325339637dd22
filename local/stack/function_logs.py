"""Copies the functions' logs from the embedded CloudWatch into one file."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from local.stack.aws import Aws
from local.stack.polling import Polling

# Pages are shown from these lines, and a person waits for them.
POLL_SECONDS = 0.5
# Looking costs more the more calls were made; it gets at most this part of one processor.
SHARE = 0.1
# Two calls may become visible in another order than that of their times.
OVERLAP_MILLISECONDS = 2000


@dataclass(frozen=True)
class LogLine:
    """Args: at: Milliseconds since 1970. function: Logical id in the template."""

    at: int
    function: str
    message: str


class FunctionLogs(Polling):
    seconds = POLL_SECONDS

    def __init__(
        self, aws: Aws, groups: Mapping[str, str], file: Path, tell: Callable[[LogLine], None]
    ) -> None:
        """Args: groups: Log groups by the logical id of the function that writes there."""
        super().__init__()
        self._logs = aws.client("logs")
        self._groups = groups
        self._file = file
        self._tell = tell
        self._since = dict.fromkeys(groups, int(time.time() * 1000))
        # ministack writes each call's lines at once, and into a stream of their own.
        self._seen: dict[str, set[str]] = {function: set() for function in groups}

    def stop(self) -> None:
        """Copy the last lines after the end of the thread."""
        super().stop()
        self._copy()

    def poll(self) -> None:
        began = time.monotonic()
        self._copy()
        self.seconds = max(POLL_SECONDS, (time.monotonic() - began) / SHARE)

    def _copy(self) -> None:
        lines = []
        for function, group in self._groups.items():
            try:
                lines += self._new_lines(function, group)
            except ClientError:
                continue  # a function that was never called has no log group
            except BotoCoreError:
                break  # the embedded AWS is gone
        lines.sort(key=lambda line: line.at)
        with self._file.open("a", encoding="utf-8") as file:
            file.writelines(f"{json.dumps(asdict(line))}\n" for line in lines)
        for line in lines:
            self._tell(line)

    def _new_lines(self, function: str, group: str) -> list[LogLine]:
        events = self._logs.filter_log_events(
            logGroupName=group, startTime=self._since[function] - OVERLAP_MILLISECONDS
        )["events"]
        seen, self._seen[function] = self._seen[function], {e["logStreamName"] for e in events}
        if events:
            self._since[function] = events[-1]["timestamp"]
        return [
            LogLine(event["timestamp"], function, event["message"])
            for event in events
            if event["logStreamName"] not in seen
        ]
