"""All commands, by name."""

from typing import Annotated

import typer

from tocsin.version import VERSION
from tocsin_cli.commands import alerts, integrations, profiles
from tocsin_cli.commands.awake import awake
from tocsin_cli.commands.comparing import compare
from tocsin_cli.commands.exporting import export
from tocsin_cli.commands.importing import import_team
from tocsin_cli.commands.on_call import on_call
from tocsin_cli.commands.planning import plan
from tocsin_cli.commands.sending import send, try_
from tocsin_cli.commands.simulating import simulate
from tocsin_cli.commands.templating import template
from tocsin_cli.commands.testing import run_cases
from tocsin_cli.commands.validating import validate

app = typer.Typer(
    name="tocsin",
    help="Tocsin on the command line: alerts, who is on call, and a team's file.",
    no_args_is_help=True,
    rich_markup_mode=None,  # else help comes in boxes, in pipes too
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - as Typer calls it
    if wanted:
        typer.echo(f"tocsin {VERSION}")
        raise typer.Exit


@app.callback()
def root(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="The version."),
    ] = False,
) -> None:
    """Tocsin on the command line: alerts, who is on call, and a team's file."""


app.command("validate")(validate)
app.command("plan")(plan)
app.command("test")(run_cases)
app.command("template")(template)
app.command("simulate")(simulate)
app.command("compare")(compare)
app.command("export")(export)
app.command("import")(import_team)
app.command("on-call")(on_call)
app.add_typer(alerts.app, name="alerts")
app.command("awake")(awake)
app.command("send")(send)
app.command("try")(try_)
app.add_typer(integrations.app, name="integrations")
app.add_typer(profiles.app, name="profiles")
