"""Grafana OnCall: answers of its API.

How shifts follow each other was read from its documentation and from what its own calendar shows:
turns of weekly and monthly shifts are counted from `start`, those of daily and hourly ones from the
first shift that `rotation_start` lets begin.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from tocsin.domain.duration import spelled
from tocsin.domain.integration import IntegrationType
from tocsin_cli.importing.answers import Answers, read_answers
from tocsin_cli.importing.matching import parsed
from tocsin_cli.importing.rotations import (
    DAY,
    HOUR,
    WEEK,
    Member,
    Rotation,
    Rule,
    Turns,
    Window,
    day_window,
)
from tocsin_cli.importing.sources import Node, wall_in
from tocsin_cli.importing.team_file_out import (
    RULES_LIMIT,
    Draft,
    Override,
    Step,
    email,
    local_part,
    quoted,
    slack_id,
)

REPEATS: Final = 5
"""As often as OnCall repeats at most."""
ICAL_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_ROLES: Final = {"admin": "admin", "viewer": "viewer", "none": "viewer"}
_METHODS: Final = {
    "notify_by_email": "email",
    "notify_by_sms": "sms",
    "notify_by_phone_call": "sms",
    "notify_by_slack": "slack",
}
_FIELDS: Final = {"email": "email", "sms": "phone", "slack": "slack_id"}
_TYPES: Final = {
    "grafana_alerting": "grafana",
    "legacy_grafana_alerting": "grafana",
    "legacy_alertmanager": "alertmanager",
    "webhook": "generic",
    "formatted_webhook": "generic",
    "newrelic": "newrelic",
    "uptimerobot": "uptimerobot",
    "amazon_sns": "sns",
    "elastalert": "generic",
    "stackdriver": "gcp-monitoring",
    **{it.value.replace("-", "_"): it.value for it in IntegrationType},
}
_PAIR: Final = re.compile(r'\s*\\?"([\w.-]+)\\?"\s*:\s*\\?"([^"\\]*)\\?"\s*')
_CODES: Final = {
    "notify_user_group": "a Slack group",
    "notify_whole_channel": "everybody in a Slack channel",
    "notify_if_num_alerts_in_window": "only if enough alerts come",
    "resolve": "resolves the alert",
    "declare_incident": "declares an incident",
}
_MONTH_DAYS: Final = range(1, 29)


@dataclass(slots=True)
class Source:
    users: list[Node] = field(default_factory=list)
    has_users: bool = False
    teams: list[Node] = field(default_factory=list)
    schedules: list[Node] = field(default_factory=list)
    shifts: list[Node] = field(default_factory=list)
    chains: list[Node] = field(default_factory=list)
    steps: list[Node] = field(default_factory=list)
    integrations: list[Node] = field(default_factory=list)
    routes: list[Node] = field(default_factory=list)
    rules: list[Node] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    _places: dict[str, list[int]] = field(default_factory=dict)
    _named: dict[str, list[int]] = field(default_factory=dict)

    def shifts_of(self, schedule: Node) -> list[Node]:
        """Those that a schedule lists, and those that name it, in the order of all."""
        if not self._places:
            for place, it in enumerate(self.shifts):
                self._places.setdefault(it.text("id"), []).append(place)
                self._named.setdefault(it.text("schedule"), []).append(place)
        listed = {it.written() for it in schedule.each("shifts")}
        places = {place for it in listed for place in self._places.get(it, ())}
        places.update(self._named.get(schedule.needed("id"), ()))
        return [self.shifts[it] for it in sorted(places)]


def read(path: Path) -> Source:
    """Read answers of the API.

    Raises:
        SourceError: It is something else.
    """
    return from_answers(read_answers(path, "GET /api/v1/schedules/"))


def from_answers(answers: Answers) -> Source:
    def listed(name: str) -> list[Node]:
        found = answers.listed(f"(?:/oncall)?/api/v1/{name}", "results")
        single = list(answers.of(f"(?:/oncall)?/api/v1/{name}/[^/]+"))
        by_id = {it.text("id"): it for it in single}
        return [by_id.pop(it.text("id"), it) for it in found] + list(by_id.values())

    source = Source(
        users=listed("users"),
        teams=listed("teams"),
        schedules=listed("schedules"),
        shifts=listed("on_call_shifts"),
        chains=listed("escalation_chains"),
        steps=listed("escalation_policies"),
        integrations=listed("integrations"),
        routes=listed("routes"),
        rules=listed("personal_notification_rules"),
        has_users=bool(answers.of("(?:/oncall)?/api/v1/users")),
    )
    source.left = answers.unread()
    return source


def fill(source: Source, made: Draft) -> None:
    """Add all that the source has."""
    _Import(source, made).run()


@dataclass(slots=True)
class _Chain:
    """Steps of a policy, as a chain's steps make them."""

    steps: list[Step] = field(default_factory=list)
    repeat: int = 0
    first_wait: timedelta = timedelta()
    _is_new: bool = True
    """Whether what is asked next is a step of its own."""
    _only: list[dict[str, Any]] = field(default_factory=list)

    def wait(self, wait: timedelta) -> None:
        if not self.steps:
            self.first_wait += wait
        else:
            self.steps[-1].delay = (self.steps[-1].delay or timedelta()) + wait
        self._is_new = True

    def hold(self, only: list[dict[str, Any]]) -> None:
        self._only = only
        if self.steps and not self._is_new:
            self.steps[-1].delay = timedelta(seconds=1)
        self._is_new = True

    def ask(self, targets: list[dict[str, Any]], place: str) -> None:
        if self._is_new:
            self.steps.append(Step(place=place, only=self._only))
        self.steps[-1].targets += targets
        self._is_new = False


