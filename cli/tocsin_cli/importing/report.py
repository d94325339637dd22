"""The report of an import, in Markdown: what was not carried over, with its place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tocsin_cli.importing.notes import MEANINGS, Note
from tocsin_cli.importing.team_file_out import SECTIONS, Draft
from tocsin_cli.importing.verify import Verified
from tocsin_cli.text import clean, plural, shortened

_CELL_LENGTH: Final = 300
_DIFFERENCES_SHOWN: Final = 50


def report_of(draft: Draft, title: str, verified: Verified | None) -> str:
    """Write the report.

    Args:
        draft: What the import made.
        title: What was imported, in words.
        verified: The comparison with the source, if there was one.
    """
    lines = [f"# {title}", "", _counts(draft), ""]
    lines += _verified(verified, draft) if verified is not None else []
    lines += _notes(draft.notes)
    lines += _names(draft)
    lines += _keys(draft)
    return "\n".join(lines).rstrip("\n") + "\n"


def quoted(text: str) -> str:
    """A stranger's text as code in a cell of a table: no markup, one line."""
    plain = " ".join(clean(text).split()).replace("`", "'").replace("|", "\\|")
    return f"`{shortened(plain, _CELL_LENGTH)}`" if plain else ""


def _counts(draft: Draft) -> str:
    counts = [
        f"{it.replace('_', ' ')} {len(draft.sections[it])}" for it in SECTIONS if draft.sections[it]
    ]
    said = f"In the file: {', '.join(counts) or 'nothing but its team'}"
    return f"{said}. {plural(len(draft.notes), 'note')} below."


def _notes(notes: Iterable[Note]) -> list[str]:
    by_code: dict[str, list[Note]] = {}
    for note in notes:
        by_code.setdefault(note.code, []).append(note)
    lines: list[str] = []
    for code in sorted(by_code):
        lines += [f"## {code}", "", MEANINGS[code].says, ""]
        lines += ["| Place | Value | What to do |", "|---|---|---|"]
        lines += [
            f"| {quoted(it.place)} | {quoted(it.value)} | {it.to_do} |" for it in by_code[code]
        ]
        lines.append("")
    return lines


def _names(draft: Draft) -> list[str]:
    renamed = [it for it in draft.names.renamings if it.source != it.name]
    if not renamed:
        return []
    lines = ["## Names", "", "What is called otherwise in the file.", ""]
    lines += ["| In the source | In the file | Of | Place |", "|---|---|---|---|"]
    lines += [
        f"| {quoted(it.source)} | {quoted(it.name)} | {it.kind} | {quoted(it.place)} |"
        for it in renamed
    ]
    return [*lines, ""]


def _keys(draft: Draft) -> list[str]:
    if not draft.keys.values:
        return []
    lines = ["## Parameters", ""]
    lines += ["Their values are in the private script (`--secrets`), and nowhere else.", ""]
    lines += [f"- `{name}`" for name in sorted(draft.keys.values)]
    return [*lines, ""]


def _verified(verified: Verified, draft: Draft) -> list[str]:
    lines = ["## Who is on call, compared", ""]
    checked = f"{plural(verified.schedules, 'schedule')}, {verified.hours} hours each"
    if verified.left_out:
        checked += f", {plural(verified.left_out, 'hour')} at changes of clocks left out"
    if not verified.differences:
        return [*lines, f"No difference: {checked}.", ""]
    unnamed = len(verified.unnamed)
    named = len(verified.differences) - unnamed
    lines += [f"{checked}: {plural(named, 'difference')} named by a note, {unnamed} not.", ""]
    lines += ["| Schedule | Note | When, and who |", "|---|---|---|"]
    shown = [*verified.unnamed, *(it for it in verified.differences if it.note is not None)]
    for it in shown[:_DIFFERENCES_SHOWN]:
        names = ", ".join(draft.schedules[it.schedule])
        code = it.note.code if it.note is not None else "**none**"
        lines.append(f"| {quoted(names)} | {code} | {quoted(it.told())} |")
    if len(shown) > _DIFFERENCES_SHOWN:
        lines.append(f"| | | and {len(shown) - _DIFFERENCES_SHOWN} more |")
    return [*lines, ""]
