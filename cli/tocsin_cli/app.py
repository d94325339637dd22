"""All commands, by name; each is loaded when it is asked for."""

from importlib import import_module
from typing import Annotated, Final

import typer

from tocsin.version import VERSION

COMMANDS: Final = {
    "validate": ("validating", "validate"),
    "plan": ("planning", "plan"),
    "test": ("testing", "run_cases"),
    "simulate": ("simulating", "simulate"),
    "compare": ("comparing", "compare"),
    "template": ("templating", "template"),
    "export": ("exporting", "export"),
    "import": ("importing", "import_team"),
    "on-call": ("on_call", "on_call"),
    "alerts": ("alerts", "app"),
    "awake": ("awake", "awake"),
    "send": ("sending", "send"),
    "try": ("sending", "try_"),
    "integrations": ("integrations", "app"),
    "profiles": ("profiles", "app"),
}
"""Modules of `commands`, and the function or the group of commands there."""


def app_for(word: str | None = None) -> typer.Typer:
    """The program with the command that a word names, or with all where it names none."""
    app = typer.Typer(
        name="tocsin",
        help="Tocsin on the command line: alerts, who is on call, and a team's file.",
        no_args_is_help=True,
        rich_markup_mode=None,  # else help comes in boxes, in pipes too
        context_settings={"help_option_names": ["-h", "--help"]},
        callback=root,
    )
    for name in [word] if word in COMMANDS else COMMANDS:
        module, attribute = COMMANDS[name]
        found = getattr(import_module(f"tocsin_cli.commands.{module}"), attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    return app


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - as Typer calls it
    if wanted:
        typer.echo(f"tocsin {VERSION}")
        raise typer.Exit


def root(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="The version."),
    ] = False,
) -> None:
    """Tocsin on the command line: alerts, who is on call, and a team's file."""
