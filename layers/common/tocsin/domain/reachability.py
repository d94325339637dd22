"""Who would be paged of a severity by now, and whether they can be reached.

What a step of an alert plans is decided by `ways_to`, too, so that both say the same.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from tocsin.domain.escalation import (
    DEFAULT_POLICY,
    PAGED_SEVERITIES,
    EscalationPolicy,
    Step,
    TargetKind,
)
from tocsin.domain.people import (
    ADDRESS_FIELDS,
    Channel,
    ContactMethod,
    Directory,
    User,
    method_in_words,
)
from tocsin.domain.routing import Route, Routing
from tocsin.domain.severity import Severity
from tocsin.domain.ways import (
    Gap,
    GapCode,
    Noun,
    Way,
    gap_of_method,
    user_gap,
    ways_to,
    ways_to_user,
)

NO_LAST_RESORT: Final = Gap(
    code=GapCode.NO_LAST_RESORT,
    noun=Noun.STACK,
    name="tocsin",
    place="BackstopEmail",
    problem=(
        "there is no address of last resort for alerts that reach nobody: deploy the stack with "
        "BackstopEmail or BackstopPhone"
    ),
)
_ORDER: Final = {code: place for place, code in enumerate(GapCode)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """What sends alerts to a policy: an integration, a heartbeat, a route, or none of these."""

    noun: Noun
    name: str
    policy: str | None
    """None: as the routes say."""
    severities: frozenset[Severity] = frozenset(Severity)
    """Of which it may send alerts."""
    sets_severity: Severity | None = None
    """A route's own, which its alerts have instead."""
    is_paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """All configuration that decides who is paged."""

    directory: Directory = field(default_factory=Directory)
    routing: Routing = field(default_factory=Routing)
    senders: tuple[Sender, ...] = ()
    """Integrations and heartbeats."""
    sends_email: bool = True
    """Whether the stack has an address to send e-mail from."""
    gap_ahead: Callable[[str], Gap | None] = lambda _schedule: None
    """When nobody will be on call by a schedule soon."""

    @property
    def paths(self) -> Iterator[Sender]:
        """All that leads alerts to a policy of its own, in the order of precedence."""
        yield from (it for it in self.senders if it.policy is not None and not it.is_paused)
        yield from map(_as_sender, self.routing.routes)
        if self.needs_default or DEFAULT_POLICY in self.routing.policies:
            yield Sender(noun=Noun.DEFAULT, name=DEFAULT_POLICY, policy=DEFAULT_POLICY)

    @property
    def needs_default(self) -> bool:
        """Whether alerts may reach neither an integration's policy nor a route."""
        return not any(
            not route.match and route.escalation_policy in self.routing.policies
            for route in self.routing.routes
        )


