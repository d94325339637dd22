"""Opsgenie: answers of its API, or the folder that its backup tool writes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path
from typing import Any, Final

from tocsin.domain.duration import spelled
from tocsin.domain.integration import IntegrationType
from tocsin_cli.importing.answers import FILES_LIMIT, Answers, read_answers
from tocsin_cli.importing.matching import parsed
from tocsin_cli.importing.notes import Explained
from tocsin_cli.importing.rotations import (
    DAYS,
    Member,
    Rotation,
    Turns,
    Window,
    merged,
    week_windows,
)
from tocsin_cli.importing.sources import Node, SourceError, read_json, wall_in
from tocsin_cli.importing.team_file_out import (
    RULES_LIMIT,
    Draft,
    Override,
    Step,
    email,
    full_name,
    instant,
    local_part,
    one_of,
    quoted,
    reason,
)
from tocsin_cli.text import clean

FOLDERS: Final = ("users", "teams", "schedules", "escalations", "integrations", "maintenance")
_ROLES: Final = {
    "owner": "admin",
    "admin": "admin",
    "user": "responder",
    "observer": "viewer",
    "stakeholder": "viewer",
}
_UNITS: Final = {
    "seconds": timedelta(seconds=1),
    "minutes": timedelta(minutes=1),
    "hours": timedelta(hours=1),
    "days": timedelta(days=1),
    "weeks": timedelta(weeks=1),
}
_SEVERITIES: Final = {
    "P1": "critical",
    "P2": "critical",
    "P3": "warning",
    "P4": "info",
    "P5": "info",
}
_EVERY_SEVERITY: Final[tuple[str, ...]] = ("critical", "warning", "info")
_METHODS: Final = {"email": "email", "sms": "sms", "voice": "sms"}
_FIELDS: Final = {"email": "email", "sms": "phone"}
_WEEKDAYS: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
_SHORTEST_PERIOD: Final = timedelta(seconds=30)
_LONGEST_PERIOD: Final = timedelta(days=366)
_TYPES: Final = {
    "api": "opsgenie",
    "prometheus": "opsgenie",
    "amazoncloudwatch": "sns",
    "cloudwatch": "sns",
    "amazonsns": "sns",
    "googlestackdriver": "gcp-monitoring",
    "stackdriver": "gcp-monitoring",
    "elastic": "kibana",
    "elasticwatcher": "kibana",
    "icinga": "icinga2",
    "newrelicv2": "newrelic",
    "pingdomv2": "pingdom",
    "azure": "azure-monitor",
    "azureoms": "azure-monitor",
    "statuspageio": "statuspage",
    **{it.value.replace("-", ""): it.value for it in IntegrationType},
}
"""By Opsgenie's type in lower case. Prometheus' Alertmanager speaks Opsgenie's own API."""
_OUTGOING: Final = frozenset(
    ("webhook", "slack", "slackapp", "jira", "jiraservicedesk", "msteams", "microsoftteams",
     "servicenow", "zendesk", "statuspageioout", "mattermost", "hipchat")
)  # fmt: skip
_MATCHED_FIELDS: Final = {
    "message": "name",
    "alias": "dedup_key",
    "entity": "object",
    "source": "source",
    "priority": "source_severity",
    "tags": "tags",
}


@dataclass(slots=True)
class Source:
    """What either form gives."""

    users: list[Node] = field(default_factory=list)
    contacts: list[tuple[str, Node]] = field(default_factory=list)
    """By the user's id or address, or a placeholder that says neither."""
    rules: list[tuple[str, Node]] = field(default_factory=list)
    teams: list[Node] = field(default_factory=list)
    routing: list[tuple[str, Node]] = field(default_factory=list)
    """By the team's id."""
    schedules: list[Node] = field(default_factory=list)
    overrides: list[tuple[str, Node]] = field(default_factory=list)
    """By the schedule's id or name."""
    escalations: list[Node] = field(default_factory=list)
    integrations: list[Node] = field(default_factory=list)
    actions: list[Node] = field(default_factory=list)
    heartbeats: list[Node] = field(default_factory=list)
    maintenance: list[Node] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    """Places of what is not read."""
    is_backup: bool = False
    _members: dict[str, Node] = field(default_factory=dict)

    def members(self, team: str) -> list[Node]:
        """The people of a team, by its id or name; only the reading of one team names them."""
        if not self._members:
            for it in reversed(self.teams):
                if it.has("members"):
                    self._members[it.text("name")] = it
                    self._members[it.text("id")] = it
        return self._members[team].each("members") if team in self._members else []


