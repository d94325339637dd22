"""API keys and their scopes."""

from http import HTTPStatus
from typing import Annotated, Final

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic.json_schema import SkipJsonSchema

from functions.alerts_api.schemas.model import Answer, Instant, Listing, View
from functions.alerts_api.schemas.operation import CURSOR, LIMIT, Operation
from tocsin.bodies.model import USER_NAME, ConfigurationBody, with_example
from tocsin.bodies.text import Line
from tocsin.domain.credential import SCOPE_WORDS, Scope
from tocsin.domain.errors import InvalidInputError, KeyNotFoundError, LastAdminKeyError
from tocsin.domain.ids import AUTO

TAG: Final = "API keys"
NAME_LIMIT: Final = 100
SCOPES_LIMIT: Final = 20


def _person(user: str) -> str:
    if user.lower() == AUTO:
        raise ValueError("that is how the service itself appears on timelines")
    return user


KeyName = Annotated[Line, Field(max_length=NAME_LIMIT)]
ScopeWord = Annotated[str, WithJsonSchema({"type": "string", "enum": list(SCOPE_WORDS)})]
KeyScopes = Annotated[
    list[ScopeWord],
    Field(
        max_length=SCOPES_LIMIT,
        description=(
            f"Any of {', '.join(Scope)}; `alerts` and `config` stand for reading and writing. "
            "`admin` may do everything. An empty list grants nothing."
        ),
        examples=[["alerts", "incidents"]],
    ),
]
KeyUser = Annotated[
    str,
    Field(pattern=USER_NAME, examples=["alice"]),
    AfterValidator(_person),
]


class KeyBody(ConfigurationBody):
    """A key to be made."""

    model_config = with_example(name="Alice, laptop", scopes=["alerts", "incidents"], user="alice")

    name: KeyName = Field(examples=["alice's laptop"])
    scopes: KeyScopes
    user: KeyUser | None = Field(
        None,
        description="Its owner, a user, as whom it acts; without one it acts as `key:{id}`.",
    )


class KeyChange(ConfigurationBody):
    """What to change; what is left out stays."""

    name: KeyName | SkipJsonSchema[None] = Field(None, examples=["alice's laptop"])
    scopes: KeyScopes | SkipJsonSchema[None] = None
    user: KeyUser | None = Field(None, description="Null makes it a service's key.")


class Key(View):
    """An API key, without the key itself."""

    id: str = Field(examples=["01KJM5ZZ00DRQ5V1N9YH3KW2TB"])
    name: str = Field(examples=["alice's laptop"])
    scopes: list[Scope]
    user: str | None = Field(examples=["alice"])
    created_at: Instant
    created_by: str = Field(examples=["alice"])
    last_used_at: Instant | None = Field(description="To the minute.")


class KeyWithSecret(Key):
    """An API key that was made just now."""

    key: str | None = Field(
        description=(
            "Shown once: only a hash of it is kept. Null where this answer repeats an earlier one."
        ),
        examples=["tocsin_mZ4v0bq1u0s9k3Qz9nB1yqj1v7x0W2m5T8r4c6e1a0g"],
    )


OPERATIONS: Final = {
    "list_keys": Operation(
        tag=TAG,
        summary="List API keys",
        description="In the order of their ids.",
        query=(LIMIT, CURSOR),
        answer=Listing[Key],
        errors=(InvalidInputError,),
    ),
    "get_key": Operation(
        tag=TAG, summary="Read an API key", answer=Answer[Key], errors=(KeyNotFoundError,)
    ),
    "make_key": Operation(
        tag=TAG,
        summary="Make an API key",
        body=KeyBody,
        status=HTTPStatus.CREATED,
        answer=Answer[KeyWithSecret],
    ),
    "change_key": Operation(
        tag=TAG,
        summary="Change an API key",
        description="Other scopes and users hold within 30 s.",
        body=KeyChange,
        is_body_required=False,
        answer=Answer[Key],
        errors=(KeyNotFoundError, LastAdminKeyError),
    ),
    "revoke_key": Operation(
        tag=TAG,
        summary="Revoke an API key",
        description=(
            "It stops working within 30 s. The last key with the scope `admin` stays: without "
            "it no further key could be made."
        ),
        status=HTTPStatus.NO_CONTENT,
        errors=(KeyNotFoundError, LastAdminKeyError),
    ),
}
