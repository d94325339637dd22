"""The team's settings."""

from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, create_model

from tocsin.bodies.escalation_policies import FlappingBody, FlappingOrOff, or_off
from tocsin.bodies.model import Bundle, ConfigurationBody, with_example
from tocsin.bodies.notices import ABOUT_NOTICES, Notices
from tocsin.channels.by_type import MODULES
from tocsin.domain.matcher import LABEL
from tocsin.domain.team_settings import BUNDLE, RATE_LIMIT, STORM_LABELS, TeamSettings

LABEL_NAME: Final = f"^{LABEL}$"
LABELS_LIMIT: Final = 8
LABEL_LENGTH_LIMIT: Final = 128


def _each_once(labels: list[str]) -> list[str]:
    if len(set(labels)) < len(labels):
        raise ValueError("must name each label once")
    return labels


_DEFAULTS: Final = TeamSettings()
_rates: Final[dict[str, Any]] = {
    type_: (
        Annotated[int, Field(ge=1, le=RATE_LIMIT)] | None,
        Field(None, description=f"By default {_DEFAULTS.rate_of(type_):,}.", examples=[60]),
    )
    for type_ in MODULES
}
ProviderRates: Final[Any] = create_model(
    "ProviderRates",
    __base__=ConfigurationBody,
    __doc__="Messages a minute that each provider takes, by type of channel.",
    **_rates,
)


class SettingsBody(ConfigurationBody):
    """The settings of the whole team."""

    model_config = with_example(bundle="90s", provider_rates={"email": 60})

    bundle: Bundle = Field(
        BUNDLE,
        description=(
            "After a page, what follows for the same person and contact method, or for the same "
            "channel, within this time goes as one digest; SMS waits twice as long. 0 s to 1 h; 0 "
            "sends each page alone. Users and channels may have their own."
        ),
        examples=["60s"],
    )
    storm_labels: Annotated[
        list[Annotated[str, Field(pattern=LABEL_NAME, max_length=LABEL_LENGTH_LIMIT)]],
        Field(max_length=LABELS_LIMIT, json_schema_extra={"uniqueItems": True}),
        AfterValidator(_each_once),
    ] = Field(
        list(STORM_LABELS),
        description=(
            "Alerts with equal values of these labels are related. An alert that has none of them "
            "is related to those of its integration."
        ),
        examples=[list(STORM_LABELS)],
    )
    provider_rates: ProviderRates = Field(
        default_factory=ProviderRates,
        description=(
            "Messages a minute, by type of channel; 1 to 60,000. For email and sms of the whole "
            "stack, for others of each channel. What it leaves out is as the provider publishes."
        ),
        examples=[{"email": 60}],
    )
    flapping: FlappingOrOff = Field(
        default_factory=FlappingBody,
        description=(
            "When an alert is flapping, of the escalation policies that do not say it themselves. "
            "What the object leaves out becomes the default; `off` pages every time."
        ),
        json_schema_extra=or_off,
        examples=[{"after": 5, "within": "1h", "stable": "15m", "hold_critical": "3m"}],
    )

    notices: Notices | None = Field(
        None,
        description=f"{ABOUT_NOTICES} By default all. People may choose for themselves.",
        examples=[["shift_begins", "shifts_moved"]],
    )

    def settings(self) -> TeamSettings:
        return TeamSettings(
            bundle=self.bundle,
            storm_labels=tuple(self.storm_labels),
            provider_rates=self.provider_rates.model_dump(exclude_none=True),
            flapping=self.flapping.rule if self.flapping else None,
            notices=None if self.notices is None else frozenset(self.notices),
        )
