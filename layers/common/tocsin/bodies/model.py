"""What all bodies share."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.json_schema import GenerateJsonSchema

from tocsin.domain.duration import read_duration, spelled
from tocsin.domain.escalation import ALL_SEVERITIES, PAGED_SEVERITIES
from tocsin.domain.instant import INSTANT_EXPECTED, read_instant
from tocsin.domain.nearest import did_you_mean
from tocsin.domain.people import EMAIL, PHONE
from tocsin.domain.severity import Severity
from tocsin.domain.team_settings import BUNDLE_LIMIT

Time = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""A time as it may be sent: ISO 8601; without an offset it is UTC."""

DURATION: Final = "^[0-9]{1,9}[smhd]?$"

Duration = Annotated[
    timedelta,
    BeforeValidator(read_duration),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": 999_999_999},
                {"type": "string", "pattern": DURATION},
            ],
            "description": "Whole seconds, or a text such as 90s, 5m, 2h, 3d.",
        }
    ),
]
"""A duration as people write it."""


class BodySchemas(GenerateJsonSchema):
    """Writes default durations as a body takes them."""

    def encode_default(self, dft: Any) -> Any:  # noqa: ANN401 - JSON
        return spelled(dft) if isinstance(dft, timedelta) else super().encode_default(dft)


def _no_flag(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("must be a whole number")  # noqa: TRY004 - pydantic's own kind
    return value


Number = Annotated[int, BeforeValidator(_no_flag)]
"""A whole number, also as a text; no flag, which Python counts as one."""


class ConfigurationBody(BaseModel):
    """What an object of the configuration should be; a field that we do not know is a mistake."""

    model_config = ConfigDict(extra="forbid")


def with_example(**example: Any) -> ConfigDict:  # noqa: ANN401 - JSON
    """Say what a whole body looks like, in the document and in its curl lines."""
    return ConfigDict(json_schema_extra={"examples": [example]})


NAME: Final = r"^[a-z0-9-]{1,64}$"
USER_NAME: Final = r"^[A-Za-z0-9._-]{1,64}$"
"""Of a reference: also names as they were allowed before, which may begin with a dash."""
PARAMETER_NAME: Final = r"^(/tocsin/)?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$"
DAY: Final = timedelta(days=1)

Name = Annotated[str, Field(pattern=NAME)]
"""The name of an object of the configuration."""

UserName = Annotated[str, Field(pattern=USER_NAME)]
"""The name of a user, in any case."""

Severities = Annotated[list[Severity], Field(min_length=1, max_length=len(Severity))]
EVERY_SEVERITY: Final = sorted(ALL_SEVERITIES, key=lambda severity: severity.rank)
USUAL_SEVERITIES: Final = sorted(PAGED_SEVERITIES, key=lambda severity: severity.rank)

Phone = Annotated[
    str,
    Field(pattern=PHONE, examples=["+15550100"]),
]

Email = Annotated[
    str,
    Field(
        max_length=254,
        pattern=EMAIL,
        json_schema_extra={"format": "email"},
        examples=["alice@example.com"],
    ),
]
"""254 characters are the limit of RFC 5321's paths."""

SecretName = Annotated[
    str,
    Field(
        max_length=1011,
        pattern=PARAMETER_NAME,
        description=(
            "The name of an SSM parameter, SecureString, below `/tocsin/<stack>/`; `hook` alone "
            "is meant there."
        ),
        examples=["hook"],
    ),
]
"""1011 characters are what SSM allows a name, with the ARN before it."""


def within(shortest: timedelta, longest: timedelta) -> AfterValidator:
    def check(duration: timedelta) -> timedelta:
        if not shortest <= duration <= longest:
            raise ValueError(f"must be from {spelled(shortest)} to {spelled(longest)}")
        return duration

    return AfterValidator(check)


Bundle = Annotated[Duration, within(timedelta(), BUNDLE_LIMIT)]
ABOUT_BUNDLE: Final = (
    "After a page, what follows within this time goes as one digest; by default as the team's "
    "settings say. 0 s to 1 h; 0 sends each page alone."
)


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        meant = did_you_mean(name, available_timezones())
        like = meant or "; name one such as Europe/Paris or UTC"
        raise ValueError(f"is no time zone{like}") from None
    return name


TimeZone = Annotated[str, Field(max_length=64), AfterValidator(_known_zone)]


def _checked_instant(written: str) -> str:
    try:
        read_instant(written)
    except ValueError:
        raise ValueError(INSTANT_EXPECTED) from None
    return written


def _wall(written: str) -> datetime:
    try:
        wall = datetime.fromisoformat(written)
    except ValueError:
        wall = None
    if wall is None or wall.tzinfo is not None:
        raise ValueError("must be a time without an offset, such as 2026-03-01T02:30:00")
    return wall


At = Annotated[Time, AfterValidator(_checked_instant)]
Wall = Annotated[str, Field(max_length=40), AfterValidator(lambda it: _wall(it).isoformat())]
