"""Escalation policies: steps, in order, and their targets."""

from typing import Final, Literal

from pydantic import Field

from functions.alerts_api.schemas.configuration import Configured, Kind, ShownDuration, Warned
from functions.alerts_api.schemas.hours import ABOUT_ZONE, ShownOnly
from functions.alerts_api.schemas.model import Answer, Listing, View
from tocsin.bodies.escalation_policies import EscalationPolicyBody, EscalationPolicyChange, Position
from tocsin.domain.errors import EscalationPolicyNotFoundError
from tocsin.domain.severity import Severity

TAG: Final = "Escalation policies"


class ShownTarget(View):
    """A user, a channel or a schedule."""

    user: str | None = Field(None, description="Absent of the others.")
    channel: str | None = Field(None, description="Absent of the others.", examples=["ops-hook"])
    schedule: str | None = Field(None, description="Absent of the others.", examples=["primary"])
    position: Position | None = Field(
        None, description="`next`: not who is on call, but who is next; absent otherwise."
    )


class ShownStep(View):
    """Targets that are asked together."""

    name: str = Field(examples=["first"])
    targets: list[ShownTarget] = Field(examples=[[{"channel": "ops-hook"}]])
    delay: ShownDuration
    only: ShownOnly


class ShownFlapping(View):
    """When an alert that opens again and again is kept quiet."""

    after: int = Field(examples=[5])
    within: ShownDuration = Field(examples=["1h"])
    stable: ShownDuration = Field(examples=["15m"])
    hold_critical: ShownDuration = Field(examples=["3m"])


class ShownPolicy(Configured):
    """An escalation policy."""

    name: str = Field(examples=["default"])
    steps: list[ShownStep]
    repeat: int = Field(examples=[2])
    ack_timeout: ShownDuration | None = Field(examples=["30m"])
    severities: list[Severity] = Field(examples=[["critical", "warning"]])
    flapping: ShownFlapping | Literal["off"] | None = Field(
        description="Null: as the team's settings say."
    )
    time_zone: str | None = Field(description=ABOUT_ZONE, examples=["Europe/Paris"])


OPERATIONS: Final = Kind(
    words="escalation policy",
    plural="escalation policies",
    tag=TAG,
    body=EscalationPolicyBody,
    change=EscalationPolicyChange,
    page=Listing[ShownPolicy],
    shown=Answer[ShownPolicy],
    put=Warned[ShownPolicy],
    not_found=EscalationPolicyNotFoundError,
    about_put=(
        "The policy called `default` is for alerts that neither their integration nor a "
        "route sends elsewhere. A change is noticed within 30 s; a running escalation follows it "
        "from its next step on."
    ),
).operations
