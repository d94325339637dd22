"""A stack's configuration in the form of a team's file, by the API."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel

from tocsin.bodies.intake_checks import MASK
from tocsin.bodies.overrides import OverrideBody
from tocsin.bodies.team_settings import SettingsBody
from tocsin.team_file.model import (
    ChannelEntry,
    HeartbeatEntry,
    IntegrationEntry,
    PolicyEntry,
    RouteEntry,
    ScheduleEntry,
    SilenceEntry,
    UserEntry,
    WindowEntry,
)
from tocsin_cli.api import Api, Json, segment
from tocsin_cli.plan.state import ObjectId

type Entry = dict[str, Any]

API: Final = "/api/v1"
_HIDDEN: Final = (
    ("signature", "secret"),
    ("basic", "password"),
    ("header_token", "token"),
)
"""Checks of an integration, and the secret that the API masks."""


@dataclass(frozen=True, slots=True)
class _Section:
    name: str
    model: type[BaseModel]
    order: Callable[[Entry], Any] = lambda entry: str(entry["name"]).lower()

    @property
    def path(self) -> str:
        return f"{API}/{self.name.replace('_', '-')}"


_SECTIONS: Final = (
    _Section("users", UserEntry),
    _Section("channels", ChannelEntry),
    _Section("integrations", IntegrationEntry),
    _Section("schedules", ScheduleEntry),
    _Section("escalation_policies", PolicyEntry),
    _Section("routes", RouteEntry, lambda entry: (entry["position"], entry["name"])),
    _Section("silences", SilenceEntry),
    _Section("maintenance_windows", WindowEntry),
    _Section("heartbeats", HeartbeatEntry),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    document: Mapping[str, Any]
    """In the form of a file, without the overrides that people made by API."""
    made_by_api: frozenset[ObjectId]
    verified: Mapping[str, Sequence[str]]
    """Contact methods that each user has verified."""
    overrides: Mapping[str, Sequence[Entry]]
    """Those that people made by API and that have not ended, by schedule."""
    secrets: Sequence[str] = field(default_factory=list)
    """Names that stand in for secrets, which a stack does not show."""

    @property
    def with_overrides(self) -> Mapping[str, Any]:
        """The document with the overrides that people made by API."""
        schedules = [
            {**it, "overrides": [*it.get("overrides", ()), *self.overrides[it["name"]]]}
            if self.overrides.get(it["name"])
            else it
            for it in self.document.get("schedules", ())
        ]
        return {**self.document, **({"schedules": schedules} if schedules else {})}


def export_stack(api: Api, team: str, at: datetime) -> Export:
    """Read everything that a file can say.

    Args:
        api: The stack's.
        team: The file's `team`, which the API does not tell.
        at: Silences and windows that are over by then are left out.
    """
    document: dict[str, Any] = {"team": team}
    made_by_api, secrets = set[ObjectId](), list[str]()
    overrides: dict[str, Sequence[Entry]] = {}
    verified: dict[str, Sequence[str]] = {}
    settings = api.get(f"{API}/settings")
    if settings["created_at"] is not None:
        document["settings"] = _shortened({it: settings[it] for it in settings}, SettingsBody)
        if settings["managed_by"] is None:
            made_by_api.add(("settings", "settings"))
    for section in _SECTIONS:
        views = [it for it in api.all(section.path, {"limit": "200"}) if not _is_over(it, at)]
        for view in views:
            if view["managed_by"] is None:
                made_by_api.add((section.name, str(view["name"])))
            if section.name == "users":
                verified[view["name"]] = [it for it, is_true in view["verified"].items() if is_true]
            if section.name == "schedules":
                overrides[view["name"]] = _overrides(api, view["name"])
        entries = [_entry(view, section, secrets) for view in views]
        if entries:
            document[section.name] = [
                _shortened(it, section.model) for it in sorted(entries, key=section.order)
            ]
    return Export(
        document=document,
        made_by_api=frozenset(made_by_api),
        verified=verified,
        overrides=overrides,
        secrets=secrets,
    )


def _is_over(view: Json, at: datetime) -> bool:
    ended = view.get("state") == "ended" or view.get("status") == "ended"
    to = view.get("to")
    return ended or (bool(to) and datetime.fromisoformat(to) <= at and not view.get("rrule"))


def _overrides(api: Api, schedule: str) -> list[Entry]:
    path = f"{API}/schedules/{segment(schedule)}/overrides"
    views = list(api.all(path, {"limit": "200"}))
    return [_shortened(view, OverrideBody) for view in views]


def _entry(view: Json, section: _Section, secrets: list[str]) -> Entry:
    entry = {**view}
    if section.name == "integrations":
        for check, hidden in _HIDDEN:
            if entry.get(check) and entry[check].get(hidden) in (None, MASK):
                name = f"{view['name']}-{check.replace('_', '-')}"
                entry[check] = {**entry[check], hidden: name}
                secrets.append(name)
    return entry


def _shortened(view: Mapping[str, Any], model: type[BaseModel]) -> Entry:
    """What the model takes of a view, without what it would have by default."""
    fields = {it.alias or name: None for name, it in model.model_fields.items()}
    names = ["name", *(it for it in fields if it != "name")] if "name" in fields else list(fields)
    entry = {name: view[name] for name in names if view.get(name) is not None}
    whole = model.model_validate(entry)
    for name in list(entry):
        rest = {other: it for other, it in entry.items() if other != name}
        if _is_same(rest, whole, model):
            entry = rest
    return entry


def _is_same(entry: Entry, whole: BaseModel, model: type[BaseModel]) -> bool:
    try:
        return model.model_validate(entry).model_dump() == whole.model_dump()
    except ValueError:
        return False


def names_of(document: Mapping[str, Any]) -> Iterable[ObjectId]:
    for section in _SECTIONS:
        yield from ((section.name, it["name"]) for it in document.get(section.name, ()))