@dataclass(slots=True)
class _Import:
    source: Source
    draft: Draft
    integrations: dict[str, str] = field(default_factory=dict)
    """Names by the source's id."""
    steps: dict[str, list[Node]] = field(default_factory=dict)
    """By the id of their chain."""
    routes: dict[str, list[Node]] = field(default_factory=dict)
    """By the id of their integration."""

    def run(self) -> None:
        if len(self.source.teams) == 1:
            node = self.source.teams[0]
            self.draft.team = self.draft.names.give("team", node.text("name"), node.place)
        elif self.source.teams:
            place = self.source.teams[0].place
            self.draft.notes.add("SeveralTeams", place, str(len(self.source.teams)))
        rules = _by(self.source.rules, "user_id")
        self.steps = _by(self.source.steps, "escalation_chain_id")
        self.routes = _by(self.source.routes, "integration_id")
        for node in self.source.users:
            self._user(node, rules.get(node.text("id"), []))
        self._schedules()
        for node in self.source.chains:
            self._chain(node)
        for node in self.source.integrations:
            self._integration(node)
        for place in self.source.left:
            self.draft.notes.add("NotImported", place)

    # People

    def _user(self, node: Node, rules: Sequence[Node]) -> None:
        id_, address = node.needed("id"), node.text("email")
        accounts = [it.text("user_id") for it in node.one_or_more("slack")]
        slack = next((it for it in map(slack_id, accounts) if it), None)
        body: dict[str, Any] = {
            "email": email(address),
            "slack_id": slack,
            "time_zone": node.zone("timezone"),
            "role": _ROLES.get(node.text("role"), "responder"),
        }
        written = local_part(node.text("username") or address)
        body["notify"] = self._rules(body, rules)
        self.draft.add_user((id_, address), written, node.place, body)

    def _rules(self, user: dict[str, Any], rules: Sequence[Node]) -> list[dict[str, Any]]:
        notify: list[dict[str, Any]] = []
        after = {True: timedelta(), False: timedelta()}
        for rule in sorted(rules, key=lambda it: it.whole("position", 0)):
            is_important = rule.flag("important")
            kind = rule.text("type")
            if kind == "wait":
                after[is_important] += timedelta(seconds=rule.whole("duration", 0, most=86_400))
                continue
            if kind not in _METHODS:
                self.draft.notes.add("ContactNotCarried", rule.place, kind)
                continue
            by = _METHODS[kind]
            if kind == "notify_by_phone_call":
                self.draft.notes.add("VoiceRule", rule.place, spelled(after[is_important]))
            if not user.get(_FIELDS[by]):
                self.draft.notes.add("AddressMissing", rule.place, f"{kind}: no {_FIELDS[by]}")
                continue
            severity = ["critical"] if is_important else ["warning", "info"]
            body = {"after": spelled(after[is_important]), "by": by, "severity": severity}
            if body not in notify and after[is_important] <= DAY:
                notify.append(body)
        if any(it.flag("important") for it in rules):
            self.draft.notes.add("ImportantRules", rules[0].place)
        return notify[:RULES_LIMIT]

    def _people(self, ids: Sequence[Node]) -> list[str]:
        found = []
        for node in ids:
            id_ = node.written()
            if self.source.has_users and not self.draft.knows(id_):
                self.draft.notes.add("UserGone", node.place, id_)
                continue
            user = self.draft.user(id_, place=node.place)
            if user is not None and user not in found:
                found.append(user)
        return found

    # Who is on call

    def _schedules(self) -> None:
        used: set[str] = set()
        for node in self.source.schedules:
            used |= {it.text("id") for it in self.source.shifts_of(node)}
            self._schedule(node)
        for shift in self.source.shifts:
            if shift.text("id") not in used:
                self._lone_shift(shift)

    def _schedule(self, node: Node) -> None:
        id_, written, kind = node.needed("id"), node.text("name"), node.text("type", "web")
        if kind == "ical":
            self.draft.notes.add("CalendarByAddress", node.place, written)
            self.draft.schedules[id_] = []
            return
        if node.text("ical_url_overrides"):
            self.draft.notes.add("CalendarByAddress", node.place, f"{written}: its overrides")
        zone = zone_of_schedule(node)
        shifts = self.source.shifts_of(node)
        rotations = [
            (it.whole("level", 0), self._shift(it, id_, zone, is_web=kind == "web"))
            for it in shifts
            if it.text("type") != "override"
        ]
        levels: dict[int, list[Rotation]] = {}
        for level, rotation in sorted(rotations, key=lambda it: -it[0]):
            if rotation is not None:
                levels.setdefault(level, []).append(rotation)
        overrides = [
            override
            for it in shifts
            if it.text("type") == "override"
            and (override := self._override(it, zone, is_web=kind == "web")) is not None
        ]
        names = self.draft.add_schedule(
            id_, written, zone, list(levels.values()), overrides, place=node.place
        )
        if kind == "web" and node.zone("time_zone") not in ("", "UTC", "Etc/UTC") and names:
            about = ("schedules", names[0])
            self.draft.notes.add("UtcHandoff", node.place, node.text("time_zone"), about=about)

    def _lone_shift(self, node: Node) -> None:
        """One that no schedule of the source has."""
        zone = node.zone("time_zone") or "UTC"
        key = f"shift {node.text('id')}"
        self.draft.notes.add("ShiftWithoutSchedule", node.place, node.text("name"))
        if node.text("type") == "override":
            return
        rotation = self._shift(node, key, zone, is_web=False)
        level = [] if rotation is None else [rotation]
        self.draft.add_schedule(key, node.text("name"), zone, [level], place=node.place)

    def _shift(self, node: Node, schedule: str, zone: str, *, is_web: bool) -> Rotation | None:
        name = node.text("name", "shift")
        members = self._members(node)
        if not members:
            self.draft.notes.add("RotationWithoutPeople", node.place, name)
            return None
        shift = Shift.of(node, zone, is_web=is_web)
        own_zone = node.zone("time_zone")
        if own_zone and own_zone != zone and not is_web:
            self.draft.differs("LayerZone", node.place, f"{name}: {own_zone}", schedule)
            shift = shift.moved(own_zone, zone, self.draft.at)
        if shift.ends is not None and shift.ends <= wall_in(self.draft.at, zone):
            self.draft.notes.add("RotationEnded", node.place, name)
            return None
        return self._rotation(node, schedule, shift, members, wall_in(self.draft.at, zone))

    def _members(self, node: Node) -> tuple[Member, ...]:
        if node.text("type") != "rolling_users":
            people = self._people(node.each("users"))
            return (tuple(people),) if people else ()
        groups = [tuple(self._people(it.each())) for it in node.each("rolling_users")]
        first = node.whole("start_rotation_from_user_index", 0, most=10_000)
        turned = groups[first:] + groups[:first] if first < len(groups) else groups
        return tuple(it for it in turned if it)

    def _rotation(
        self,
        node: Node,
        schedule: str,
        shift: Shift,
        members: tuple[Member, ...],
        at: datetime,
    ) -> Rotation:
        name = node.text("name", "shift")
        rotation = Rotation(
            name=name,
            source_id=node.text("id"),
            pattern=Turns("daily"),
            start=shift.start,
            members=members,
            begins=shift.begins if shift.begins > at else None,
            place=node.place,
        )
        match shift.frequency:
            case "":
                ends = shift.start + shift.duration
                return replace(rotation, begins=shift.start, until=ends)
            case "hourly":
                made = self._hourly(rotation, shift, schedule)
            case "daily":
                made = _daily(rotation, shift)
            case "weekly":
                made = _weekly(rotation, shift)
            case _:
                made = self._monthly(rotation, shift, schedule)
        return self._within_one_shift(made, shift, schedule)

    def _hourly(self, rotation: Rotation, shift: Shift, schedule: str) -> Rotation:
        length = shift.interval * HOUR
        if shift.duration != length:
            self.draft.differs("HourlyShift", rotation.place, rotation.name, schedule)
        days = tuple(Window((day,), *_MIDNIGHTS) for day in shift.days)
        return replace(
            rotation,
            pattern=Turns("hourly", shift.interval),
            start=shift.first,
            only=days,
            until=shift.last_end(length),
        )

    def _monthly(self, rotation: Rotation, shift: Shift, schedule: str) -> Rotation:
        days = shift.month_days or (shift.start.day,)
        if shift.months or any(it not in _MONTH_DAYS for it in days):
            self.draft.differs("MonthlyShift", rotation.place, rotation.name, schedule)
        rule = f"FREQ=MONTHLY;INTERVAL={shift.interval};BYMONTHDAY={','.join(map(str, days))}"
        if shift.months:
            rule += f";BYMONTH={','.join(map(str, shift.months))}"
        start = (
            shift.start.replace(day=min(it for it in days if it > 0))
            if any(it in _MONTH_DAYS for it in days)
            else shift.start
        )
        return replace(
            rotation,
            pattern=Rule(shift.with_until(rule), shift.duration),
            start=start,
            shifts_per_turn=len(days),
        )

    def _within_one_shift(self, rotation: Rotation, shift: Shift, schedule: str) -> Rotation:
        """Shifts of a layer never meet."""
        if not isinstance(rotation.pattern, Rule):
            return rotation
        room = shift.room()
        if rotation.pattern.duration <= room:
            return rotation
        self.draft.differs("OverlappingShifts", rotation.place, rotation.name, schedule)
        return replace(rotation, pattern=replace(rotation.pattern, duration=room))

    def _override(self, node: Node, zone: str, *, is_web: bool) -> Override | None:
        shift = Shift.of(node, zone, is_web=is_web)
        groups = [it.each() for it in node.each("rolling_users")] or [node.each("users")]
        people = self._people([it for group in groups for it in group])
        own_zone = ZoneInfo(zone if is_web else node.zone("time_zone") or zone)
        begins = shift.start.replace(tzinfo=own_zone).astimezone(UTC)
        if not people:
            self.draft.notes.add("RotationWithoutPeople", node.place, node.text("name"))
            return None
        return Override(
            user=people[0],
            also=tuple(people[1:]),
            begins=begins,
            ends=begins + shift.duration,
            place=node.place,
        )

    # Who is asked

    def _chain(self, node: Node) -> None:
        id_, written = node.needed("id"), node.text("name")
        own = sorted(self.steps.get(id_, []), key=lambda it: it.whole("position", 0))
        chain = _Chain()
        for at, step in enumerate(own):
            if step.text("type") == "repeat_escalation":
                chain.repeat = REPEATS
                for later in own[at + 1 :]:
                    self.draft.notes.add("StepsAfterRepeat", later.place, later.text("type"))
                break
            self._chain_step(chain, step)
        if not chain.steps:
            self.draft.notes.add("PolicyWithoutTargets", node.place, written)
            self.draft.policies[id_] = None
            return
        more = {"time_zone": "UTC"} if any(it.only for it in chain.steps) else {}
        name = self.draft.add_policy(
            id_, written, chain.steps, place=node.place, repeat=chain.repeat, more=more
        )
        if chain.first_wait and name is not None:
            self.draft.holds[name] = chain.first_wait
            self.draft.notes.add("PolicyFirstStepWaits", node.place, spelled(chain.first_wait))

    def _chain_step(self, chain: _Chain, step: Node) -> None:
        match step.text("type"):
            case "wait":
                chain.wait(timedelta(seconds=step.whole("duration", 300, most=86_400 * 7)))
            case "notify_if_time_from_to":
                begins, ends = step.clock("notify_if_time_from"), step.clock("notify_if_time_to")
                chain.hold([Window(tuple(range(7)), begins, ends).written()])
                self.draft.notes.add("StepHours", step.place, f"{begins} to {ends} UTC")
            case _:
                targets = self._targets(step)
                if targets:
                    chain.ask(targets, step.place)

    def _targets(self, step: Node) -> list[dict[str, Any]]:
        kind = step.text("type")
        if step.flag("important"):
            self.draft.notes.add("ImportantStep", step.place, kind)
        match kind:
            case "notify_on_call_from_schedule":
                schedule = step.text("notify_on_call_from_schedule")
                targets = self.draft.on_call(schedule)
                if not targets:
                    self.draft.notes.add(
                        "PolicyUnsupportedTarget", step.place, f"schedule {schedule}"
                    )
                return targets
            case "notify_persons":
                return [{"user": it} for it in self._people(step.each("persons_to_notify"))]
            case "notify_person_next_each_time":
                people = self._people(step.each("persons_to_notify_next_each_time"))
                self.draft.notes.add("RoundRobin", step.place, ", ".join(people))
                return [{"user": it} for it in people]
            case "notify_team_members":
                team = step.text("notify_to_team_members")
                ids = [
                    it.at("id")
                    for it in self.source.users
                    if team in [each.written() for each in it.each("teams")]
                ]
                people = self._people(ids)
                self.draft.notes.add("AllNotified", step.place, ", ".join(people))
                return [{"user": it} for it in people]
            case "trigger_webhook" | "trigger_action":
                self.draft.notes.add("WebhookStep", step.place, step.text("action_to_trigger"))
            case _:
                self.draft.notes.add("StepDropped", step.place, _CODES.get(kind, kind))
        return []

    # Where alerts come from

    def _integration(self, node: Node) -> None:
        written, kind = node.text("name"), node.text("type")
        if kind in ("inbound_email", "direct_paging", "manual", "maintenance"):
            code = "EmailIntegration" if kind == "inbound_email" else "NotImported"
            self.draft.notes.add(code, node.place, f"{written} ({kind})")
            return
        name = self.draft.add(
            "integrations", written, node.place, {"type": _TYPES.get(kind, "generic")}
        )
        self.integrations[node.text("id")] = name
        if _TYPES.get(kind, "generic") == "generic":
            self.draft.notes.add("IntegrationType", node.place, kind, about=("integrations", name))
        key = node.text("link").rstrip("/").rpartition("/")[2]
        token = self.draft.token(name, key, node.place) if key else None
        if token is not None:
            self.draft.sections["integrations"][-1]["token"] = token
        if any(it.is_there for _, it in node.at("templates").members()):
            self.draft.notes.add("IntegrationActions", node.place, written)
        if node.has("heartbeat"):
            self.draft.notes.add("HeartbeatNotCarried", node.place, f"that of {written}")
        if node.has("maintenance_mode"):
            self.draft.notes.add("MaintenanceNotCarried", node.place, written)
        self._routes(node, name)

    def _routes(self, node: Node, name: str) -> None:
        match = f"integration={quoted(name)}"
        own = self.routes.get(node.text("id"), [])
        for route in sorted(own, key=lambda it: it.whole("position", 0)):
            kind, pattern = route.text("routing_type", "regex"), route.text("routing_regex")
            if kind == "jinja2":
                self.draft.notes.add("JinjaRoute", route.place, pattern)
                continue
            policy = self._policy(route)
            pair = _PAIR.fullmatch(pattern)
            matcher = parsed(f"label.{pair[1]}=~{quoted(pair[2])}") if pair else None
            if matcher is None:
                self.draft.notes.add("RegexRoute", route.place, pattern)
            elif policy is None:
                self.draft.notes.add("RouteToNobody", route.place, pattern)
            else:
                self.draft.add_route(
                    f"{name} {pair[2] if pair else ''}", route.place, [match, matcher], policy
                )
        last = node.at("default_route")
        policy = self._policy(last)
        if policy is None:
            self.draft.notes.add("RouteToNobody", last.place, name)
        else:
            self.draft.add_route(name, last.place, [match], policy)

    def _policy(self, route: Node) -> str | None:
        return self.draft.policies.get(route.text("escalation_chain_id"))


