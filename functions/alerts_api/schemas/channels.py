"""Channels: ways to reach people, and a test of each."""

from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final

from pydantic import Field, create_model

from functions.alerts_api.schemas.configuration import Configured, Kind, ShownDuration, Warned
from functions.alerts_api.schemas.model import Answer, Part, Total, View
from functions.alerts_api.schemas.operation import Operation
from tocsin.bodies.channels import CHANNEL_SETTINGS, ChannelBody, ChannelChange, ChannelType
from tocsin.domain.errors import ChannelNotFoundError

TAG: Final = "Channels"
_shown: Final[dict[str, Any]] = {
    it.name: ((str if it.most is None else list[str]) | None, Field(None, examples=[it.example]))
    for it in CHANNEL_SETTINGS.values()
}
_Shown: Any = create_model("_Shown", __base__=Configured, type=(ChannelType, ...), **_shown)


class ShownChannel(_Shown):
    """A channel; what is behind its secret is never shown."""

    name: str = Field(examples=["ops-hook"])
    secret: str | None = Field(
        description="The name of the SSM parameter.", examples=["/tocsin/tocsin/hook"]
    )
    rate_per_minute: int | None = Field(description="Null: its provider's.", examples=[60])
    bundle: ShownDuration | None = Field(description="Null: the team's.", examples=["2m"])


class NewChannel(ShownChannel):
    """A channel that was put or changed just now."""

    signing_secret: str | None = Field(
        None,
        description=(
            "Of a webhook that named none, in the form of Standard Webhooks. Shown once: it "
            "cannot be read again here. Absent unless it is new."
        ),
        examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="],
    )


class ChannelPage(Part[ShownChannel]):
    """Part of the list of channels."""

    meta: Total


class TestState(StrEnum):
    """How a test ended, if it has."""

    SENT = "sent"
    FAILED = "failed"
    PENDING = "pending"


class TestOutcome(View):
    """The result of a test message."""

    state: TestState
    provider_id: str | None = Field(
        description="How the provider names the message.", examples=["msg_1"]
    )
    reason: str | None = Field(
        description="Why it failed, or has not been sent yet.", examples=[None]
    )
    attempts: int = Field(description="0 where none has been made yet.", examples=[1])


OPERATIONS: Final = {
    **Kind(
        words="channel",
        plural="channels",
        tag=TAG,
        body=ChannelBody,
        change=ChannelChange,
        page=ChannelPage,
        shown=Answer[ShownChannel],
        put=Warned[NewChannel],
        not_found=ChannelNotFoundError,
    ).operations,
    "test_channel": Operation(
        tag=TAG,
        summary="Send a test message through a channel",
        description=(
            "Waits up to 8 s for the result, 3 s of it for the provider: 200 with `sent` or "
            "`failed`, 202 with `pending` if it is still open; `reason` says what it waits for."
        ),
        answer=Answer[TestOutcome],
        other_statuses=(HTTPStatus.ACCEPTED,),
        errors=(ChannelNotFoundError,),
    ),
}