def _as_sender(route: Route) -> Sender:
    severities = (
        severity
        for severity in Severity
        if all(
            matcher.matches({"severity": severity})
            for matcher in route.match
            if matcher.label == "severity"
        )
    )
    return Sender(
        noun=Noun.ROUTE,
        name=route.name,
        policy=route.escalation_policy,
        severities=frozenset(severities),
        sets_severity=route.severity,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StepReach:
    """A step, and the messages that it would send of a severity."""

    step: Step
    ways: tuple[tuple[Way, Gap | None], ...]
    """With what is in the way of each, or may be."""

    @property
    def ok(self) -> bool:
        return any(gap is None or not gap.is_in_the_way for _, gap in self.ways)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyReach:
    """A policy's first run for a severity."""

    policy: EscalationPolicy
    severity: Severity
    steps: tuple[StepReach, ...]
    """None of a severity that it does not page."""
    gaps_ahead: tuple[Gap, ...] = ()
    """Of its schedules."""

    @property
    def ok(self) -> bool:
        """Whether it reaches a person or a channel."""
        return any(step.ok for step in self.steps)

    @property
    def gaps(self) -> Iterator[Gap]:
        """Of the steps, and of the people and channels in them."""
        if self.steps and not self.ok:
            problem = f"no step of {self.policy.name} reaches anybody"
            yield self._gap(GapCode.POLICY_REACHES_NOBODY, "steps", problem)
        for number, reach in enumerate(self.steps):
            if not reach.ok and self.ok:
                problem = f"{reach.step.name} of {self.policy.name} reaches nobody"
                yield self._gap(GapCode.STEP_REACHES_NOBODY, f"steps[{number}]", problem)
            yield from (gap for _, gap in reach.ways if gap is not None)
        yield from self.gaps_ahead
        if self.policy.has_hours and self.severity is not Severity.CRITICAL:
            yield from self._gaps_of_hours()

    def _gaps_of_hours(self) -> Iterator[Gap]:
        """When its alerts wait, as every step that reaches anybody has hours."""
        from tocsin.domain.outside_hours import covers_the_week, spelled_hours

        only = [reach.step.only for reach in self.steps if reach.ok]
        if only and not covers_the_week(only):
            hours = ", ".join(dict.fromkeys(map(spelled_hours, only)))
            zone = f" ({self.policy.time_zone})" if self.policy.time_zone else ""
            problem = f"{self.policy.name} asks nobody outside {hours}{zone}"
            yield self._gap(GapCode.ONLY_AT_HOURS, "steps", problem)

    def _gap(self, code: GapCode, place: str, problem: str) -> Gap:
        return Gap(
            code=code,
            noun=Noun.ESCALATION_POLICY,
            name=self.policy.name,
            place=place,
            problem=problem,
            severity=self.severity,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PathReach:
    """Whom the alerts of one sender reach."""

    sender: Sender
    policy: PolicyReach | None
    """None: there is no such policy."""
    gaps: tuple[Gap, ...]
    """Of the sender itself: its policy is missing, or does not page this severity."""

    @property
    def ok(self) -> bool:
        """Whether it reaches anybody, or is of a severity that only appears."""
        if self.policy is None:
            return False
        return self.policy.ok or not (self.gaps or self.policy.steps)


def reach_of_policy(policy: EscalationPolicy, severity: Severity, team: Team) -> PolicyReach:
    steps = policy.steps if severity in policy.severities else ()
    return PolicyReach(
        policy=policy,
        severity=severity,
        steps=tuple(
            StepReach(step=step, ways=tuple(_ways_of_step(policy, number, severity, team)))
            for number, step in enumerate(steps)
        ),
        gaps_ahead=tuple(_gaps_ahead(steps, team)),
    )


def _gaps_ahead(steps: Iterable[Step], team: Team) -> Iterator[Gap]:
    names = {
        target.name.partition("/")[0]: None
        for step in steps
        for target in step.targets
        if target.kind is TargetKind.SCHEDULE
    }
    for name in names:
        if gap := team.gap_ahead(name):
            yield gap


def _ways_of_step(
    policy: EscalationPolicy, number: int, severity: Severity, team: Team
) -> Iterator[tuple[Way, Gap | None]]:
    for position, target in enumerate(policy.steps[number].targets):
        for way in ways_to(str(target), severity, team.directory):
            gap = way.gap or _further_gap(way, team, severity)
            if gap is not None and gap.noun is Noun.ESCALATION_POLICY:
                place = f"steps[{number}].targets[{position}]"
                gap = replace(gap, name=policy.name, place=place)
            yield way, gap


def _further_gap(way: Way, team: Team, severity: Severity) -> Gap | None:
    """What a step that is planned does not know of."""
    kind, _, name = way.target.partition(":")
    if kind == TargetKind.CHANNEL:
        return gap_of_channel(team.directory.channels[name], team)
    user = team.directory.users.get(name)
    if user is None or way.by is None:
        return None
    gap = _gap_of_method(user, ContactMethod(way.by), team)
    return gap or (_gap_of_hours(user, severity, team) if way.only else None)


def _gap_of_hours(user: User, severity: Severity, team: Team) -> Gap | None:
    """When no rule tells a person at once, as a message waits for the hours of all of them."""
    from tocsin.domain.outside_hours import covers_the_week, spelled_hours

    rules = [it for it in user.rules(severity) if not gap_of_method(user, it.by, team.directory)]
    if covers_the_week(rule.only for rule in rules):
        return None
    hours = ", ".join(dict.fromkeys(spelled_hours(rule.only) for rule in rules))
    problem = f"{user.name} is told only {hours} ({user.time_zone})"
    gap = user_gap(user, GapCode.ONLY_AT_HOURS, "notify", problem)
    return replace(gap, severity=severity)


def gap_of_channel(channel: Channel, team: Team) -> Gap | None:
    if channel.type != ContactMethod.EMAIL or team.sends_email:
        return None
    return Gap(
        code=GapCode.NO_EMAIL_FROM,
        noun=Noun.CHANNEL,
        name=channel.name,
        place="type",
        problem=f"{channel.name} sends no e-mail: deploy the stack with EmailFrom",
    )


def gap_of_mail(user: User, method: ContactMethod, *, sends_email: bool) -> Gap | None:
    """What is in the way of an e-mail, beyond the address."""
    if method is not ContactMethod.EMAIL or sends_email:
        return None
    problem = f"no e-mail goes to {user.name}: deploy the stack with EmailFrom"
    return user_gap(user, GapCode.NO_EMAIL_FROM, ADDRESS_FIELDS[method], problem)


def _gap_of_method(user: User, method: ContactMethod, team: Team) -> Gap | None:
    place = ADDRESS_FIELDS[method]
    if gap := gap_of_mail(user, method, sends_email=team.sends_email):
        return gap
    if user.is_verified(method):
        return None
    if method is ContactMethod.PUSH:
        problem = (
            f"{user.name} has not said that a push arrived: send a test from /console/me/phone"
        )
        return user_gap(user, GapCode.NOT_VERIFIED, place, problem)
    test = f"POST /api/v1/users/{user.name}/test"
    problem = f"{method_in_words(method)} of {user.name} is not verified: send a test with {test}"
    return user_gap(user, GapCode.NOT_VERIFIED, place, problem)


def reach_of_path(sender: Sender, severity: Severity, team: Team) -> PathReach:
    name = sender.policy or DEFAULT_POLICY
    policy = team.routing.policies.get(name)
    if policy is None:
        return PathReach(sender=sender, policy=None, gaps=(_missing_policy(sender, name),))
    severity = sender.sets_severity or severity
    reach = reach_of_policy(policy, severity, team)
    gaps: tuple[Gap, ...] = ()
    if not reach.steps and severity in PAGED_SEVERITIES:
        gap = Gap(
            code=GapCode.SEVERITY_NOT_PAGED,
            noun=sender.noun,
            name=sender.name,
            place="escalation_policy",
            problem=f"{_spelled(sender)} leads to {name}, which pages nobody",
            severity=severity,
        )
        gaps = (gap,)
    return PathReach(sender=sender, policy=reach, gaps=gaps)


def _missing_policy(sender: Sender, policy: str) -> Gap:
    if policy == DEFAULT_POLICY:
        code = GapCode.NO_DEFAULT_POLICY
        problem = (
            f"there is no escalation policy {DEFAULT_POLICY}: an alert that neither its "
            "integration nor a route sends elsewhere pages nobody"
        )
        noun, name = Noun.DEFAULT, DEFAULT_POLICY
    else:
        code = GapCode.NO_POLICY
        problem = f"{_spelled(sender)} names the escalation policy {policy}, which does not exist"
        noun, name = sender.noun, sender.name
    return Gap(code=code, noun=noun, name=name, place="escalation_policy", problem=problem)


def _spelled(sender: Sender) -> str:
    if sender.noun is Noun.DEFAULT:
        return "what no integration and no route sends elsewhere"
    return f"{sender.noun} {sender.name}"


def reach_of_all(severity: Severity, team: Team) -> tuple[PathReach, ...]:
    """Say for each sender with a policy, each route and the default whom it reaches."""
    return tuple(
        reach_of_path(sender, severity, team)
        for sender in team.paths
        if severity in sender.severities
    )


def gaps_of_all(reaches: Iterable[PathReach]) -> list[Gap]:
    """All gaps once, the worst first."""
    return _sorted(gap for reach in reaches for gap in _gaps_of_path(reach))


def _gaps_of_path(reach: PathReach) -> Iterator[Gap]:
    yield from reach.gaps
    if reach.policy is not None:
        yield from reach.policy.gaps


def _sorted(gaps: Iterable[Gap]) -> list[Gap]:
    return sorted(dict.fromkeys(gaps), key=lambda gap: (_ORDER[gap.code], gap.noun, gap.name))


def gaps_after_change(before: Team, after: Team, changed: tuple[Noun, str]) -> list[Gap]:
    """Say which gaps a change of the configuration makes, and which the changed object has.

    Args:
        before: The configuration without the change.
        after: The configuration with it.
        changed: The object that was put, changed or removed.
    """
    known = set(_every_gap(before))
    made = (gap for gap in _every_gap(after) if gap not in known)
    return _sorted((*_own_gaps(changed, after), *made))


def _every_gap(team: Team) -> Iterator[Gap]:
    """Also of policies that nothing leads to, and of users whom no policy asks."""
    for severity in Severity:
        for path in reach_of_all(severity, team):
            yield from path.gaps
        for policy in team.routing.policies.values():
            yield from reach_of_policy(policy, severity, team).gaps
    for user in team.directory.users.values():
        yield from gaps_of_user(user, team)


def gaps_of_user(user: User, team: Team) -> Iterator[Gap]:
    """What keeps critical alerts and warnings from a person."""
    for severity in sorted(PAGED_SEVERITIES, key=lambda it: it.rank):
        for way in ways_to_user(user.name, severity, team.directory):
            if gap := way.gap or _further_gap(way, team, severity):
                yield gap


def _own_gaps(changed: tuple[Noun, str], team: Team) -> Iterator[Gap]:
    noun, name = changed
    match noun:
        case Noun.USER if user := team.directory.users.get(name):
            yield from gaps_of_user(user, team)
        case Noun.CHANNEL if channel := team.directory.channels.get(name):
            if gap := gap_of_channel(channel, team):
                yield gap
        case Noun.SCHEDULE:
            if gap := team.gap_ahead(name):
                yield gap
        case Noun.ESCALATION_POLICY if policy := team.routing.policies.get(name):
            for severity in Severity:
                yield from reach_of_policy(policy, severity, team).gaps
        case Noun.ROUTE | Noun.INTEGRATION | Noun.HEARTBEAT:
            yield from _own_gaps_of_sender(noun, name, team)
        case _:
            return


def _own_gaps_of_sender(noun: Noun, name: str, team: Team) -> Iterator[Gap]:
    """Of its policy, not of each person in it."""
    routes = map(_as_sender, team.routing.routes)
    known = (it for it in (*team.senders, *routes) if (it.noun, it.name) == (noun, name))
    for sender in known:
        if sender.is_paused or (sender.policy is None and not team.needs_default):
            continue
        for severity in sorted(sender.severities, key=lambda it: it.rank):
            reach = reach_of_path(sender, severity, team)
            yield from reach.gaps
            if reach.policy is not None and not reach.ok:
                yield from (
                    replace(gap, noun=noun, name=name, place="escalation_policy")
                    for gap in reach.policy.gaps
                    if gap.code is GapCode.POLICY_REACHES_NOBODY
                )


def spelled_gaps(gaps: Sequence[Gap]) -> Mapping[Gap, str]:
    """Say each gap once, with all its severities; the first of them stands for the others."""
    together: dict[Gap, list[Severity]] = {}
    for gap in gaps:
        severities = together.setdefault(replace(gap, severity=None), [])
        if gap.severity is not None:
            severities.append(gap.severity)
    return {
        gap: f"{gap.problem} for {' and '.join(severities)}" if severities else gap.problem
        for gap, severities in together.items()
    }