def _by(nodes: Sequence[Node], name: str) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = {}
    for node in nodes:
        found.setdefault(node.text(name), []).append(node)
    return found


_MIDNIGHTS: Final = (datetime.min.time(), datetime.min.time())


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift's times, on the wall of the schedule's zone."""

    start: datetime
    rotation_start: datetime
    duration: timedelta
    frequency: str
    """Empty: once."""
    interval: int
    days: tuple[int, ...]
    month_days: tuple[int, ...]
    months: tuple[int, ...]
    week_start: int
    until: datetime | None
    """No shift begins after it; one that has begun goes on."""
    is_web: bool

    @classmethod
    def of(cls, node: Node, zone: str, *, is_web: bool) -> Shift:
        start = node.wall("start")
        rotation_start = node.wall("rotation_start") if node.has("rotation_start") else start
        until = node.instant_or_none("until")
        week_start = node.text("week_start", "MO")
        if week_start not in ICAL_DAYS:
            node.at("week_start").fail("must be MO, TU, WE, TH, FR, SA or SU")
        is_single = node.text("type") in ("single_event", "override")
        frequency = "" if is_single else node.text("frequency")
        if frequency not in ("", "hourly", "daily", "weekly", "monthly"):
            node.at("frequency").fail("must be hourly, daily, weekly or monthly")
        seconds = node.whole("duration", least=60, most=400 * 86_400)
        return cls(
            start=start,
            rotation_start=rotation_start,
            duration=timedelta(seconds=seconds),
            frequency=frequency,
            interval=node.whole("interval", 1, least=1, most=1_000),
            days=tuple(sorted({_day(it) for it in node.each("by_day")})),
            month_days=tuple(sorted({it.whole_value(-31, 31) for it in node.each("by_monthday")})),
            months=tuple(sorted({it.whole_value(1, 12) for it in node.each("by_month")})),
            week_start=ICAL_DAYS.index(week_start),
            until=None if until is None else wall_in(until, zone),
            is_web=is_web,
        )

    def moved(self, before: str, after: str, at: datetime) -> Shift:
        """The same shift in another zone, as clocks stand at an instant."""
        offsets = [at.astimezone(ZoneInfo(it)).utcoffset() or timedelta() for it in (before, after)]
        by = offsets[1] - offsets[0]
        return replace(self, start=self.start + by, rotation_start=self.rotation_start + by)

    @property
    def ends(self) -> datetime | None:
        """When it is over for good."""
        if not self.frequency:
            return self.start + self.duration
        return None if self.until is None else self.until + self.duration

    @property
    def begins(self) -> datetime:
        """Nobody is on call before."""
        if not self.frequency or self.start >= self.rotation_start:
            return self.start
        if self.frequency == "monthly":
            return self.rotation_start
        if not self.days:
            return self.first
        # With days of the week: the first shift that `rotation_start` lets begin, or runs then.
        wall = self.start + (self.rotation_start - self.start - self.duration) // DAY * DAY
        wall = max(wall, self.start)
        while wall.weekday() not in self.days or not self.counts(wall):
            wall += DAY
        return wall

    def counts(self, wall: datetime) -> bool:
        """Whether the shift that begins then is on call."""
        if self.start >= self.rotation_start:
            return True
        # A shift of a web schedule that runs at `rotation_start` is one that is on call.
        return (
            wall + self.duration > self.rotation_start
            if self.is_web
            else wall >= self.rotation_start
        )

    @property
    def period(self) -> timedelta:
        return {"hourly": HOUR, "daily": DAY, "weekly": WEEK}[self.frequency] * self.interval

    @property
    def first(self) -> datetime:
        """The first that is on call; of daily and hourly shifts, its people come first."""
        if self.start >= self.rotation_start:
            return self.start
        late = self.rotation_start - self.start - (self.duration if self.is_web else timedelta())
        skipped = late // self.period + 1 if self.is_web else -(-late // self.period)
        return self.start + max(0, skipped) * self.period

    def last_end(self, length: timedelta) -> datetime | None:
        if self.until is None:
            return None
        return self.start + ((self.until - self.start) // self.period) * self.period + length

    def with_until(self, rule: str) -> str:
        return rule if self.until is None else f"{rule};UNTIL={self.until:%Y%m%dT%H%M%S}"

    def room(self) -> timedelta:
        """How long a shift may last until the next begins."""
        if self.frequency == "monthly":
            days = sorted(self.month_days) or [self.start.day]
            gaps = [b - a for a, b in zip(days, [*days[1:], days[0] + 28], strict=True)]
            return max(1, min(gaps)) * DAY
        if not self.days or self.frequency == "hourly":
            return min(self.period, 31 * DAY)
        gaps = [b - a for a, b in zip(self.days, [*self.days[1:], self.days[0] + 7], strict=True)]
        return min(gaps) * DAY


def _day(node: Node) -> int:
    written = node.written().upper()
    if written not in ICAL_DAYS:
        node.fail("must be MO, TU, WE, TH, FR, SA or SU")
    return ICAL_DAYS.index(written)


def _by_day(days: Sequence[int]) -> str:
    return ",".join(ICAL_DAYS[day] for day in days)


def _daily(rotation: Rotation, shift: Shift) -> Rotation:
    if shift.days:
        rule = f"FREQ=WEEKLY;BYDAY={_by_day(shift.days)}"
        start = shift.begins
        while start.weekday() not in shift.days:
            start += DAY
        return replace(
            rotation,
            pattern=Rule(shift.with_until(rule), shift.duration),
            start=start,
            shifts_per_turn=shift.interval,
        )
    if shift.duration == shift.period:
        return replace(
            rotation,
            pattern=Turns("daily", shift.interval),
            start=shift.first,
            until=shift.last_end(shift.duration),
        )
    rule = f"FREQ=DAILY;INTERVAL={shift.interval}" if shift.interval > 1 else "FREQ=DAILY"
    return replace(
        rotation, pattern=Rule(shift.with_until(rule), shift.duration), start=shift.first
    )


def _weekly(rotation: Rotation, shift: Shift) -> Rotation:
    if not shift.days:
        if shift.duration == shift.period:
            return replace(
                rotation,
                pattern=Turns("weekly", shift.interval),
                until=shift.last_end(shift.duration),
            )
        every = f";INTERVAL={shift.interval}" if shift.interval > 1 else ""
        return replace(
            rotation, pattern=Rule(shift.with_until(f"FREQ=WEEKLY{every}"), shift.duration)
        )
    start = shift.start
    if start.weekday() not in shift.days:
        first = min(shift.days, key=lambda day: (day - shift.week_start) % 7)
        start += (first - start.weekday()) % 7 * DAY
    week = start - (start.weekday() - shift.week_start) % 7 * DAY
    if shift.interval == 1 and shift.duration <= DAY:
        window = day_window(shift.start.time(), int(shift.duration.total_seconds()), shift.days)
        return replace(
            rotation,
            pattern=Turns("weekly"),
            start=week,
            only=(window,),
            until=None if shift.until is None else _after_window(shift),
        )
    first = min(shift.days, key=lambda day: (day - shift.week_start) % 7)
    every = f";INTERVAL={shift.interval}" if shift.interval > 1 else ""
    rule = f"FREQ=WEEKLY{every};BYDAY={_by_day(shift.days)};WKST={ICAL_DAYS[shift.week_start]}"
    return replace(
        rotation,
        pattern=Rule(shift.with_until(rule), shift.duration),
        start=week + (first - shift.week_start) % 7 * DAY,
        shifts_per_turn=len(shift.days),
    )


def _after_window(shift: Shift) -> datetime | None:
    """When the last shift ends that has begun by `until`."""
    until = shift.until
    if until is None:
        return None
    for back in range(2):
        begins = datetime.combine(until.date() - back * DAY, shift.start.time())
        if begins.weekday() in shift.days and begins <= until < begins + shift.duration:
            return begins + shift.duration
    return until


def zone_of_schedule(node: Node) -> str:
    """The zone of a schedule's times: those of one made in the browser are UTC."""
    if node.text("type", "web") == "web":
        return "UTC"
    return node.zone("time_zone") or "UTC"
