"""`tocsin simulate`: what would happen to one alert under a team's file, offline."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, NamedTuple

import typer

from tocsin.domain.duration import read_duration, spelled
from tocsin.domain.ids import by_whom
from tocsin.domain.instant import INSTANT_EXPECTED, read_instant
from tocsin.domain.timeline import Change, ChangeType
from tocsin_cli.api import Api, segment
from tocsin_cli.cases import described
from tocsin_cli.errors import FailedError, UsageError
from tocsin_cli.options import OutputOption, ProfileOption
from tocsin_cli.rehearsal import LONGEST, NotUsableError, Rehearsal
from tocsin_cli.screen import Column, Output, Row, Screen
from tocsin_cli.simulated.recorder import Told
from tocsin_cli.team_files import read_text, team_file
from tocsin_cli.team_rehearsal import rehearse
from tocsin_cli.times import instant, local, now
from tocsin_cli.yaml_file import FileError, read_yaml

_ACT: Final = re.compile(r"([0-9]+[smhd]?)=([A-Za-z0-9._-]{1,64})")
_BEFORE: Final = timedelta(minutes=1)
_OF_MESSAGES: Final = frozenset(
    (
        *(ChangeType.NOTIFICATION_SENT, ChangeType.NOTIFICATION_FAILED),
        *(ChangeType.BUNDLED, ChangeType.DIGEST_SENT),
    )
)
"""The messages themselves are shown."""


class _Sent(NamedTuple):
    integration: str
    body: bytes
    headers: Mapping[str, str]
    at: datetime


class _Event(NamedTuple):
    at: datetime
    what: str
    told: Told | None = None


def simulate(  # noqa: PLR0913 - an option for each part of the story
    file: Annotated[str, typer.Argument(metavar="FILE", help="A team's file.")],
    *,
    integration: Annotated[
        str | None, typer.Option("--integration", "-i", metavar="NAME", help="Of the file.")
    ] = None,
    payload: Annotated[
        str | None, typer.Option(metavar="FILE", help="What its sender sends; - is stdin.")
    ] = None,
    alert: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Instead: what opened this alert of the stack."),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="When it comes: 2026-12-24T03:00:00+01:00."),
    ] = None,
    lasts: Annotated[
        str, typer.Option("--for", metavar="DURATION", help="How long to look on.")
    ] = "1h",
    acknowledge: Annotated[
        list[str] | None,
        typer.Option(metavar="AFTER=USER", help="Who acknowledges, and when: 7m=alice."),
    ] = None,
    resolve: Annotated[
        list[str] | None, typer.Option(metavar="AFTER=USER", help="Likewise, who resolves.")
    ] = None,
    profile: ProfileOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show who would be told of an alert, when, and what else would happen to it."""
    text = read_text(file)
    team_file(text, file, now())  # says all that is wrong
    sent = _sent(integration, payload, alert, profile)
    if at is not None:
        sent = sent._replace(at=_instant(at))
    ends_at = sent.at + _duration(lasts)
    try:
        rehearsal = rehearse(read_yaml(text, file), sent.at - _BEFORE)
    except FileError as error:
        raise FailedError(str(error)) from None
    if sent.integration not in rehearsal.integrations:
        raise FailedError(f"{file} has no integration {sent.integration}.")
    acts = [
        *(_act(it, rehearsal.acknowledge) for it in acknowledge or ()),
        *(_act(it, rehearsal.resolve) for it in resolve or ()),
    ]
    events = _play(rehearsal, sent, sorted(acts, key=lambda act: act[0]), ends_at)
    _show(Screen(), sent, events, ends_at, output)


def _sent(
    integration: str | None, payload: str | None, alert: str | None, profile: str | None
) -> _Sent:
    if (alert is None) == (payload is None):
        raise UsageError("Give either --payload with --integration, or --alert.")
    if alert is None:
        if integration is None:
            raise UsageError("Name the integration that --payload is for: --integration NAME.")
        return _Sent(integration, read_text(payload or "-"), {}, now().replace(microsecond=0))
    api, path = Api.of(profile), f"/api/v1/alerts/{segment(alert)}"
    shown, first = api.get(path), api.get(f"{path}/raw")["first"]
    if first is None or first["truncated"]:
        raise FailedError(f"The stack has not the whole body that opened {alert}.")
    return _Sent(
        integration or shown["integration"],
        first["body"].encode(),
        {"content-type": first["content_type"]},
        instant(first["received_at"]),
    )


