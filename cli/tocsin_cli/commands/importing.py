"""`tocsin import`: another product's configuration as a team's file."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from tocsin_cli.errors import FailedError, UsageError
from tocsin_cli.importing.keys import script_of, write_private
from tocsin_cli.importing.kinds import Imported, SourceKind, import_source
from tocsin_cli.importing.names import plain_name
from tocsin_cli.importing.report import report_of
from tocsin_cli.importing.sources import SourceError, read_yaml
from tocsin_cli.importing.team_file_out import Draft, as_yaml
from tocsin_cli.importing.verify import Verified, compare, schedules_of, speller
from tocsin_cli.screen import Screen
from tocsin_cli.text import plural
from tocsin_cli.times import now
from tocsin_cli.yaml_file import FileError, checked
from tocsin_cli.yaml_file import read_yaml as read_team_yaml

SCHEMA: Final = "yaml-language-server: $schema=../docs/team-file.schema.json"
"""By it editors complete a file in `teams`, as they do the example there."""
_SHOWN: Final = 10
"""Differences and mistakes."""

KindArgument = Annotated[SourceKind, typer.Argument(help="What PATH is.", show_default=False)]
PathArgument = Annotated[
    Path, typer.Argument(metavar="PATH", help="A file or folder of that kind.", show_default=False)
]
OutOption = Annotated[
    Path,
    typer.Option("--out", metavar="FILE", help="Where the team's file goes.", show_default=False),
]
ReportOption = Annotated[
    Path | None,
    typer.Option("--report", metavar="FILE", help="Where the report goes; by default it is shown."),
]
VerifyOption = Annotated[
    bool,
    typer.Option(
        "--verify",
        help="Compare who is on call, in the source and by the file, each hour for eight weeks.",
    ),
]
SecretsOption = Annotated[
    Path | None,
    typer.Option(
        "--secrets",
        metavar="FILE",
        help="Where a private script goes that puts secrets into parameters; keep it out of git.",
    ),
]
AtOption = Annotated[
    str | None,
    typer.Option("--at", metavar="TIME", help="What is over by then is left out; by default now."),
]
TeamOption = Annotated[
    str | None,
    typer.Option(
        "--team", metavar="NAME", help="By default the source's one team, or the file's name."
    ),
]
UsersOption = Annotated[
    Path | None,
    typer.Option(
        "--users",
        metavar="FILE",
        help="YAML or JSON: ids or names of the source, each with an e-mail address.",
    ),
]


def import_team(  # noqa: PLR0913 - each is an option
    kind: KindArgument,
    path: PathArgument,
    *,
    out: OutOption,
    report: ReportOption = None,
    verify: VerifyOption = False,
    secrets: SecretsOption = None,
    at: AtOption = None,
    team: TeamOption = None,
    users: UsersOption = None,
) -> None:
    """Make a team's file of another product's configuration, and a report of what it leaves out.

    Reads files only. Secrets never go into the file: it names parameters.
    """
    _expect_apart(path, out, report, secrets)
    draft = Draft(_instant(at), _team(team, out), _people(users))
    try:
        imported = import_source(kind, path, draft)
        if team is not None:
            draft.team = _team(team, out)
        verified = _verified(imported) if verify else None
    except SourceError as error:
        raise FailedError(str(error), "Nothing was written.") from None
    _note_missing_script(draft, secrets)
    head = [SCHEMA, f"Made by `tocsin import {kind}`; its report says what is left out."]
    text = as_yaml(draft.file(), draft.notes, head)
    _write(out, text)
    if secrets is not None and draft.keys.values:
        _write_secrets(secrets, draft)
    _tell(draft, f"Import: {kind}", verified, report)
    _conclude(out, text, draft, verified)


def _expect_apart(path: Path, *written: Path | None) -> None:
    named = [it.absolute() for it in written if it is not None]
    if len({*named, path.absolute()}) <= len(named):
        raise UsageError("PATH, --out, --report and --secrets must be different files.")


def _instant(written: str | None) -> datetime:
    if written is None:
        return now().replace(second=0, microsecond=0)
    try:
        at = datetime.fromisoformat(written)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"--at {written} is no time such as 2026-11-30T09:00Z.") from None
    if not 1971 < at.year < 2900:  # noqa: PLR2004 - as for times of a file
        raise UsageError("--at must be a time from 1972 to 2899.")
    return at


def _team(written: str | None, out: Path) -> str:
    if written is None:
        return plain_name(out.stem, "team")
    name = plain_name(written, "team")
    if name != written:
        raise UsageError(f"--team {written} must have 1 to 64 of a-z, 0-9 and -, such as {name}.")
    return name


def _people(path: Path | None) -> Mapping[str, str]:
    if path is None:
        return {}
    try:
        root = read_yaml(path)
        return {name.strip().lower(): node.written().strip() for name, node in root.members()}
    except SourceError as error:
        raise FailedError(f"--users {error}", "Such as `PALICE1: alice@example.com`.") from None


def _verified(imported: Imported) -> Verified:
    draft = imported.draft
    readings = imported.readings(speller(draft.people))
    return compare(readings, draft.schedules, schedules_of(draft.file()), draft.notes, draft.at)


def _note_missing_script(draft: Draft, secrets: Path | None) -> None:
    if draft.keys.values and secrets is None:
        draft.notes.add(
            "SecretsNotWritten", "the whole source", plural(len(draft.keys.values), "secret")
        )


def _write(path: Path, text: str) -> None:
    """Write a new file; what is there already is left alone, unless it says the same."""
    try:
        if path.exists():
            if path.is_file() and path.read_text(encoding="utf-8") == text:
                return
            raise UsageError(f"{path} is there already: name another file, or remove it.")
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except (OSError, ValueError) as error:
        raise FailedError(f"{path} cannot be written: {_why(error)}.") from None


def _write_secrets(path: Path, draft: Draft) -> None:
    try:
        write_private(path, script_of(draft.keys, path.name))
    except (OSError, ValueError) as error:
        raise FailedError(f"{path} cannot be written: {_why(error)}.") from None


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _tell(draft: Draft, title: str, verified: Verified | None, report: Path | None) -> None:
    text = report_of(draft, title, verified)
    if report is None:
        Screen().write(text)
        return
    try:
        report.write_text(text, encoding="utf-8", newline="\n")
    except (OSError, ValueError) as error:
        raise FailedError(f"{report} cannot be written: {_why(error)}.") from None
    Screen().line(f"{plural(len(draft.notes), 'note')} in {report}.")


def _conclude(out: Path, text: str, draft: Draft, verified: Verified | None) -> None:
    problems = []
    try:
        checked(read_team_yaml(text.encode(), str(out)), at=draft.at)
    except FileError as error:
        problems = [it.told(str(out)) for it in error.problems]
    if problems:
        shown = "\n".join(problems[:_SHOWN])
        raise FailedError(f"{out} is written, but not valid; mend it by hand.\n{shown}")
    if verified is None:
        return
    unnamed = verified.unnamed
    if unnamed:
        shown = "\n".join(f"{it.schedule}: {it.told()}" for it in unnamed[:_SHOWN])
        message = f"{plural(len(unnamed), 'difference')} in who is on call, named by no note."
        raise FailedError(f"{message}\n{shown}", "Please report this; the file is written.")
    named = plural(len(verified.differences), "difference")
    Screen().line(
        f"{plural(verified.schedules, 'schedule')} compared for {verified.hours} hours: "
        f"{named}, all named by a note."
        if verified.differences
        else f"{plural(verified.schedules, 'schedule')} compared for {verified.hours} hours: "
        "no difference."
    )
