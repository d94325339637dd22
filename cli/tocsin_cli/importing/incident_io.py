"""incident.io: answers of its API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from math import gcd
from pathlib import Path
from typing import Any, Final

from tocsin.domain.duration import spelled
from tocsin_cli.importing.answers import Answers, read_answers
from tocsin_cli.importing.notes import Explained
from tocsin_cli.importing.rotations import (
    DAY,
    HOUR,
    WEEK,
    Member,
    Rotation,
    Rule,
    Turns,
    Window,
    merged,
)
from tocsin_cli.importing.sources import Node, wall_in
from tocsin_cli.importing.team_file_out import (
    SLACK_CHANNEL,
    Draft,
    Step,
    email,
    full_name,
    local_part,
    slack_id,
)

NOBODY: Final = "NOBODY"
_ROLES: Final = {"owner": "admin", "administrator": "admin", "admin": "admin", "viewer": "viewer"}
_WEEKDAYS: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
_UNITS: Final = {"hourly": HOUR, "daily": DAY, "weekly": WEEK}
_LONGEST_SHIFT: Final = 31 * DAY
_CLOCK_CHANGE: Final = DAY
"""More than a wall is away from UTC."""
_HANDOVERS_LIMIT: Final = 20


@dataclass(slots=True)
class Source:
    users: list[Node] = field(default_factory=list)
    schedules: list[Node] = field(default_factory=list)
    paths: list[Node] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Version:
    """A rotation as it is from a time on."""

    node: Node
    since: datetime | None
    """None: always."""
    until: datetime | None
    """When the next version begins."""

    @property
    def layers(self) -> list[str]:
        found = [it.text("id") or it.text("name") for it in self.node.each("layers")]
        return found or [""]


def read(path: Path) -> Source:
    """Read answers of the API.

    Raises:
        SourceError: It is something else.
    """
    return from_answers(read_answers(path, "GET /v2/schedules"))


def from_answers(answers: Answers) -> Source:
    def both(plural: str, singular: str) -> list[Node]:
        single = [it.at(singular) for it in answers.of(rf"/v\d/{plural}/[^/]+")]
        by_id = {it.text("id"): it for it in single}
        listed = answers.listed(rf"/v\d/{plural}", plural)
        return [by_id.pop(it.text("id"), it) for it in listed] + list(by_id.values())

    source = Source(
        users=both("users", "user"),
        schedules=both("schedules", "schedule"),
        paths=both("escalation_paths", "escalation_path"),
    )
    source.left = answers.unread()
    return source


def fill(source: Source, made: Draft) -> None:
    """Add all that the source has."""
    _Import(source, made).run()


def versions_of(schedule: Node, at: datetime) -> dict[str, list[Version]]:
    """The versions of each rotation of a schedule, by its id; those that are past are left out."""
    found: dict[str, list[tuple[datetime | None, Node]]] = {}
    for node in schedule.at("config").each("rotations"):
        key = node.text("id") or node.text("name")
        found.setdefault(key, []).append((node.instant_or_none("effective_from"), node))
    versions = {}
    for key, nodes in found.items():
        nodes.sort(key=lambda it: (it[0] is not None, it[0] or at))
        ends = [since for since, _ in nodes[1:]] + [None]
        versions[key] = [
            Version(node, since, until)
            for (since, node), until in zip(nodes, ends, strict=True)
            if until is None or until > at
        ]
    return versions


@dataclass(slots=True)
class _Import:
    source: Source
    draft: Draft
    people_of: dict[str, list[str]] = field(default_factory=dict)
    """All people of a schedule, by its id."""

    def run(self) -> None:
        for node in self.source.users:
            self._user(node)
        for node in self.source.schedules:
            self._schedule(node)
        for node in self.source.paths:
            self._path(node)
        for place in self.source.left:
            self.draft.notes.add("NotImported", place)

    def _user(self, node: Node) -> None:
        id_, address = node.needed("id"), node.text("email")
        if not node.flag("is_active", default=True):
            self.draft.leave_out(id_, address)
            self.draft.notes.add("BlockedUser", node.place, address or id_, to_do="Nothing.")
            return
        body = {
            "full_name": full_name(node.text("name")),
            "email": email(address),
            "slack_id": slack_id(node.text("slack_user_id")),
            "role": _ROLES.get(node.text("role"), "responder"),
        }
        written = local_part(address or node.text("name"))
        self.draft.add_user((id_, address), written, node.place, body)

    def _person(self, node: Node) -> str | None:
        id_, address = node.text("id"), node.text("email")
        if not self.draft.knows(id_, address) and email(address):
            body = {"full_name": full_name(node.text("name")), "email": email(address)}
            self.draft.add_user((id_, address), local_part(address), node.place, body)
        return self.draft.user(id_, address, place=node.place, written=node.text("name"))

    # Who is on call

    def _schedule(self, node: Node) -> None:
        id_, written = node.needed("id"), node.text("name")
        zone = node.zone("timezone") or "UTC"
        level: list[Rotation] = []
        versions = list(versions_of(node, self.draft.at).values())
        for each in versions:
            level += self._rotations(each, id_, zone)
        people = [name for it in level for name in sorted(it.people)]
        self.people_of[id_] = list(dict.fromkeys(people))
        is_one_list = (
            len(versions) == 1
            and len(versions[0]) == 1
            and len(level) == len(versions[0][0].layers)
            and 1 < len(level) <= len(level[0].members)
        )
        followers = level[1:] if is_one_list else []
        shown = level[:1] if is_one_list else level
        names = self.draft.add_schedule(id_, written, zone, [shown], place=node.place)
        for offset, layer in enumerate(followers, start=1):
            body = {"follows": {"schedule": names[0], "offset": offset}}
            names.append(self.draft.add("schedules", f"{written} {layer.name}", node.place, body))

    def _rotations(self, versions: Sequence[Version], schedule: str, zone: str) -> list[Rotation]:
        """Those of each layer; its versions are one rotation where layers can say so."""
        made: dict[str, list[tuple[Version, list[Rotation]]]] = {}
        for version in versions:
            if version.since is not None and version.since > self.draft.at:
                self.draft.notes.add(
                    "PlannedChange", version.node.place, f"from {version.since:%Y-%m-%d %H:%M} UTC"
                )
            for offset, layer in enumerate(version.layers):
                found = self._layer(version, offset, schedule, zone)
                made.setdefault(layer, []).append((version, found))
        rotations = []
        for of_layer in made.values():
            rotations += _joined(of_layer, versions, zone, self.draft.at)
        return rotations

    def _layer(self, version: Version, offset: int, schedule: str, zone: str) -> list[Rotation]:
        node = version.node
        layers = node.each("layers")
        name = node.text("name", "rotation")
        if len(layers) > 1:
            name = f"{name} {layers[offset].text('name')}"
        members = [self._member(it, schedule) for it in node.each("users")]
        if not members:
            self.draft.notes.add("RotationWithoutPeople", node.place, name)
            return []
        starts = offset % len(members)
        turned = tuple(members[starts:] + members[:starts])
        rotation = Rotation(
            name=name,
            source_id=node.text("id"),
            pattern=Turns("weekly"),
            start=wall_in(node.instant("handover_start_at"), zone),
            members=turned,
            only=_windows(node.each("working_intervals")),
            place=node.place,
        )
        return self._handed_over(rotation, node, schedule)

    def _member(self, node: Node, schedule: str) -> Member:
        if node.text("id") == NOBODY or not node.is_there:
            return ()
        user = self._person(node)
        if user is None:
            person = (node.text("email") or node.text("id")).lower()
            self.draft.notes.add(
                "BlockedUser",
                node.place,
                node.text("name") or person,
                explains=Explained(schedule, person),
            )
        return (user,) if user else ()

    def _handed_over(self, rotation: Rotation, node: Node, schedule: str) -> list[Rotation]:
        handovers = [
            (it.text("interval_type"), it.whole("interval", 1, least=1, most=1_000))
            for it in node.each("handovers")
        ] or [("weekly", 1)]
        if any(unit not in _UNITS for unit, _ in handovers):
            node.at("handovers").fail("must have an interval_type: hourly, daily or weekly")
        is_regular = len(set(handovers)) == 1 or len(set(rotation.members)) == 1
        if is_regular:
            return [replace(rotation, pattern=Turns(*handovers[0]))]
        return self._alternating(rotation, handovers, node, schedule)

    def _alternating(
        self,
        rotation: Rotation,
        handovers: Sequence[tuple[str, int]],
        node: Node,
        schedule: str,
    ) -> list[Rotation]:
        """Turns of different lengths: a layer for each, which comes again when all have passed."""
        lengths = [_UNITS[unit] * every for unit, every in handovers]
        total = sum(lengths, timedelta())
        place = node.at("handovers").place
        is_sayable = (
            total % DAY == timedelta()
            and max(lengths) <= _LONGEST_SHIFT
            and len(lengths) <= _HANDOVERS_LIMIT
            and rotation.start.second == 0
        )
        if not is_sayable:
            self.draft.notes.add(
                "AlternatingHandovers", place, rotation.name, explains=Explained(schedule)
            )
            return [replace(rotation, pattern=Turns(*handovers[0]))]
        people = len(rotation.members)
        turns = people // gcd(people, len(lengths))
        # Turns are counted backwards too, and shifts by a rule have a first one.
        ahead = rotation.start - self.draft.at.replace(tzinfo=None) + _CLOCK_CHANGE
        rounds = max(0, -(-ahead // total))
        rotations, begins = [], rotation.start - rounds * total
        for at, length in enumerate(lengths):
            members = tuple(
                rotation.members[(at + (turn - rounds) * len(lengths)) % people]
                for turn in range(turns)
            )
            rotations.append(
                replace(
                    rotation,
                    name=f"{rotation.name} {at + 1} of {len(lengths)}",
                    pattern=Rule(f"FREQ=DAILY;INTERVAL={total // DAY}", length),
                    start=begins,
                    members=members,
                )
            )
            begins += length
        return rotations

    # Who is asked

    def _path(self, node: Node) -> None:
        id_, written = node.needed("id"), node.text("name")
        nodes = self._straight(node.each("path"))
        steps: list[Step] = []
        first_wait, repeat = timedelta(), 0
        for at, each in enumerate(nodes):
            kind = each.text("type")
            if kind == "repeat":
                repeat = self._repeat(each, nodes[0], nodes[at + 1 :])
                break
            if kind in ("level", "notify_channel"):
                steps.append(self._step(each, each.at(kind)))
                continue
            seconds = each.at("delay").whole("delay_seconds", 0, most=10**7)
            if kind != "delay":
                self.draft.notes.add("StepDropped", each.place, kind)
            elif steps:
                steps[-1].delay = (steps[-1].delay or timedelta()) + timedelta(seconds=seconds)
            else:
                first_wait += timedelta(seconds=seconds)
        again = node.at("repeat_config")
        if again.has("repeat_after_seconds"):
            seconds = again.whole("repeat_after_seconds", 0)
            self.draft.notes.add(
                "RepeatAfter",
                again.place,
                f"{written}: after {spelled(timedelta(seconds=seconds))}",
            )
        name = self.draft.add_policy(id_, written, steps, place=node.place, repeat=repeat)
        if first_wait and name is not None:
            self.draft.holds[name] = first_wait
            self.draft.notes.add("PolicyFirstStepWaits", node.place, spelled(first_wait))
        if node.each("working_hours"):
            self.draft.notes.add("HoursNotCarried", node.at("working_hours").place, written)

    def _step(self, node: Node, inner: Node) -> Step:
        delay = timedelta(seconds=inner.whole("time_to_ack_seconds", 300, most=10**7))
        return Step(targets=self._targets(inner), delay=delay, place=node.place)

    def _repeat(self, node: Node, first: Node, after: Sequence[Node]) -> int:
        inner = node.at("repeat")
        if inner.text("to_node") not in ("", first.text("id")):
            self.draft.notes.add("RepeatAfter", node.place, f"from {inner.text('to_node')} on")
        for later in after:
            self.draft.notes.add("StepsAfterRepeat", later.place, later.text("type"))
        return inner.whole("repeat_times", 1, most=1_000)

    def _straight(self, nodes: Sequence[Node]) -> list[Node]:
        """A path without its branches: of each, the one that pages."""
        found: list[Node] = []
        waiting = list(reversed(nodes))
        while waiting:
            node = waiting.pop()
            if node.text("type") != "if_else":
                found.append(node)
                continue
            inner = node.at("if_else")
            then, otherwise = inner.each("then_path"), inner.each("else_path")
            labels = [
                it.at("subject").text("label") or it.at("subject").text("reference")
                for it in inner.each("conditions")
            ]
            taken = "then_path" if then else "else_path"
            self.draft.notes.add("ConditionalPath", node.place, f"{', '.join(labels)}: {taken}")
            waiting += reversed(then or otherwise)
        return found

    def _targets(self, node: Node) -> list[dict[str, Any]]:
        if node.text("ack_mode", "first") == "all":
            self.draft.notes.add("AckModeAll", node.place)
        if node.at("round_robin_config").flag("enabled"):
            self.draft.notes.add("RoundRobin", node.at("round_robin_config").place)
        targets: list[dict[str, Any]] = []
        for target in node.each("targets"):
            if target.text("urgency", "high") == "low":
                self.draft.notes.add("LowUrgency", target.place, target.text("type"))
            targets += self._target(target)
        return targets

    def _target(self, node: Node) -> list[dict[str, Any]]:
        kind, id_ = node.text("type"), node.text("id")
        if kind == "schedule":
            return self._schedule_target(node, id_)
        if kind == "user":
            user = self._person(node)
            if user is None:
                self.draft.notes.add("BlockedUser", node.place, id_)
            return [{"user": user}] if user else []
        if kind == "slack_channel" and SLACK_CHANNEL.fullmatch(id_):
            return [{"channel": self._slack(id_, node.place)}]
        self.draft.notes.add("PolicyUnsupportedTarget", node.place, f"{kind} {id_}")
        return []

    def _schedule_target(self, node: Node, id_: str) -> list[dict[str, Any]]:
        mode = node.text("schedule_mode", "currently_on_call")
        if mode.startswith("all_users"):
            people = self.people_of.get(id_, [])
            self.draft.notes.add("AllNotified", node.place, ", ".join(people))
            return [{"user": it} for it in people]
        if mode != "currently_on_call":
            self.draft.notes.add(
                "PolicyUnsupportedTarget",
                node.place,
                mode,
                to_do="The whole schedule is asked; name one of its parts.",
            )
        targets = self.draft.on_call(id_)
        if not targets:
            self.draft.notes.add("PolicyUnsupportedTarget", node.place, f"schedule {id_}")
        return targets

    def _slack(self, id_: str, place: str) -> str:
        for channel in self.draft.sections["channels"]:
            if channel.get("channel") == id_:
                return str(channel["name"])
        secret = self.draft.secret("slack", None, place)
        body = {"type": "slack", "secret": secret, "channel": id_}
        return self.draft.add("channels", f"slack {id_}", place, body)


def _joined(
    made: Sequence[tuple[Version, list[Rotation]]],
    versions: Sequence[Version],
    zone: str,
    at: datetime,
) -> list[Rotation]:
    """One rotation with versions, or one for each, which begin and end."""
    is_in_all = [version for version, _ in made] == list(versions)
    is_one_each = all(len(rotations) == 1 for _, rotations in made)
    if is_in_all and is_one_each and len(made) > 1:
        first = made[0][1][0]
        later = tuple((it.since or at, rotations[0]) for it, rotations in made[1:])
        begins = _wall(made[0][0].since, zone, at)
        return [replace(first, begins=begins, versions=later)]
    return [
        replace(
            rotation,
            begins=_wall(version.since, zone, at),
            until=None if version.until is None else wall_in(version.until, zone),
        )
        for version, rotations in made
        for rotation in rotations
    ]


def _wall(instant: datetime | None, zone: str, at: datetime) -> datetime | None:
    return None if instant is None or instant <= at else wall_in(instant, zone)


def _windows(nodes: Sequence[Node]) -> tuple[Window, ...]:
    found = []
    for node in nodes:
        day = node.text("weekday").lower()
        if day not in _WEEKDAYS:
            node.at("weekday").fail("must be a day such as monday")
        ends = node.clock("end_time") if node.text("end_time") != "24:00" else time()
        begins = node.clock("start_time")
        found.append(
            Window((_WEEKDAYS.index(day),), begins.replace(second=0), ends.replace(second=0))
        )
    return merged(found)
