"""Which escalation policy an alert follows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from tocsin.domain.alert import Alert, RouteSettings
from tocsin.domain.escalation import DEFAULT_POLICY, EscalationPolicy
from tocsin.domain.flapping import FlappingRule
from tocsin.domain.matcher import Matcher, all_match
from tocsin.domain.severity import Severity

if TYPE_CHECKING:
    from tocsin.domain.hours import Hours

DEFAULT_POSITION: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    name: str
    position: int = DEFAULT_POSITION
    """Lower first; equal ones by name."""
    match: tuple[Matcher, ...]
    escalation_policy: str
    severity: Severity | None = None
    """Of its alerts, instead of the sender's."""
    hold: timedelta = timedelta()
    """The first page waits this long after opening, and never comes if the alert is over then."""
    close_after: timedelta | None = None
    """An open alert is resolved after this time without a repeat."""
    only: "tuple[Hours, ...]" = ()
    """Outside these hours its alerts are held; empty: they never are."""
    time_zone: str | None = None
    """Of these hours, a name of the IANA database; None: the team's."""
    managed_by: str | None = None

    @property
    def has_hours(self) -> bool:
        return bool(self.only)

    @property
    def settings(self) -> RouteSettings | None:
        """What it sets beside the policy; None: nothing.

        A missing time zone counts as UTC: who reads routes fills in the team's.
        """
        sets_nothing = self.severity is None and self.close_after is None
        if sets_nothing and not self.hold and not self.only:
            return None
        return RouteSettings(
            route=self.name,
            severity=self.severity,
            hold=self.hold,
            close_after=self.close_after,
            only=self.only,
            time_zone=self.time_zone or "UTC",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    policies: Mapping[str, EscalationPolicy] = field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    """In order of priority."""
    team_rule: Callable[[], FlappingRule | None] = FlappingRule
    """Reads the rule of policies that have none of their own."""

    def choose(self, alert: Alert, asked: str | None = None) -> EscalationPolicy | None:
        """The alert's own or its integration's policy, else a route's, else the default.

        Args:
            alert: Which. If it was over and opens again, the policy has its rule for flapping.
            asked: Its integration's policy, if the alert's own is gone.
        """
        policy = self._chosen(alert, asked or alert.escalation.policy)
        if policy is None or policy.has_own_flapping or alert.flapping is None:
            return policy
        return replace(policy, flapping=self.team_rule())

    def _chosen(self, alert: Alert, asked: str | None) -> EscalationPolicy | None:
        if asked is not None and asked in self.policies:
            return self.policies[asked]
        route = self.route_for(alert)
        return self.policies.get(route.escalation_policy if route else DEFAULT_POLICY)

    def route_for(self, alert: Alert, *, sent: Severity | None = None) -> Route | None:
        """The first matching route whose policy exists.

        Matchers see the severity that the sender says, not the one that a route set: so an alert
        matches its route also afterwards.

        Args:
            alert: Which.
            sent: The sender's newest word, if it is another than the alert's.
        """
        labels = {**labels_of(alert), "severity": (sent or alert.sent_severity).value}
        for route in self.routes:
            if route.escalation_policy in self.policies and all_match(route.match, labels):
                return route
        return None


def labels_of(alert: Alert) -> Mapping[str, str]:
    """What matchers see: the labels, and fields of the alert under names of our own.

    Our names win over labels of the same name, which are matched as `label.severity`.
    """
    facts = alert.facts
    known = {
        "integration": alert.integration,
        "severity": alert.severity.value,
        "source_severity": facts.source_severity,
        "dedup_key": alert.dedup_key,
        "name": facts.name,
        "source": facts.source,
        "object": facts.object,
        "group_id": facts.group_id,
        "monitor_id": facts.monitor_id,
        "rule_id": facts.rule_id,
    }
    prefixed = {f"label.{name}": value for name, value in facts.labels.items()}
    ours = {name: value for name, value in known.items() if value}
    return {**facts.labels, **prefixed, **ours}
