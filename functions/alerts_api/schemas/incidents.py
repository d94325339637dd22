"""Incidents: what people coordinate on."""

from http import HTTPStatus
from typing import Annotated, Final, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from functions.alerts_api.schemas.alerts import ABOUT_BY, ABOUT_VIA
from functions.alerts_api.schemas.asking import ABOUT_NOTE
from functions.alerts_api.schemas.model import ActionBody, Answer, Detail, Flag, Instant, Page, View
from functions.alerts_api.schemas.operation import CURSOR, LIMIT, Operation, Parameter
from tocsin.bodies.text import Line, Text
from tocsin.domain.alert import NOTE_LIMIT
from tocsin.domain.errors import (
    AlertNotFoundError,
    AlreadyPromotedError,
    AlreadyResolvedError,
    IncidentNotFoundError,
    InvalidInputError,
    ScopeMissingError,
)
from tocsin.domain.ids import Via
from tocsin.domain.incident import ALERTS_LIMIT, ATTACH_LIMIT, RESPONDERS_LIMIT, IncidentStatus
from tocsin.domain.severity import Severity
from tocsin.usecases.change_incident import RESOLVED_AT_ONCE

TAG: Final = "Incidents"
TITLE_LIMIT: Final = 256
MESSAGE_LIMIT: Final = 10_000

Title = Annotated[Line, Field(max_length=TITLE_LIMIT, examples=["Checkout is down"])]
AlertIds = Annotated[
    list[str], Field(max_length=ATTACH_LIMIT, examples=[["01KJM5ZZ00DRQ5V1N9YH3KW2TB"]])
]


Users = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=64)]],
    Field(max_length=RESPONDERS_LIMIT, examples=[["bob"]]),
]


class PromotionBody(ActionBody):
    """Title and severity of the incident, if not the alert's."""

    title: Title | None = Field(None, description="By default the alert's summary.")
    severity: Severity | None = Field(None, description="By default the alert's.")


class IncidentBody(ActionBody):
    """An incident to be opened."""

    title: Title
    severity: Severity | None = Field(
        None, description="By default that of the worst of its alerts, or else warning."
    )
    alert_ids: AlertIds = Field([])
    responders: Users = Field(
        [], description="Users to ask about its newest open alert now, else its newest."
    )


class IncidentChange(ActionBody):
    """What to change; what is left out stays."""

    title: Title | SkipJsonSchema[None] = None
    severity: Severity | SkipJsonSchema[None] = None
    status: IncidentStatus | SkipJsonSchema[None] = None
    responders: Users = Field(
        [], description="Users to add and to ask now; those that it has stay and are not asked."
    )


