"""An alert's life: firing → acknowledged → resolved; every step is a new value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Self

from tocsin.domain.asking import ASKINGS_LIMIT, Asking
from tocsin.domain.duration import spelled
from tocsin.domain.errors import (
    AlreadyAcknowledgedError,
    AlreadyResolvedError,
    NoStepLeftError,
    NotAcknowledgedError,
    NotSnoozedError,
)
from tocsin.domain.escalation import (
    NEXT_RUN,
    NO_POLICY_PAGES,
    STILL_WAITING,
    Escalation,
    EscalationPolicy,
    Rest,
    Target,
    TargetKind,
    Unreached,
    advance,
)
from tocsin.domain.flapping import Flapping, FlappingRule, Verdict, judge
from tocsin.domain.hold import Hold, HoldKind
from tocsin.domain.ids import (
    AUTO,
    Actor,
    AlertId,
    Fingerprint,
    IncidentId,
    by_whom,
    fingerprint_of,
    milliseconds,
    time_of,
    ulid,
    user_of,
)
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts, Signal, Value
from tocsin.domain.subject import subject_of
from tocsin.domain.timeline import CHANGES_MESSAGES, Change, ChangeType, Detail

if TYPE_CHECKING:
    from tocsin.domain.hours import Hours

SNOOZE_LIMIT: Final = timedelta(days=30)
NOTE_LIMIT: Final = 2000
"""Characters of a note that goes with an action; a longer text is a note of its own."""

SEVERITY_ROSE: Final = "the severity rose"
_NEXT_MILLISECOND: Final = timedelta(milliseconds=1)


class AlertStatus(StrEnum):
    """Where an alert is in its life; snoozed is a flag beside it."""

    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze:
    """Mutes one alert until a time."""

    until: datetime
    reason: str | None = None
    by: Actor | None = None
    """Set by `Alert.snoozed`; None: snoozed before this was stored."""
    severity: Severity = Severity.INFO
    """The alert's severity when it was snoozed; set by `Alert.snoozed`."""
    sticky_severity: bool = False
    """A higher severity does not wake it."""
    sticky_output: bool = False
    """A changed output does not wake it, although the integration has `wakes_on_output`."""

    def is_broken_by(self, severity: Severity) -> bool:
        """Whether an alert of this severity wakes."""
        return severity.is_worse_than(self.severity) and not self.sticky_severity


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteSettings:
    """What a route wants of its alerts."""

    route: str
    severity: Severity | None = None
    """Instead of the sender's."""
    hold: timedelta = timedelta()
    """How long after opening the first page waits; an alert that is over by then pages nobody."""
    close_after: timedelta | None = None
    """An open alert is resolved after this time without a repeat."""
    only: "tuple[Hours, ...]" = ()
    """Outside these hours its alerts are held; empty: they never are."""
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """What a route has set on one alert; a later change of the route leaves it.

    Hours are the exception: alerts that wait for them follow the route within minutes.
    """

    route: str
    sent_severity: Severity | None = None
    """The sender's, if the route set another."""
    close_after: timedelta | None = None
    only: "tuple[Hours, ...]" = ()
    """Outside these hours it is held."""
    time_zone: str = "UTC"

    def hold_at(self, at: datetime) -> Hold | None:
        """What the route's hours put on the alert at this time."""
        if not self.only:
            return None
        from tocsin.domain.outside_hours import hold_of_route

        return hold_of_route(self.route, self.only, self.time_zone, at)


