"""Settings of the whole team."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

BUNDLE: Final = timedelta(minutes=1)
STORM_LABELS: Final = ("service", "cluster", "team")
PROVIDER_RATES: Final[Mapping[str, int]] = {
    "email": 840,
    "sms": 1_200,
    "slack": 60,
    "webhook": 1_200,
    "apprise": 60,
    "console": 60_000,
}
"""Messages a minute that each provider takes, for the whole stack; of the types whose receivers
have limits of their own, for each channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamSettings:
    bundle: timedelta = BUNDLE
    """After a message, what follows for the same destination within this time goes as one digest.
    SMS waits twice as long. 0: nothing is bundled."""
    storm_labels: tuple[str, ...] = STORM_LABELS
    """Alerts with equal values of these labels are related."""
    provider_rates: Mapping[str, int] = field(default_factory=dict)
    """By type of channel; what is missing is as in `PROVIDER_RATES`."""

    def rate_of(self, type_: str) -> int:
        """Messages a minute."""
        return self.provider_rates.get(type_) or PROVIDER_RATES[type_]