def read(path: Path) -> Source:
    """Read either form.

    Raises:
        SourceError: It is neither, or cannot be read.
    """
    folder = next((it for it in (path / "OpsGenieBackups", path) if _is_backup(it)), None)
    if folder is not None:
        return _read_backup(folder)
    return from_answers(read_answers(path, "GET /v2/users"))


def _is_backup(path: Path) -> bool:
    return path.is_dir() and any((path / name).is_dir() for name in FOLDERS)


def from_answers(answers: Answers) -> Source:
    whole_teams = [it.at("data") for it in answers.of(r"/v2/teams/[^/]+")]
    known = {it.text("id") for it in whole_teams}
    listed = answers.listed("/v2/teams", "data")
    beats = [it.at("data") for it in answers.of("/v2/heartbeats")]
    source = Source(
        users=answers.listed("/v2/users", "data"),
        contacts=[
            (it[0], node.at("data")) for it, node in answers.found(r"/v2/users/([^/]+)/contacts")
        ],
        rules=[
            (it[0], node.at("data"))
            for it, node in answers.found(r"/v2/users/([^/]+)/notification-rules")
        ],
        teams=whole_teams + [it for it in listed if it.text("id") not in known],
        routing=[
            (it[0], node.at("data"))
            for it, node in answers.found(r"/v2/teams/([^/]+)/routing-rules")
        ],
        schedules=answers.listed("/v2/schedules", "data"),
        overrides=[
            (it[0], node.at("data"))
            for it, node in answers.found(r"/v2/schedules/([^/]+)/overrides")
        ],
        escalations=answers.listed("/v2/escalations", "data"),
        integrations=_integrations(answers),
        heartbeats=[it for each in beats for it in each.each("heartbeats")],
        maintenance=answers.listed("/v1/maintenance", "data"),
    )
    single = [it.at("data") for it in answers.of(r"/v2/schedules/[^/]+")]
    found = answers.found(r"/v2/schedules/([^/]+)/rotations")
    rotations = {it[0]: node.at("data") for it, node in found}
    source.schedules = [
        Node({**it.value, "rotations": rotations[it.text("id")]}, it.place)
        if it.text("id") in rotations and not it.has("rotations")
        else it
        for it in _newest(source.schedules, single)
    ]
    source.left = answers.unread()
    return source


def _integrations(answers: Answers) -> list[Node]:
    whole = []
    for (asked,), node in answers.found(r"/v2/integrations/([^/]+)"):
        data = node.at("data")
        value = {"id": asked, **data.value} if isinstance(data.value, dict) else data.value
        whole.append(Node(value, data.place))
    return _newest(answers.listed("/v2/integrations", "data"), whole)


def _newest(listed: Sequence[Node], whole: Sequence[Node]) -> list[Node]:
    """Entries of a list, each as its own reading has it where there is one."""
    by_id = {it.text("id"): it for it in whole}
    found = [by_id.pop(it.text("id"), it) for it in listed]
    return found + list(by_id.values())


def _read_backup(folder: Path) -> Source:
    source = Source(is_backup=True)
    for node in _files(folder / "users"):
        source.users.append(node.at("user"))
        user = node.at("user").text("username")
        source.contacts.append((user, node.at("user").at("userContacts")))
        source.rules.append((user, node.at("notificationRuleList")))
    for node in _files(folder / "teams"):
        source.teams.append(node.at("team"))
        source.routing.append((node.at("team").text("id"), node.at("teamRoutingRules")))
    for node in _files(folder / "schedules"):
        source.schedules.append(node.at("schedule"))
        source.overrides.append((node.at("schedule").text("id"), node.at("scheduleOverrideList")))
    source.escalations = _files(folder / "escalations")
    for node in _files(folder / "integrations"):
        source.integrations.append(node.at("integration"))
        source.actions.append(node.at("integrationActions"))
    source.maintenance = _files(folder / "maintenance")
    source.left = sorted(
        f"{folder.name}/{clean(it.name)}"
        for it in folder.iterdir()
        if it.is_dir() and it.name not in FOLDERS and any(it.iterdir())
    )
    return source


