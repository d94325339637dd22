"""A stack's configuration in the form of a team's file, by the API."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from pydantic import BaseModel

from tocsin.bodies.intake_checks import MASK
from tocsin.bodies.overrides import OverrideBody
from tocsin.bodies.team_settings import SettingsBody
from tocsin.domain.duration import spelled
from tocsin.domain.integration import IntegrationType
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
from tocsin_cli.api import Json, RefusedError, segment
from tocsin_cli.exit_codes import ExitCode
from tocsin_cli.plan.state import ObjectId

type Entry = dict[str, Any]

API: Final = "/api/v1"
_HIDDEN: Final = (
    ("signature", "secret"),
    ("basic", "password"),
    ("header_token", "token"),
)
"""Checks of an integration, and the secret that the API masks."""


class ReadsApi(Protocol):
    """`Api`, as far as it reads."""

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Json: ...

    def all(self, path: str, query: Mapping[str, str] | None = None) -> Iterator[Json]: ...


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
_WITH_OWN_SCOPE: Final = frozenset(("silences", "maintenance_windows"))
"""Sections for which `config:read` is not enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    document: Mapping[str, Any]
    """In the form of a file, without the overrides that people made by API."""
    made_by_api: frozenset[ObjectId]
    verified: Mapping[str, Sequence[str]]
    """Contact methods that each user has verified."""
    with_devices: frozenset[str] = frozenset()
    """Users with a device for push."""
    overrides: Mapping[str, Sequence[Entry]]
    """Those that people made by API and that have not ended, by schedule; as the API shows them."""
    secrets: Sequence[str] = ()
    """Names that stand in for secrets, which a stack does not show."""
    unread: frozenset[str] = frozenset()
    """Sections that the key may not read."""

    @property
    def with_overrides(self) -> Mapping[str, Any]:
        """The document with the overrides that people made by API."""
        schedules = [
            {**it, "overrides": [*it.get("overrides", ()), *map(_override, made)]}
            if (made := self.overrides.get(it["name"]))
            else it
            for it in self.document.get("schedules", ())
        ]
        return {**self.document, **({"schedules": schedules} if schedules else {})}


def export_stack(api: ReadsApi, team: str, at: datetime) -> Export:
    """Read everything that a file can say.

    Args:
        api: The stack's.
        team: The file's `team`, which the API does not tell.
        at: Silences and windows that are over by then are left out.
    """
    document: dict[str, Any] = {"team": team}
    made_by_api, secrets = set[ObjectId](), list[str]()
    settings = api.get(f"{API}/settings")
    if settings["created_at"] is not None:
        document["settings"] = _shortened(settings, SettingsBody)
        if settings["managed_by"] is None:
            made_by_api.add(("settings", "settings"))
    read = {it.name: _read(api, it, at) for it in _SECTIONS}
    for section in _SECTIONS:
        views = read[section.name] or ()
        made_by_api |= {(section.name, it["name"]) for it in views if it["managed_by"] is None}
        entries = [_entry(view, section, secrets) for view in views]
        if entries:
            document[section.name] = [
                _shortened(it, section.model) for it in sorted(entries, key=section.order)
            ]
    return Export(
        document=document,
        made_by_api=frozenset(made_by_api),
        verified={it["name"]: _true(it["verified"]) for it in read["users"] or ()},
        with_devices=frozenset(
            it["name"] for it in read["users"] or () if "push" in it["verified"]
        ),
        overrides={it["name"]: _overrides(api, it["name"]) for it in read["schedules"] or ()},
        secrets=secrets,
        unread=frozenset(name for name, views in read.items() if views is None),
    )


def _read(api: ReadsApi, section: _Section, at: datetime) -> Sequence[Json] | None:
    """None: the key may not read it."""
    try:
        views = list(api.all(section.path, {"limit": "200"}))
    except RefusedError as error:
        if section.name in _WITH_OWN_SCOPE and error.code is ExitCode.NOT_ALLOWED:
            return None
        raise
    if section.name in _WITH_OWN_SCOPE:
        return [it for it in views if not _is_over(it, at)]
    return views


def _true(flags: Mapping[str, bool]) -> Sequence[str]:
    return [name for name, is_true in flags.items() if is_true]


def _override(view: Json) -> Entry:
    return _shortened(view, OverrideBody)


def _is_over(view: Json, at: datetime) -> bool:
    to = view.get("to")
    return bool(to) and not view.get("rrule") and datetime.fromisoformat(to) <= at


def _overrides(api: ReadsApi, schedule: str) -> list[Entry]:
    views = api.all(f"{API}/schedules/{segment(schedule)}/overrides")
    return [view for view in views if view["made_by"] is not None]


def _entry(view: Json, section: _Section, secrets: list[str]) -> Entry:
    entry = {**view}
    if view.get("layers"):
        entry["layers"] = [_layer(it, number) for number, it in enumerate(view["layers"], 1)]
    if view.get("rrule"):
        entry |= {"from": None, "to": None}  # of the present occurrence
    if section.name == "integrations":
        resolve_after = timedelta(seconds=view["resolve_after"])
        is_usual = resolve_after == IntegrationType(view["type"]).resolve_after
        entry["resolve_after"] = None if is_usual else spelled(resolve_after)
        for check, hidden in _HIDDEN:
            if entry.get(check) and entry[check].get(hidden) in (None, MASK):
                name = f"{view['name']}-{check.replace('_', '-')}"
                entry[check] = {**entry[check], hidden: name}
                secrets.append(name)
    return entry


def _layer(layer: Json, number: int) -> Entry:
    """Without the name that it has by its place."""
    return {name: it for name, it in layer.items() if (name, it) != ("name", f"layer {number}")}


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
