"""Users: their contact methods and notification rules."""

from http import HTTPStatus
from typing import Annotated, Final

from pydantic import Field

from functions.alerts_api.schemas.channels import TestOutcome
from functions.alerts_api.schemas.configuration import Configured, Kind, ShownDuration, Warned
from functions.alerts_api.schemas.hours import ShownOnly
from functions.alerts_api.schemas.model import Answer, Listing, View
from functions.alerts_api.schemas.operation import Operation
from tocsin.bodies.model import ConfigurationBody
from tocsin.bodies.users import ABOUT_ROLE, UserBody
from tocsin.domain.errors import UserNotFoundError
from tocsin.domain.people import ContactMethod, Role
from tocsin.domain.severity import Severity

TAG: Final = "Users"


class ShownRule(View):
    """When and by which contact method the user is notified."""

    after: ShownDuration
    by: ContactMethod
    severity: list[Severity]
    only: ShownOnly


class ShownUser(Configured):
    """A user."""

    name: str = Field(examples=["alice"])
    full_name: str | None = Field(examples=["Alice Archer"])
    email: str | None = Field(examples=["alice@example.com"])
    phone: str | None = Field(examples=["+15550100"])
    slack_id: str | None = Field(examples=["U1"])
    time_zone: str = Field(examples=["Europe/Paris"])
    notify: list[ShownRule]
    bundle: ShownDuration | None = Field(description="Null: the team's.", examples=["2m"])
    notices: list[str] | None = Field(description="Null: the team's.", examples=[None])
    role: Role = Field(description=ABOUT_ROLE)
    verified: dict[ContactMethod, bool] = Field(
        description=(
            "Of each contact method with an address: whether its owner has said that it arrives, "
            "by the link in a test. Another address is not verified."
        ),
        examples=[{"email": True, "sms": False}],
    )


class UserTestBody(ConfigurationBody):
    """By what to page."""

    by: (
        Annotated[list[ContactMethod], Field(min_length=1, max_length=len(ContactMethod))] | None
    ) = Field(
        None,
        description="By default every contact method with an address.",
        examples=[["sms"]],
    )


class TestedMethod(TestOutcome):
    """The result of a test by one contact method."""

    by: ContactMethod = Field(description="The contact method.")
    verified: bool = Field(
        description="Whether its address is verified; if not, the message has the link.",
        examples=[False],
    )


class TestedUser(View):
    """The results of a person's test."""

    user: str = Field(description="The name, as it was first written.", examples=["alice"])
    methods: list[TestedMethod] = Field(description="One for each contact method.")


_KIND: Final = Kind(
    words="user",
    plural="users",
    tag=TAG,
    body=UserBody,
    change=UserBody,
    page=Listing[ShownUser],
    shown=Answer[ShownUser],
    put=Warned[ShownUser],
    not_found=UserNotFoundError,
    about_put=(
        "A name is as people have it: 1 to 64 of A-Z, a-z, 0-9, `.`, `_` and `-`, beginning with a "
        "letter or digit. It is unique without case, found by any case, and shown as it was "
        "first written."
    ),
)
OPERATIONS: Final = {
    **_KIND.operations,
    "test_user": Operation(
        tag=TAG,
        summary="Page a person now, as a test",
        description=(
            "By each contact method, also by those without a rule; the message says that it is a "
            "test, and has a link by which the person confirms an address that is not verified. "
            "Waits up to 8 s for the results: 200, or 202 if one is `pending`. The scope is that "
            "of acting on alerts, so that responders can test their own phones."
        ),
        body=UserTestBody,
        is_body_required=False,
        answer=Answer[TestedUser],
        other_statuses=(HTTPStatus.ACCEPTED,),
        errors=(UserNotFoundError,),
    ),
}
