"""Users: their contact methods and notification rules."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from functions.alerts_api.schemas.channels import TestOutcome
from functions.alerts_api.schemas.configuration import (
    ABOUT_BUNDLE,
    DAY,
    EVERY_SEVERITY,
    Bundle,
    Configured,
    Email,
    Kind,
    Phone,
    Severities,
    ShownDuration,
    Warned,
    within,
)
from functions.alerts_api.schemas.model import (
    Answer,
    ConfigurationBody,
    Duration,
    Listing,
    View,
    with_example,
)
from functions.alerts_api.schemas.operation import Operation
from functions.alerts_api.schemas.text import Line
from tocsin.domain.errors import InvalidInputError, Problem, UserNotFoundError
from tocsin.domain.people import ADDRESS_FIELDS, ContactMethod, NotificationRule, User
from tocsin.domain.severity import Severity

TAG: Final = "Users"
RULES_LIMIT: Final = 20
SLACK_ID: Final = r"^[UW][A-Z0-9]{1,30}$"
_RULES_EXAMPLE: Final = [
    {"after": "0s", "by": "email"},
    {"after": "5m", "by": "sms", "severity": ["critical"]},
]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("is no time zone; name one such as Europe/Paris or UTC") from None
    return name


TimeZone = Annotated[str, Field(max_length=64), AfterValidator(_known_zone)]


class RuleBody(ConfigurationBody):
    """When and by which contact method the user is notified."""

    after: Annotated[Duration, within(timedelta(), DAY)] = Field(
        timedelta(),
        description="From the first asking of the user; not sent if acknowledged by then.",
        examples=["5m"],
    )
    by: ContactMethod
    severity: Severities = Field(
        EVERY_SEVERITY, description="By default all.", examples=[["critical"]]
    )


class UserBody(ConfigurationBody):
    """A user without the name, which is in the path."""

    model_config = with_example(
        full_name="Alice Archer",
        email="alice@example.com",
        phone="+4915112345678",
        time_zone="Europe/Berlin",
        notify=_RULES_EXAMPLE,
    )

    full_name: Annotated[Line, Field(max_length=200)] | None = Field(
        None, examples=["Alice Archer"]
    )
    email: Email | None = None
    phone: Phone | None = None
    slack_id: Annotated[str, Field(pattern=SLACK_ID)] | None = Field(
        None, description="The member ID of the user's Slack profile.", examples=["U1"]
    )
    time_zone: TimeZone = Field(
        "UTC", description="A name of the IANA database.", examples=["Europe/Paris"]
    )
    notify: list[RuleBody] = Field(
        [],
        max_length=RULES_LIMIT,
        description=(
            "None: critical at once by every contact method that has an address; warning by "
            "e-mail and Slack, by SMS if there is neither; info only appears."
        ),
        examples=[_RULES_EXAMPLE],
    )

    bundle: Bundle | None = Field(None, description=ABOUT_BUNDLE, examples=["2m"])

    def named(self, name: str) -> User:
        """The user that it describes.

        Raises:
            InvalidInputError: A rule has no address to go to.
        """
        fields = [ADDRESS_FIELDS[rule.by] for rule in self.notify]
        problems = [
            Problem(
                f"notify[{position}].by",
                f"needs the user's {field}: add it, or use another contact method",
            )
            for position, field in enumerate(fields)
            if getattr(self, field) is None
        ]
        if problems:
            raise InvalidInputError("The body is not as it should be.", problems)
        return User(
            name=name,
            full_name=self.full_name,
            email=self.email,
            phone=self.phone,
            slack_id=self.slack_id,
            time_zone=self.time_zone,
            notify=tuple(
                NotificationRule(after=rule.after, by=rule.by, severities=frozenset(rule.severity))
                for rule in self.notify
            ),
            bundle=self.bundle,
        )


class ShownRule(View):
    """When and by which contact method the user is notified."""

    after: ShownDuration
    by: ContactMethod
    severity: list[Severity]


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
