"""`tocsin validate`: a team's file, and all that is wrong with it."""

from typing import Annotated

import typer

from tocsin_cli.errors import FailedError
from tocsin_cli.options import OutputOption
from tocsin_cli.screen import Column, Output, Screen
from tocsin_cli.team_files import problems_in, read_text
from tocsin_cli.text import plural
from tocsin_cli.times import now
from tocsin_cli.yaml_file import FileProblem

FileArgument = Annotated[
    str, typer.Argument(metavar="FILE", help="A team's file, such as teams/payments.yaml.")
]
StackOption = Annotated[
    str | None,
    typer.Option("--stack", metavar="NAME", help="The stack's name, to check names of secrets."),
]
PrivateOption = Annotated[
    bool,
    typer.Option("--allow-private", help="Webhooks may go to private addresses, as `make run`'s."),
]


def validate(
    file: FileArgument,
    *,
    stack: StackOption = None,
    allow_private: PrivateOption = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """Check a team's file: every mistake with its line and column."""
    text, screen = read_text(file), Screen()
    problems = problems_in(text, file, at=now(), stack=stack, allows_private=allow_private)
    match output:
        case Output.JSON:
            screen.json({"ok": not problems, "problems": list(map(_row, problems))})
        case Output.MARKDOWN if problems:
            screen.markdown_table(_columns(), list(map(_row, problems)))
        case _:
            for problem in problems:
                screen.line(problem.told(file))
            if not problems:
                screen.line(f"{file} is valid.")
    if problems:
        raise FailedError(f"{file} has {plural(len(problems), 'mistake')}.")


def _row(problem: FileProblem) -> dict[str, str | int]:
    return {
        "line": problem.position.line,
        "column": problem.position.column,
        "field": problem.path,
        "problem": problem.problem,
    }


def _columns() -> tuple[Column, ...]:
    return (
        Column(title="Line", value=lambda it: str(it["line"])),
        Column(title="Field", value=lambda it: str(it["field"])),
        Column(title="Problem", value=lambda it: str(it["problem"])),
    )
