"""How people sign in: `functions/session` answers it, this describes it; and their sessions."""

from http import HTTPStatus
from typing import Final

from pydantic import Field

from functions.alerts_api.schemas.model import ActionBody, Answer, Instant, Page, View
from functions.alerts_api.schemas.operation import Operation, Parameter
from tocsin.domain.errors import (
    ForeignOriginError,
    GoneError,
    InvalidInputError,
    MalformedInputError,
    SessionNotFoundError,
    TooManyRequestsError,
    TryAgainError,
    UnauthorizedError,
)
from tocsin.domain.session import Door

TAG: Final = "Sign-in"


class KeyGiven(ActionBody):
    """An API key; the browser does not keep it."""

    api_key: str = Field(examples=["tocsin_mZ4v0bq1u0s9k3Qz9nB1yqj1v7x0W2m5T8r4c6e1a0g"])


class LinkWanted(ActionBody):
    """Where a link is to be sent."""

    email: str = Field(examples=["alice@example.com"])


class LinkOpened(ActionBody):
    """What was behind `#` in the link."""

    token: str = Field(examples=["EAGbVn0Jc2FtcGxlYWxpY2U"])


class OpenIdConnect(View):
    """Where else people sign in."""

    name: str = Field(description="The issuer's host.", examples=["login.example.com"])


class Doors(View):
    """By what people may sign in here, beside an API key."""

    team: str = Field(examples=["tocsin"])
    stage: str = Field(examples=["prod"])
    email: bool = Field(description="Links are sent by e-mail.")
    slack: bool = Field(description="Links are sent by Slack.")
    oidc: OpenIdConnect | None


class ListedSession(View):
    """A session of the console, without its cookie."""

    id: str = Field(examples=["01KJM60000DRQ5V1N9YH3KW2TC"])
    user: str | None = Field(
        description="Who signed in; none for the key of a service.", examples=["alice"]
    )
    key_id: str | None = Field(
        description="The key that it was opened with, whose scopes it has.",
        examples=["01KJM5ZZ00DRQ5V1N9YH3KW2TB"],
    )
    door: Door
    agent: str | None = Field(
        description="What the browser called itself.", examples=["Mozilla/5.0 (X11; Linux x86_64)"]
    )
    is_this: bool = Field(description="Whether this request came with it.")
    created_at: Instant
    last_used_at: Instant = Field(description="To five minutes.")
    expires_at: Instant = Field(description="If it is not used again.")


_AT_A_DOOR: Final = (
    *(MalformedInputError, InvalidInputError, ForeignOriginError),
    *(TooManyRequestsError, TryAgainError),
)
_COOKIE: Final = (
    "The answer sets the cookie: HttpOnly, Secure (but where the stack's own address is http) and "
    "SameSite=Strict. The session ends after 12 h without use, and after 7 days."
)

DOOR_ROUTES: Final = (
    ("GET", "/session/doors", "list_doors"),
    ("POST", "/session", "sign_in_by_key"),
    ("DELETE", "/session", "sign_out"),
    ("POST", "/session/link", "ask_for_link"),
    ("POST", "/session/link/confirm", "sign_in_by_link"),
    ("GET", "/session/oidc", "begin_oidc"),
    ("GET", "/session/oidc/callback", "end_oidc"),
)
"""Method, path and operation of what `functions/session` answers."""

OPERATIONS: Final = {
    "list_doors": Operation(
        tag=TAG, summary="See by what people sign in", answer=Answer[Doors], errors=(TryAgainError,)
    ),
    "sign_in_by_key": Operation(
        tag=TAG,
        needs_origin=True,
        summary="Sign in by an API key",
        description=f"Needs our `Origin`. The session has the scopes of the key. {_COOKIE}",
        body=KeyGiven,
        status=HTTPStatus.NO_CONTENT,
        errors=(*_AT_A_DOOR, UnauthorizedError),
    ),
    "sign_out": Operation(
        tag=TAG,
        needs_origin=True,
        summary="Sign out",
        description="Ends the session of the cookie, and forgets the cookie. Needs our `Origin`.",
        status=HTTPStatus.NO_CONTENT,
        errors=(ForeignOriginError, TryAgainError),
    ),
    "ask_for_link": Operation(
        tag=TAG,
        needs_origin=True,
        summary="Have a link sent by which you sign in",
        description=(
            "Needs our `Origin`. To the verified e-mail address of a user, and to their verified "
            "Slack account; the answer is the same where nobody has this address. The link is good "
            "for 15 minutes, and once."
        ),
        body=LinkWanted,
        status=HTTPStatus.ACCEPTED,
        errors=_AT_A_DOOR,
    ),
    "sign_in_by_link": Operation(
        tag=TAG,
        needs_origin=True,
        summary="Sign in by a link",
        description=f"Needs our `Origin`. The session has the scopes of the role. {_COOKIE}",
        body=LinkOpened,
        status=HTTPStatus.NO_CONTENT,
        errors=(*_AT_A_DOOR, UnauthorizedError, GoneError),
    ),
    "begin_oidc": Operation(
        tag=TAG,
        summary="Sign in at the team's identity provider",
        description=(
            "Sends the browser there, or back to the sign-in page, whose `problem` says what went "
            "wrong."
        ),
        query=(Parameter("next", "The page of ours to go to in the end; any other is left out."),),
        status=HTTPStatus.FOUND,
        errors=(TooManyRequestsError, TryAgainError),
    ),
    "end_oidc": Operation(
        tag=TAG,
        summary="Come back from the identity provider",
        description=f"Sends the browser to the page that it wanted. {_COOKIE}",
        query=(
            Parameter("code", "Of the provider."),
            Parameter("state", "As it was sent there."),
            Parameter("error", "Of the provider, in place of a code."),
        ),
        status=HTTPStatus.FOUND,
        errors=(TooManyRequestsError, TryAgainError),
    ),
    "list_sessions": Operation(
        tag=TAG,
        summary="List sessions",
        description="Your own, the newest first; an administrator's are all.",
        answer=Page[ListedSession],
    ),
    "end_session": Operation(
        tag=TAG,
        summary="End a session",
        description="Your own; an administrator ends any. Its next request is refused.",
        status=HTTPStatus.NO_CONTENT,
        errors=(SessionNotFoundError,),
    ),
}
