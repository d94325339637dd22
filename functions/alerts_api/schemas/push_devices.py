"""Devices for push: the browsers and phones where a person allowed it."""

from http import HTTPStatus
from typing import Annotated, Final

from pydantic import AfterValidator, Field
from pydantic.json_schema import SkipJsonSchema

from functions.alerts_api.schemas.channels import TestOutcome
from functions.alerts_api.schemas.model import Answer, Instant, Page, View
from functions.alerts_api.schemas.operation import Operation
from tocsin.bodies.model import ConfigurationBody, with_example
from tocsin.bodies.text import Line
from tocsin.domain.errors import InvalidInputError, PushDeviceNotFoundError, TooManyDevicesError
from tocsin.domain.push_device import (
    DEVICES_LIMIT,
    ENDPOINT_LIMIT,
    problem_of_auth,
    problem_of_key,
)

TAG: Final = "Push"
NAME_LIMIT: Final = 60
"""Characters of a device's name."""
_ENDPOINT: Final = "https://fcm.googleapis.com/fcm/send/dQw4w9WgXcQ:APA91bF2mT"
_KEY: Final = (
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
)
_AUTH: Final = "BTBZMqHH6r4Tts7J_aSIgg"


def _right_key(text: str) -> str:
    if problem := problem_of_key(text):
        raise ValueError(problem)
    return text.rstrip("=")


def _right_auth(text: str) -> str:
    if problem := problem_of_auth(text):
        raise ValueError(problem)
    return text.rstrip("=")


class PushKeysBody(ConfigurationBody):
    """What a browser encrypts with."""

    p256dh: Annotated[str, Field(max_length=100), AfterValidator(_right_key)] = Field(
        description="Its public key, base64url.", examples=[_KEY]
    )
    auth: Annotated[str, Field(max_length=50), AfterValidator(_right_auth)] = Field(
        description="The secret that it shares with us, base64url.", examples=[_AUTH]
    )


class PushDeviceBody(ConfigurationBody):
    """A subscription, as `PushSubscription.toJSON()` of a browser spells it."""

    model_config = with_example(
        endpoint=_ENDPOINT, keys={"p256dh": _KEY, "auth": _AUTH}, name="Chrome on Android"
    )

    endpoint: Annotated[str, Field(min_length=1, max_length=ENDPOINT_LIMIT)] = Field(
        description=(
            "Of the browser's push service: `fcm.googleapis.com`, or below `push.apple.com`, "
            "`push.services.mozilla.com` or `notify.windows.com`. No other address is taken."
        ),
        examples=[_ENDPOINT],
    )
    keys: PushKeysBody
    name: Annotated[Line, Field(min_length=1, max_length=NAME_LIMIT)] | SkipJsonSchema[None] = (
        Field(
            None,
            description="How its person calls it; by default as before, or as what it replaces.",
            examples=["Chrome on Android"],
        )
    )
    replaces: Annotated[str, Field(max_length=ENDPOINT_LIMIT)] | SkipJsonSchema[None] = Field(
        None,
        description="The endpoint that the browser had before: its device is removed.",
        examples=["https://fcm.googleapis.com/fcm/send/bygone"],
    )


class ShownPushKey(View):
    """The stack's public key."""

    key: str = Field(
        description="base64url: `applicationServerKey` of `PushManager.subscribe()`.",
        examples=[_KEY],
    )


class ShownPushDevice(View):
    """A device; its endpoint and keys are never shown."""

    id: str = Field(examples=["d42062e706746131d"])
    name: str = Field(examples=["Chrome on Android"])
    push_service: str = Field(
        description="The host that pushes go to.", examples=["fcm.googleapis.com"]
    )
    created_at: Instant
    last_ok_at: Instant | None = Field(
        description="When its push service last took a message, to the day."
    )
    last_seen_at: Instant | None = Field(
        description="When its person last said that a push arrived."
    )
    gone_at: Instant | None = Field(
        description=(
            "When its push service said that the subscription has ended: it gets no more pushes "
            "until it is registered again. Null: it works."
        ),
        examples=[None],
    )


class TestedPushDevice(TestOutcome):
    """The result of a test."""

    id: str = Field(description="The device.", examples=["d42062e706746131d"])


_OF_A_PERSON: Final = "The key or session must belong to a user; 422 if it does not."

OPERATIONS: Final = {
    "show_push_key": Operation(
        tag=TAG,
        summary="Read the key to subscribe with",
        description="Public; another one after `PushKeyGeneration` was raised.",
        answer=Answer[ShownPushKey],
    ),
    "list_push_devices": Operation(
        tag=TAG,
        summary="List my devices for push",
        description=_OF_A_PERSON,
        answer=Page[ShownPushDevice],
        errors=(InvalidInputError,),
    ),
    "add_push_device": Operation(
        tag=TAG,
        summary="Register this browser or phone for push",
        description=(
            f"{DEVICES_LIMIT} at most. The same endpoint again is the same device, which works "
            f"again if it was gone (200, else 201). {_OF_A_PERSON}"
        ),
        body=PushDeviceBody,
        status=201,
        other_statuses=(200,),
        answer=Answer[ShownPushDevice],
        errors=(TooManyDevicesError,),
    ),
    "remove_push_device": Operation(
        tag=TAG,
        summary="Remove a device of mine",
        description=_OF_A_PERSON,
        status=204,
        errors=(InvalidInputError, PushDeviceNotFoundError),
    ),
    "test_push_device": Operation(
        tag=TAG,
        summary="Send a test to a device of mine",
        description=(
            "Says whether its push service took it: whether it arrived, its person says by "
            "`POST …/seen`. Waits up to 8 s for the result: 200, or 202 while it is `pending`. "
            + _OF_A_PERSON
        ),
        answer=Answer[TestedPushDevice],
        other_statuses=(HTTPStatus.ACCEPTED,),
        errors=(InvalidInputError, PushDeviceNotFoundError),
    ),
    "see_push_device": Operation(
        tag=TAG,
        summary="Say that a push arrived on a device of mine",
        description=f"From then on the contact method counts as verified. {_OF_A_PERSON}",
        answer=Answer[ShownPushDevice],
        errors=(InvalidInputError, PushDeviceNotFoundError),
    ),
}
