"""Channels: ways to reach people, and a test of each."""

from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Final

from pydantic import Field, TypeAdapter, ValidationError
from pydantic.json_schema import SkipJsonSchema

from functions.alerts_api.channel_settings import expect_addresses, settings_of
from functions.alerts_api.schemas.configuration import (
    Configured,
    Email,
    Kind,
    Phone,
    SecretName,
)
from functions.alerts_api.schemas.model import Answer, ConfigurationBody, Page, Total, View
from functions.alerts_api.schemas.operation import Operation
from tocsin.domain.errors import ChannelNotFoundError
from tocsin.domain.people import Channel, ChannelType

TAG: Final = "Channels"
ADDRESSES_LIMIT: Final = 50
"""As many as one message of SES may have."""
RATE_LIMIT: Final = 6_000
_ADDRESS: Final = {
    ChannelType.EMAIL: TypeAdapter[str](Email),
    ChannelType.SMS: TypeAdapter[str](Phone),
}


class _Settings(ConfigurationBody):
    """Which of them a channel needs depends on its type."""

    url: Annotated[str, Field(min_length=1, max_length=2_000)] | None = Field(
        None,
        description="webhook: where to send; https, without user, password or token.",
        examples=["https://example.com/hook"],
    )
    channel: Annotated[str, Field(pattern=r"^[#@]?[A-Za-z0-9._-]{1,80}$")] | None = Field(
        None, description="slack: where to write.", examples=[None]
    )
    to: (
        Annotated[
            list[Annotated[str, Field(max_length=254)]],
            Field(min_length=1, max_length=ADDRESSES_LIMIT),
        ]
        | None
    ) = Field(None, description="email, sms: the addresses.", examples=[None])
    secret: SecretName | None = Field(
        None,
        description=(
            "webhook: signs what is sent, by default with a secret that is generated and shown "
            "once; slack: the app's token and signing secret; apprise: the URL. The name of an "
            "SSM parameter, SecureString, below `/tocsin/<stack>/`; `hook` alone is meant there."
        ),
        examples=["hook"],
    )
    rate_per_minute: Annotated[int, Field(ge=1, le=RATE_LIMIT)] = Field(
        60, description="More wait for their turn.", examples=[60]
    )


class ChannelBody(_Settings):
    """A channel without its name, which the path says."""

    type: ChannelType

    def named(self, name: str) -> Channel:
        """The channel that it describes.

        Raises:
            InvalidInputError: It does not have what its type needs, or has what it does not take.
        """
        members = {
            "url": self.url,
            "channel": self.channel,
            "to": self.to,
            "secret": self.secret,
        }
        settings = settings_of(self.type, members)
        if self.to is not None:
            good = {address: _is_good(address, self.type) for address in self.to}
            expect_addresses(self.to, self.type, good)
        return Channel(
            name=name,
            type=self.type,
            settings=settings,
            secret=self.secret,
            rate_per_minute=self.rate_per_minute,
        )


def _is_good(address: str, type_: ChannelType) -> bool:
    try:
        _ADDRESS[type_].validate_python(address)
    except ValidationError:
        return False
    return True


class ChannelChange(_Settings):
    """What to change."""

    type: ChannelType | SkipJsonSchema[None] = None


class ShownChannel(Configured):
    """A channel; what is behind its secret is never shown."""

    name: str = Field(examples=["ops-hook"])
    type: ChannelType
    url: str | None = Field(None, examples=["https://example.com/hook"])
    channel: str | None = Field(None, examples=[None])
    to: list[str] | None = Field(None, examples=[None])
    secret: str | None = Field(
        description="The name of the SSM parameter.", examples=["/tocsin/tocsin/hook"]
    )
    rate_per_minute: int = Field(examples=[60])


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


class ChannelPage(Page[ShownChannel]):
    """Part of the list of channels."""

    meta: Total


class TestState(StrEnum):
    """What became of a test."""

    SENT = "sent"
    FAILED = "failed"
    PENDING = "pending"


class TestOutcome(View):
    """What became of a test message."""

    state: TestState
    provider_id: str | None = Field(
        description="How the provider names the message.", examples=["msg_1"]
    )
    reason: str | None = Field(
        description="Why it failed, or has not been sent yet.", examples=[None]
    )
    attempts: int = Field(examples=[1])


OPERATIONS: Final = {
    **Kind(
        words="channel",
        plural="channels",
        tag=TAG,
        body=ChannelBody,
        change=ChannelChange,
        page=ChannelPage,
        shown=Answer[ShownChannel],
        new=Answer[NewChannel],
        not_found=ChannelNotFoundError,
    ).operations,
    "test_channel": Operation(
        tag=TAG,
        summary="Send a test message through a channel",
        description=(
            "Waits for up to 8 s and says what became of it: 200 with `sent` or `failed`, 202 "
            "with `pending` if that is still open."
        ),
        answer=Answer[TestOutcome],
        other_statuses=(HTTPStatus.ACCEPTED,),
        errors=(ChannelNotFoundError,),
    ),
}
