"""What `tocsin import` takes, by kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from tocsin_cli.importing.readings import Readings, Spell
from tocsin_cli.importing.sources import SourceError
from tocsin_cli.importing.team_file_out import Draft
from tocsin_cli.importing.verify import WEEKS


class SourceKind(StrEnum):
    """Whose configuration is read."""

    OPSGENIE = "opsgenie"
    PAGERDUTY = "pagerduty"
    GRAFANA_ONCALL = "grafana-oncall"
    INCIDENT_IO = "incident-io"
    ALERTMANAGER = "alertmanager"
    TERRAFORM = "terraform"
    ICS = "ics"


_PACKAGE: Final = "tocsin_cli.importing"
_AHEAD: Final = timedelta(weeks=WEEKS, days=2)


@dataclass(frozen=True, slots=True)
class Imported:
    draft: Draft
    readings: Callable[[Spell], Readings]
    """Says who is on call in the source; fails as the source does."""


def import_source(kind: SourceKind, path: Path, draft: Draft) -> Imported:
    """Read a source and make the draft of a file.

    Args:
        kind: What it is.
        path: Where.
        draft: An empty one, which is filled.

    Raises:
        SourceError: It cannot be read.
    """
    module = import_module(f"{_PACKAGE}.{_module(kind)}")
    try:
        source = module.read(path)
        module.fill(source, draft)
        draft.finish()
    except RecursionError:
        raise SourceError(str(path), "is nested too deep") from None
    is_empty = not any(draft.sections.values())
    if is_empty and all(it.code == "NotImported" for it in draft.notes):
        raise SourceError(str(path), "holds nothing to import; is it of this kind?")
    until = draft.at + _AHEAD
    return Imported(draft, lambda spell: _readings(kind, source, spell, until))


def _readings(kind: SourceKind, source: Any, spell: Spell, until: datetime) -> Readings:  # noqa: ANN401 - of each kind
    if kind is SourceKind.ALERTMANAGER:
        return {}
    if kind is SourceKind.TERRAFORM:
        vendors = (SourceKind.PAGERDUTY, SourceKind.OPSGENIE, SourceKind.GRAFANA_ONCALL)
        parts = [_readings(it, getattr(source, _module(it)), spell, until) for it in vendors]
        return {schedule: it for part in parts for schedule, it in part.items()}
    module = import_module(f"{_PACKAGE}.readings.{_module(kind)}")
    found: Readings = module.readings(source, spell, until)
    return found


def _module(kind: SourceKind) -> str:
    return kind.value.replace("-", "_")
