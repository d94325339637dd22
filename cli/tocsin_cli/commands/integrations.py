"""`tocsin integrations`: who may send."""

from typing import Annotated

import typer

from tocsin_cli.api import Api, segment
from tocsin_cli.options import OutputOption, ProfileOption
from tocsin_cli.screen import Column, Output, Row, Screen
from tocsin_cli.times import instant, local

PATH = "/api/v1/integrations"
app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Who may send alerts.")


@app.command("list")
def list_integrations(
    *, profile: ProfileOption = None, output: OutputOption = Output.TABLE
) -> None:
    """List the integrations. Their URLs are nowhere: each was shown once."""
    rows = list(Api.of(profile).all(PATH, {"limit": "200"}))
    columns = (
        Column(title="NAME", value=lambda it: str(it["name"])),
        Column(title="TYPE", value=lambda it: str(it["type"])),
        Column(title="URL", value=_url, spare=2),
        Column(title="POLICY", value=lambda it: it["escalation_policy"] or "as routed"),
        Column(title="", value=_remarks, breaks=True, spare=1),
    )
    screen = Screen()
    screen.rows(output, columns, rows)
    if not rows and output is Output.TABLE:
        screen.line("No integrations.")


def _url(integration: Row) -> str:
    prefix = integration["token_prefix"]
    return f"…/i/{prefix}…" if prefix else "none works"


def _remarks(integration: Row) -> str:
    checks = [
        name.replace("_", " ")
        for name in ("signature", "basic", "header_token", "allowed_cidrs")
        if integration.get(name)
    ]
    return ", ".join(
        filter(
            None,
            (
                "paused" if integration["paused"] else "",
                f"checked by {' and '.join(checks)}" if checks else "",
                f"managed by {integration['managed_by']}" if integration["managed_by"] else "",
            ),
        )
    )


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    *,
    profile: ProfileOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show the settings of an integration."""
    integration = Api.of(profile).get(f"{PATH}/{segment(name)}")
    screen = Screen()
    if output is Output.JSON:
        screen.json(integration)
        return
    integration |= {"urls": [_spelled_url(it) for it in integration["urls"]]}
    rows = [
        {"name": field.replace("_", " "), "value": _spelled(value)}
        for field, value in integration.items()
        if field != "token_prefix" and value not in (None, [], {})
    ]
    if output is Output.MARKDOWN:
        columns = (
            Column(title="Setting", value=lambda it: str(it["name"])),
            Column(title="Value", value=lambda it: str(it["value"])),
        )
        screen.markdown_table(columns, rows)
    else:
        screen.fields((it["name"], it["value"]) for it in rows)


def _spelled_url(url: Row) -> str:
    until = url["valid_until"]
    return f"…/i/{url['token_prefix']}…" + (f" until {local(instant(until))}" if until else "")


def _spelled(value: object) -> str:
    match value:
        case dict():
            return ", ".join(f"{name}: {_spelled(it)}" for name, it in value.items())
        case list():
            return "; ".join(map(_spelled, value))
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)