def _play(
    rehearsal: Rehearsal,
    sent: _Sent,
    acts: list[tuple[timedelta, Callable[[], None]]],
    ends_at: datetime,
) -> list[_Event]:
    rehearsal.run(sent.at)
    before = len(rehearsal.told)
    try:
        rehearsal.send(sent.integration, sent.body, sent.headers)
        for after, act in acts:
            if sent.at + after <= ends_at:
                rehearsal.run(sent.at + after)
                act()
    except NotUsableError as error:
        raise FailedError(f"{error}.") from None
    rehearsal.run(ends_at)
    told = rehearsal.told[before:]
    events = [
        *(_Event(change.at, said) for _, change in rehearsal.timeline() if (said := _said(change))),
        *(_Event(it.at, _of(it, sent.at), it) for it in told),
    ]
    return sorted(events, key=lambda event: event.at)


def _act(written: str, act: Callable[[str], None]) -> tuple[timedelta, Callable[[], None]]:
    found = _ACT.fullmatch(written)
    if found is None:
        raise UsageError(f"{written} is not AFTER=USER, such as 7m=alice.")
    return _duration(found[1]), lambda: act(found[2])


def _instant(written: str) -> datetime:
    try:
        return read_instant(written)
    except ValueError:
        raise UsageError(f"--at {INSTANT_EXPECTED}.") from None


def _duration(written: str) -> timedelta:
    try:
        duration = read_duration(written)
    except ValueError:
        duration = None
    if duration is None or duration > LONGEST:
        raise UsageError(f"{written} is no duration such as 90s, 5m, 2h, up to {spelled(LONGEST)}.")
    return duration


def _said(change: Change) -> str | None:
    if change.type in _OF_MESSAGES:
        return None
    details = change.details
    step = details.get("to_step_name") or details.get("to_step")
    reason = details.get("reason")
    parts = [
        str(change.type).replace("_", " "),
        f"to {step}" if change.type is ChangeType.ESCALATED and step else "",
        f"by {by_whom(change.by)}" if change.type in _BY_PEOPLE else "",
        f"({details['target']})" if details.get("target") else "",
        f": {reason}" if reason else "",
    ]
    return " ".join(filter(None, parts)).replace(" :", ":")


_BY_PEOPLE: Final = frozenset((ChangeType.ACKNOWLEDGED, ChangeType.RESOLVED))


def _of(told: Told, began_at: datetime) -> str:
    who = described(told, began_at).rpartition(" at ")[0]
    if not told.is_page and told.event is not None:
        return f"update to {who}: {told.event.rpartition('.')[2]}"
    number = f", {len(told.alert_ids)} alerts" if told.is_digest else ""
    return f"page to {who}{number}: {told.subject}"


def _show(
    screen: Screen, sent: _Sent, events: list[_Event], ends_at: datetime, output: Output
) -> None:
    rows = [_row(event, sent.at) for event in events]
    match output:
        case Output.JSON:
            screen.json(rows)
        case Output.MARKDOWN:
            screen.markdown_table(_columns(), rows)
        case Output.TABLE:
            screen.line(f"{sent.integration} sends at {local(sent.at)}.")
            screen.table(_columns(), rows)
            if not any(event.told for event in events):
                screen.line("Nobody would be told.")
            screen.line(f"As far as {local(ends_at)}.", style="dim")


def _row(event: _Event, began_at: datetime) -> dict[str, Any]:
    after = timedelta(seconds=round((event.at - began_at).total_seconds()))
    row: dict[str, Any] = {
        "at": event.at.isoformat(timespec="seconds"),
        "after": spelled(after),
        "what": event.what,
    }
    if event.told is not None:
        row["told"] = dict(_told(event.told))
    return row


def _told(told: Told) -> Iterator[tuple[str, object]]:
    yield "kind", told.kind
    yield "name", told.name
    yield "by", told.by
    yield "page", told.is_page
    yield "digest", told.is_digest


def _columns() -> tuple[Column, ...]:
    return (
        Column(title="AFTER", value=lambda it: str(it["after"])),
        Column(title="TIME", value=_time, spare=1),
        Column(title="WHAT", value=lambda it: str(it["what"]), breaks=True),
    )


def _time(row: Row) -> str:
    return local(datetime.fromisoformat(row["at"]))