def _files(folder: Path) -> list[Node]:
    """The files of a folder; a name may have held a slash, and then there is a folder in it."""
    if not folder.is_dir():
        return []
    files = sorted(it for it in folder.rglob("*.json") if it.is_file())
    if len(files) > FILES_LIMIT:
        raise SourceError(str(folder), f"holds more than {FILES_LIMIT:,} files")
    nodes = []
    for file in files:
        place = f"{folder.name}/{clean(str(file.relative_to(folder)))}"
        node = read_json(file)
        if not isinstance(node.value, dict):
            raise SourceError(place, "must hold an object")
        nodes.append(Node(node.value, place))
    return nodes


def fill(source: Source, made: Draft) -> None:
    """Add all that the source has."""
    _Import(source, made).run()


@dataclass(slots=True)
class _Import:
    source: Source
    draft: Draft
    integrations: dict[str, str] = field(default_factory=dict)
    """Names by the source's id."""
    teams_of: dict[str, list[str]] = field(default_factory=dict)
    """Names of integrations by the id of their team."""
    schedule_ids: dict[str, str] = field(default_factory=dict)
    policy_ids: dict[str, str] = field(default_factory=dict)
    """By names of the source."""

    def run(self) -> None:
        self._team()
        for ids, nodes in (
            (self.schedule_ids, self.source.schedules),
            (self.policy_ids, self.source.escalations),
        ):
            ids.update({it.text("name"): it.text("id") for it in reversed(nodes)})
        self._users()
        for node in self.source.schedules:
            self._schedule(node)
        for node in self.source.escalations:
            self._escalation(node)
        self._all_integrations()
        self._routes()
        for node in self.source.heartbeats:
            self._heartbeat(node)
        for node in self.source.maintenance:
            self._maintenance(node)
        for place in self.source.left:
            self.draft.notes.add("NotImported", place)
        if self.source.is_backup:
            self.draft.notes.add(
                "NotImported",
                "the backup",
                "overrides, heartbeats and keys of integrations, which no backup holds",
                to_do="Ask Opsgenie's API for them before April 2027, or write them by hand.",
            )

    def _team(self) -> None:
        if len(self.source.teams) == 1:
            self.draft.team = self.draft.names.give(
                "team", self.source.teams[0].text("name"), self.source.teams[0].place
            )
        elif len(self.source.teams) > 1:
            self.draft.notes.add(
                "SeveralTeams", self.source.teams[0].place, str(len(self.source.teams))
            )

    # People

    def _users(self) -> None:
        contacts = self._by_user(self.source.contacts, "to")
        rules = self._by_user(self.source.rules, "steps")
        for node in self.source.users:
            address, id_ = node.text("username"), node.text("id")
            if node.flag("blocked"):
                self.draft.leave_out(id_, address)
                self.draft.notes.add("BlockedUser", node.place, address, to_do="Nothing.")
                continue
            keys = (id_.lower(), address.lower())
            own = [it for key in keys for it in contacts.get(key, [])]
            body = self._user_body(node, own)
            body["notify"] = self._rules(body, [it for key in keys for it in rules.get(key, [])])
            self.draft.add_user((id_, address), local_part(address), node.place, body)

    def _by_user(self, answers: Sequence[tuple[str, Node]], kind: str) -> dict[str, list[Node]]:
        """Entries by the user's id or address.

        An answer to `/v2/users/{id}/contacts`, whose id was not filled in, is that of the user
        whose address it has.
        """
        found: dict[str, list[Node]] = {}
        known = {it.text("id").lower() for it in self.source.users}
        known |= {it.text("username").lower() for it in self.source.users}
        for user, node in answers:
            owner = user.lower()
            entries = node.each()
            if owner not in known:
                addresses = [
                    it.text("to").lower()
                    for entry in entries
                    for it in (
                        [entry] if kind == "to" else [e.at("contact") for e in entry.each("steps")]
                    )
                    if it.text("method").lower() == "email"
                ]
                owner = next((it for it in addresses if it in known), "")
            if owner:
                found.setdefault(owner, []).extend(entries)
            elif entries:
                self.draft.notes.add("NotImported", node.place, f"of an unknown user {user}")
        return found

    def _user_body(self, node: Node, contacts: Sequence[Node]) -> dict[str, Any]:
        address = email(node.text("username"))
        phone = None
        for contact in contacts:
            method, to = contact.text("method").lower(), contact.text("to")
            is_on = contact.at("status").flag("enabled", default=True)
            if not is_on:
                self.draft.notes.add("ContactNotCarried", contact.place, f"{method}, switched off")
            elif method in ("sms", "voice"):
                number = self.draft.phone(to, contact.place)
                if phone is not None and number not in (None, phone):
                    self.draft.notes.add("ContactNotCarried", contact.place, f"another {method}")
                phone = phone or number
            elif method != "email" or email(to) != address:
                self.draft.notes.add("ContactNotCarried", contact.place, method)
        role = node.at("role")
        return {
            "full_name": full_name(node.text("fullName")),
            "email": address,
            "phone": phone,
            "time_zone": node.zone("timeZone"),
            "role": _ROLES.get((role.text("name") or role.text("id")).lower(), "responder"),
        }

    def _rules(self, user: dict[str, Any], rules: Sequence[Node]) -> list[dict[str, Any]]:
        notify: list[dict[str, Any]] = []
        left = set(_EVERY_SEVERITY)
        for rule in sorted(rules, key=lambda it: it.whole("order", 0, least=-1_000_000)):
            action = rule.text("actionType")
            if action != "create-alert":
                code = "ShiftNotice" if action.startswith("schedule-") else "RuleNotCarried"
                self.draft.notes.add(code, rule.place, action or rule.text("name"))
                continue
            if not rule.flag("enabled", default=True):
                self.draft.notes.add("TurnedOff", rule.place, rule.text("name"))
                continue
            if rule.has("timeRestriction"):
                self.draft.notes.add("HoursNotCarried", rule.place, rule.text("name"))
            wanted = self._severities(rule)
            severities = [it for it in _EVERY_SEVERITY if it in wanted and it in left]
            left -= set(severities)
            for step in rule.each("steps"):
                self._rule_step(user, step, severities, notify)
        if len(notify) > RULES_LIMIT:
            self.draft.notes.add(
                "RuleNotCarried", rules[0].place, f"{len(notify)} rules, {RULES_LIMIT} kept"
            )
        return notify[:RULES_LIMIT]

    def _severities(self, rule: Node) -> set[str]:
        criteria = rule.at("criteria")
        conditions = criteria.each("conditions")
        if criteria.text("type", "match-all") == "match-all" or not conditions:
            return set(_EVERY_SEVERITY)
        found: set[str] = set()
        for condition in conditions:
            is_plain = (
                condition.text("field") == "priority"
                and condition.text("operation") == "equals"
                and not condition.flag("not")
            )
            if not is_plain or condition.text("expectedValue") not in _SEVERITIES:
                self.draft.notes.add(
                    "RouteCondition",
                    condition.place,
                    condition.text("field"),
                    to_do="The rule is for all severities; check it.",
                )
                return set(_EVERY_SEVERITY)
            found.add(_SEVERITIES[condition.text("expectedValue")])
        return found

    def _rule_step(
        self, user: dict[str, Any], step: Node, severities: list[str], notify: list[dict[str, Any]]
    ) -> None:
        method = step.at("contact").text("method").lower()
        if not step.flag("enabled", default=True):
            self.draft.notes.add("TurnedOff", step.place, method)
            return
        if method not in _METHODS:
            self.draft.notes.add("ContactNotCarried", step.place, method)
            return
        by = _METHODS[method]
        if method == "voice":
            self.draft.notes.add("VoiceRule", step.place, step.at("contact").text("to"))
        if not user.get(_FIELDS[by]):
            self.draft.notes.add("AddressMissing", step.place, method)
            return
        body: dict[str, Any] = {"after": spelled(_amount(step.at("sendAfter"))), "by": by}
        if severities and len(severities) < len(_EVERY_SEVERITY):
            body["severity"] = severities
        if severities and body not in notify:
            notify.append(body)

    # Who is on call

    def _schedule(self, node: Node) -> None:
        id_, written = node.needed("id"), node.text("name")
        if not node.flag("enabled", default=True):
            self.draft.notes.add("DisabledSchedule", node.place, written)
            self.draft.schedules[id_] = []
            return
        if not node.has("rotations"):
            self.draft.notes.add("LayersMissing", node.place, written)
            self.draft.schedules[id_] = []
            return
        zone = node.zone("timezone") or "UTC"
        overrides = self._overrides(node)
        alone = {it for each in overrides if each.ends > self.draft.at for it in each.rotations}
        rotations = [self._rotation(it, id_, zone, alone) for it in node.each("rotations")]
        level = [it for it in rotations if it is not None]
        self.draft.add_schedule(id_, written, zone, [level], overrides, place=node.place)

    def _rotation(self, node: Node, schedule: str, zone: str, alone: set[str]) -> Rotation | None:
        name = node.text("name", "rotation")
        starts, ends = node.instant("startDate"), node.instant_or_none("endDate")
        if ends is not None and ends <= self.draft.at:
            self.draft.notes.add("RotationEnded", node.place, name)
            for it in node.each("participants"):
                if self.draft.people.get(it.text("username").lower(), "") is None:
                    self.draft.notes.add(
                        "BlockedUser", it.place, it.text("username"), to_do="Nothing."
                    )
            return None
        members = tuple(self._member(it, schedule) for it in node.each("participants"))
        if not members:
            self.draft.notes.add("RotationWithoutPeople", node.place, name)
            return None
        unit = node.text("type", "weekly")
        if unit not in ("hourly", "daily", "weekly"):
            node.at("type").fail("must be hourly, daily or weekly")
        return Rotation(
            name=name,
            source_id=node.text("id"),
            pattern=Turns(unit, node.whole("length", 1, least=1, most=1_000)),
            start=wall_in(starts, zone),
            members=members,
            begins=wall_in(starts, zone) if starts > self.draft.at else None,
            until=None if ends is None else wall_in(ends, zone),
            only=windows_of(node.at("timeRestriction")),
            stands_alone=node.text("id") in alone,
            place=node.place,
        )

    def _member(self, node: Node, schedule: str) -> Member:
        match node.text("type", "user"):
            case "none":
                return ()
            case "user":
                user = self._person(node)
                if user is None:
                    self.draft.differs(
                        "BlockedUser",
                        node.place,
                        node.text("username"),
                        schedule,
                        shown_person(node),
                    )
                return (user,) if user else ()
            case "team":
                people = self._people(node.text("id") or node.text("name"))
                self.draft.notes.add(
                    "TeamParticipant",
                    node.place,
                    f"{node.text('name')}: {', '.join(people) or 'its people are not known'}",
                )
                return tuple(people)
            case other:
                self.draft.differs(
                    "NonPersonTurn",
                    node.place,
                    f"{other} {node.text('name')}",
                    schedule,
                    shown_person(node),
                )
                return ()

    def _person(self, node: Node) -> str | None:
        id_, address = node.text("id"), node.text("username")
        if not self.draft.knows(id_, address) and email(address):
            self.draft.add_user(
                (id_, address), local_part(address), node.place, {"email": email(address)}
            )
        return self.draft.user(id_, address, place=node.place)

    def _people(self, team: str, role: str = "") -> list[str]:
        members = self.source.members(team)
        found = [
            self._person(it.at("user"))
            for it in members
            if not role or it.text("role").lower() == role
        ]
        return list(dict.fromkeys(it for it in found if it))

    def _overrides(self, schedule: Node) -> list[Override]:
        known = {it.text("id") for it in schedule.each("rotations")}
        found = []
        for whose, node in self.source.overrides:
            if whose not in (schedule.text("id"), schedule.text("name")):
                continue
            for entry in node.each():
                user = self._person(entry.at("user"))
                begins, ends = entry.instant("startDate"), entry.instant("endDate")
                if user is None:
                    if ends > self.draft.at:
                        explained = Explained(schedule.text("id"), since=begins, until=ends)
                        written = entry.at("user").text("username")
                        self.draft.notes.add(
                            "BlockedUser", entry.place, written, explains=explained
                        )
                    continue
                ids = {it.text("id") for it in entry.each("rotations")}
                found.append(
                    Override(
                        user=user,
                        begins=begins,
                        ends=ends,
                        rotations=tuple(sorted(ids)) if ids and ids < known else (),
                        place=entry.place,
                    )
                )
        return found

    # Who is asked

    def _escalation(self, node: Node) -> None:
        id_, written = node.needed("id"), node.text("name")
        rules = node.each("rules")
        if not rules:
            self.draft.notes.add("PolicyWithoutRules", node.place, written)
            self.draft.policies[id_] = None
            return
        steps = self._steps(rules)
        repeat = node.at("repeat")
        wait = repeat.whole("waitInterval", 0)
        steps[-1][1].delay = timedelta(minutes=wait) if wait else None
        name = self.draft.add_policy(
            id_,
            written,
            [step for _, step in steps],
            place=node.place,
            repeat=repeat.whole("count", 0) if wait else 0,
        )
        if repeat.flag("closeAlertAfterAll"):
            self.draft.notes.add("ClosesAfterAll", repeat.place, written)
        if repeat.flag("resetRecipientStates"):
            self.draft.notes.add("RepeatResetsAck", repeat.place, written)
        first = steps[0][0]
        if first and name is not None:
            self.draft.holds[name] = first
            self.draft.notes.add(
                "PolicyFirstStepWaits",
                rules[0].place,
                spelled(first),
                about=("escalation_policies", name),
            )

    def _steps(self, rules: Sequence[Node]) -> list[tuple[timedelta, Step]]:
        """Steps with the times from the start; rules of one time are one step."""
        timed = [(_amount(it.at("delay")), it) for it in rules]
        steps: list[tuple[timedelta, Step]] = []
        for after, rule in sorted(timed, key=lambda it: it[0]):
            if not steps or steps[-1][0] != after:
                if steps:
                    steps[-1][1].delay = after - steps[-1][0]
                steps.append((after, Step(place=rule.place)))
            steps[-1][1].targets += self._targets(rule)
        return steps

    def _targets(self, rule: Node) -> list[dict[str, Any]]:
        recipient, how = rule.at("recipient"), rule.text("notifyType", "default")
        if rule.text("condition") == "if-not-closed":
            self.draft.notes.add("PolicyWaitsForClose", rule.place, recipient.text("name"))
        match recipient.text("type"):
            case "user":
                user = self._person(recipient)
                if user is None:
                    self.draft.notes.add("BlockedUser", rule.place, recipient.text("username"))
                return [{"user": user}] if user else []
            case "schedule":
                return self._schedule_targets(rule, recipient, how)
            case "team":
                return self._team_targets(rule, recipient, how)
            case other:
                self.draft.notes.add("PolicyUnsupportedTarget", rule.place, other)
                return []

    def _schedule_targets(self, rule: Node, recipient: Node, how: str) -> list[dict[str, Any]]:
        schedule = self._schedule_id(recipient)
        if how == "next":
            self.draft.notes.add("PolicyNextOnCall", rule.place, recipient.text("name"))
        elif how != "default":
            self.draft.notes.add("PolicyUnsupportedTarget", rule.place, f"{how} of a schedule")
        targets = self.draft.on_call(schedule, "next" if how == "next" else None)
        if not targets:
            self.draft.notes.add("PolicyUnsupportedTarget", rule.place, recipient.text("name"))
        return targets

    def _schedule_id(self, recipient: Node) -> str:
        id_, name = recipient.text("id"), recipient.text("name")
        if id_ in self.draft.schedules:
            return id_
        return self.schedule_ids.get(name, id_) if name else id_

    def _team_targets(self, rule: Node, recipient: Node, how: str) -> list[dict[str, Any]]:
        team = recipient.text("id") or recipient.text("name")
        role = {"admins": "admin", "users": "user"}.get(how, "")
        people = self._people(team, role)
        code = {"admins": "PolicyTeamAdmins", "random": "RoundRobin"}.get(how, "AllNotified")
        value = f"{recipient.text('name')}: {', '.join(people) or 'nobody is known'}"
        self.draft.notes.add(code, rule.place, value)
        return [{"user": it} for it in people]

    # Where alerts come from, and where they go

    def _all_integrations(self) -> None:
        for node in self.source.integrations:
            self._integration(node)
        for node in self.source.actions:
            if any(it.each() for _, it in node.members() if isinstance(it.value, list)):
                self.draft.notes.add("IntegrationActions", node.place)

    def _integration(self, node: Node) -> None:
        written, type_ = node.text("name"), node.text("type")
        plain = re.sub(r"[^a-z0-9]", "", type_.lower())
        if plain in _OUTGOING:
            self.draft.notes.add("NotImported", node.place, f"{written}: {type_} is told of alerts")
            return
        if "email" in plain:
            self.draft.notes.add("EmailIntegration", node.place, written)
            return
        ours = _TYPES.get(plain, "generic")
        name = self.draft.add(
            "integrations",
            written,
            node.place,
            {"type": ours, "paused": not node.flag("enabled", default=True) or None},
        )
        if plain not in _TYPES:
            self.draft.notes.add("IntegrationType", node.place, type_, about=("integrations", name))
        if node.text("id"):
            self.integrations[node.text("id")] = name
        team = node.text("teamId") or node.at("ownerTeam").text("id")
        self.teams_of.setdefault(team, []).append(name)
        key = node.text("apiKey") or node.text("_apiKey")
        token = self.draft.token(name, key, node.place) if key else None
        if token is not None:
            self.draft.sections["integrations"][-1]["token"] = token
        elif not key:
            self.draft.notes.add(
                "IntegrationWithoutKey", node.place, written, about=("integrations", name)
            )

    def _routes(self) -> None:
        for team, node in self.source.routing:
            whose = self.teams_of.get(team, [])
            narrow = (
                [f"integration{one_of(whose)}"] if len(self.source.routing) > 1 and whose else []
            )
            if len(self.source.routing) > 1 and not whose and node.each():
                self.draft.notes.add(
                    "RouteCondition", node.place, f"team {team} has no integration"
                )
                continue
            rules = sorted(
                node.each(),
                key=lambda it: (it.flag("isDefault"), it.whole("order", 0, least=-1_000_000)),
            )
            for rule in rules:
                self._route(rule, narrow)

    def _route(self, rule: Node, narrow: list[str]) -> None:
        written = rule.text("name", "route")
        policy = self._policy_of(rule)
        if policy is None:
            return
        more: dict[str, Any] = {}
        if rule.has("timeRestriction"):
            self.draft.notes.add("HoursNotCarried", rule.place, written)
        for match in self._matches(rule):
            name = self.draft.add_route(written, rule.place, [*narrow, *match], policy, **more)
            if any(it.startswith("source_severity") for it in match):
                self.draft.notes.add(
                    "PriorityFromIntegration", rule.place, written, about=("routes", name)
                )

    def _policy_of(self, rule: Node) -> str | None:
        notify = rule.at("notify")
        kind, id_ = notify.text("type", "none"), notify.text("id")
        if kind == "escalation":
            known = self.policy_ids
            id_ = id_ if id_ in self.draft.policies else known.get(notify.text("name"), id_)
            found = self.draft.policies.get(id_)
        elif kind == "schedule":
            found = self._policy_for(self._schedule_id(notify), notify)
        else:
            found = None
        if found is None:
            self.draft.notes.add(
                "RouteToNobody", rule.place, f"{kind} {notify.text('name')}".strip()
            )
        return found

    def _policy_for(self, schedule: str, notify: Node) -> str | None:
        """The policy that asks who is on call by a schedule, and nobody after."""
        key = f"schedule {schedule}"
        targets = self.draft.on_call(schedule)
        if key not in self.draft.policies and targets:
            step = Step(targets=targets, place=notify.place)
            self.draft.add_policy(key, notify.text("name"), [step], place=notify.place)
        return self.draft.policies.get(key)

    def _matches(self, rule: Node) -> list[list[str]]:
        """The matchers of each route that a rule becomes; none where they cannot say it."""
        criteria = rule.at("criteria")
        kind, conditions = criteria.text("type", "match-all"), criteria.each("conditions")
        if kind == "match-all" or not conditions:
            return [[]]
        matchers = [_matcher(it) for it in conditions]
        unsaid = [it for it, matcher in zip(conditions, matchers, strict=True) if matcher is None]
        for condition in unsaid:
            value = f"{condition.text('field')} {condition.text('operation')}"
            self.draft.notes.add("RouteCondition", condition.place, value)
        said = [it for it in matchers if it is not None]
        if kind == "match-any-condition":
            return [[it] for it in said]
        return [] if unsaid else [said]

    def _heartbeat(self, node: Node) -> None:
        written = node.text("name")
        unit = node.text("intervalUnit", "minutes").rstrip("s") + "s"
        if unit not in _UNITS:
            node.at("intervalUnit").fail("must be minutes, hours or days")
        period = node.whole("interval", 1, least=1) * _UNITS[unit]
        if not node.flag("enabled", default=True):
            self.draft.notes.add("TurnedOff", node.place, written)
            return
        if not _SHORTEST_PERIOD <= period <= _LONGEST_PERIOD:
            self.draft.notes.add(
                "HeartbeatNotCarried", node.place, f"{written}: every {spelled(period)}"
            )
            return
        pinging = [
            it["name"] for it in self.draft.sections["integrations"] if it["type"] == "opsgenie"
        ]
        name = self.draft.add(
            "heartbeats",
            written,
            node.place,
            {
                "period": spelled(period),
                "severity": _SEVERITIES.get(node.text("alertPriority", "P3"), "warning"),
                "integrations": pinging[:8],
            },
        )
        if node.each("alertTags") or node.text("alertMessage"):
            self.draft.notes.add(
                "HeartbeatNotCarried",
                node.place,
                "its tags and message",
                about=("heartbeats", name),
            )

    def _maintenance(self, node: Node) -> None:
        written = node.text("description") or node.text("id")
        times = node.at("time")
        begins, ends = times.instant_or_none("startDate"), times.instant_or_none("endDate")
        if node.text("status") in ("past", "cancelled") or (
            ends is not None and ends <= self.draft.at
        ):
            self.draft.notes.add("PastSilence", node.place, written)
            return
        affected = []
        for rule in node.each("rules"):
            entity = rule.at("entity")
            name = self.integrations.get(entity.text("id"))
            if rule.text("state", "disabled") == "disabled" and name is not None:
                affected.append(name)
            else:
                value = f"{rule.text('state')} {entity.text('type')} {entity.text('id')}"
                self.draft.notes.add("MaintenanceNotCarried", rule.place, value)
        if not affected or begins is None or ends is None:
            self.draft.notes.add("MaintenanceNotCarried", node.place, written)
            return
        why = reason(node.text("description"), "Maintenance")
        body = {
            "match": [f"integration{one_of(affected)}"],
            "from": instant(begins),
            "to": instant(ends),
            "reason": why,
        }
        self.draft.add("maintenance_windows", written, node.place, body)


