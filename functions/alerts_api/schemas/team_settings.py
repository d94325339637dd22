"""The team's settings: one object, which is always there."""

from typing import Final, Literal

from pydantic import Field

from functions.alerts_api.schemas.configuration import (
    ABOUT_CHANGE,
    ABOUT_MANAGER,
    ShownDuration,
    Warned,
)
from functions.alerts_api.schemas.escalation_policies import ShownFlapping
from functions.alerts_api.schemas.model import Answer, Instant, View
from functions.alerts_api.schemas.operation import Operation
from tocsin.bodies.team_settings import SettingsBody
from tocsin.domain.errors import ManagedElsewhereError
from tocsin.domain.team_settings import (
    STORM_LABELS,
)

TAG: Final = "Settings"


class ShownSettings(View):
    """All settings, those that nobody has set with their defaults."""

    bundle: ShownDuration = Field(examples=["1m"])
    storm_labels: list[str] = Field(examples=[list(STORM_LABELS)])
    provider_rates: dict[str, int] = Field(
        description="Of every type of channel.", examples=[{"email": 840, "sms": 1200}]
    )
    flapping: ShownFlapping | Literal["off"]
    notices: list[str] | None = Field(description="Null: all are sent.", examples=[None])
    managed_by: str | None = Field(description=ABOUT_MANAGER, examples=[None])
    created_at: Instant | None = Field(
        description="When they were first set; null: all are defaults."
    )


OPERATIONS: Final = {
    "get_settings": Operation(
        tag=TAG, summary="Read the team's settings", answer=Answer[ShownSettings]
    ),
    "put_settings": Operation(
        tag=TAG,
        summary="Replace the team's settings",
        description="What the body leaves out becomes the default.",
        body=SettingsBody,
        is_body_required=False,
        answer=Warned[ShownSettings],
        errors=(ManagedElsewhereError,),
    ),
    "change_settings": Operation(
        tag=TAG,
        summary="Change some of the team's settings",
        description=ABOUT_CHANGE,
        body=SettingsBody,
        is_body_required=False,
        answer=Warned[ShownSettings],
        errors=(ManagedElsewhereError,),
    ),
}
