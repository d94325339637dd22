"""Items of escalation policies and routes."""

from datetime import timedelta
from typing import Any, Final

from tocsin.adapters.dynamodb.alerts.items import Attribute, Image, Item, number, read_text, text
from tocsin.adapters.dynamodb.configuration.named_objects import (
    Kind,
    manager_of,
    name_of,
    only_from,
    severities_from,
    span_from,
    texts_from,
    write_only,
    write_severities,
    write_span,
    write_texts,
)
from tocsin.domain.errors import EscalationPolicyNotFoundError, RouteNotFoundError
from tocsin.domain.escalation import EscalationPolicy, Step, Target, TargetKind
from tocsin.domain.flapping import FlappingRule, Inherited
from tocsin.domain.matcher import Matcher, Operator
from tocsin.domain.routing import Route
from tocsin.domain.severity import Severity


def _write_policy(policy: EscalationPolicy) -> Item:
    item: Item = {
        "steps": {"L": [_write_step(step) for step in policy.steps]},
        "repeats": number(policy.repeat),
        "severities": write_severities(policy.severities),
    }
    if not isinstance(policy.flapping, Inherited):
        item["flapping"] = write_rule(policy.flapping)
        item["has_own_flapping"] = {"BOOL": True}
    if policy.ack_timeout is not None:
        item["ack_timeout"] = write_span(policy.ack_timeout)
    if policy.time_zone is not None:
        item["time_zone"] = text(policy.time_zone)
    return item


def _write_step(step: Step) -> Attribute:
    targets = write_texts(str(target) for target in step.targets)
    return {
        "M": {
            "step_name": text(step.name),
            "targets": targets,
            "delay": write_span(step.delay),
            **write_only(step.only),
        }
    }


def write_rule(rule: FlappingRule | None) -> Attribute:
    if rule is None:
        return {"NULL": True}
    return {
        "M": {
            "after": number(rule.after),
            "within": write_span(rule.within),
            "stable": write_span(rule.stable),
            "hold_critical": write_span(rule.hold_critical),
        }
    }


def _flapping_from(image: Image) -> FlappingRule | Inherited | None:
    """A policy once stored the usual rule also where none was chosen."""
    attribute = image.get("flapping")
    if attribute is None:
        return Inherited.TEAM
    rule = rule_from(attribute)
    is_chosen = "has_own_flapping" in image or rule != FlappingRule()
    return rule if is_chosen else Inherited.TEAM


def rule_from(attribute: Any) -> FlappingRule | None:  # noqa: ANN401 - as DynamoDB sends it
    if "NULL" in attribute:
        return None
    fields = attribute["M"]
    return FlappingRule(
        after=int(fields["after"]["N"]),
        within=span_from(fields["within"]),
        stable=span_from(fields["stable"]),
        hold_critical=span_from(fields["hold_critical"]),
    )


def _policy_from(image: Image) -> EscalationPolicy:
    ack_timeout = image.get("ack_timeout")
    return EscalationPolicy(
        name=name_of(image),
        steps=tuple(_step_from(step["M"]) for step in image["steps"]["L"]),
        repeat=int(image["repeats"]["N"]),
        ack_timeout=span_from(ack_timeout) if ack_timeout else None,
        severities=severities_from(image["severities"]),
        flapping=_flapping_from(image),
        time_zone=read_text(image, "time_zone"),
        managed_by=manager_of(image),
    )


def _step_from(fields: Image) -> Step:
    return Step(
        name=fields["step_name"]["S"],
        targets=tuple(_target_from(written) for written in texts_from(fields["targets"])),
        delay=span_from(fields["delay"]),
        only=only_from(fields),
    )


def _target_from(written: str) -> Target:
    kind, _, name = written.partition(":")
    return Target(TargetKind(kind), name)


def _write_route(route: Route) -> Item:
    item: Item = {
        "place": number(route.position),
        "matchers": {"L": [write_matcher(matcher) for matcher in route.match]},
        "escalation_policy": text(route.escalation_policy),
    }
    if route.severity is not None:
        item["severity"] = text(route.severity)
    if route.hold:
        item["hold"] = write_span(route.hold)
    if route.close_after is not None:
        item["close_after"] = write_span(route.close_after)
    if route.time_zone is not None:
        item["time_zone"] = text(route.time_zone)
    return item | write_only(route.only)


def write_matcher(matcher: Matcher) -> Attribute:
    """In parts: its syntax may be longer than the limit of one text."""
    return write_texts((matcher.label, matcher.operator, matcher.value))


def _route_from(image: Image) -> Route:
    return Route(
        name=name_of(image),
        position=int(image["place"]["N"]),
        match=tuple(matcher_from(parts) for parts in image["matchers"]["L"]),
        escalation_policy=image["escalation_policy"]["S"],
        severity=Severity(image["severity"]["S"]) if "severity" in image else None,
        hold=span_from(image["hold"]) if "hold" in image else timedelta(),
        close_after=span_from(image["close_after"]) if "close_after" in image else None,
        only=only_from(image),
        time_zone=read_text(image, "time_zone"),
        managed_by=manager_of(image),
    )


def matcher_from(attribute: Any) -> Matcher:  # noqa: ANN401 - as DynamoDB sends it
    label, operator, value = texts_from(attribute)
    return Matcher(label, Operator(operator), value)


POLICIES: Final = Kind[EscalationPolicy](
    name="escalation-policy",
    words="escalation policy",
    not_found=EscalationPolicyNotFoundError,
    write=_write_policy,
    read=_policy_from,
)
ROUTES: Final = Kind[Route](
    name="route", words="route", not_found=RouteNotFoundError, write=_write_route, read=_route_from
)
