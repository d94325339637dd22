"""What all models share."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

Instant = Annotated[
    str,
    Field(
        pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$",
        json_schema_extra={"format": "date-time"},
        examples=["2026-03-01T09:00:00.000Z"],
    ),
]
"""A time as we write it."""

Flag = Annotated[
    bool,
    WithJsonSchema({"enum": [True, False, "true", "false"], "description": "Also as a text."}),
]

Value = str | int | float | bool | None
"""What a sender measured."""


def _stay_open(schema: dict[str, Any]) -> None:
    """Version 1 may still grow: a reader must not refuse a field that it does not know."""
    schema.pop("additionalProperties", None)


class View(BaseModel):
    """What we send: these fields and no others, which the tests check."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_stay_open)


class ActionBody(BaseModel):
    """The body of an action; unknown fields are ignored."""

    model_config = ConfigDict(extra="ignore")


class Answer[T](View):
    """One thing."""

    data: T


class IgnoredParameter(View):
    """A query parameter that the list does not know."""

    name: str = Field(description="As it was sent.", examples=["state"])
    meant: str | None = Field(
        None,
        description="What was probably meant; absent where nothing is near.",
        examples=["status"],
    )


class About(View):
    """What is said of a list."""

    ignored: list[IgnoredParameter] | None = Field(
        None, description="Query parameters that the list does not know; absent if there are none."
    )


class Part[T](View):
    """What each part of a list has."""

    data: list[T]
    next_cursor: str | None = Field(
        None, description="Send it as `cursor` for the next part; absent on the last one."
    )
    has_more: bool


class Page[T](Part[T]):
    """Part of a list."""

    meta: About | None = Field(None, description="Absent where there is nothing to say.")


class Total(About):
    """The number of objects on all pages."""

    total: int = Field(examples=[3])


class Listing[T](Part[T]):
    """Part of a list, with the number of all."""

    meta: Total


class Detail(View):
    """One thing that is wrong with the request."""

    field: str = Field(examples=["duration"])
    problem: str = Field(examples=["must lie ahead"])


class Refusal(View):
    """Why a request was refused."""

    code: str = Field(description="From a closed list.")
    message: str = Field(description="One sentence for a person.")
    request_id: str = Field(description="Name it when you ask us about it.")
    details: list[Detail] = Field(description="Empty where there is nothing to point at.")


class Error(View):
    """The one shape of every refusal."""

    error: Refusal
