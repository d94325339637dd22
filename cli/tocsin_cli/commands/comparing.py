"""`tocsin compare`: who would have been paged, while a stack pages in another tool's shadow."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain
from typing import Annotated, Final

import typer

from tocsin.domain.instant import INSTANT_EXPECTED, read_instant
from tocsin.domain.notification import SHADOW
from tocsin_cli.api import Api, Json, segment
from tocsin_cli.errors import UsageError
from tocsin_cli.options import OutputOption, ProfileOption
from tocsin_cli.screen import Column, Output, Row, Screen
from tocsin_cli.text import plural, shortened
from tocsin_cli.times import instant, local, now

DAYS: Final = 7
_ALERTS: Final = "/api/v1/alerts"
_PAGES: Final = ("alert.paged", "alert.worsened")
_NAME_SHOWN: Final = 60


def compare(
    *,
    begins: Annotated[
        str | None,
        typer.Option("--from", metavar="TIME", help=f"By default {DAYS} days before --to."),
    ] = None,
    ends: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help="By default now.")
    ] = None,
    profile: ProfileOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """List who would have been paged, and when, to hold it beside the other tool's list."""
    until = now() if ends is None else _instant("--to", ends)
    since = until - timedelta(days=DAYS) if begins is None else _instant("--from", begins)
    if since >= until:
        raise UsageError("--from must lie before --to.")
    api, screen = Api.of(profile), Screen()
    is_shadow = api.get("/api/v1/me").get("paging") == SHADOW
    rows = sorted(_pages(api, since, until), key=lambda row: str(row["at"]))
    screen.rows(output, _columns(), rows)
    if output is Output.TABLE:
        people = len({row["who"] for row in rows})
        screen.line(
            f"{plural(len(rows), 'page')} to {plural(people, 'target')} "
            f"from {local(since)} to {local(until)}."
        )
    if not is_shadow:
        screen.complain("This stack pages by itself now: Paging is not shadow.")


def _pages(api: Api, since: datetime, until: datetime) -> Iterator[dict[str, Json]]:
    """Pages that were skipped in the shadow in this time.

    Of alerts that are over, those are looked at that began up to a week before it.
    """
    to = {"to": until.isoformat()}
    opened = {**to, "status": "firing,acknowledged"}
    over = {**to, "status": "resolved", "from": (since - timedelta(days=DAYS)).isoformat()}
    for alert in chain(api.all(_ALERTS, opened), api.all(_ALERTS, over)):
        for line in api.all(f"{_ALERTS}/{segment(alert['id'])}/notifications"):
            if line["reason"] != SHADOW or line["event"] not in _PAGES:
                continue
            if since <= instant(line["changed_at"]) < until:
                yield _row(alert, line)


def _row(alert: Json, line: Json) -> dict[str, Json]:
    return {
        "at": line["changed_at"],
        "who": line["target"],
        "by": line["channel"],
        "step": line["step_name"],
        "severity": alert["severity"],
        "alert": alert["summary"] or alert["name"],
        "alert_id": alert["id"],
    }


def _instant(option: str, written: str) -> datetime:
    try:
        return read_instant(written)
    except ValueError:
        raise UsageError(f"{option} {INSTANT_EXPECTED}.") from None


def _columns() -> tuple[Column, ...]:
    return (
        Column(title="TIME", value=lambda it: local(instant(str(it["at"])))),
        Column(title="WHO", value=_who),
        Column(title="BY", value=lambda it: str(it["by"])),
        Column(title="STEP", value=lambda it: str(it["step"] or ""), spare=2),
        Column(title="SEVERITY", value=lambda it: str(it["severity"]), spare=1),
        Column(
            title="ALERT", value=lambda it: shortened(str(it["alert"]), _NAME_SHOWN), breaks=True
        ),
    )


def _who(row: Row) -> str:
    kind, _, name = str(row["who"]).partition(":")
    return name if kind == "user" else f"{kind} {name}"
