"""`tocsin test`: a team's file held to cases, offline, on the rules that a stack runs."""

import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from tocsin_cli.cases import Case, Result, described, read_cases, run_case
from tocsin_cli.errors import FailedError, UsageError
from tocsin_cli.junit import write_junit
from tocsin_cli.options import OutputOption
from tocsin_cli.screen import Column, Output, Row, Screen, note
from tocsin_cli.team_files import read_text, team_file
from tocsin_cli.team_rehearsal import rehearse
from tocsin_cli.text import plural
from tocsin_cli.times import now
from tocsin_cli.yaml_file import FileError, YamlFile, read_yaml

FileArgument = Annotated[str, typer.Argument(metavar="FILE", help="A team's file.")]
CasesArgument = Annotated[
    str, typer.Argument(metavar="CASES", help="The cases, in YAML or JSON: docs/cli.md.")
]


def run_cases(
    file: FileArgument,
    cases: CasesArgument,
    *,
    only: Annotated[
        str | None,
        typer.Option("--only", "-k", metavar="TEXT", help="Cases with it in their name."),
    ] = None,
    junit: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write JUnit's XML there too.")
    ] = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Say for each case whether those who are expected would be told, and when."""
    screen = Screen()
    team = _team(file)
    chosen = [it for it in _cases(cases) if only is None or only.lower() in it.name.lower()]
    if not chosen:
        raise UsageError(f"no case of {cases} has {only} in its name.")
    results = []
    for number, case in enumerate(chosen, 1):
        note(f"{number} of {len(chosen)}: {case.name}")
        results.append(_timed(case, team))
    if junit is not None:
        try:
            write_junit(results, junit, suite=f"{file} {cases}")
        except OSError as error:
            raise UsageError(f"{junit} cannot be written: {error.strerror}.") from error
    _show(screen, results, output)
    failed = sum(not result.is_good for result in results)
    if failed:
        raise FailedError(f"{failed} of {plural(len(results), 'case')} failed.")


def _team(file: str) -> YamlFile:
    text = read_text(file)
    team_file(text, file, now())  # says all that is wrong, once
    return read_yaml(text, file)


def _cases(name: str) -> list[Case]:
    try:
        return list(read_cases(read_text(name), name))
    except FileError as error:
        raise FailedError(f"{name} is not valid.\n{error}") from None
    except OSError as error:
        raise FailedError(f"{error.filename} cannot be read: {error.strerror}.") from None


def _timed(case: Case, team: YamlFile) -> Result:
    began = time.monotonic()
    try:
        result = run_case(case, partial(rehearse, team))
    except FileError as error:
        result = Result(case=case, problems=[str(it.problem) for it in error.problems], told=())
    return replace(result, seconds=time.monotonic() - began)


def _show(screen: Screen, results: list[Result], output: Output) -> None:
    match output:
        case Output.JSON:
            screen.json([_row(result) for result in results])
        case Output.MARKDOWN:
            screen.markdown_table(_columns(), [_row(result) for result in results])
        case Output.TABLE:
            for result in results:
                _show_result(screen, result)
            good = sum(result.is_good for result in results)
            screen.line(f"{good} of {plural(len(results), 'case')} passed.")


def _show_result(screen: Screen, result: Result) -> None:
    word, style = ("ok    ", "green") if result.is_good else ("FAILED", "bold red")
    screen.spans((word, style), (f"  {result.case.name}", ""))
    if result.is_good:
        return
    for problem in result.problems:
        screen.item(problem, indent=8)
    screen.item("Told were:" if result.told else "Nobody was told.", indent=8)
    for told in result.told:
        screen.item(described(told, result.case.began_at), indent=10)


def _row(result: Result) -> dict[str, object]:
    began_at = result.case.began_at
    return {
        "name": result.case.name,
        "passed": result.is_good,
        "problems": list(result.problems),
        "told": [described(it, began_at) for it in result.told],
    }


def _columns() -> tuple[Column, ...]:
    return (
        Column(title="Case", value=lambda it: str(it["name"])),
        Column(title="Passed", value=lambda it: "yes" if it["passed"] else "no"),
        Column(title="Problems", value=_problems),
    )


def _problems(row: Row) -> str:
    return "; ".join(row["problems"])
