"""Users: their contact methods and notification rules."""

from datetime import timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from functions.alerts_api.schemas.configuration import (
    DAY,
    EVERY_SEVERITY,
    Configured,
    Email,
    Kind,
    Phone,
    Severities,
    ShownDuration,
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
from functions.alerts_api.schemas.text import Line
from tocsin.domain.errors import InvalidInputError, Problem, UserNotFoundError
from tocsin.domain.people import ContactMethod, NotificationRule, User
from tocsin.domain.severity import Severity

TAG: Final = "Users"
RULES_LIMIT: Final = 20
SLACK_ID: Final = r"^[UW][A-Z0-9]{1,30}$"
_FIELDS: Final = {
    ContactMethod.EMAIL: "email",
    ContactMethod.SMS: "phone",
    ContactMethod.SLACK: "slack_id",
}
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
        description="Counted from the step's begin; not sent if the alert is acknowledged by then.",
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
        description="None: at once, by the first of e-mail, SMS and Slack that has an address.",
        examples=[_RULES_EXAMPLE],
    )

    def named(self, name: str) -> User:
        """The user that it describes.

        Raises:
            InvalidInputError: A rule has no address to go to.
        """
        problems = [
            Problem(
                f"notify[{position}].by",
                f"needs the user's {_FIELDS[rule.by]}: add it, or use another contact method",
            )
            for position, rule in enumerate(self.notify)
            if getattr(self, _FIELDS[rule.by]) is None
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


OPERATIONS: Final = Kind(
    words="user",
    plural="users",
    tag=TAG,
    body=UserBody,
    change=UserBody,
    page=Listing[ShownUser],
    shown=Answer[ShownUser],
    not_found=UserNotFoundError,
).operations
