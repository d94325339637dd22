"""All commands, by name."""

from typing import Annotated

import typer

from tocsin.version import VERSION

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
