"""Integrations: who may send, and how what is sent is understood."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Final

from pydantic import Field

from functions.alerts_api.schemas.configuration import ABOUT_DELETE, ABOUT_MANAGER, Removal, Warned
from functions.alerts_api.schemas.model import Answer, Instant, Listing, View
from functions.alerts_api.schemas.operation import CURSOR, LIMIT, Operation
from tocsin.bodies.intake_checks import (
    BasicBody,
    HeaderTokenBody,
    SignatureBody,
)
from tocsin.bodies.integrations import IntegrationBody, IntegrationChange
from tocsin.bodies.mapping import MappingBody
from tocsin.bodies.model import ConfigurationBody, Duration, within
from tocsin.domain.credential import OVERLAP
from tocsin.domain.errors import (
    ConflictError,
    IntegrationNotFoundError,
    InvalidInputError,
    ManagedElsewhereError,
)
from tocsin.domain.integration import IntegrationType

TAG: Final = "Integrations"
OVERLAP_LIMIT: Final = timedelta(days=30)


class RotationBody(ConfigurationBody):
    """How to change over to a new URL."""

    overlap: Annotated[Duration, within(timedelta(), OVERLAP_LIMIT)] = Field(
        OVERLAP,
        description=(
            "How long the old URLs still work: 24 h by default; 0 ends them at once, which "
            "running processes notice within 30 s."
        ),
        examples=["24h"],
    )


class Url(View):
    """One URL of an integration, of which only the beginning of its token is known."""

    token_prefix: str = Field(examples=["3f9a"])
    valid_until: Instant | None = Field(description="Null until it is rotated away.")


class Integration(View):
    """A configured source."""

    name: str = Field(examples=["prod-prometheus"])
    type: IntegrationType
    token_prefix: str | None = Field(
        description="Of the newest URL; null if none works.", examples=["3f9a"]
    )
    urls: list[Url] = Field(description="All that still work, newest first.")
    resolve_after: int = Field(description="Seconds.", examples=[60])
    severity_map: dict[str, str] = Field(examples=[{"major": "critical"}])
    wake_on_output: bool
    paused: bool
    escalation_policy: str | None = Field(examples=[None])
    mapping: MappingBody | None = Field(examples=[None])
    topic_arn: str | None = Field(examples=[None])
    signature: SignatureBody | None = Field(examples=[None])
    basic: BasicBody | None = Field(examples=[None])
    header_token: HeaderTokenBody | None = Field(examples=[None])
    allowed_cidrs: list[str] = Field(examples=[[]])
    managed_by: str | None = Field(description=ABOUT_MANAGER, examples=[None])
    created_at: Instant


class IntegrationWithUrl(Integration):
    """An integration that was made or rotated just now."""

    url: str | None = Field(
        None,
        description=(
            "Shown once: only a hash of it is kept. Absent unless it is new; null where this "
            "answer repeats an earlier one."
        ),
        examples=["https://alerts.example.com/i/3f9a6d0c4b7e4f0e9d2b1c8a7f6e5d4c"],
    )


OPERATIONS: Final = {
    "list_integrations": Operation(
        tag=TAG,
        summary="List integrations",
        description="In the order of their names.",
        query=(LIMIT, CURSOR),
        answer=Listing[Integration],
        errors=(InvalidInputError,),
    ),
    "get_integration": Operation(
        tag=TAG,
        summary="Read an integration",
        answer=Answer[Integration],
        errors=(IntegrationNotFoundError,),
    ),
    "put_integration": Operation(
        tag=TAG,
        summary="Create or replace an integration",
        description=(
            "201 and its `url` when it is new. Replacing one keeps its URLs; what the body "
            "leaves out becomes the default. Where the type changes, `warnings` say which open "
            "alerts nothing will resolve any more."
        ),
        body=IntegrationBody,
        answer=Warned[IntegrationWithUrl],
        other_statuses=(HTTPStatus.CREATED,),
        errors=(ManagedElsewhereError,),
    ),
    "change_integration": Operation(
        tag=TAG,
        summary="Change some settings of an integration",
        body=IntegrationChange,
        answer=Warned[Integration],
        errors=(IntegrationNotFoundError, ManagedElsewhereError),
    ),
    "delete_integration": Operation(
        tag=TAG,
        summary="Delete an integration",
        description=(
            f"Its URLs stop working within 30 s; its alerts stay. {ABOUT_DELETE} Nothing resolves "
            "by itself what came from it."
        ),
        status=HTTPStatus.NO_CONTENT,
        other_statuses=(HTTPStatus.OK,),
        answer=Removal,
        errors=(IntegrationNotFoundError, ManagedElsewhereError),
    ),
    "rotate_integration": Operation(
        tag=TAG,
        summary="Give an integration a new URL",
        body=RotationBody,
        is_body_required=False,
        answer=Answer[IntegrationWithUrl],
        errors=(IntegrationNotFoundError, ConflictError),
    ),
}
