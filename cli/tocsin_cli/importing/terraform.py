"""A state of Terraform, as `terraform show -json` prints it: three vendors' resources, offline."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tocsin_cli.importing import grafana_oncall, opsgenie, pagerduty
from tocsin_cli.importing.sources import Node, SourceError, read_json
from tocsin_cli.importing.team_file_out import Draft
from tocsin_cli.text import clean

RESOURCES_LIMIT: Final = 100_000
_VENDORS: Final = ("pagerduty_", "opsgenie_", "grafana_oncall_")


@dataclass(slots=True)
class Source:
    pagerduty: pagerduty.Source
    opsgenie: opsgenie.Source
    grafana_oncall: grafana_oncall.Source
    unknown_schedules: list[tuple[str, str]] = field(default_factory=list)
    """Of Opsgenie: addresses of rotations, and ids of schedules that no resource describes."""


def read(path: Path) -> Source:
    """Read a state.

    Raises:
        SourceError: It is none.
    """
    root = read_json(path)
    if not isinstance(root.value, dict) or "values" not in root.value:
        raise SourceError(
            root.place, "has no values: it is no state as `terraform show -json` prints it"
        )
    return from_state(root)


def from_state(root: Node) -> Source:
    state = _State()
    waiting = [root.at("values").at("root_module")]
    number = 0
    while waiting:
        module = waiting.pop()
        for resource in module.each("resources"):
            number += 1
            if number > RESOURCES_LIMIT:
                raise SourceError(root.place, f"has more than {RESOURCES_LIMIT:,} resources")
            state.add(resource)
        waiting += reversed(module.each("child_modules"))
    if not state.found and not state.left:
        raise SourceError(root.place, "has no resource of PagerDuty, Opsgenie or Grafana OnCall")
    return state.source()


def fill(source: Source, made: Draft) -> None:
    """Add all that the source has."""
    for place, schedule in source.unknown_schedules:
        made.notes.add("UnknownSchedule", place, schedule)
    pagerduty.fill(source.pagerduty, made)
    opsgenie.fill(source.opsgenie, made)
    grafana_oncall.fill(source.grafana_oncall, made)


@dataclass(slots=True)
class _State:
    """Resources by type, each with its address for its place."""

    found: dict[str, list[Node]] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)

    def add(self, resource: Node) -> None:
        type_, address = resource.text("type"), resource.text("address")
        values = resource.at("values")
        if not type_.startswith(_VENDORS):
            return
        if type_ not in _KNOWN:
            self.left.append(address)
            return
        if not isinstance(values.value, dict):
            values.fail("must be an object")
        self.found.setdefault(type_, []).append(Node(values.value, clean(address)))

    def of(self, type_: str) -> list[Node]:
        return self.found.get(type_, [])

    def source(self) -> Source:
        found = Source(self._pagerduty(), self._opsgenie(), self._oncall())
        known = {it.text("id") for it in self.of("opsgenie_schedule")}
        for rotation in self.of("opsgenie_schedule_rotation"):
            if rotation.text("schedule_id") not in known:
                found.unknown_schedules.append((rotation.place, rotation.text("schedule_id")))
        return found

    def _pagerduty(self) -> pagerduty.Source:
        contacts = _by(self.of("pagerduty_user_contact_method"), "user_id")
        rules = _by(self.of("pagerduty_user_notification_rule"), "user_id")
        integrations = _by(self.of("pagerduty_service_integration"), "service")
        return pagerduty.Source(
            users=[
                _with(
                    it,
                    contact_methods=contacts.get(it.text("id"), []),
                    notification_rules=[
                        _with(rule, contact_method=_first(rule, "contact_method"))
                        for rule in rules.get(it.text("id"), [])
                    ],
                )
                for it in self.of("pagerduty_user")
            ],
            teams=self.of("pagerduty_team"),
            schedules=[_pagerduty_schedule(it) for it in self.of("pagerduty_schedule")],
            event_schedules=[_event_schedule(it) for it in self.of("pagerduty_schedulev2")],
            policies=[_pagerduty_policy(it) for it in self.of("pagerduty_escalation_policy")],
            services=[
                _pagerduty_service(it, integrations.get(it.text("id"), []))
                for it in self.of("pagerduty_service")
            ],
            windows=[
                _with(
                    it,
                    services=[
                        Node({"id": each.written()}, each.place) for each in it.each("services")
                    ],
                )
                for it in self.of("pagerduty_maintenance_window")
            ],
            left=self.left,
            highest_first=False,
        )

    def _opsgenie(self) -> opsgenie.Source:
        teams = [
            _with(
                it,
                members=[
                    Node(
                        {
                            "user": Node({"id": each.text("id")}, each.place),
                            "role": each.text("role", "user"),
                        },
                        each.place,
                    )
                    for each in it.each("member")
                ],
            )
            for it in self.of("opsgenie_team")
        ]
        return opsgenie.Source(
            users=[
                _with(
                    it,
                    fullName=it.at("full_name"),
                    timeZone=it.at("timezone"),
                    role={"name": it.text("role")},
                )
                for it in self.of("opsgenie_user")
            ],
            teams=teams,
            schedules=self._opsgenie_schedules(),
            escalations=[_opsgenie_escalation(it) for it in self.of("opsgenie_escalation")],
            integrations=[
                _with(
                    it,
                    type=it.text("type", "API"),
                    apiKey=it.at("api_key"),
                    teamId=it.at("owner_team_id"),
                )
                for type_ in ("opsgenie_api_integration", "opsgenie_email_integration")
                for it in self.of(type_)
            ],
            heartbeats=[
                _with(
                    it,
                    intervalUnit=it.at("interval_unit"),
                    alertPriority=it.at("alert_priority"),
                    alertTags=it.at("alert_tags"),
                    alertMessage=it.at("alert_message"),
                )
                for it in self.of("opsgenie_heartbeat")
            ],
        )

    def _opsgenie_schedules(self) -> list[Node]:
        rotations: dict[str, list[Node]] = {}
        for it in self.of("opsgenie_schedule_rotation"):
            rotations.setdefault(it.text("schedule_id"), []).append(_opsgenie_rotation(it))
        found = [
            _with(it, rotations=rotations.pop(it.text("id"), []))
            for it in self.of("opsgenie_schedule")
        ]
        return found + [
            Node({"id": id_, "name": id_, "rotations": own}, own[0].place)
            for id_, own in rotations.items()
        ]

    def _oncall(self) -> grafana_oncall.Source:
        return grafana_oncall.Source(
            users=[_with(it, username=it.at("username")) for it in self.of("grafana_oncall_user")],
            teams=self.of("grafana_oncall_team"),
            schedules=self.of("grafana_oncall_schedule"),
            shifts=self.of("grafana_oncall_on_call_shift"),
            chains=self.of("grafana_oncall_escalation_chain"),
            steps=self.of("grafana_oncall_escalation"),
            integrations=[
                _with(it, default_route=_first(it, "default_route"), templates=None)
                for it in self.of("grafana_oncall_integration")
            ],
            routes=self.of("grafana_oncall_route"),
        )


_KNOWN: Final = frozenset(
    (
        "pagerduty_user", "pagerduty_user_contact_method", "pagerduty_user_notification_rule",
        "pagerduty_team", "pagerduty_schedule", "pagerduty_schedulev2",
        "pagerduty_escalation_policy", "pagerduty_service", "pagerduty_service_integration",
        "pagerduty_maintenance_window",
        "opsgenie_user", "opsgenie_team", "opsgenie_schedule", "opsgenie_schedule_rotation",
        "opsgenie_escalation", "opsgenie_api_integration", "opsgenie_email_integration",
        "opsgenie_heartbeat",
        "grafana_oncall_user", "grafana_oncall_team", "grafana_oncall_schedule",
        "grafana_oncall_on_call_shift", "grafana_oncall_escalation_chain",
        "grafana_oncall_escalation", "grafana_oncall_integration", "grafana_oncall_route",
    )
)  # fmt: skip


def _with(node: Node, **more: Any) -> Node:  # noqa: ANN401 - JSON
    """The same object with other members; what is a `Node` keeps its place."""
    if not isinstance(node.value, dict):
        node.fail("must be an object")
    return Node({**node.value, **more}, node.place)


def _by(nodes: Iterable[Node], name: str) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = {}
    for node in nodes:
        found.setdefault(node.text(name), []).append(node)
    return found


def _first(node: Node, name: str) -> Node:
    """A block that may stand once, which a state has as a list."""
    return next(iter(node.one_or_more(name)), Node(None, f"{node.place}.{name}"))


def _camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda it: it[1].upper(), name)


def _renamed(node: Node, rename: Callable[[str], str]) -> Node:
    return Node({rename(name): it for name, it in node.members()}, node.place)


def _pagerduty_schedule(node: Node) -> Node:
    layers = [
        _with(it, restrictions=it.each("restriction"), users=_references(it.each("users")))
        for it in node.each("layer")
    ]
    return _with(node, schedule_layers=layers)


def _references(ids: Iterable[Node]) -> list[Node]:
    return [Node({"user": Node({"id": it.written()}, it.place)}, it.place) for it in ids]


def _event_schedule(node: Node) -> Node:
    rotations = [
        _with(
            rotation,
            events=[
                _with(event, assignment_strategy=_assignment(event))
                for event in rotation.each("event")
            ],
        )
        for rotation in node.each("rotation")
    ]
    return _with(node, rotations=rotations)


def _assignment(event: Node) -> Node:
    strategy = _first(event, "assignment_strategy")
    return _with(strategy, members=strategy.each("member")) if strategy.is_there else strategy


def _pagerduty_policy(node: Node) -> Node:
    rules = [
        _with(
            it,
            targets=it.each("target"),
            escalation_rule_assignment_strategy=_first(it, "escalation_rule_assignment_strategy"),
        )
        for it in node.each("rule")
    ]
    return _with(node, escalation_rules=rules)


def _pagerduty_service(node: Node, integrations: list[Node]) -> Node:
    rule = _first(node, "incident_urgency_rule")
    if rule.is_there:
        rule = _with(
            rule,
            during_support_hours=_first(rule, "during_support_hours"),
            outside_support_hours=_first(rule, "outside_support_hours"),
        )
    return _with(
        node,
        escalation_policy={"id": node.text("escalation_policy")},
        integrations=integrations,
        incident_urgency_rule=rule,
        support_hours=_first(node, "support_hours"),
        alert_grouping_parameters=_first(node, "alert_grouping_parameters"),
    )


def _opsgenie_rotation(node: Node) -> Node:
    restriction = _first(node, "time_restriction")
    found: Node | None = None
    if restriction.is_there:
        single = [_renamed(it, _camel) for it in restriction.each("restriction")]
        several = [_renamed(it, _camel) for it in restriction.each("restrictions")]
        value = {"type": restriction.text("type"), "restriction": single, "restrictions": several}
        found = Node(value, restriction.place)
    return _with(
        node,
        startDate=node.at("start_date"),
        endDate=node.at("end_date"),
        participants=node.each("participant"),
        timeRestriction=found,
    )


def _opsgenie_escalation(node: Node) -> Node:
    rules = [
        _with(
            it,
            notifyType=it.at("notify_type"),
            delay={"timeAmount": it.at("delay"), "timeUnit": "minutes"},
            recipient=_first(it, "recipient"),
        )
        for it in node.each("rules")
    ]
    repeat = _first(node, "repeat")
    if repeat.is_there:
        repeat = _renamed(repeat, _camel)
    return _with(node, rules=rules, repeat=repeat)