class RespondersBody(ActionBody):
    """People to add to an incident; exactly one of `user` and `users`."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": ["user"]}, {"required": ["users"]}],
            "examples": [{"user": "bob", "note": "You know the new cluster."}],
        }
    )

    user: Annotated[str, Field(min_length=1, max_length=64)] | SkipJsonSchema[None] = Field(
        None, description="The name of one user.", examples=["bob"]
    )
    users: Annotated[Users, Field(min_length=1)] | SkipJsonSchema[None] = Field(
        None, description="The names of several.", examples=[["bob"]]
    )
    note: Annotated[Text, Field(max_length=NOTE_LIMIT)] | None = Field(
        None, description=ABOUT_NOTE, examples=["You know the new cluster."]
    )

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.user is None) == (self.users is None):
            raise ValueError("must have exactly one of user and users")
        return self


class UpdateBody(ActionBody):
    """An update for the team."""

    message: Annotated[Text, Field(max_length=MESSAGE_LIMIT)] = Field(
        examples=["The last deploy is being rolled back."]
    )
    status: IncidentStatus | None = None


class ResolutionBody(ActionBody):
    """How it ended."""

    resolve_alerts: Flag = Field(
        default=False,
        description="Resolve its open alerts as well; needs the scope `alerts:write` too.",
    )
    note: Annotated[Text, Field(max_length=NOTE_LIMIT)] | None = Field(
        None, examples=["Rolled back v42."]
    )


class AttachmentBody(ActionBody):
    """Alerts that belong to it, too."""

    alert_ids: Annotated[AlertIds, Field(min_length=1)]


class IncidentUpdate(View):
    """A message, a change of the status, or both."""

    at: Instant
    by: str = Field(description=ABOUT_BY, examples=["alice"])
    via: Via | None = Field(description=ABOUT_VIA, examples=["api"])
    message: str | None = Field(examples=["The last deploy is being rolled back."])
    status: IncidentStatus | None = Field(description="The new one; null if it stayed.")


class Responder(View):
    """A user who was asked to work on it."""

    user: str = Field(description="The user's name.", examples=["bob"])
    added_at: Instant = Field(description="When the user was asked.")
    added_by: str = Field(description=ABOUT_BY, examples=["alice"])
    added_via: Via | None = Field(description=ABOUT_VIA, examples=["api"])
    note: str | None = Field(
        description="What the user was told.", examples=["You know the new cluster."]
    )


class Incident(View):
    """One or more alerts that people work on together."""

    id: str = Field(examples=["01KJM6B2V8ZK4C0M5N7P9R1T3W"])
    title: str = Field(examples=["Checkout is down"])
    status: IncidentStatus
    severity: Severity
    alert_count: int = Field(description="All its alerts.", examples=[1])
    alert_ids: list[str] = Field(
        description="In the order in which they were attached; in a list of incidents the first "
        "200 of each.",
        examples=[["01KJM5ZZ00DRQ5V1N9YH3KW2TB"]],
    )
    responders: list[Responder] = Field(description="In the order in which they were added.")
    created_by: str = Field(description=ABOUT_BY, examples=["alice"])
    created_via: Via | None = Field(description=ABOUT_VIA, examples=["api"])
    created_at: Instant
    resolved_at: Instant | None = Field(examples=[None])
    resolved_by: str | None = Field(description=ABOUT_BY, examples=[None])
    resolved_via: Via | None = Field(description=ABOUT_VIA, examples=[None])


class IncidentWithUpdates(Incident):
    """An incident and its updates."""

    updates: list[IncidentUpdate] = Field(description="Oldest first.")


class IncidentAndWarnings(Answer[Incident]):
    """The incident, and which of the people who were added no message can reach."""

    warnings: list[Detail] = Field(description="Empty where there is nothing to warn of.")


class PromotedIncident(Incident):
    """The incident of an alert."""

    already_promoted: bool = Field(description="Whether the alert had it before.")


class PromotionAnswer(Answer[PromotedIncident]):
    """The incident; the flag is both beside it and in it, as clients expect it in either place."""

    already_promoted: bool


class ResolvedIncident(Incident):
    """An incident that was resolved just now, or that is still open as alerts are left."""

    resolved_alert_ids: list[str] = Field(description="The alerts that this request resolved.")
    alerts_left: int = Field(
        description="Open alerts that one request does not get to. While it is above 0 the "
        "incident stays open, and the same request goes on.",
        examples=[0],
    )


_READERS: Final = "Needs the scope `incidents` or `alerts:read`."

OPERATIONS: Final = {
    "create_incident": Operation(
        tag=TAG,
        summary="Promote an alert to an incident",
        description="An alert has one incident: promoting it again answers 200 with the same one.",
        body=PromotionBody,
        is_body_required=False,
        status=HTTPStatus.CREATED,
        other_statuses=(HTTPStatus.OK,),
        answer=PromotionAnswer,
        errors=(AlertNotFoundError,),
    ),
    "list_incidents": Operation(
        tag=TAG,
        summary="List incidents",
        description=f"Newest first. {_READERS}",
        query=(
            Parameter(
                "open", "Only those that are not resolved, or only others.", {"type": "boolean"}
            ),
            LIMIT,
            CURSOR,
        ),
        answer=Page[Incident],
        errors=(InvalidInputError, ScopeMissingError),
    ),
    "open_incident": Operation(
        tag=TAG,
        summary="Open an incident",
        description=f"With up to {ATTACH_LIMIT} alerts, or none yet.",
        body=IncidentBody,
        status=HTTPStatus.CREATED,
        answer=IncidentAndWarnings,
        errors=(AlertNotFoundError, AlreadyPromotedError),
    ),
    "get_incident": Operation(
        tag=TAG,
        summary="Read an incident and its updates",
        description=_READERS,
        answer=Answer[IncidentWithUpdates],
        errors=(IncidentNotFoundError, ScopeMissingError),
    ),
    "change_incident": Operation(
        tag=TAG,
        summary="Change an incident",
        description="A resolved one may still get another title or severity.",
        body=IncidentChange,
        is_body_required=False,
        answer=IncidentAndWarnings,
        errors=(IncidentNotFoundError, AlreadyResolvedError),
    ),
    "add_responders": Operation(
        tag=TAG,
        summary="Add people to an incident",
        description=(
            "Each is asked now, by their own rules, about the incident's newest open alert, else "
            "about its newest. People whom the incident has are not asked again."
        ),
        body=RespondersBody,
        answer=IncidentAndWarnings,
        errors=(IncidentNotFoundError, AlreadyResolvedError),
    ),
    "tell_update": Operation(
        tag=TAG,
        summary="Add an update to an incident",
        description="A resolved incident takes one without a status.",
        body=UpdateBody,
        status=HTTPStatus.CREATED,
        answer=Answer[IncidentUpdate],
        errors=(IncidentNotFoundError, AlreadyResolvedError),
    ),
    "resolve_incident": Operation(
        tag=TAG,
        summary="Resolve an incident",
        description=(
            f"With `resolve_alerts` a request resolves {RESOLVED_AT_ONCE} alerts at most. If "
            "`alerts_left` is above 0, or this is refused with `try_again`, the same request does "
            "the rest."
        ),
        body=ResolutionBody,
        is_body_required=False,
        answer=Answer[ResolvedIncident],
        errors=(IncidentNotFoundError, AlreadyResolvedError),
    ),
    "attach_alerts": Operation(
        tag=TAG,
        summary="Attach alerts to an incident",
        description=(
            f"{ATTACH_LIMIT} a call, {ALERTS_LIMIT:,} in all. Those that it has are left alone."
        ),
        body=AttachmentBody,
        answer=Answer[Incident],
        errors=(
            IncidentNotFoundError,
            AlertNotFoundError,
            AlreadyPromotedError,
            AlreadyResolvedError,
        ),
    ),
}
