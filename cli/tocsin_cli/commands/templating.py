"""`tocsin template`: a team's file as CloudFormation takes it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from tocsin_cli.errors import CommandError, FailedError
from tocsin_cli.exit_codes import ExitCode
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


OutOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Where to; by default the standard output."),
]


def template(
    file: FileArgument,
    *,
    stack: StackOption = None,
    into: IntoOption = None,
    out: OutOption = None,
) -> None:
    """Write the template that applies a team's file, once the file is as it should be.

    It holds the file and nothing else, and is deployed beside the stack, with that stack's output
    TeamConfigFunctionArn as its parameter.
    """
    secrets = None if stack is None else f"/tocsin/{stack}"
    read = read_team(file, at=datetime.now(UTC), stack=secrets)
    written = alone(read) if into is None else joined(_text_of(into), read)
    if out is None:
        typer.echo(written, nl=False)
        return
    try:
        out.write_text(written, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{out}: {error.strerror}", ExitCode.NO_OUTPUT) from error


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FailedError(f"{path} cannot be read: {error}") from error
