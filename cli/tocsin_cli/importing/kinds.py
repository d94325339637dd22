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
    module = import_module(f"{_PACKAGE}.{kind.value.replace('-', '_')}")
    try:
        source = module.read(path)
        module.fill(source, draft)
        draft.finish()
    except RecursionError:
        raise SourceError(str(path), "is nested too deep") from None
    until = draft.at + _AHEAD
    return Imported(draft, lambda spell: _readings(kind, source, spell, until))


def _readings(kind: SourceKind, source: Any, spell: Spell, until: datetime) -> Readings:  # noqa: ANN401 - of each kind
    from tocsin_cli.importing.readings import grafana_oncall, ics, incident_io, opsgenie, pagerduty

    match kind:
        case SourceKind.OPSGENIE:
            return opsgenie.readings(source, spell)
        case SourceKind.PAGERDUTY:
            return pagerduty.readings(source, spell, until)
        case SourceKind.GRAFANA_ONCALL:
            return grafana_oncall.readings(source, spell, until)
        case SourceKind.INCIDENT_IO:
            return incident_io.readings(source, spell)
        case SourceKind.ICS:
            return ics.readings(source, spell, until)
        case SourceKind.TERRAFORM:
            return {
                **pagerduty.readings(source.pagerduty, spell, until),
                **opsgenie.readings(source.opsgenie, spell),
                **grafana_oncall.readings(source.grafana_oncall, spell, until),
            }
        case SourceKind.ALERTMANAGER:
            return {}
