"""`tocsin on-call`: who is, until when, and who is next."""

from datetime import datetime
from typing import Annotated

import typer

from tocsin_cli.api import Api
from tocsin_cli.options import OutputOption, ProfileOption
from tocsin_cli.screen import Column, Output, Row, Screen
from tocsin_cli.times import ahead, instant, local


def on_call(
    *,
    at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Who it is then: 2026-12-24T18:00:00Z; by default now."),
    ] = None,
    profile: ProfileOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Say who is on call, until when, and who is next."""
    answer = Api.of(profile).get("/api/v1/on-call", {} if at is None else {"at": at})
    screen = Screen()
    if output is Output.JSON:
        screen.json(answer)
        return
    schedules = answer["schedules"]
    screen.rows(output, _columns(instant(answer["at"])), schedules)
    if not schedules and output is Output.TABLE:
        screen.line("There are no schedules.")


def _columns(at: datetime) -> tuple[Column, ...]:
    return (
        Column(title="SCHEDULE", value=lambda it: str(it["schedule"])),
        Column(title="ON CALL", value=lambda it: _named(it["on_call"])),
        Column(title="UNTIL", value=lambda it: _until(it["on_call"])),
        Column(title="", value=lambda it: _ahead(it["on_call"], at), spare=2),
        Column(title="THEN", value=lambda it: _named(it["next"]) if it["next"] else "", spare=1),
        Column(title="", value=_why, spare=3, breaks=True),
    )


def _named(on_call: Row) -> str:
    return " and ".join(on_call["people"]) or "nobody"


def _until(on_call: Row) -> str:
    until = on_call["until"]
    return local(instant(until)) if until else "for a year at least"


def _ahead(on_call: Row, at: datetime) -> str:
    until = on_call["until"]
    return ahead(instant(until), at) if until else ""


def _why(schedule: Row) -> str:
    """By what they are on call, where it is not the usual."""
    on_call = schedule["on_call"]
    if on_call["overrides"]:
        return "by an override"
    return "a gap" if not on_call["people"] and not on_call["layer"] else ""
