"""`tocsin template`: a team's file as CloudFormation takes it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from tocsin_cli.template import alone, joined, read_team

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="A team's file.")]
StackOption = Annotated[
    str | None,
    typer.Option(
        "--stack", metavar="NAME", help="The stack that it is for: names of secrets are checked."
    ),
]
IntoOption = Annotated[
    Path | None,
    typer.Option(
        "--into",
        metavar="TEMPLATE",
        help="The built or packaged template of a stack, in place of one for the file alone.",
    ),
]


def template(file: FileArgument, *, stack: StackOption = None, into: IntoOption = None) -> None:
    """Write the template that applies a team's file, once the file is as it should be.

    It goes to the standard output. The template holds the file and nothing else, and is deployed
    beside the stack, with that stack's output TeamConfigFunctionArn as its parameter.
    """
    secrets = None if stack is None else f"/tocsin/{stack}"
    read = read_team(file, at=datetime.now(UTC), stack=secrets)
    if into is None:
        typer.echo(alone(read), nl=False)
    else:
        typer.echo(joined(into.read_text(encoding="utf-8"), read), nl=False)
