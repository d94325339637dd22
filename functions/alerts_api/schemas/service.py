"""The service itself."""

from typing import Any, Final, Literal

from pydantic import ConfigDict, Field

from functions.alerts_api.schemas.model import Answer, Instant, View
from functions.alerts_api.schemas.operation import Operation
from tocsin.domain.credential import Scope
from tocsin.domain.people import Role
from tocsin.domain.session import Door
from tocsin.version import VERSION

TAG: Final = "Service"


class Health(View):
    """Means that requests are answered, and nothing else."""

    status: str = Field(examples=["ok"])


class Version(View):
    """The version of Tocsin that answers."""

    version: str = Field(
        pattern=r"^\d+\.\d+\.\d+$",
        description="As `info.version` of this document.",
        examples=[VERSION],
    )


class OwnSession(View):
    """The session of the console that a request came with."""

    id: str = Field(examples=["01KJM60000DRQ5V1N9YH3KW2TC"])
    door: Door = Field(description="By what it was opened.")
    created_at: Instant
    expires_at: Instant = Field(description="If it is not used again.")
    ends_at: Instant = Field(description="However much it is used: seven days after it was opened.")


class Caller(View):
    """The key or the session that a request came with."""

    key_id: str | None = Field(
        description="None: a person signed in.", examples=["01KJM5ZZ00DRQ5V1N9YH3KW2TB"]
    )
    name: str = Field(description="Of the key, or of the person.", examples=["laptop"])
    user: str | None = Field(description="Its owner; none for a service's key.", examples=["alice"])
    actor: str = Field(description="How its actions appear on timelines.", examples=["alice"])
    scopes: list[Scope] = Field(
        description="Of the key, or of the person's role. A person reads all, whatever they say."
    )
    role: Role | None = Field(description="None: a key, or a session that was opened with one.")
    time_zone: str = Field(
        description="The person's; without one the team's.", examples=["Europe/Berlin"]
    )
    team: str = Field(examples=["tocsin"])
    stage: str = Field(examples=["prod"])
    session: OwnSession | None = Field(description="None: the request came with a key.")
    created_at: Instant
    last_used_at: Instant | None = Field(description="To the minute.")
    paging: Literal["on", "shadow"] = Field(
        description="`shadow`: deployed with `Paging=shadow`, so that no message leaves.",
        examples=["on"],
    )


class Document(View):
    """An OpenAPI 3.1 document."""

    model_config = ConfigDict(extra="allow")

    openapi: str = Field(examples=["3.1.0"])
    info: dict[str, Any] = Field(description="Title, version, and what holds for all operations.")
    paths: dict[str, Any] = Field(description="The operations, by path and method.")


OPERATIONS: Final = {
    "show_health": Operation(tag=TAG, summary="See whether requests are answered", answer=Health),
    "show_version": Operation(
        tag=TAG,
        summary="See which version answers",
        description="Open to all, as `/health` is.",
        answer=Answer[Version],
    ),
    "show_caller": Operation(
        tag=TAG, summary="See who asks, and what they may do", answer=Answer[Caller]
    ),
    "show_document": Operation(tag=TAG, summary="Read this document", answer=Document),
    "show_page": Operation(
        tag=TAG, summary="Read this document as a page", media_type="text/html; charset=utf-8"
    ),
}
