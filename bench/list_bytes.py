"""How much a page of alerts puts on the wire."""

from collections.abc import Iterator

from bench.figures import Figure, Verdict
from bench.gateway_events import api
from bench.units import LISTED
from bench.wired import Unhurried, Wired, body_of

LIMIT_BYTES = 30_000


def of_a_list(wired: Wired) -> Iterator[Figure]:
    """Measure the body, packed as nearly every client asks for it and plain."""
    for words, encoding, is_held in (("gzip", "gzip", True), ("not packed", "identity", False)):
        request = api("GET", "/alerts", query={"limit": str(LISTED)}, encoding=encoding)
        size = len(body_of(wired.alerts_api(request, Unhurried())))
        is_met = size <= LIMIT_BYTES
        yield Figure(
            measure=f"list of {LISTED}, bytes on the wire, {words}",
            target=f"≤ {LIMIT_BYTES:,}" if is_held else "",
            figure=f"{size:,}",
            verdict=Verdict.of(is_met=is_met) if is_held else Verdict.BESIDE,
            is_count=is_held,
        )
