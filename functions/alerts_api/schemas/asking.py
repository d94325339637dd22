"""Alerts that people open, and people whom they ask about one."""

from http import HTTPStatus
from typing import Annotated, Final, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from functions.alerts_api.schemas.alerts import TAG, Alert
from functions.alerts_api.schemas.model import Answer, Detail
from functions.alerts_api.schemas.operation import Operation
from tocsin.bodies.model import ConfigurationBody, Name
from tocsin.bodies.text import Line, Text
from tocsin.domain.alert import NOTE_LIMIT
from tocsin.domain.errors import (
    AlertNotFoundError,
    AlreadyAcknowledgedError,
    AlreadyResolvedError,
    NoStepLeftError,
)
from tocsin.domain.escalation import Target, TargetKind
from tocsin.domain.severity import Severity
from tocsin.domain.signal import NAME_LIMIT, SUMMARY_LIMIT

ASKED_LIMIT: Final = 20
LABELS_LIMIT: Final = 50
REASON_LIMIT: Final = 10_000
ABOUT_NOTE: Final = "For those who are asked, in their messages, and for the timeline."
_KINDS: Final = (TargetKind.USER, TargetKind.CHANNEL)

Person = Annotated[str, Field(min_length=1, max_length=64)]
"""A user's name; whether there is one is looked up."""


class AskedBody(ConfigurationBody):
    """A user or a channel; exactly one."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": [kind.value]} for kind in _KINDS],
            "examples": [{"user": "bob"}],
        }
    )

    user: Person | SkipJsonSchema[None] = Field(
        None, description="By the user's own rules.", examples=["bob"]
    )
    channel: Name | SkipJsonSchema[None] = Field(
        None, description="Such as a chat or a webhook.", examples=["ops-hook"]
    )

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if len([kind for kind in _KINDS if getattr(self, kind)]) != 1:
            raise ValueError("must name exactly one user or channel")
        return self

    @property
    def target(self) -> Target:
        [kind] = [kind for kind in _KINDS if getattr(self, kind)]
        return Target(kind, getattr(self, kind))


Note = Annotated[Text, Field(max_length=NOTE_LIMIT)]
Asked = Annotated[
    list[AskedBody],
    Field(max_length=ASKED_LIMIT, examples=[[{"user": "bob"}, {"channel": "ops-hook"}]]),
]


class AlertBody(ConfigurationBody):
    """An alert of one's own; `name` or `summary` must be there."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [{"required": ["name"]}, {"required": ["summary"]}],
            "examples": [
                {
                    "summary": "Customers cannot pay",
                    "severity": "critical",
                    "reason": "Three calls since 14:10, all by card.",
                    "labels": {"team": "payments"},
                }
            ],
        }
    )

    name: Annotated[Line, Field(max_length=NAME_LIMIT)] | SkipJsonSchema[None] = Field(
        None, description="By default the summary.", examples=["Checkout"]
    )
    summary: Annotated[Line, Field(max_length=SUMMARY_LIMIT)] | SkipJsonSchema[None] = Field(
        None, description="By default the name.", examples=["Customers cannot pay"]
    )
    severity: Severity = Field(Severity.CRITICAL, examples=["critical"])
    reason: Annotated[Text, Field(max_length=REASON_LIMIT)] | SkipJsonSchema[None] = Field(
        None,
        description="What is known of it; line breaks stay.",
        examples=["Three calls since 14:10, all by card."],
    )
    object: Annotated[Line, Field(max_length=NAME_LIMIT)] | SkipJsonSchema[None] = Field(
        None, description="Host or service.", examples=["checkout"]
    )
    labels: Annotated[dict[str, str], Field(max_length=LABELS_LIMIT)] = Field(
        {},
        description="Routes match them as those of any alert.",
        examples=[{"team": "payments"}],
    )
    urls: Annotated[dict[str, str], Field(max_length=LABELS_LIMIT)] = Field(
        {},
        description="Only http, https and mailto.",
        examples=[{"Runbook": "https://example.com/runbook"}],
    )
    targets: Asked = Field(
        [],
        description="People and channels that are asked now, by their own rules. Without a policy "
        "nobody else is asked.",
    )
    escalation_policy: Name | SkipJsonSchema[None] = Field(
        None,
        description="Without one and without targets, the routes decide as for any alert.",
        examples=["default"],
    )

    @model_validator(mode="after")
    def _is_named(self) -> Self:
        if not (self.name or self.summary):
            raise ValueError("must have a name or a summary")
        return self


class PageBody(ConfigurationBody):
    """Who is asked now."""

    targets: Annotated[Asked, Field(min_length=1, description="People and channels.")]
    note: Note | SkipJsonSchema[None] = Field(
        None, description=ABOUT_NOTE, examples=["The database is yours, isn't it?"]
    )


class AssignBody(ConfigurationBody):
    """Whose alert it is from now on."""

    user: Person = Field(description="The name of a user.", examples=["bob"])
    note: Note | SkipJsonSchema[None] = Field(
        None, description=ABOUT_NOTE, examples=["You know the new cluster."]
    )


class EscalateBody(ConfigurationBody):
    """Why the next step begins now."""

    note: Note | SkipJsonSchema[None] = Field(
        None, description="For the timeline.", examples=["I need a second pair of eyes."]
    )


class AlertAndWarnings(Answer[Alert]):
    """The alert; and whom of those who were asked no message can reach, or that nobody is paged."""

    warnings: list[Detail] = Field(description="Empty where there is nothing to warn of.")


OPERATIONS: Final = {
    "open_alert": Operation(
        tag=TAG,
        summary="Open an alert of one's own",
        description=(
            "Its integration is `by-hand`, and it is acknowledged, escalated and resolved as any "
            "other. Nothing repeats it: it stays open until a person resolves it."
        ),
        body=AlertBody,
        status=HTTPStatus.CREATED,
        answer=AlertAndWarnings,
    ),
    "page_people": Operation(
        tag=TAG,
        summary="Ask people about an alert now",
        description=(
            "Beside the policy, which goes on. Each is asked by their own rules for the alert's "
            "severity, also of an alert that is acknowledged or snoozed. Messages that are not "
            "sent yet are skipped once a person acknowledges."
        ),
        body=PageBody,
        answer=AlertAndWarnings,
        errors=(AlertNotFoundError, AlreadyResolvedError),
    ),
    "assign_alert": Operation(
        tag=TAG,
        summary="Assign an alert to a person",
        description=(
            "The person is asked now and shown as `assigned_to`, and the delay until the next step "
            "begins anew. Without an answer the policy goes on. An acknowledgement stays."
        ),
        body=AssignBody,
        answer=AlertAndWarnings,
        errors=(AlertNotFoundError, AlreadyResolvedError),
    ),
    "escalate_alert": Operation(
        tag=TAG,
        summary="Begin the next step of an alert's policy now",
        description=(
            "After the last step, the next run if the policy has one left. Refused with "
            "`no_step_left` where nobody is left to ask, where no policy pages for the alert, and "
            "while it is snoozed."
        ),
        body=EscalateBody,
        is_body_required=False,
        answer=Answer[Alert],
        errors=(
            AlertNotFoundError,
            AlreadyAcknowledgedError,
            AlreadyResolvedError,
            NoStepLeftError,
        ),
    ),
}
