"""How long tasks of a page take: in processor time, since a busy machine stretches the clock."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from playwright.sync_api import Browser, Page

_CATEGORIES: Final = ["toplevel", "__metadata", "disabled-by-default-devtools.timeline"]
_TASKS: Final = {"RunTask", "ThreadControllerImpl::RunTask"}
_MAIN: Final = "CrRendererMain"


@dataclass
class Tasks:
    """Args: milliseconds: Processor time of each task on the page's main thread."""

    milliseconds: list[float]

    @property
    def longest(self) -> float:
        return max(self.milliseconds, default=0)


@contextmanager
def traced(browser: Browser, page: Page) -> Iterator[Tasks]:
    """Measure the tasks of a page until the end of the block."""
    tasks = Tasks([])
    browser.start_tracing(page=page, categories=_CATEGORIES)
    try:
        yield tasks
    finally:
        found = json.loads(browser.stop_tracing())["traceEvents"]
    mains = {
        (event["pid"], event["tid"])
        for event in found
        if event["name"] == "thread_name" and event["args"]["name"] == _MAIN
    }
    tasks.milliseconds += [
        event["tdur"] / 1000
        for event in found
        if event["name"] in _TASKS and "tdur" in event and (event["pid"], event["tid"]) in mains
    ]
