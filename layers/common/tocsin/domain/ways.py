"""The messages to a target of a step, and what keeps one from being sent."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tocsin.domain.escalation import Target, TargetKind
from tocsin.domain.people import ADDRESS_FIELDS, ContactMethod, Directory, User, method_in_words
from tocsin.domain.severity import Severity

if TYPE_CHECKING:
    from tocsin.domain.hours import Hours


class GapCode(StrEnum):
    """What keeps a page from people; the worst first."""

    NO_DEFAULT_POLICY = "no_default_policy"
    NO_POLICY = "no_policy"
    SEVERITY_NOT_PAGED = "severity_not_paged"
    POLICY_REACHES_NOBODY = "policy_reaches_nobody"
    STEP_REACHES_NOBODY = "step_reaches_nobody"
    NO_USER = "no_user"
    NO_CHANNEL = "no_channel"
    NOBODY_ON_CALL = "nobody_on_call"
    NO_CONTACT_METHOD = "no_contact_method"
    SEVERITY_LEFT_OUT = "severity_left_out"
    NO_ADDRESS = "no_address"
    NO_SLACK_CHANNEL = "no_slack_channel"
    NO_EMAIL_FROM = "no_email_from"
    NOT_VERIFIED = "not_verified"
    ONLY_AT_HOURS = "only_at_hours"
    SCHEDULE_GAP = "schedule_gap"
    NO_LAST_RESORT = "no_last_resort"


_NO_OBSTACLE: Final = frozenset(
    (
        GapCode.NOT_VERIFIED,
        GapCode.ONLY_AT_HOURS,
        GapCode.SCHEDULE_GAP,
        GapCode.NO_LAST_RESORT,
    )
)


class Noun(StrEnum):
    """What a gap is about."""

    DEFAULT = "default"
    """What no integration and no route sends elsewhere."""
    ROUTE = "route"
    INTEGRATION = "integration"
    HEARTBEAT = "heartbeat"
    ESCALATION_POLICY = "escalation_policy"
    USER = "user"
    CHANNEL = "channel"
    SCHEDULE = "schedule"
    STACK = "stack"
    """As it was deployed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    code: GapCode
    noun: Noun
    name: str
    """Of the object that it is about."""
    place: str
    """The setting of the object, such as `steps[0].targets[1]`."""
    problem: str
    """Without the severity."""
    severity: Severity | None = None
    """None: it is the same for each."""

    @property
    def text(self) -> str:
        return f"{self.problem} for {self.severity}" if self.severity else self.problem

    @property
    def is_in_the_way(self) -> bool:
        """Whether it keeps a message from being sent."""
        return self.code not in _NO_OBSTACLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One message of a step: to whom, and by what."""

    target: str
    """As in the step, such as `user:alice`; of a schedule, the user."""
    by: str | None = None
    """A contact method, or a channel's name; None: there is nothing to send it by."""
    after: timedelta = timedelta()
    """The delay of the user's rule."""
    only: "tuple[Hours, ...]" = ()
    """The hours of the user's rule; empty: any."""
    time_zone: str = "UTC"
    """Of these hours."""
    schedule: str | None = None
    """By which the user is on call; None: the user is asked by name."""
    gap: Gap | None = None
    """Why it cannot be sent."""


def ways_to(target: str, severity: Severity, directory: Directory) -> Iterator[Way]:
    """The messages to a target of a step."""
    kind, _, name = target.partition(":")
    match TargetKind(kind):
        case TargetKind.CHANNEL:
            yield Way(target=target, by=name, gap=_unknown_channel(name, directory))
        case TargetKind.USER:
            yield from ways_to_user(name, severity, directory)
        case TargetKind.SCHEDULE:
            users = directory.on_call.get(name, ())
            if not users:
                gap = _policy_gap(GapCode.NOBODY_ON_CALL, _nobody_on_call(name))
                yield Way(target=target, schedule=name, gap=gap)
            for user in users:
                for way in ways_to_user(user, severity, directory):
                    yield replace(way, schedule=name)


def _nobody_on_call(target: str) -> str:
    name, _, is_next = target.partition("/")
    verb = "comes next" if is_next else "is on call"
    return f"nobody {verb} by schedule {name}"


def _unknown_channel(name: str, directory: Directory) -> Gap | None:
    if name in directory.channels:
        return None
    return _policy_gap(GapCode.NO_CHANNEL, f"there is no channel {name}")


def _policy_gap(code: GapCode, problem: str) -> Gap:
    """A gap of the policy that names the target; which one is not known here."""
    return Gap(code=code, noun=Noun.ESCALATION_POLICY, name="", place="", problem=problem)


def ways_to_user(name: str, severity: Severity, directory: Directory) -> Iterator[Way]:
    target = str(Target(TargetKind.USER, name))
    user = directory.users.get(name)
    if user is None:
        yield Way(target=target, gap=_policy_gap(GapCode.NO_USER, f"there is no user {name}"))
        return
    rules = user.rules(severity)
    if not rules:
        yield Way(target=target, gap=_why_untold(user, severity))
    for rule in rules:
        gap = gap_of_method(user, rule.by, directory)
        yield Way(
            target=target,
            by=rule.by.value,
            after=rule.after,
            only=rule.only,
            time_zone=user.time_zone,
            gap=gap,
        )


def _why_untold(user: User, severity: Severity) -> Gap:
    if not user.notify and not user.methods:
        problem = f"{user.name} has no contact method"
        return user_gap(user, GapCode.NO_CONTACT_METHOD, "email", problem)
    return replace(
        user_gap(
            user,
            GapCode.SEVERITY_LEFT_OUT,
            "notify",
            f"no notification rule of {user.name} is",
        ),
        severity=severity,
    )


def gap_of_method(user: User, method: ContactMethod, directory: Directory) -> Gap | None:
    place = ADDRESS_FIELDS[method]
    if method is ContactMethod.PUSH and not user.live_devices:
        return user_gap(user, GapCode.NO_ADDRESS, place, _why_no_device(user))
    if user.address_of(method) is None:
        problem = f"{user.name} has no address for {method_in_words(method)}"
        return user_gap(user, GapCode.NO_ADDRESS, place, problem)
    if method is ContactMethod.SLACK and not directory.has_slack:
        problem = "no Slack channel is configured, whose app could write to people"
        return user_gap(user, GapCode.NO_SLACK_CHANNEL, place, problem)
    return None


def _why_no_device(user: User) -> str:
    how = "open /console/me/phone on the phone and allow it"
    if user.push_devices:
        return f"every device of {user.name} for push is gone: {how} again"
    return f"{user.name} has no device for push: {how}"


def user_gap(user: User, code: GapCode, place: str, problem: str) -> Gap:
    return Gap(code=code, noun=Noun.USER, name=user.name, place=place, problem=problem)
