"""A storm of the whole team."""

from typing import Final

from pydantic import Field

from functions.alerts_api.schemas.model import Answer, Instant, View
from functions.alerts_api.schemas.operation import Operation
from tocsin.domain.severity import Severity


class StormGroup(View):
    """Alerts that share a label."""

    name: str = Field(description="The label's value, or the integration.", examples=["api"])
    opened: int = Field(examples=[20])


class Storm(View):
    """More than 30 alerts that were opened within two minutes, and what followed."""

    active: bool
    since: Instant | None = Field(description="Null: there is no storm.")
    opened: int = Field(
        description="Alerts that were opened since, a minute ago at most.", examples=[34]
    )
    severity: Severity | None = Field(description="The worst of them.", examples=["critical"])
    groups: list[StormGroup] = Field(description="By what they share; the biggest first.")
    newest_at: Instant | None = Field(description="When the last one was opened.")
    ends_at: Instant | None = Field(
        description="When it is over, if nothing is opened by then: ten quiet minutes."
    )
    incident_id: str | None = Field(
        description="The incident that is proposed for it; it is there within a minute.",
        examples=["01KJM5ZZ00DRQ5V1N9YH3KW2TB"],
    )


OPERATIONS: Final = {
    "show_storm": Operation(
        tag="Alerts",
        summary="Say whether the team has a storm",
        description=(
            "It begins when more than 30 alerts are opened within two minutes, and ends when none "
            "was opened for ten."
        ),
        answer=Answer[Storm],
    ),
}
