"""`tocsin alerts`: list, show, acknowledge, resolve, snooze, watch."""

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Annotated, Any

import typer

from tocsin_cli import alert_rows
from tocsin_cli.api import Api, Json, segment
from tocsin_cli.errors import CommandError, FailedError, UsageError
from tocsin_cli.exit_codes import ExitCode
from tocsin_cli.options import NoteOption, OutputOption, ProfileOption
from tocsin_cli.screen import Output, Screen, note
from tocsin_cli.shown_alert import show_alert
from tocsin_cli.times import now
from tocsin_cli.watch import watch_alerts

ALERTS = "/api/v1/alerts"
app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Alerts, and acting on them.")

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="As `alerts list` shows it.")]
IdsArgument = Annotated[
    list[str], typer.Argument(metavar="ID", help="As `alerts list` shows them.")
]


@app.command("list")
def list_alerts(  # noqa: PLR0913 - an option for each filter
    *,
    status: Annotated[
        str,
        typer.Option(
            metavar="LIST", help="A comma list of firing, acknowledged, resolved; or all."
        ),
    ] = "firing,acknowledged",
    severity: Annotated[
        str | None, typer.Option(metavar="LIST", help="A comma list of critical, warning, info.")
    ] = None,
    integration: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only what came in by this integration.")
    ] = None,
    label: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Only with this label.")
    ] = None,
    words: Annotated[
        str | None,
        typer.Option("--words", "-q", metavar="TEXT", help="Words that all occur in the alert."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="NUMBER", help="How many at most.")] = 50,
    profile: ProfileOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """List open alerts, the newest first."""
    api, at = Api.of(profile), now()
    query = {
        "status": "firing,acknowledged,resolved" if status == "all" else status,
        "severity": severity,
        "integration": integration,
        "q": words,
        "limit": str(min(limit + 1, 200)),
        **_labels(label or ()),
    }
    asked = {name: value for name, value in query.items() if value is not None}
    found = list(islice(api.all(ALERTS, asked), limit + 1))
    screen = Screen()
    screen.rows(output, alert_rows.columns(at), found[:limit])
    if not found and output is Output.TABLE:
        screen.line("No alerts.")
    if len(found) > limit:
        note(f"There are more than {limit}: --limit shows them.")


def _labels(said: Sequence[str]) -> dict[str, str]:
    labels = {}
    for each in said:
        name, is_pair, value = each.partition("=")
        if not (name and is_pair):
            raise UsageError(f"--label {each} is no NAME=VALUE.")
        labels[f"label.{name}"] = value
    return labels


@app.command()
def show(
    alert_id: IdArgument,
    *,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="The timeline as Markdown, for a post-mortem.")
    ] = False,
    profile: ProfileOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show an alert, what happened to it, and what happens next."""
    api, path, screen = Api.of(profile), f"{ALERTS}/{segment(alert_id)}", Screen()
    if markdown or output is Output.MARKDOWN:
        screen.write(_timeline_markdown(api, path))
        return
    alert = api.get(path)
    if output is Output.JSON:
        timeline = list(api.all(f"{path}/timeline", {"limit": "200"}))
        screen.json({**alert, "timeline": timeline})
    else:
        show_alert(screen, alert, _timeline_markdown(api, path), now())


def _timeline_markdown(api: Api, path: str) -> str:
    text = api.text(f"{path}/timeline", {"format": "markdown"})
    if text.startswith("{"):
        raise FailedError("this stack gives no Markdown: it is of an earlier version.")
    return text if text.endswith("\n") else f"{text}\n"


@app.command()
def ack(
    alert_ids: IdsArgument,
    *,
    note: NoteOption = None,
    profile: ProfileOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Acknowledge alerts: you have them, and nobody else is called."""
    _act(alert_ids, "ack", _note(note), _acknowledged, profile, output)


def _acknowledged(alert: Json) -> str:
    by = alert_rows.actor(alert["acknowledged_by"])
    return f"{by} has it already" if alert.get("already_acknowledged") else f"{by} has it now"


@app.command()
def resolve(
    alert_ids: IdsArgument,
    *,
    note: NoteOption = None,
    profile: ProfileOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Resolve alerts: it is over, for everybody."""
    _act(alert_ids, "resolve", _note(note), lambda _: "resolved", profile, output)


@app.command()
def snooze(  # noqa: PLR0913 - an option for each field of the API
    alert_ids: IdsArgument,
    *,
    duration: Annotated[
        str | None, typer.Option("--for", metavar="TIME", help="How long: 30m, 2h, 3d.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="Until when: 2026-12-01T08:00:00Z.")
    ] = None,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why.")] = None,
    sticky_severity: Annotated[
        bool, typer.Option("--sticky-severity", help="A higher severity does not wake it.")
    ] = False,
    sticky_output: Annotated[
        bool, typer.Option("--sticky-output", help="A changed output does not wake it.")
    ] = False,
    profile: ProfileOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Mute alerts for a time, 30 days at most."""
    if (duration is None) == (until is None):
        raise UsageError("say how long: either --for or --until.")
    body = {
        "duration": duration,
        "until": until,
        "reason": reason,
        "sticky_severity": sticky_severity or None,
        "sticky_output": sticky_output or None,
    }
    said = {name: value for name, value in body.items() if value is not None}
    _act(alert_ids, "snooze", said, _snoozed, profile, output)


def _snoozed(alert: Json) -> str:
    from tocsin_cli.times import instant, local

    return f"snoozed until {local(instant(alert['snoozed_until']))}"


def _note(said: str | None) -> dict[str, str]:
    return {} if said is None else {"note": said}


def _act(
    alert_ids: Sequence[str],
    action: str,
    body: dict[str, Any],
    says: Callable[[Json], str],
    profile: str | None,
    output: Output,
) -> None:
    """Act on each, also where one before was refused; then fail if any was."""
    api, screen = Api.of(profile), Screen()
    changed, refused = list[Json](), list[tuple[str, CommandError]]()
    for alert_id in alert_ids:
        try:
            alert = api.post(f"{ALERTS}/{segment(alert_id)}/{action}", body)
        except CommandError as error:
            if error.code is not ExitCode.FAILED:
                raise
            refused.append((alert_id, error))
            continue
        changed.append(alert)
        if output is not Output.JSON:
            screen.line(f"{alert['id']}  {alert_rows.subject(alert)}: {says(alert)}")
    if output is Output.JSON:
        screen.json(changed)
    if refused:
        raise FailedError("\n".join(f"{alert_id}: {error}" for alert_id, error in refused))


@app.command()
def watch(
    *,
    severity: Annotated[
        str | None, typer.Option(metavar="LIST", help="A comma list of critical, warning, info.")
    ] = None,
    interval: Annotated[
        int, typer.Option(min=2, max=3600, metavar="NUMBER", help="Seconds between two looks.")
    ] = 5,
    profile: ProfileOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show open alerts, then each change as it comes, until Ctrl-C."""
    query = {"status": "firing,acknowledged", "limit": "200"}
    if severity is not None:
        query["severity"] = severity
    watch_alerts(Api.of(profile), query, Screen(), interval=interval, output=output)
