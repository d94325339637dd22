"""`tocsin plan`: what applying a team's file would do."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from tocsin_cli.api import Api
from tocsin_cli.commands.exporting import tell_unread
from tocsin_cli.errors import UsageError
from tocsin_cli.exported import export_stack
from tocsin_cli.git import file_at
from tocsin_cli.options import OutputOption, ProfileOption
from tocsin_cli.plan.plan import make_plan
from tocsin_cli.plan.plan_json import plan_json
from tocsin_cli.plan.shown_plan import report_of
from tocsin_cli.plan.sources import state_after, state_of_file, state_of_stack
from tocsin_cli.plan.state import TeamState
from tocsin_cli.screen import Output, Screen
from tocsin_cli.team_files import read_text, team_file
from tocsin_cli.times import now

STACK: Final = "stack"


def plan(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A team's file, such as teams/payments.yaml.")
    ],
    *,
    against: Annotated[
        str,
        typer.Option(
            metavar="WHAT",
            help="`stack`, another file, or a revision of git with the same file.",
        ),
    ] = STACK,
    profile: ProfileOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Say who is paged, whose shifts move and what else changes, once a file is applied.

    Exits with 0 if nothing changes, 2 if something does, 3 if the shift of now moves, nobody is on
    call for a time, or somebody becomes unreachable.
    """
    at = now()
    said = team_file(read_text(file), file, at)
    before, what = _before(file, against, profile, at)
    made = make_plan(before, state_after(before, said, at), at)
    screen = Screen()
    report = report_of(made, f"Plan of {file} against {what}")
    match output:
        case Output.JSON:
            screen.json({"file": file, "against": what, **plan_json(made)})
        case Output.MARKDOWN:
            report.write_markdown(screen)
        case Output.TABLE:
            report.show(screen)
    raise typer.Exit(made.exit_code)


def _before(file: str, against: str, profile: str | None, at: datetime) -> tuple[TeamState, str]:
    if against == STACK:
        api = Api.of(profile)
        exported = export_stack(api, STACK, at)
        tell_unread(Screen(), exported)
        return state_of_stack(exported, at), f"the stack {api.stack.url}"
    if profile is not None:
        raise UsageError(f"--profile names a stack, and --against {against} is none.")
    if Path(against).is_file():
        return state_of_file(team_file(read_text(against), against, at), at), against
    if file == "-":
        raise UsageError("a revision has no standard input: name the file.")
    text = file_at(Path(file), against)
    if text is None:
        return TeamState(), f"{against}, which has no such file"
    return state_of_file(team_file(text, f"{against}:{file}", at), at), against
