"""Users: their contact methods and notification rules."""

from datetime import timedelta
from typing import Annotated, Final

from pydantic import Field

from tocsin.bodies.hours import HOURS_EXAMPLE, Only, hours_of
from tocsin.bodies.model import (
    ABOUT_BUNDLE,
    DAY,
    EVERY_SEVERITY,
    Bundle,
    ConfigurationBody,
    Duration,
    Email,
    Phone,
    Severities,
    TimeZone,
    with_example,
    within,
)
from tocsin.bodies.notices import ABOUT_NOTICES, Notices
from tocsin.bodies.text import Line
from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.domain.people import ADDRESS_FIELDS, ContactMethod, NotificationRule, Role, User

RULES_LIMIT: Final = 20
SLACK_ID: Final = r"^[UW][A-Z0-9]{1,30}$"
_RULES_EXAMPLE: Final = [
    {"after": "0s", "by": "email"},
    {"after": "5m", "by": "sms", "severity": ["critical"]},
]


ABOUT_ROLE: Final = (
    "What the person may do once people can sign in; they cannot yet, so it restricts nothing now: "
    "`viewer` reads, `responder` also acts on alerts and makes their own overrides, silences "
    "and awake times, `admin` may do everything."
)


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
    only: Only = Field(
        [],
        description=(
            "What comes outside these hours, by the user's clock, waits until they begin, and is "
            "sent if the alert still asks then. By default nothing waits."
        ),
        examples=[HOURS_EXAMPLE],
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
            "None: critical at once by every contact method that has an address; warning by all "
            "of these but SMS, by SMS if there is no other; info only appears. `push` goes to the "
            "browsers and phones where the user allowed it, at `/console/me/phone`."
        ),
        examples=[_RULES_EXAMPLE],
    )

    bundle: Bundle | None = Field(None, description=ABOUT_BUNDLE, examples=["2m"])
    notices: Notices | None = Field(
        None,
        description=f"{ABOUT_NOTICES} By default as the team's settings say.",
        examples=[["shift_begins", "shifts_moved"]],
    )
    role: Role = Field(Role.RESPONDER, description=ABOUT_ROLE)

    def named(self, name: str) -> User:
        """The user that it describes.

        Raises:
            InvalidInputError: A rule has no address to go to.
        """
        fields = [ADDRESS_FIELDS[rule.by] for rule in self.notify]
        # Devices are the person's own, and come later: until then reachability says it.
        problems = [
            Problem(
                f"notify[{position}].by",
                f"needs the user's {field}: add it, or use another contact method",
            )
            for position, field in enumerate(fields)
            if self.notify[position].by is not ContactMethod.PUSH and getattr(self, field) is None
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
                NotificationRule(
                    after=rule.after,
                    by=rule.by,
                    severities=frozenset(rule.severity),
                    only=hours_of(rule.only),
                )
                for rule in self.notify
            ),
            bundle=self.bundle,
            notices=None if self.notices is None else frozenset(self.notices),
            role=self.role,
        )
