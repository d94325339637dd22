"""Settings of the whole team."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from tocsin.domain.flapping import FlappingRule
from tocsin.domain.gate import OTHER_RATE

TEAM: Final = "team"
"""The name of the settings in storage, where they are a named object as any other."""
BUNDLE: Final = timedelta(minutes=1)
BUNDLE_LIMIT: Final = timedelta(hours=1)
STORM_LABELS: Final = ("service", "cluster", "team")
PROVIDER_RATES: Final[Mapping[str, int]] = {
    "email": 840,
    "sms": 1_200,
    "slack": 60,
    "push": 1_200,
    "webhook": 1_200,
    "apprise": 60,
    "console": 60_000,
}
"""Messages a minute that each provider takes, for the whole stack; of the types whose receivers
have limits of their own, for each channel.

- email: SES gives each account a rate of its own, in the sandbox 1 a second
  (docs.aws.amazon.com/ses/latest/dg/quotas.html); 14 a second is what an account usually gets with
  production access.
- sms: SNS takes 20 a second from an account
  (docs.aws.amazon.com/general/latest/gr/sns.html, delivery rate of SMS messages).
- slack: one a second for each channel (api.slack.com/docs/rate-limits, chat.postMessage).
- webhook, console, push: ours; no provider publishes one.
- apprise: ours, the lowest of the others: what is behind it is not known.
"""
RATE_LIMIT: Final = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamSettings:
    """There is one for the team; until it is set, it has the defaults."""

    bundle: timedelta = BUNDLE
    """After a message, what follows for the same destination within this time goes as one digest.
    SMS waits twice as long. 0: nothing is bundled."""
    storm_labels: tuple[str, ...] = STORM_LABELS
    """Alerts with equal values of these labels are related."""
    provider_rates: Mapping[str, int] = field(default_factory=dict)
    """By type of channel; what is missing is as in `PROVIDER_RATES`."""
    flapping: FlappingRule | None = field(default_factory=FlappingRule)
    """Of policies without a rule of their own. None: a flapping alert is paged each time."""
    notices: frozenset[str] | None = None
    """Which kinds of notices about shifts are sent; None: all."""
    managed_by: str | None = None

    @property
    def name(self) -> str:
        return TEAM

    def rate_of(self, type_: str) -> int:
        """Messages a minute."""
        return self.provider_rates.get(type_) or PROVIDER_RATES.get(type_, OTHER_RATE)
