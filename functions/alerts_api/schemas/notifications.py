"""The notifications of an alert."""

from typing import Final

from pydantic import Field

from functions.alerts_api.schemas.model import Instant, Listing, View
from functions.alerts_api.schemas.operation import CURSOR, LIMIT, Operation
from tocsin.domain.errors import AlertNotFoundError, InvalidInputError
from tocsin.domain.notification import DeliveryState, NotificationEvent, NotificationReason


class ShownNotification(View):
    """One message to one person or channel."""

    id: str = Field(
        description="Equal for every attempt; receivers of webhooks get it as `webhook-id`.",
        examples=["01J00000000000000000000000.1.1.1.user:alice.email"],
    )
    event: NotificationEvent
    occasion: NotificationReason = Field(description="Why it is sent.")
    step: int = Field(
        description=(
            "How many steps of this run were begun with it. 0: a user's rule delays it, "
            "a person asked for it, or it tells a change."
        ),
        examples=[1],
    )
    step_name: str | None = Field(examples=["first"])
    loop: int = Field(
        description="Which run through the steps, from 1; of a delayed message, the firing spell.",
        examples=[1],
    )
    target: str = Field(
        description="The user or channel that the step asks.", examples=["user:alice"]
    )
    schedule: str | None = Field(
        description="The schedule by which this user was on call; with `/next` the one to follow. "
        "Null: asked by name.",
        examples=[None],
    )
    channel: str = Field(description="By what: a channel or contact method.", examples=["email"])
    state: DeliveryState
    reason: str | None = Field(description="Why it waits, failed or was skipped.", examples=[None])
    attempts: int = Field(examples=[1])
    provider_id: str | None = Field(
        description="How the provider names the message.", examples=["msg_1"]
    )
    bundled_into: str | None = Field(
        description="The digest that tells of it, or that it waits for.", examples=[None]
    )
    created_at: Instant
    sent_at: Instant | None
    changed_at: Instant
    due_at: Instant | None = Field(
        description="Of one that is `waiting`: when it is sent at the earliest.", examples=[None]
    )
    next_attempt_at: Instant | None = Field(
        description="Of one that is `retrying`.", examples=[None]
    )


OPERATIONS: Final = {
    "list_notifications": Operation(
        tag="Alerts",
        summary="List the notifications of an alert",
        description="In the order in which the messages were planned, sent or not.",
        query=(LIMIT, CURSOR),
        answer=Listing[ShownNotification],
        errors=(AlertNotFoundError, InvalidInputError),
    ),
}
