"""Options that many commands have."""

from typing import Annotated

import typer

from tocsin_cli.errors import CommandError
from tocsin_cli.screen import Output


def _known_profiles(incomplete: str) -> list[str]:
    """For completion, which has no place for complaints."""
    from tocsin_cli.profiles import Profiles

    try:
        return [name for name in Profiles.read().urls if name.startswith(incomplete)]
    except CommandError:
        return []


ProfileOption = Annotated[
    str | None,
    typer.Option(
        "--profile",
        "-p",
        metavar="NAME",
        help="The stack, by a name of `tocsin profiles`.",
        autocompletion=_known_profiles,
    ),
]
OutputOption = Annotated[
    Output, typer.Option("--output", "-o", help="The form of what is shown.", show_default=True)
]
NoteOption = Annotated[
    str | None, typer.Option("--note", metavar="TEXT", help="A note for the timeline.")
]
