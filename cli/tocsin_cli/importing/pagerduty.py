"""PagerDuty: answers of its API, with the layers of its schedules or the events of newer ones."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from tocsin.domain.duration import spelled
from tocsin_cli.importing.answers import Answers, read_answers
from tocsin_cli.importing.notes import Explained
from tocsin_cli.importing.recurring import RecurrenceError, recurrence_of, room
from tocsin_cli.importing.rotations import (
    DAY,
    HOUR,
    ROTATIONS_LIMIT,
    WEEK,
    Member,
    Rotation,
    Rule,
    Turns,
    Window,
    day_window,
    merged,
    week_windows,
)
from tocsin_cli.importing.sources import Node, SourceError, wall_in
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
    reason,
)

_ROLES: Final = {
    "owner": "admin",
    "admin": "admin",
    "global_admin": "admin",
    "account_owner": "admin",
    "observer": "viewer",
    "read_only_user": "viewer",
    "read_only_limited_user": "viewer",
    "restricted_access": "viewer",
}
_METHODS: Final = {
    "email_contact_method": "email",
    "sms_contact_method": "sms",
    "phone_contact_method": "sms",
}
_FIELDS: Final = {"email": "email", "sms": "phone"}
_SEVERITIES: Final = {"high": ["critical"], "low": ["warning", "info"]}
_DAY_SECONDS: Final = 86_400
_SHORTEST_TURN: Final = 60
_LONGEST_TURN: Final = 400 * _DAY_SECONDS
_SHORTEST_ACK: Final = timedelta(minutes=1)
_LONGEST_ACK: Final = timedelta(days=7)
_LONGEST_CLOSE: Final = timedelta(days=30)
_EVENTS: Final = re.compile(r"events_api|generic_events|inbound_integration")


@dataclass(slots=True)
class Source:
    users: list[Node] = field(default_factory=list)
    has_users: bool = False
    """Whether it lists users at all: then one who is not among them is gone."""
    teams: list[Node] = field(default_factory=list)
    schedules: list[Node] = field(default_factory=list)
    event_schedules: list[Node] = field(default_factory=list)
    """Of version 3: rotations of events."""
    overrides: list[tuple[str, Node]] = field(default_factory=list)
    """By the schedule's id."""
    policies: list[Node] = field(default_factory=list)
    services: list[Node] = field(default_factory=list)
    windows: list[Node] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    highest_first: bool = True


def read(path: Path) -> Source:
    """Read answers of the API.

    Raises:
        SourceError: It is something else.
    """
    return from_answers(read_answers(path, "GET /schedules?include[]=schedule_layers"))


def from_answers(answers: Answers) -> Source:
    source = Source(
        users=_merged(answers, "users", "user"),
        teams=_merged(answers, "teams", "team"),
        schedules=_merged(answers, "schedules", "schedule"),
        event_schedules=[it.at("schedule") for it in answers.of(r"/v3/schedules/[^/]+")]
        + answers.listed("/v3/schedules", "schedules"),
        overrides=[
            (it[0], node.at("overrides"))
            for it, node in answers.found(r"(?:/v3)?/schedules/([^/]+)/overrides")
        ],
        policies=_merged(answers, "escalation_policies", "escalation_policy"),
        services=_merged(answers, "services", "service"),
        windows=_merged(answers, "maintenance_windows", "maintenance_window"),
    )
    source.has_users = bool(answers.of("/users"))
    source.event_schedules = _unique(source.event_schedules)
    source.left = answers.unread()
    return source


def _merged(answers: Answers, plural: str, singular: str) -> list[Node]:
    """A list, each entry as its own reading has it where there is one."""
    whole = [it.at(singular) for it in answers.of(rf"/{plural}/[^/]+")]
    by_id = {it.text("id"): it for it in whole}
    found = [by_id.pop(it.text("id"), it) for it in answers.listed(f"/{plural}", plural)]
    return found + list(by_id.values())


