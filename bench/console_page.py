"""How soon the console shows a thousand alerts, and how long its tasks are, in a Chromium.

At a desk, and on a phone by a slow network: a processor four times slower, and what Lighthouse
calls slow 4G (<https://github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md>).
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING, Final

from bench.figures import Figure, Verdict
from bench.page_tasks import traced
from bench.samples import Samples
from bench.team_on_stack import StackClient
from local.browser import browser
from local.console_pictures import sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

OPENINGS: Final = 5
LONG_TASK_MILLISECONDS: Final = 100
"""Of processor time, at a desk: from there on a hand notices."""
_AT_ONCE: Final = 100
_WAIT_MILLISECONDS: Final = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    name: str
    width: int
    height: int
    slower: int = 1
    """By how much its processor is slower than this one."""
    network: tuple[int, int, int] | None = None
    """Round trip in ms, bytes a second down and up; None: as it is."""
    limit: float | None = None
    """Milliseconds of the longest task; None: without a target."""


DEVICES: Final = (
    Device(name="desk", width=1_440, height=900, limit=LONG_TASK_MILLISECONDS),
    Device(
        name="phone, processor 4 x slower, slow 4G",
        width=360,
        height=740,
        slower=4,
        network=(150, 1_638_400 // 8, 750_000 // 8),
    ),
)


def figures(stack: StackClient, alerts: int, say: Callable[[str], None]) -> Iterator[Figure]:
    """Open the console so often on each device.

    Raises:
        LocalStackError: There is no Chromium, or the stack refuses.
    """
    path = stack.new_integration("many")
    names = [f"Replica {number} is behind" for number in range(alerts)]
    for batch in batched(names, _AT_ONCE, strict=False):
        stack.fire(path, batch)
    with browser() as running:
        for device in DEVICES:
            say(f"the console with {alerts:,} alerts: {device.name}")
            yield from _of(device, running, stack, alerts)


def _of(device: Device, running: "Browser", stack: StackClient, alerts: int) -> Iterator[Figure]:
    shown, longest, long = Samples(), Samples(), Samples()
    for _ in range(OPENINGS):
        context = running.new_context(
            base_url=stack.url, viewport={"width": device.width, "height": device.height}
        )
        try:
            sign_in(context, stack.url, stack.key)
            page = context.new_page()
            _slow_down(page, device)
            with traced(running, page) as tasks:
                shown.milliseconds.append(_use(page))
        finally:
            context.close()
        longest.milliseconds.append(tasks.longest)
        over = [it for it in tasks.milliseconds if it > LONG_TASK_MILLISECONDS / 2]
        long.milliseconds.append(len(over))
    yield Figure(
        measure=f"console, {alerts:,} alerts, {device.name}: first alerts shown",
        figure=f"min {shown.least / 1000:.1f} s, median {shown.p50 / 1000:.1f} s",
    )
    yield Figure(
        measure=f"console, {alerts:,} alerts, {device.name}: longest task",
        target=f"≤ {device.limit:.0f} ms of processor" if device.limit else "",
        figure=f"min {longest.least:.0f} ms, median {longest.p50:.0f} ms; "
        f"{long.p50:.0f} over {LONG_TASK_MILLISECONDS // 2} ms",
        verdict=Verdict.of(is_met=longest.least <= device.limit)
        if device.limit
        else Verdict.BESIDE,
    )


def _slow_down(page: "Page", device: Device) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": device.slower})
    if device.network is not None:
        latency, down, up = device.network
        session.send("Network.enable")
        conditions = {"offline": False, "latency": latency}
        rates = {"downloadThroughput": down, "uploadThroughput": up}
        session.send("Network.emulateNetworkConditions", conditions | rates)


def _use(page: "Page") -> float:
    """Open the list, scroll and walk through it; the milliseconds until the first alerts."""
    began = time.monotonic()
    page.goto("/")
    page.get_by_text("is behind").first.wait_for(timeout=_WAIT_MILLISECONDS)
    took = time.monotonic() - began
    page.wait_for_load_state("networkidle", timeout=_WAIT_MILLISECONDS)
    for _ in range(10):
        page.mouse.wheel(0, 2_000)
        page.wait_for_timeout(50)
    page.keyboard.press("j")
    page.keyboard.press("j")
    return took * 1000
