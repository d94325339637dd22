"""Imports of other products' configuration, for tests."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tocsin.domain.on_call.schedule import Schedule
from tocsin.domain.on_call.who import who
from tocsin_cli.importing.kinds import Imported, SourceKind, import_source
from tocsin_cli.importing.notes import Note
from tocsin_cli.importing.report import report_of
from tocsin_cli.importing.team_file_out import Draft, as_yaml
from tocsin_cli.importing.verify import Verified, compare, schedules_of, speller

type Json = dict[str, Any]

SAMPLES = Path(__file__).parent / "data/import-samples"
AT = datetime(2026, 11, 27, 18, tzinfo=UTC)
"""A Friday, three months before the last date of the samples."""


@dataclass(frozen=True)
class Import:
    """What an import made."""

    imported: Imported

    @property
    def draft(self) -> Draft:
        return self.imported.draft

    @property
    def file(self) -> Mapping[str, Any]:
        return self.draft.file()

    @property
    def text(self) -> str:
        return as_yaml(self.file, self.draft.notes)

    @property
    def report(self) -> str:
        return report_of(self.draft, "Import", None)

    @property
    def schedules(self) -> Mapping[str, Schedule]:
        return schedules_of(self.file)

    def notes(self, code: str) -> list[Note]:
        return [it for it in self.draft.notes if it.code == code]

    def note(self, code: str) -> Note:
        (note,) = self.notes(code)
        return note

    def named(self, section: str, name: str) -> dict[str, Any]:
        return next(dict(it) for it in self.file[section] if it["name"] == name)

    def on_call(self, schedule: str, at: str) -> set[str]:
        when = datetime.fromisoformat(at)
        return set(who(self.schedules[schedule], when, self.schedules).people)

    def verified(self) -> Verified:
        draft = self.draft
        readings = self.imported.readings(speller(draft.people))
        return compare(readings, draft.schedules, self.schedules, draft.notes, draft.at)


def import_of(
    kind: str, path: Path, at: datetime = AT, users: Mapping[str, str] | None = None
) -> Import:
    """Import a file or folder."""
    return Import(import_source(SourceKind(kind), path, Draft(at, "team", users or {})))


def import_json(
    kind: str, value: object, folder: Path, at: datetime = AT, name: str = "source.json"
) -> Import:
    """Import what would be a file of JSON."""
    path = folder / name
    path.write_text(json.dumps(value), encoding="utf-8")
    return import_of(kind, path, at)


def sample(name: str) -> Json:
    found: Json = json.loads((SAMPLES / name).read_text(encoding="utf-8"))
    return found