def shown_person(node: Node) -> str:
    """A participant of the source who is no user of the file."""
    return (node.text("username") or node.text("name") or node.text("id")).lower()


def _amount(node: Node) -> timedelta:
    """`{"timeAmount": 5, "timeUnit": "minutes"}`; nothing is 0."""
    unit = node.text("timeUnit", "minutes").lower().rstrip("s") + "s"
    if unit not in _UNITS:
        node.at("timeUnit").fail("must be seconds, minutes, hours or days")
    return node.whole("timeAmount", 0, most=1_000_000) * _UNITS[unit]


def windows_of(node: Node) -> tuple[Window, ...]:
    """The hours of a restriction, which are in the schedule's zone."""
    match node.text("type"):
        case "":
            return ()
        case "time-of-day":
            found = [
                Window(tuple(range(len(DAYS))), *_clocks(it))
                for it in node.one_or_more("restriction")
            ]
            return () if any(it.begins == it.ends for it in found) else merged(found)
        case "weekday-and-time-of-day":
            return merged(
                window
                for it in node.each("restrictions")
                for window in week_windows(_of_week(it, "start"), _of_week(it, "end"))
            )
        case other:
            return node.at("type").fail(f"{other} is no restriction that Opsgenie has")


def _clocks(node: Node) -> tuple[time, time]:
    return tuple(time(*divmod(_minutes(node, which) % (24 * 60), 60)) for which in ("start", "end"))  # type: ignore[return-value]


