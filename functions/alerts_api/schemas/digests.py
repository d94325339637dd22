"""Digests."""

from typing import Final

from pydantic import Field

from functions.alerts_api.routes.digests import ROWS_LIMIT
from functions.alerts_api.schemas.alerts import TAG, Alert
from functions.alerts_api.schemas.model import Answer, Instant, View
from functions.alerts_api.schemas.operation import Operation
from tocsin.domain.errors import DigestNotFoundError
from tocsin.domain.notification import DeliveryState
from tocsin.domain.severity import Severity


class ShownDigest(View):
    """One message that told of many alerts."""

    id: str = Field(
        description="As `bundled_into` of each notification that it stands for.",
        examples=["01KJMX2B7Q3ZK4C0M5N7P9R1T3"],
    )
    target: str = Field(description="The user or channel that it went to.", examples=["user:alice"])
    channel: str = Field(description="By what: a channel or contact method.", examples=["email"])
    severity: Severity = Field(description="The worst of its alerts, when it was written.")
    frozen_at: Instant = Field(description="When it was written; it gains no alert afterwards.")
    state: DeliveryState | None = Field(
        description="Of the message; null: its ledger is not kept any more."
    )
    reason: str | None = Field(description="Why it waits, failed or was skipped.", examples=[None])
    attempts: int | None = Field(examples=[1])
    sent_at: Instant | None
    provider_id: str | None = Field(
        description="How the provider names the message.", examples=["msg_1"]
    )
    alert_count: int = Field(description="How many alerts it names.", examples=[7])
    alert_ids: list[str] = Field(
        description="All of them: the worst first, then the newest.",
        examples=[["01KJM5ZZ00DRQ5V1N9YH3KW2TB"]],
    )
    alerts: list[Alert] = Field(
        description=(
            f"The first {ROWS_LIMIT} of them as they are now, as lists show them; "
            "those that are not kept any more are missing."
        )
    )


OPERATIONS: Final = {
    "get_digest": Operation(
        tag=TAG,
        summary="Get a digest",
        description=(
            "The alerts that one message named, as they are now. To acknowledge these and no "
            "others, send `alert_ids` to `POST /api/v1/alerts/bulk`."
        ),
        answer=Answer[ShownDigest],
        errors=(DigestNotFoundError,),
    ),
}
