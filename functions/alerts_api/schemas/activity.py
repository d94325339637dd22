"""Who changed what."""

from typing import Any, Final

from pydantic import Field

from functions.alerts_api.schemas.model import Instant, Page, View
from functions.alerts_api.schemas.operation import CURSOR, LIMIT, TEXT, Operation, Parameter
from tocsin.domain.activity import ActivityKind
from tocsin.domain.errors import InvalidInputError


class ActivityField(View):
    """A setting that changed, or what was said with an action."""

    field: str = Field(examples=["delay"])
    before: Any = Field(None, description="Null: it was not set.", examples=["5m"])
    after: Any = Field(None, description="Null: it is not set any more.", examples=["10m"])


class ActivityRow(View):
    """One change of the configuration, or one action on an alert or incident."""

    id: str = Field(examples=["01c3f1a2b4d5e6f708-0"])
    at: Instant
    by: str = Field(
        description=(
            "A user's name; `key:` and the id of a key without a user; `file:team` for the team's "
            "file; `auto` for the stack itself."
        ),
        examples=["alice"],
    )
    via: str | None = Field(
        description="`api`, `console`, `link`, `slack`, `phone`, `integration`, `file`, or null.",
        examples=["console"],
    )
    kind: ActivityKind
    name: str = Field(description="Or an id, where it has no name.", examples=["default"])
    action: str = Field(
        description=(
            "`created`, `changed` or `deleted`; of an alert the word of its timeline, such as "
            "`acknowledged`."
        ),
        examples=["changed"],
    )
    changes: list[ActivityField] = Field(
        description="Never with a secret; of a URL its host only; a long value is cut."
    )
    alert_id: str | None = Field(
        description="Of an action on an alert.", examples=["01KJMA0FM0SWN6QZPBR1784CMA"]
    )


OPERATIONS: Final = {
    "list_activity": Operation(
        tag="Activity",
        summary="List who changed what",
        description=(
            "Newest first, for 400 days. A page may have fewer rows than `limit`, even none, while "
            "`has_more` is true: a request looks at 2,000 rows. `format=csv` sends a table for a "
            "spreadsheet, one line a changed field; its header `next-cursor` says where to go on, "
            "if there is more."
        ),
        query=(
            Parameter("from", "Rows from this time on.", {**TEXT, "format": "date-time"}),
            Parameter("to", "Rows up to this time.", {**TEXT, "format": "date-time"}),
            Parameter("by", "Rows of this user, or of `key:` and an id.", dict(TEXT)),
            Parameter(
                "kind",
                f"One or more, with commas: {', '.join(ActivityKind)}.",
                {**TEXT, "examples": ["user,escalation-policy"]},
            ),
            Parameter("name", "Rows of the object of this name or id.", dict(TEXT)),
            Parameter(
                "format",
                "How to send it.",
                {"type": "string", "enum": ["json", "csv"], "default": "json"},
            ),
            LIMIT,
            CURSOR,
        ),
        answer=Page[ActivityRow],
        other_media_type="text/csv; charset=utf-8",
        errors=(InvalidInputError,),
    ),
}