def _of_week(node: Node, which: str) -> timedelta:
    day = node.text(f"{which}Day").lower()
    if day not in _WEEKDAYS:
        node.at(f"{which}Day").fail("must be a day such as monday")
    return timedelta(days=_WEEKDAYS.index(day), minutes=_minutes(node, which))


def _minutes(node: Node, which: str) -> int:
    return node.whole(f"{which}Hour", 0, most=24) * 60 + node.whole(f"{which}Min", 0, most=59)


def _matcher(node: Node) -> str | None:
    field_, operation = node.text("field"), node.text("operation")
    value, is_not = node.text("expectedValue"), node.flag("not")
    label = _MATCHED_FIELDS.get(field_)
    if field_ in ("extra-properties", "details"):
        label = node.text("key")
    if not label:
        return None
    if operation == "equals" and field_ != "tags":
        return parsed(f"{label}{'!=' if is_not else '='}{quoted(value)}")
    escaped = re.escape(value)
    patterns = {
        "equals": escaped,
        "matches": value,
        "contains": f"(?s).*{escaped}.*",
        "starts-with": f"(?s){escaped}.*",
        "ends-with": f"(?s).*{escaped}",
        "is-empty": "",
    }
    if operation not in patterns:
        return None
    return parsed(f"{label}{'!~' if is_not else '=~'}{quoted(patterns[operation])}")