def _unique(nodes: Sequence[Node]) -> list[Node]:
    return list({it.text("id") or it.place: it for it in reversed(nodes)}.values())[::-1]


def fill(source: Source, made: Draft) -> None:
    """Add all that the source has."""
    _Import(source, made).run()


@dataclass(slots=True)
class _Import:
    source: Source
    draft: Draft
    services: dict[str, list[str]] = field(default_factory=dict)
    """Names of integrations by the id of their service."""
    by_policy: dict[str, list[Node]] = field(default_factory=dict)
    """Services by the id of their policy."""

    def run(self) -> None:
        self._team()
        for node in self.source.users:
            self._user(node)
        for node in self.source.schedules:
            self._schedule(node)
        for node in self.source.event_schedules:
            self._event_schedule(node)
        for node in self.source.policies:
            self._policy(node)
        for node in self.source.services:
            self._service(node)
        for node in self.source.windows:
            self._window(node)
        for place in self.source.left:
            self.draft.notes.add("NotImported", place)

    def _team(self) -> None:
        if len(self.source.teams) == 1:
            node = self.source.teams[0]
            self.draft.team = self.draft.names.give("team", node.text("name"), node.place)
        elif len(self.source.teams) > 1:
            place = self.source.teams[0].place
            self.draft.notes.add("SeveralTeams", place, str(len(self.source.teams)))

    # People

    def _user(self, node: Node) -> None:
        id_, address = node.needed("id"), node.text("email")
        contacts = {it.text("id"): it for it in node.each("contact_methods") if it.has("id")}
        phone = None
        for contact in contacts.values():
            phone = self._contact(contact, address, phone)
        body: dict[str, Any] = {
            "full_name": full_name(node.text("name") or node.text("summary")),
            "email": email(address),
            "phone": phone,
            "time_zone": node.zone("time_zone"),
            "role": _ROLES.get(node.text("role"), "responder"),
        }
        body["notify"] = self._rules(node, contacts, body)
        written = local_part(address) if address else node.text("name")
        self.draft.add_user((id_, address), written, node.place, body)

    def _contact(self, contact: Node, address: str, phone: str | None) -> str | None:
        """The number so far, or that of this contact method."""
        kind = contact.text("type").removesuffix("_reference")
        if _METHODS.get(kind) == "sms":
            if contact.flag("blacklisted") or not contact.flag("enabled", default=True):
                self.draft.notes.add("ContactNotCarried", contact.place, f"{kind}, switched off")
                return phone
            number = self.draft.phone(
                f"+{contact.text('country_code', '1')}{contact.text('address')}", contact.place
            )
            if phone is not None and number not in (None, phone):
                self.draft.notes.add("ContactNotCarried", contact.place, f"another number, {kind}")
            return phone or number
        if kind != "email_contact_method" or email(contact.text("address")) != email(address):
            self.draft.notes.add("ContactNotCarried", contact.place, kind)
        return phone

    def _rules(
        self, node: Node, contacts: dict[str, Node], user: dict[str, Any]
    ) -> list[dict[str, Any]]:
        notify: list[dict[str, Any]] = []
        for rule in node.each("notification_rules"):
            kind = rule.text("type", "assignment_notification_rule")
            if not kind.startswith("assignment"):
                self.draft.notes.add("ShiftNotice", rule.place, kind)
                continue
            reference = rule.at("contact_method")
            contact = contacts.get(reference.text("id"), reference)
            method = contact.text("type").removesuffix("_reference")
            by = _METHODS.get(method)
            if by is None:
                self.draft.notes.add("ContactNotCarried", rule.place, method)
                continue
            if method == "phone_contact_method":
                self.draft.notes.add(
                    "VoiceRule",
                    rule.place,
                    f"after {rule.text('start_delay_in_minutes', '0')} minutes",
                )
            if not user.get(_FIELDS[by]):
                self.draft.notes.add("AddressMissing", rule.place, method)
                continue
            after = timedelta(minutes=rule.whole("start_delay_in_minutes", 0, most=24 * 60))
            severity = _SEVERITIES.get(rule.text("urgency", "high"), ["critical"])
            body = {"after": spelled(after), "by": by, "severity": severity}
            if body not in notify:
                notify.append(body)
        if len(notify) > RULES_LIMIT:
            self.draft.notes.add(
                "RuleNotCarried", node.place, f"{len(notify)} rules, {RULES_LIMIT} kept"
            )
        return notify[:RULES_LIMIT]

    def _is_gone(self, reference: Node) -> bool:
        is_deleted = reference.has("deleted_at")
        return is_deleted or (self.source.has_users and not self.draft.knows(reference.text("id")))

    def _person(self, reference: Node) -> str | None:
        """The user of a reference; None: who is gone."""
        if self._is_gone(reference):
            return None
        written = reference.text("summary") or reference.text("name")
        return self.draft.user(reference.text("id"), place=reference.place, written=written)

    # Who is on call

    def _schedule(self, node: Node) -> None:
        id_, written = node.needed("id"), node.text("name") or node.text("summary")
        if not node.has("schedule_layers"):
            self.draft.notes.add("LayersMissing", node.place, f"{written} ({id_})")
            self.draft.schedules[id_] = []
            return
        zone = node.zone("time_zone") or "UTC"
        layers = node.each("schedule_layers")
        rotations = [self._layer(it, id_, zone) for it in layers]
        found = [it for it in rotations if it is not None]
        if not self.source.highest_first:
            found.reverse()
        self.draft.add_schedule(
            id_, written, zone, [[it] for it in found], self._overrides(id_), place=node.place
        )

    def _layer(self, node: Node, schedule: str, zone: str) -> Rotation | None:
        name = node.text("name", "layer")
        starts, ends = node.instant("start"), node.instant_or_none("end")
        if ends is not None and ends <= self.draft.at:
            self.draft.notes.add("RotationEnded", node.place, name)
            for it in node.each("users"):
                reference = it.at("user") if it.has("user") else it
                if self._is_gone(reference):
                    self.draft.notes.add(
                        "UserGone", reference.place, _shown(reference), to_do="Nothing."
                    )
            return None
        members = tuple(self._member(it, schedule) for it in node.each("users"))
        if not members:
            self.draft.notes.add("RotationWithoutPeople", node.place, name)
            return None
        virtual = node.instant_or_none("rotation_virtual_start") or starts
        pattern = self._turns(node, schedule)
        return Rotation(
            name=name,
            source_id=node.text("id"),
            pattern=pattern,
            start=wall_in(virtual, zone),
            members=members,
            begins=wall_in(starts, zone) if starts > self.draft.at else None,
            until=None if ends is None else wall_in(ends, zone),
            only=self._only(node),
            place=node.place,
        )

    def _member(self, node: Node, schedule: str) -> Member:
        reference = node.at("user") if node.has("user") else node
        user = self._person(reference)
        if user is None:
            self.draft.differs(
                "UserGone", reference.place, _shown(reference), schedule, gone(reference)
            )
            return ()
        return (user,)

    def _turns(self, node: Node, schedule: str) -> Turns | Rule:
        seconds = node.whole(
            "rotation_turn_length_seconds", least=_SHORTEST_TURN, most=_LONGEST_TURN
        )
        length = timedelta(seconds=seconds)
        for unit, size in (("weekly", WEEK), ("daily", DAY), ("hourly", HOUR)):
            if length % size == timedelta():
                return Turns(unit, length // size)
        self.draft.differs("TurnLength", node.place, f"{seconds} seconds", schedule)
        return Turns("hourly", max(1, round(length / HOUR)))

    def _only(self, node: Node) -> tuple[Window, ...]:
        windows: list[Window] = []
        for restriction in node.each("restrictions"):
            begins = restriction.clock("start_time_of_day")
            seconds = restriction.whole("duration_seconds", least=1, most=7 * _DAY_SECONDS)
            rest = seconds % 60
            if rest or begins.second:
                self.draft.notes.add(
                    "RoundedToMinute", restriction.place, f"{begins}, {seconds} seconds"
                )
                begins, seconds = begins.replace(second=0), seconds + (60 - rest if rest else 0)
            if restriction.text("type", "daily_restriction") == "daily_restriction":
                if seconds >= _DAY_SECONDS:
                    return ()
                windows.append(day_window(begins, seconds))
            else:
                if seconds >= 7 * _DAY_SECONDS:
                    return ()
                day = restriction.whole("start_day_of_week", 1, least=1, most=7) - 1
                opens = timedelta(days=day, hours=begins.hour, minutes=begins.minute)
                windows += week_windows(opens, opens + timedelta(seconds=seconds))
        return merged(windows)

    def _overrides(self, schedule: str) -> list[Override]:
        found = []
        for whose, node in self.source.overrides:
            for entry in node.each() if whose == schedule else ():
                begins, ends = entry.instant("start"), entry.instant("end")
                user = self._person(entry.at("user"))
                if user is None:
                    if ends > self.draft.at:
                        explained = Explained(schedule, since=begins, until=ends)
                        written = _shown(entry.at("user"))
                        self.draft.notes.add("UserGone", entry.place, written, explains=explained)
                    continue
                found.append(Override(user=user, begins=begins, ends=ends, place=entry.place))
        return found

    # Schedules of events

    def _event_schedule(self, node: Node) -> None:
        id_, written = node.needed("id"), node.text("name")
        zone = node.zone("time_zone") or "UTC"
        events = [event for each in node.each("rotations") for event in each.each("events")]
        if len(events) > ROTATIONS_LIMIT:
            node.fail(f"has more than {ROTATIONS_LIMIT} events")
        found = [it for event in events if (it := self._event(event, id_, zone)) is not None]
        self.draft.add_schedule(id_, written, zone, [found], self._overrides(id_), place=node.place)

    def _event(self, node: Node, schedule: str, zone: str) -> Rotation | None:
        name = node.text("name", "event")
        starts, ends = node.instant("start_time"), node.instant("end_time")
        since, until = (
            node.instant_or_none("effective_since"),
            node.instant_or_none("effective_until"),
        )
        if until is not None and until <= self.draft.at:
            self.draft.notes.add("RotationEnded", node.place, name)
            return None
        members, shifts = self._assigned(node.at("assignment_strategy"), schedule)
        if not members:
            self.draft.notes.add("RotationWithoutPeople", node.place, name)
            return None
        start = wall_in(starts, zone)
        duration = wall_in(ends, zone) - start
        if duration <= timedelta():
            node.at("end_time").fail("must be after start_time")
        try:
            rule = recurrence_of([it.written() for it in node.each("recurrence")], start, zone)
        except RecurrenceError as error:
            raise SourceError(node.at("recurrence").place, str(error)) from None
        longest = room(rule.rrule, start)
        if duration > longest:
            self.draft.differs("OverlappingShifts", node.place, name, schedule)
            duration = longest
        for day in rule.moved:
            self.draft.notes.add("ExcludedDay", node.at("recurrence").place, day.isoformat())
        if rule.added:
            self.draft.differs(
                "EventAdded", node.at("recurrence").place, f"{len(rule.added)} dates", schedule
            )
        return Rotation(
            name=name,
            source_id=node.text("id"),
            pattern=Rule(rule.rrule, duration, rule.excluded),
            start=start,
            members=members,
            shifts_per_turn=shifts,
            begins=wall_in(since, zone) if since is not None and since > self.draft.at else None,
            until=None if until is None else wall_in(until, zone),
            place=node.place,
        )

    def _assigned(self, node: Node, schedule: str) -> tuple[tuple[Member, ...], int]:
        members: list[Member] = []
        for member in node.each("members"):
            if member.text("type", "user_member") == "empty_member":
                members.append(())
                continue
            reference = Node({"id": member.needed("user_id")}, member.place)
            members.append(self._member(reference, schedule))
        if node.text("type") == "every_member_assignment_strategy":
            people = tuple(dict.fromkeys(it for each in members for it in each))
            return ((people,) if people else ()), 1
        return tuple(members), node.whole("shifts_per_member", 1, least=1, most=10_000)

    # Who is asked

    def _policy(self, node: Node) -> None:
        id_, written = node.needed("id"), node.text("name") or node.text("summary")
        steps = []
        for rule in node.each("escalation_rules"):
            strategy = rule.at("escalation_rule_assignment_strategy").text("type")
            targets = [it for each in rule.each("targets") for it in self._targets(each)]
            if strategy == "round_robin":
                self.draft.notes.add("RoundRobin", rule.place, written)
            minutes = rule.whole("escalation_delay_in_minutes", 30, least=0, most=1_000_000)
            steps.append(Step(targets=targets, delay=timedelta(minutes=minutes), place=rule.place))
        timeouts = Counter(self._timeout(it) for it in self._services_of(id_))
        common = timeouts.most_common(1)[0][0] if timeouts else None
        for variant in dict.fromkeys([common, *timeouts]):
            more = {"ack_timeout": spelled(variant)} if variant else {}
            named = written
            if variant != common:
                named = (
                    f"{written} {'ack ' + spelled(variant) if variant else 'without ack timeout'}"
                )
            self.draft.add_policy(
                _key(id_, variant),
                named,
                steps,
                place=node.place,
                repeat=node.whole("num_loops", 0, most=1_000),
                more=more,
            )

    def _services_of(self, policy: str) -> list[Node]:
        """Those with an integration that can be taken over."""
        if not self.by_policy:
            for it in self.source.services:
                own = self.by_policy.setdefault(it.at("escalation_policy").text("id"), [])
                if any(each.has("integration_key") for each in it.each("integrations")):
                    own.append(it)
        return self.by_policy.get(policy, [])

    def _timeout(self, service: Node) -> timedelta | None:
        seconds = service.whole("acknowledgement_timeout", 0)
        timeout = timedelta(seconds=seconds)
        return min(max(timeout, _SHORTEST_ACK), _LONGEST_ACK) if seconds else None

    def _targets(self, node: Node) -> list[dict[str, Any]]:
        kind, id_ = node.text("type"), node.text("id")
        if kind.startswith("schedule"):
            targets = self.draft.on_call(id_)
            if not targets:
                self.draft.notes.add(
                    "PolicyUnsupportedTarget", node.place, f"schedule {_shown(node)}"
                )
            return targets
        if kind.startswith("user"):
            user = self._person(node)
            if user is None:
                self.draft.notes.add("UserGone", node.place, _shown(node))
            return [{"user": user}] if user else []
        self.draft.notes.add("PolicyUnsupportedTarget", node.place, f"{kind} {_shown(node)}")
        return []

    # Where alerts come from

    def _service(self, node: Node) -> None:
        written = node.text("name") or node.text("summary")
        policy_id = node.at("escalation_policy").text("id")
        policy = self.draft.policies.get(_key(policy_id, self._timeout(node)))
        is_off = node.text("status") == "disabled"
        made = [
            it
            for each in node.each("integrations")
            if (it := self._integration(each, written, policy, is_off=is_off)) is not None
        ]
        if is_off:
            self.draft.notes.add("ServiceOff", node.place, written)
        if not made:
            self.draft.notes.add("ServiceWithoutIntegration", node.place, written)
            return
        self.services[node.text("id")] = made
        grouping = node.at("alert_grouping_parameters")
        if grouping.text("type"):
            self.draft.notes.add("AlertGrouping", grouping.place, grouping.text("type"))
        if policy is None:
            self.draft.notes.add("RouteToNobody", node.place, written)
            return
        self._service_routes(node, written, made, policy)

    def _integration(
        self, node: Node, service: str, policy: str | None, *, is_off: bool
    ) -> str | None:
        written = node.text("name") or node.text("summary")
        kind = node.text("type")
        if "email" in kind or node.has("integration_email"):
            self.draft.notes.add("EmailIntegration", node.place, f"{service}: {written}")
            return None
        key = node.text("integration_key")
        if not key and not _EVENTS.search(kind):
            self.draft.notes.add("NotImported", node.place, f"{service}: {written} ({kind})")
            return None
        name = self.draft.add(
            "integrations",
            f"{service} {written}",
            node.place,
            {"type": "pagerduty", "escalation_policy": policy, "paused": is_off or None},
        )
        token = self.draft.token(name, key, node.place) if key else None
        if token is not None:
            self.draft.sections["integrations"][-1]["token"] = token
        elif not key:
            self.draft.notes.add(
                "IntegrationWithoutKey", node.place, written, about=("integrations", name)
            )
        return name

    def _service_routes(self, node: Node, written: str, made: list[str], policy: str) -> None:
        match = [f"integration{one_of(made)}"]
        more: dict[str, Any] = {}
        seconds = node.whole("auto_resolve_timeout", 0)
        if seconds:
            close = min(max(timedelta(seconds=seconds), _SHORTEST_ACK), _LONGEST_CLOSE)
            more["close_after"] = spelled(close)
            self.draft.notes.add("AutoResolve", node.place, spelled(timedelta(seconds=seconds)))
        rule = node.at("incident_urgency_rule")
        if rule.text("type") == "use_support_hours":
            said = [self._severity(rule.at(f"{it}_support_hours")) for it in ("during", "outside")]
            severity = None if None in said else min(filter(None, said))
            hours = node.at("support_hours")
            self.draft.notes.add(
                "SupportHours",
                rule.place,
                f"{written}: {said[0] or 'as sent'} from {hours.text('start_time')} to "
                f"{hours.text('end_time')} {hours.text('time_zone')}, else {said[1] or 'as sent'}",
            )
        else:
            severity = self._severity(rule)
            if severity:
                self.draft.notes.add("UrgencyAsSeverity", rule.place, f"{written}: {severity}")
        if severity or more:
            self.draft.add_route(written, node.place, match, policy, severity=severity, **more)

    def _severity(self, rule: Node) -> str | None:
        return {"high": "critical", "low": "warning"}.get(rule.text("urgency"))

    def _window(self, node: Node) -> None:
        written = node.text("description") or node.text("summary") or node.text("id")
        begins, ends = node.instant("start_time"), node.instant("end_time")
        if ends <= self.draft.at:
            self.draft.notes.add("PastSilence", node.place, written)
            return
        affected = [
            name for it in node.each("services") for name in self.services.get(it.text("id"), ())
        ]
        missing = [_shown(it) for it in node.each("services") if it.text("id") not in self.services]
        if missing:
            self.draft.notes.add("MaintenanceNotCarried", node.place, ", ".join(missing))
        if not affected:
            self.draft.notes.add("MaintenanceNotCarried", node.place, written)
            return
        self.draft.add(
            "maintenance_windows",
            written,
            node.place,
            {
                "match": [f"integration{one_of(affected)}"],
                "from": instant(begins),
                "to": instant(ends),
                "reason": reason(node.text("description"), "Maintenance"),
            },
        )


def _key(policy: str, timeout: timedelta | None) -> str:
    return f"{policy} {timeout}"


def _shown(reference: Node) -> str:
    return reference.text("summary") or reference.text("name") or reference.text("id")


def gone(reference: Node) -> str:
    """How a person who is gone is shown beside the users of the file."""
    return reference.text("id").lower()
