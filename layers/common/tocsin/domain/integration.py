"""A configured source with its integration URL."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from tocsin.domain.credential import TOKEN_PREFIX_LENGTH, SecretHash, hash_token
from tocsin.domain.errors import ConflictError
from tocsin.domain.intake_checks import NO_CHECKS, IntakeChecks
from tocsin.domain.reception import Source

EVENTS_API: Final = "events-api"
"""The integration of what comes by `POST /api/v1/events` with a key instead of a token; no
other may take this name, or two senders could share a dedup key by accident."""
HEARTBEATS: Final = "heartbeats"
"""The integration of alerts about missed heartbeats; reserved for the same reason."""
SELF: Final = "tocsin"
"""The integration of alerts about Tocsin itself; reserved for the same reason."""
BY_HAND: Final = "by-hand"
"""The integration of alerts that people open; reserved for the same reason."""
RESERVED_NAMES: Final = {
    EVENTS_API: "is that of events that come with an API key",
    HEARTBEATS: "is that of missed heartbeats",
    SELF: "is that of alerts about Tocsin itself",
    BY_HAND: "is that of alerts that people open",
}

EVENTBRIDGE: Final = "eventbridge"
"""The integration of events that EventBridge hands over itself; it need not be there."""

MONITOR_RESOLVE_AFTER: Final = timedelta(seconds=60)
TOKENS_LIMIT: Final = 10
"""URLs of one integration that may work at the same time."""


class IntegrationType(StrEnum):
    REST = "rest"
    EVENTS = "events"
    MONITOR = "monitor"
    AIRBRAKE = "airbrake"
    ALERTA = "alerta"
    ALERTMANAGER = "alertmanager"
    APPRISE = "apprise"
    AZURE_MONITOR = "azure-monitor"
    BETTER_STACK = "better-stack"
    CLOUDEVENTS = "cloudevents"
    DATADOG = "datadog"
    EVENTBRIDGE = "eventbridge"
    GCP_MONITORING = "gcp-monitoring"
    GENERIC = "generic"
    GITHUB = "github"
    GITLAB = "gitlab"
    GRAFANA = "grafana"
    GRAYLOG = "graylog"
    HEALTHCHECKS = "healthchecks"
    HONEYCOMB = "honeycomb"
    ICINGA2 = "icinga2"
    KIBANA = "kibana"
    MONIT = "monit"
    NAGIOS = "nagios"
    NETDATA = "netdata"
    NEWRELIC = "newrelic"
    OPSGENIE = "opsgenie"
    PAGERDUTY = "pagerduty"
    PINGDOM = "pingdom"
    SENTRY = "sentry"
    SNS = "sns"
    STATUSPAGE = "statuspage"
    UPTIMEROBOT = "uptimerobot"
    UPTIME_KUMA = "uptime-kuma"
    ZABBIX = "zabbix"

    @property
    def resolve_after(self) -> timedelta:
        """The default resolve window."""
        return MONITOR_RESOLVE_AFTER if self is IntegrationType.MONITOR else timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """The token of one integration URL; after a rotation the old one works for a while."""

    secret_hash: SecretHash
    prefix: str
    valid_until: datetime | None = None

    @classmethod
    def of(cls, token: str) -> Self:
        return cls(secret_hash=hash_token(token), prefix=token[:TOKEN_PREFIX_LENGTH])

    def works(self, at: datetime) -> bool:
        return self.valid_until is None or at < self.valid_until

    def _ending(self, until: datetime) -> Self:
        if self.valid_until is not None and self.valid_until <= until:
            return self
        return replace(self, valid_until=until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    name: str
    type: IntegrationType
    resolve_after: timedelta = timedelta()
    severity_map: Mapping[str, str] = field(default_factory=dict)
    wakes_on_output: bool = False
    paused: bool = False
    checks: IntakeChecks = NO_CHECKS
    mapping: Mapping[str, str] = field(default_factory=dict)
    """Of type `generic`: a JMESPath expression for each part of an alert."""
    topic_arn: str | None = None
    """Of type `sns`: the only topic that may send. Set, or that of the first confirmation."""
    escalation_policy: str | None = None
    managed_by: str | None = None
    created_at: datetime
    version: int = 1
    tokens: tuple[Token, ...] = ()
    """Newest first."""

    @property
    def source(self) -> Source:
        return Source(
            integration=self.name,
            resolve_after=self.resolve_after,
            wakes_on_output=self.wakes_on_output,
            escalation_policy=self.escalation_policy,
        )

    def rotated(self, token: Token, *, at: datetime, overlap: timedelta) -> Self:
        """Add a token; the old ones work for the overlap at most.

        Raises:
            ConflictError: Too many old tokens still work.
        """
        old = (former._ending(at + overlap) for former in self.tokens)
        tokens = (token, *(former for former in old if former.works(at)))
        if len(tokens) > TOKENS_LIMIT:
            message = (
                f"{TOKENS_LIMIT} URLs of this integration work already. Wait until the oldest "
                "runs out, or rotate with overlap 0, which ends all of them."
            )
            raise ConflictError(message)
        return replace(self, tokens=tokens)