def routed_by(settings: RouteSettings | None, sent: Severity) -> Routed | None:
    """What is kept on an alert; None: nothing that matters after its opening.

    Args:
        settings: Of the route that the alert matches.
        sent: The severity that the sender says.
    """
    if settings is None:
        return None
    is_other = settings.severity not in {None, sent}
    if not is_other and settings.close_after is None and not settings.only:
        return None
    return Routed(
        route=settings.route,
        sent_severity=sent if is_other else None,
        close_after=settings.close_after,
        only=settings.only,
        time_zone=settings.time_zone,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A deduplicated condition: one episode of one dedup key of one integration."""

    alert_id: AlertId
    integration: str
    dedup_key: str
    status: AlertStatus = AlertStatus.FIRING
    severity: Severity
    facts: Facts
    output_hash: str
    subject: str = ""
    """Of all messages since it opened or became worse, so that a title that changes begins no
    thread; empty: kept before there was one, or read from a list."""
    overflow: str | None = None
    """Digest of the whole facts, which have an item of their own if they are too big to be
    rewritten with every repeat; `facts` may then be shortened."""
    episode: int = 1
    version: int = 1
    """Incremented by the repository with each change of state. Repeats leave it, so that they never
    make an acknowledgement fail."""
    told_version: int = 0
    """The last version that changed the text of messages: acknowledged, snoozed or resolved. 0:
    firing since it opened."""
    occurrences: int = 1
    last_seen_at: datetime
    current_value: Value = None
    source_started_at: datetime | None = None
    """The newest start that the sender has given."""
    acknowledged_at: datetime | None = None
    acknowledged_by: Actor | None = None
    resolves_at: datetime | None = None
    """When a recovered alert is resolved, unless it fires again before."""
    lapses_at: datetime | None = None
    """When it is resolved, unless the sender repeats it before."""
    resolved_at: datetime | None = None
    resolved_by: Actor | None = None
    snooze: Snooze | None = None
    incident_id: IncidentId | None = None
    escalation: Escalation = field(default_factory=Escalation)
    flapping: Flapping | None = None
    """None: never reopened."""
    askings: tuple[Asking, ...] = ()
    """The newest, oldest first."""
    assigned_to: str | None = None
    """The user to whom it was assigned last, until another person takes it."""
    notification_count: int = 0
    """Pages that were delivered; about a second old."""
    routed: Routed | None = None
    """What a route set; None: nothing that still matters."""
    timer_at: datetime | None = None
    """`due_at` in the `due` index. Never later than the next action; if earlier, the timer is
    postponed when it comes."""
    changed_at: datetime
    changes: tuple[Change, ...] = ()
    """Changes since it was read; stored with the new version, and written to the timeline by the
    stream."""

    @property
    def fingerprint(self) -> Fingerprint:
        """The slot of all episodes of its dedup key."""
        return fingerprint_of(self.alert_id)

    @property
    def fired_at(self) -> datetime:
        """Start of this episode, by our clock."""
        return time_of(self.alert_id)

    @property
    def is_open(self) -> bool:
        return self.status is not AlertStatus.RESOLVED

    @property
    def is_asking(self) -> bool:
        """Whether it is firing and not snoozed, so that its escalation goes on."""
        return self.status is AlertStatus.FIRING and self.snooze is None

    @property
    def hold(self) -> Hold | None:
        """What stops its escalation now, beside an acknowledgement or a snooze."""
        return self.escalation.held if self.is_asking else None

    @property
    def silence(self) -> Hold | None:
        """The silence or maintenance window that holds it now."""
        return self.hold if self.hold is not None and self.hold.kind.is_silence else None

    @property
    def is_page_worthy(self) -> bool:
        """Whether somebody has to hear of it; `info` only appears in lists."""
        return self.severity is not Severity.INFO

    @property
    def has_ended_by_itself(self) -> bool:
        """Whether a timer resolved it."""
        return self.resolved_by == AUTO

    @property
    def was_resolved_by_hand(self) -> bool:
        """Whether a person resolved it; the same source episode does not reopen it then."""
        return self.resolved_by is not None and not (
            self.resolved_by == AUTO or self.resolved_by.startswith("integration:")
        )

    @property
    def is_flapping(self) -> bool:
        return self.flapping is not None and self.flapping.count > 0

    @property
    def sent_severity(self) -> Severity:
        """What the sender said last: its own, unless a route set another."""
        return self.replaced_severity or self.severity

    @property
    def replaced_severity(self) -> Severity | None:
        """What the sender says, if a route set another severity."""
        return self.routed.sent_severity if self.routed else None

    @property
    def set_by_route(self) -> RouteSettings | None:
        """What a route has set, to be set again: severity, hours, and when it closes."""
        if self.routed is None:
            return None
        return RouteSettings(
            route=self.routed.route,
            severity=self.severity if self.routed.sent_severity else None,
            close_after=self.routed.close_after,
            only=self.routed.only,
            time_zone=self.routed.time_zone,
        )

    @property
    def closes_at(self) -> datetime | None:
        """When its route has it resolved, unless it is repeated before."""
        if self.routed is None or self.routed.close_after is None:
            return None
        return self.last_seen_at + self.routed.close_after

    def asking_in(self, version: int) -> Asking | None:
        """What a person asked in this version; None: nothing, or it is not kept any more."""
        return next((it for it in self.askings if it.version == version), None)

    def is_snoozed(self, at: datetime) -> bool:
        return self.snooze is not None and at < self.snooze.until

    def has_later_start(self, signal: Signal) -> bool:
        """Whether the signal is late: it is of an earlier source episode than the newest known."""
        known, said = self.source_started_at, signal.source_started_at
        return known is not None and said is not None and milliseconds(said) < milliseconds(known)

    @classmethod
    def open(  # noqa: PLR0913 - all that a new episode consists of
        cls,
        signal: Signal,
        *,
        integration: str,
        slot: Fingerprint,
        at: datetime,
        previous: Self | None = None,
        policy: str | None = None,
        by: Actor | None = None,
        by_route: RouteSettings | None = None,
    ) -> Self:
        """Begin an episode; a snooze of the one before goes on, its acknowledgement does not.

        A severity higher than when it was snoozed ends the snooze here too. `by` is its sender
        unless a person opens it; `by_route` is what a route sets, but for its hold.
        """
        severity = (by_route and by_route.severity) or signal.severity
        routed = routed_by(by_route, signal.severity)
        fired_at, episode, flapping = at, 1, None
        if previous is not None:
            fired_at = max(at, previous.fired_at + _NEXT_MILLISECOND)
            episode = previous.episode + 1
            flapping = previous._flapping_reopened(fired_at)
        by = by or integration_actor(integration)
        changes = [Change(type=ChangeType.FIRED, at=fired_at, by=by, details=_set_by(by_route))]
        if previous is not None:
            details: dict[str, Detail] = {
                "episode": episode,
                "previous_alert_id": previous.alert_id,
            }
            changes.append(Change(type=ChangeType.REOPENED, at=fired_at, by=by, details=details))
        opened = cls(
            alert_id=AlertId(ulid(fired_at, slot)),
            integration=integration,
            dedup_key=signal.dedup_key,
            severity=severity,
            facts=signal.facts,
            output_hash=signal.facts.output_hash,
            subject=subject_of(severity, signal.facts),
            episode=episode,
            last_seen_at=fired_at,
            current_value=signal.current_value,
            source_started_at=signal.source_started_at,
            lapses_at=signal.lapses_at,
            snooze=previous.snooze if previous and previous.is_snoozed(fired_at) else None,
            escalation=Escalation(policy=policy, worst=severity),
            flapping=flapping,
            routed=routed,
            changed_at=fired_at,
            changes=tuple(changes),
        )
        if opened.snooze is None:
            return replace(opened, escalation=opened.escalation.wanted(fired_at))
        if opened.snooze.is_broken_by(opened.severity):
            return opened.woken(by=by, at=fired_at, reason=SEVERITY_ROSE)
        return opened

    def held_by_route(self, by_route: RouteSettings | None) -> Self:
        """Let the first page wait until the route's hold after opening is over, and for its hours.

        What waits for the hours of another route is released.
        """
        return self._first_page_held(by_route).held_by_hours(at=self.changed_at)

    def held_by_hours(self, *, at: datetime) -> Self:
        """Hold it from now on if it is outside its route's hours, else end such a hold."""
        if not self.is_asking:
            return self
        hold, stands = self.hold_by_hours(at), self.escalation.held
        if hold is None:
            is_over = stands is not None and stands.kind is HoldKind.HOURS
            return self.released(at=at) if is_over else self
        is_silenced = stands is not None and stands.kind.is_silence and hold.until < stands.until
        if is_silenced or hold.is_same(stands):
            return self
        return self.put_on_hold(replace(hold, since=at), at=at)

    def with_hours(self, only: "tuple[Hours, ...]", time_zone: str, *, at: datetime) -> Self:
        """Follow the hours of its route, which has others by now."""
        if self.routed is None:
            return self
        routed = replace(self.routed, only=only, time_zone=time_zone)
        changed = replace(self, routed=routed if only else _without_hours(self.routed))
        return changed.held_by_hours(at=at)

    def hold_by_hours(self, at: datetime) -> Hold | None:
        """What its route's hours put on it at this time."""
        return self.routed.hold_at(at) if self.routed else None

    def _first_page_held(self, by_route: RouteSettings | None) -> Self:
        escalation = self.escalation
        is_first = self.is_asking and escalation.is_restart and not escalation.loop
        if by_route is None or not (is_first and by_route.hold):
            return self
        until = self.fired_at + by_route.hold
        if until <= self.changed_at:
            return self
        held = replace(escalation, escalates_at=until, held_by_route=by_route.route)
        return replace(self, escalation=held)

    def said_severity(
        self,
        severity: Severity,
        *,
        by: Actor,
        at: datetime,
        policy: str | None = None,
        by_route: RouteSettings | None = None,
    ) -> Self:
        """Take the severity that the sender says by now, or the one that a route sets instead."""
        shown = (by_route and by_route.severity) or severity
        changed = replace(self, routed=routed_by(by_route, severity))
        if shown is not self.severity:
            changed = changed.changed_severity(shown, by=by, at=at, policy=policy)
        return changed.held_by_route(by_route)

    def _flapping_reopened(self, at: datetime) -> Flapping:
        known = self.flapping or Flapping()
        if self.is_flapping and self.notification_count:
            known = known.told_by(self.fired_at, self.severity)
        ended_at = self.resolved_at or at
        return known.reopened(at, steady=max(ended_at - self.fired_at, at - ended_at))

    def counted(self, signal: Signal, at: datetime) -> Self:
        """Count a repeat: newest facts and value, one more occurrence, the same state."""
        value = self.current_value if signal.current_value is None else signal.current_value
        started_at = signal.source_started_at
        if self.has_later_start(signal) or started_at is None:
            started_at = self.source_started_at
        return replace(
            self,
            source_started_at=started_at,
            facts=signal.facts,
            output_hash=signal.facts.output_hash,
            overflow=None,
            occurrences=self.occurrences + 1,
            last_seen_at=at,
            lapses_at=signal.lapses_at,
            current_value=value,
        )

    def corrected(
        self, signal: Signal, *, by: Actor, at: datetime, policy: str | None = None
    ) -> Self:
        """Replace its facts, value and severity by those of the signal.

        Counts as one occurrence.

        Raises:
            AlreadyResolvedError: It is resolved.
        """
        self._expect_open()
        corrected = self.counted(signal, at)._with(ChangeType.UPDATED, by=by, at=at, details={})
        if signal.severity is self.severity:
            return corrected
        if self.routed is not None:
            is_worse = signal.severity.is_worse_than(self.severity)
            routed = _without_hours(self.routed) if is_worse else self.routed
            corrected = replace(corrected, routed=routed and replace(routed, sent_severity=None))
        return corrected.changed_severity(signal.severity, by=by, at=at, policy=policy)

    def changed_severity(
        self, severity: Severity, *, by: Actor, at: datetime, policy: str | None = None
    ) -> Self:
        """Become worse or better; what is worse than when it was snoozed wakes.

        Worse than ever in this firing spell: the escalation starts anew, by the policy chosen now.
        An acknowledged alert stays acknowledged; the responder is notified and the ack timeout
        starts anew; while snoozed, both wait until it wakes. A return to the spell's worst severity
        leaves the escalation alone.
        """
        wakes = self.snooze is not None and self.snooze.is_broken_by(severity)
        details: dict[str, Detail] = {"from": self.severity.value, "to": severity.value}
        changed = replace(self, severity=severity)._with(
            ChangeType.SEVERITY_CHANGED, by=by, at=at, details=details
        )
        if severity.is_worse_than(self.severity):
            escalation = changed._escalation_at_rise(self.severity, policy, wakes=wakes)
            subject = subject_of(severity, self.facts)
            changed = replace(changed, escalation=escalation, subject=subject)
        return changed.woken(by=by, at=at, reason=SEVERITY_ROSE) if wakes else changed

    def _escalation_at_rise(
        self, before: Severity, policy: str | None, *, wakes: bool
    ) -> Escalation:
        """The escalation after a rise; while snoozed, the responder is notified when it wakes."""
        escalation, severity, now = self.escalation, self.severity, self.changed_at
        is_news = severity.is_worse_than(escalation.worst or before)
        if self.status is AlertStatus.ACKNOWLEDGED:
            if not is_news:
                return escalation
            if self.snooze and not wakes:
                return replace(escalation, policy=policy)
            return escalation.worsened(severity, now, policy)
        if is_news:
            escalation = replace(escalation, worst=severity)
        if self.snooze:
            return replace(escalation, policy=policy)
        if is_news:
            return replace(escalation, policy=policy).wanted(now)
        return escalation.wanted_on(now) if escalation.rest is Rest.SEVERITY else escalation

    def acknowledge(self, *, by: Actor, at: datetime, note: str | None = None) -> Self:
        """Become acknowledged; the first responder and time stay.

        Raises:
            AlreadyAcknowledgedError: It is acknowledged already.
            AlreadyResolvedError: It is resolved.
        """
        match self.status:
            case AlertStatus.RESOLVED:
                raise AlreadyResolvedError(_ended(self))
            case AlertStatus.ACKNOWLEDGED:
                message = _taken(self)
                raise AlreadyAcknowledgedError(message)
            case AlertStatus.FIRING:
                acknowledged = replace(
                    self,
                    status=AlertStatus.ACKNOWLEDGED,
                    acknowledged_by=by,
                    acknowledged_at=self._not_before_last_change(at),
                    assigned_to=self.assigned_to if user_of(by) == self.assigned_to else None,
                )
                return acknowledged._with(
                    ChangeType.ACKNOWLEDGED, by=by, at=at, details=_noted(note)
                )

    def unacknowledge(
        self, *, by: Actor, at: datetime, note: str | None = None, reason: str | None = None
    ) -> Self:
        """Give it back: it fires again.

        After the ack timeout, the last step is paged again. Given back by a person, the next step
        is paged at once, and that person not again in this run.

        Raises:
            NotAcknowledgedError: It is firing.
            AlreadyResolvedError: It is resolved.
        """
        self._expect_open()
        if self.status is not AlertStatus.ACKNOWLEDGED:
            message = "This alert is firing: nobody has acknowledged it."
            raise NotAcknowledgedError(message)
        details = _noted(note) | ({"reason": reason} if reason else {})
        given_back = replace(
            self,
            status=AlertStatus.FIRING,
            acknowledged_by=None,
            acknowledged_at=None,
            assigned_to=None if user_of(by) == self.assigned_to else self.assigned_to,
        )
        changed = given_back._with(ChangeType.UNACKNOWLEDGED, by=by, at=at, details=details)
        escalation, now = changed.escalation.next_spell(self.severity), changed.changed_at
        if by == AUTO:
            return replace(changed, escalation=escalation.wanted_again(now))
        return replace(changed, escalation=replace(escalation.wanted_on(now), giver=by_whom(by)))

    def escalate(
        self, policy: EscalationPolicy | None, *, at: datetime, reason: str | None = None
    ) -> Self:
        """Take the step that is due: the first, the next, or the end of the escalation.

        The first step of a flapping alert is postponed.

        Args:
            policy: The policy by now; see `Routing.choose`.
            at: When.
            reason: Why the step begins before it is due.
        """
        before, now = self.escalation, self._not_before_last_change(at)
        judged = self._judged(policy, now)
        is_paged = policy is not None and self.severity in policy.severities
        if judged.flapping and judged.quiet_until and policy and is_paged:
            return self._kept_quiet(policy, judged.flapping, until=judged.quiet_until, at=at)
        after = advance(before, policy, self.severity, now)
        changed = replace(self, escalation=after, flapping=judged.flapping, changed_at=now)
        is_unpaged = before.is_restart or not self.notification_count
        if after.rest is Rest.NO_POLICY and is_unpaged and self.is_page_worthy:
            return changed.reached_nobody(NO_POLICY_PAGES, at=at)
        if policy is not None and policy.has_hours and after.rest in {None, Rest.EXHAUSTED}:
            changed = changed._telling_hours(before, policy, now)
            if after.waits_for_step is not None:
                return changed
        return changed._telling_step(before, at=at, reason=reason)

    def _telling_hours(self, before: Escalation, policy: EscalationPolicy, at: datetime) -> Self:
        """Say which steps were left out, outside their hours, or asked all the same."""
        from tocsin.domain.step_hours import told_of_hours

        why = told_of_hours(before, self.escalation, policy, at)
        if why is None:
            return self
        details: dict[str, Detail] = {"policy": policy.name, "reason": why}
        return self._with(ChangeType.NOTIFICATION_SKIPPED, by=AUTO, at=at, details=details)

    def _telling_step(self, before: Escalation, *, at: datetime, reason: str | None) -> Self:
        """Add the result of the step to the timeline."""
        after = self.escalation
        details: dict[str, Detail] = {"policy": after.policy}
        if after.rest is Rest.EXHAUSTED:
            return self._with(ChangeType.ESCALATION_EXHAUSTED, by=AUTO, at=at, details=details)
        is_under_way = before.step_name is not None
        # The FIRED entry implies step 1: no ESCALATED for it, even if step 1 was delayed.
        is_news = not any(change.type is ChangeType.FIRED for change in self.changes)
        if after.rest:
            if not (is_under_way or (is_news and after.rest is Rest.SEVERITY)):
                return self
            details |= {"reason": after.why_at_rest}
            return self._with(ChangeType.NOTIFICATION_SKIPPED, by=AUTO, at=at, details=details)
        if (after.loop, after.step) == (before.loop, before.step):
            details |= {"reason": NEXT_RUN}
            return self._with(ChangeType.NOTIFICATION_SKIPPED, by=AUTO, at=at, details=details)
        if not (is_under_way or is_news):
            return self
        why = before.held_why if before.held_why == STILL_WAITING else reason
        details = {"from_step": before.step_name, "to_step": after.step_name, "loop": after.loop}
        if before.awaits_stability and why is None:
            why = f"it has fired for {spelled(self.changed_at - self.fired_at)} without a break"
        details |= {"reason": why} if why else {}
        return self._with(ChangeType.ESCALATED, by=AUTO, at=at, details=details)

    def escalated_by_hand(
        self,
        policy: EscalationPolicy | None,
        *,
        by: Actor,
        at: datetime,
        note: str | None = None,
    ) -> Self:
        """Begin the next step now, of a further run too if the policy has one left.

        Args:
            policy: The policy by now; see `Routing.choose`.
            by: The person who asks for it.
            at: When.
            note: A person's text.

        Raises:
            AlreadyResolvedError: It is resolved.
            AlreadyAcknowledgedError: It is acknowledged: it has to be given back before.
            NoStepLeftError: It is snoozed, or no step is left, or nobody is paged for it.
        """
        self._expect_open()
        if self.status is AlertStatus.ACKNOWLEDGED:
            message = f"{_taken(self)} Give it back before, or page or assign people."
            raise AlreadyAcknowledgedError(message)
        if self.snooze is not None:
            message = "This alert is snoozed: end the snooze before."
            raise NoStepLeftError(message)
        if self.silence is not None:
            message = f"It is {self.silence.why}: end that before, or page or assign people."
            raise NoStepLeftError(message)
        before, now = self.escalation, self._not_before_last_change(at)
        going_on = replace(before, skips_ahead=False)
        after = advance(going_on, policy, self.severity, now, is_by_hand=True)
        if after.rest is not None:
            message = f"No step is left to begin: {after.why_at_rest}. Page or assign people."
            raise NoStepLeftError(message)
        details: dict[str, Detail] = {
            "from_step": before.step_name,
            "to_step": after.step_name,
            "loop": after.loop,
        }
        escalated = replace(
            self, escalation=after, changed_at=now, routed=_without_hours(self.routed)
        )
        return escalated._with(ChangeType.ESCALATED, by=by, at=at, details=details | _noted(note))

    def paged(
        self, targets: Sequence[Target], *, by: Actor, at: datetime, note: str | None = None
    ) -> Self:
        """Ask people now; the policy goes on.

        Raises:
            AlreadyResolvedError: It is resolved.
        """
        self._expect_open()
        return self.asking(targets, by=by, at=at, note=note)

    def asking(
        self, targets: Sequence[Target], *, by: Actor, at: datetime, note: str | None = None
    ) -> Self:
        """Ask people about it, open or not."""
        asking = Asking.of(targets, by=by, at=self._not_before_last_change(at), note=note)
        details: dict[str, Detail] = {"targets": list(asking.targets)}
        return self._asked(asking, ChangeType.PAGED, details | _noted(note))

    def assigned(self, user: str, *, by: Actor, at: datetime, note: str | None = None) -> Self:
        """Ask one person now, whose it is then; the delay until the next step begins anew.

        An acknowledgement stays.

        Raises:
            AlreadyResolvedError: It is resolved.
        """
        self._expect_open()
        targets = [Target(TargetKind.USER, user)]
        asking = Asking.of(targets, by=by, at=self._not_before_last_change(at), note=note)
        asking = replace(asking, is_assignment=True)
        details: dict[str, Detail] = {"user": user}
        assigned = self._asked(asking, ChangeType.ASSIGNED, details | _noted(note))
        escalation = assigned.escalation
        if self.is_asking:
            escalation = escalation.with_delay_anew(assigned.changed_at)
        return replace(assigned, assigned_to=user, escalation=escalation)

    def _asked(self, asking: Asking, type_: ChangeType, details: Mapping[str, Detail]) -> Self:
        version = self.version if self._is_opening else self.version + 1
        kept = (*self.askings, replace(asking, version=version))[-ASKINGS_LIMIT:]
        asked = replace(self, askings=kept)
        return asked._with(type_, by=asking.by, at=asking.at, details=details)

    def _judged(self, policy: EscalationPolicy | None, now: datetime) -> Verdict:
        """Judge only before an episode's first step, and not if a person gave the alert back."""
        if self.flapping is None or self.escalation.loop or self.escalation.giver:
            return Verdict(flapping=self.flapping, quiet_until=None)
        rule = policy.flapping_rule if policy else FlappingRule()
        return judge(self.flapping, rule, self.severity, fired_at=self.fired_at, at=now)

    def _kept_quiet(
        self, policy: EscalationPolicy, flapping: Flapping, *, until: datetime, at: datetime
    ) -> Self:
        """Postpone the first step; the policy's ack timeout counts meanwhile."""
        escalation = replace(
            self.escalation.following(policy), escalates_at=until, awaits_stability=True
        )
        why = flapping.why_quiet(until - self.fired_at)
        quiet = replace(self, escalation=escalation, flapping=flapping)
        details: dict[str, Detail] = {"policy": policy.name, "reason": why}
        return quiet._with(ChangeType.NOTIFICATION_SKIPPED, by=AUTO, at=at, details=details)

    def resolve(
        self, *, by: Actor, at: datetime, note: str | None = None, reason: str | None = None
    ) -> Self:
        """End the episode for good; only a new signal opens another.

        Raises:
            AlreadyResolvedError: It is resolved.
        """
        self._expect_open()
        end = ending(by=by, at=self._not_before_last_change(at), note=note, reason=reason)
        resolved = replace(
            self,
            status=AlertStatus.RESOLVED,
            resolved_by=end.by,
            resolved_at=end.at,
            resolves_at=None,
        )
        return resolved._with(end.type, by=end.by, at=end.at, details=end.details)

    def start_resolving(self, *, by: Actor, at: datetime, resolve_after: timedelta) -> Self:
        """Resolve after a while, unless it fires again before."""
        self._expect_open()
        until = self._not_before_last_change(at) + resolve_after
        details: dict[str, Detail] = {"until": _written(until)}
        return replace(self, resolves_at=until)._with(
            ChangeType.RESOLVING, by=by, at=at, details=details
        )

    def stop_resolving(self, *, by: Actor, at: datetime) -> Self:
        """Stay open: it fired again within the window."""
        details: dict[str, Detail] = {"reason": "fired again before the resolve window ended"}
        return replace(self, resolves_at=None)._with(
            ChangeType.UPDATED, by=by, at=at, details=details
        )

    def snoozed(self, snooze: Snooze, *, by: Actor, at: datetime) -> Self:
        """Mute until a time; a new snooze takes the place of the one before.

        Raises:
            AlreadyResolvedError: It is resolved.
        """
        self._expect_open()
        details: dict[str, Detail] = {"until": _written(snooze.until), "reason": snooze.reason}
        if snooze.sticky_severity:
            details["sticky_severity"] = True
        if snooze.sticky_output:
            details["sticky_output"] = True
        snoozed = replace(self, snooze=replace(snooze, by=by, severity=self.severity))
        return snoozed._with(ChangeType.SNOOZED, by=by, at=at, details=details)

    def woken(self, *, by: Actor, at: datetime, reason: str) -> Self:
        """End a snooze, early or at its time; a firing alert is paged from the first step on.

        If an acknowledged alert became worse meanwhile, its responder is notified; see
        `changed_severity`.

        Raises:
            NotSnoozedError: It is not muted.
            AlreadyResolvedError: It is resolved.
        """
        self._expect_open()
        if self.snooze is None:
            message = "This alert is not snoozed."
            raise NotSnoozedError(message)
        awake = replace(self, snooze=None)._with(
            ChangeType.WOKEN, by=by, at=at, details={"reason": reason}
        )
        escalation, severity, now = awake.escalation, awake.severity, awake.changed_at
        if awake.status is AlertStatus.FIRING:
            return replace(awake, escalation=escalation.next_spell(severity).wanted(now))
        if escalation.worst and severity.is_worse_than(escalation.worst):
            escalation = escalation.worsened(severity, now, escalation.policy)
        return replace(awake, escalation=escalation)

    def following(self, policy: EscalationPolicy | None) -> Self:
        """Set the policy without paging: it may have an ack timeout."""
        escalation = (
            self.escalation.following(policy)
            if policy
            else replace(self.escalation, rest=Rest.NO_POLICY, is_policy_known=True)
        )
        return replace(self, escalation=escalation)

    def held(self, until: datetime, why: str | None, *, at: datetime) -> Self:
        """Postpone the next step: messages of the step before are late or not sent yet."""
        escalation = replace(self.escalation, escalates_at=until, held_why=why)
        return replace(self, escalation=escalation, changed_at=self._not_before_last_change(at))

    def put_on_hold(self, hold: Hold, *, at: datetime) -> Self:
        """Stop the clock of the next step."""
        return self._on_hold(self.escalation.held_by(hold), hold, at=at)

    def step_taken_back(self, hold: Hold | None, *, at: datetime) -> Self:
        """Ask the last step again, since a hold kept messages of it back: at its end.

        Without a hold, which has ended then, it is due at once.
        """
        again = self.escalation.asked_again(self._not_before_last_change(at))
        if hold is None:
            details: dict[str, Detail] = {"reason": "what kept a page back has ended"}
            released = replace(self, escalation=again)
            return released._with(ChangeType.RELEASED, by=AUTO, at=at, details=details)
        return self._on_hold(again.held_by(hold), hold, at=at)

    def _on_hold(self, escalation: Escalation, hold: Hold, *, at: datetime) -> Self:
        before = self.escalation.held
        held = replace(self, escalation=escalation, changed_at=self._not_before_last_change(at))
        if before is not None and hold.is_same(before):
            return held
        details: dict[str, Detail] = {
            "kind": hold.kind.value,
            "name": hold.name,
            "until": _written(hold.until),
            "reason": hold.why_unsent,
        }
        return held._with(ChangeType.HELD, by=AUTO, at=at, details=details)

    def released(self, *, at: datetime) -> Self:
        """Let the escalation go on where a hold has stopped it."""
        held = self.escalation.held
        if held is None:
            return self
        escalation = self.escalation.released(self._not_before_last_change(at))
        details: dict[str, Detail] = {"kind": held.kind.value, "name": held.name}
        released = replace(self, escalation=escalation)
        return released._with(ChangeType.RELEASED, by=AUTO, at=at, details=details)

    def reached_nobody(self, why: str, *, at: datetime) -> Self:
        """A whole run, or the want of a policy, has reached nobody."""
        told = self._with(ChangeType.REACHED_NOBODY, by=AUTO, at=at, details={"reason": why})
        unreached = Unreached(at=told.changed_at, why=why)
        return replace(told, escalation=replace(told.escalation, unreached=unreached))

    def reached(self, *, at: datetime) -> Self:
        """A person or a channel was reached after all."""
        escalation = replace(self.escalation, unreached=None)
        return replace(self, escalation=escalation, changed_at=self._not_before_last_change(at))

    def promoted(self, incident_id: IncidentId, *, by: Actor, at: datetime) -> Self:
        """Become part of an incident; open or not."""
        details: dict[str, Detail] = {"incident_id": incident_id}
        return replace(self, incident_id=incident_id)._with(
            ChangeType.INCIDENT_CREATED, by=by, at=at, details=details
        )

    def _with(
        self, type_: ChangeType, *, by: Actor, at: datetime, details: Mapping[str, Detail]
    ) -> Self:
        happened_at = self._not_before_last_change(at)
        change = Change(type=type_, at=happened_at, by=by, details=dict(details))
        # Changes of the opening version change no message: none is older.
        is_news = type_ in CHANGES_MESSAGES and not self._is_opening
        told = self.version + 1 if is_news else self.told_version
        return replace(
            self, changed_at=happened_at, changes=(*self.changes, change), told_version=told
        )

    @property
    def _is_opening(self) -> bool:
        """Whether this is the first version of its episode."""
        return any(change.type is ChangeType.FIRED for change in self.changes)

    def _not_before_last_change(self, at: datetime) -> datetime:
        """Clocks of two functions may differ; the timeline's order may not."""
        return max(at, self.changed_at)

    def _expect_open(self) -> None:
        if not self.is_open:
            raise AlreadyResolvedError(_ended(self))


def _without_hours(routed: Routed | None) -> Routed | None:
    """A person asked for a step: the hours of the route count no more."""
    if routed is None or not routed.only:
        return routed
    is_left = routed.sent_severity is not None or routed.close_after is not None
    return replace(routed, only=(), time_zone="UTC") if is_left else None


def ending(
    *, by: Actor, at: datetime, note: str | None = None, reason: str | None = None
) -> Change:
    """The change that resolves an alert, also one that was not read."""
    details = _noted(note) | ({"reason": reason} if reason else {})
    return Change(type=ChangeType.RESOLVED, by=by, at=at, details=details)


def integration_actor(integration: str) -> Actor:
    return Actor(f"integration:{integration}")


def _ended(alert: Alert) -> str:
    return f"{by_whom(alert.resolved_by)} already resolved this alert."


def _taken(alert: Alert) -> str:
    return f"{by_whom(alert.acknowledged_by)} already acknowledged this alert."


def _noted(note: str | None) -> dict[str, Detail]:
    return {"note": note} if note else {}


def _set_by(by_route: RouteSettings | None) -> dict[str, Detail]:
    """What a route set, for the timeline."""
    if by_route is None:
        return {}
    details: dict[str, Detail] = {"route": by_route.route}
    if by_route.severity:
        details["severity"] = by_route.severity.value
    if by_route.hold:
        details["hold"] = spelled(by_route.hold)
    if by_route.close_after:
        details["close_after"] = spelled(by_route.close_after)
    if by_route.only:
        from tocsin.domain.outside_hours import spelled_hours

        details["only"] = spelled_hours(by_route.only)
    return details


def _written(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")
