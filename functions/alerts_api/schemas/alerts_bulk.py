"""One action on many alerts."""

from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from functions.alerts_api.alert_actions import Action
from functions.alerts_api.routes.alerts_bulk import BULK_LIMIT, COUNT_LIMIT
from functions.alerts_api.schemas.alerts import TAG
from functions.alerts_api.schemas.model import About, ActionBody, Flag, Part, View
from functions.alerts_api.schemas.operation import Operation
from tocsin.domain.alert import AlertStatus


class BulkRefusal(View):
    """Why one of many could not be changed."""

    code: str = Field(examples=["already_resolved"])
    message: str = Field(description="One sentence for a person.")
    request_id: str = Field(description="That of the whole request.")
    details: list[Any] = Field(description="As of any refusal.")


class BulkResult(View):
    """The result for one alert."""

    id: str = Field(description="The alert's.", examples=["01KJM5ZZ00DRQ5V1N9YH3KW2TB"])
    ok: bool
    status: AlertStatus | None = Field(None, description="Where it is now; if `ok`.")
    already_acknowledged: bool = Field(default=False, description="For `ack`, if `ok`.")
    error: BulkRefusal | None = Field(None, description="Unless `ok`.")


class BulkAbout(About):
    """What a filter leaves for the next call."""

    left: int | None = Field(
        None, description="How many more alerts the filter selects; of a filter.", examples=[0]
    )
    left_is_at_least: bool | None = Field(
        None,
        description=f"Whether the count was ended: at {COUNT_LIMIT:,}, or in a long search.",
        examples=[False],
    )


class BulkResults(Part[BulkResult]):
    """The results of one call."""

    next_cursor: str | None = Field(
        None, description="Send it as `cursor` in the next call's filter; absent after the last."
    )
    meta: BulkAbout | None = Field(None, description="Of a filter.")


class BulkFilter(ActionBody):
    """The filters of the list, and no others; lists, numbers and booleans may be sent as such."""

    model_config = ConfigDict(
        extra="allow", json_schema_extra={"examples": [{"status": "firing", "label.env": "prod"}]}
    )


class BulkBody(ActionBody):
    """An action, its alerts, and the fields of the action."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "oneOf": [{"required": ["ids"]}, {"required": ["filter"]}],
            "examples": [
                {
                    "action": "resolve",
                    "filter": {"status": "firing", "label.env": "prod"},
                    "note": "Deployed fix",
                }
            ],
        },
    )

    action: Action
    ids: Annotated[list[str], Field(min_length=1, max_length=BULK_LIMIT)] | SkipJsonSchema[None] = (
        None
    )
    filter: BulkFilter | SkipJsonSchema[None] = None
    all: Flag = Field(
        default=False,
        description="Needed beside a filter that selects every alert: none should by mistake.",
    )
    note: str | None = None


OPERATIONS: Final = {
    "act_on_many": Operation(
        tag=TAG,
        summary="Act on many alerts",
        description=(
            f"The alerts are named by `ids` or chosen by `filter`, {BULK_LIMIT} a call; where the "
            "filter chooses more, `meta.left` says how many are left and `next_cursor` goes into "
            "the next call's filter. A filter that would choose every alert is refused without "
            '`"all": true` beside it. The fields of the action stand beside `action`. Each alert '
            "has its own result; the refusal of one does not stop the others."
        ),
        body=BulkBody,
        answer=BulkResults,
    ),
}
