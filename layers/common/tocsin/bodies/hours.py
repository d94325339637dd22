"""Hours of the week: `only` of layers, routes, steps and rules."""

from collections.abc import Iterable
from datetime import time
from enum import StrEnum
from typing import Annotated, Any, Final, Self

from pydantic import ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from tocsin.bodies.model import ConfigurationBody
from tocsin.domain.hours import EVERY_DAY, Day, Hours

TIME_OF_DAY: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
END_OF_DAY: Final = r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"
HOURS_LIMIT: Final = 20


class DayName(StrEnum):
    """A day of the week."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"

    @classmethod
    def of(cls, day: Day) -> Self:
        return cls(day.name.lower())

    @property
    def day(self) -> Day:
        return Day[self.name]


HOURS_EXAMPLE: Final = [
    {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "to": "18:00"}
]

TimeOfDay = Annotated[str, Field(pattern=TIME_OF_DAY)]


class HoursBody(ConfigurationBody):
    """A span of each of some days, by the clock on the wall."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "to": "18:00"}
            ]
        },
    )

    days: Annotated[list[DayName], Field(min_length=1, max_length=len(Day))] = Field(
        list(DayName),
        description="The days on which it begins; by default all.",
        examples=[["mon", "tue", "wed", "thu", "fri"]],
    )
    from_: TimeOfDay | SkipJsonSchema[None] = Field(
        "00:00", alias="from", description="When it begins.", examples=["09:00"]
    )
    to: Annotated[str, Field(pattern=END_OF_DAY)] | SkipJsonSchema[None] = Field(
        "00:00",
        description=(
            "When it ends: on the next day where that is no later than its begin; `24:00`, or "
            "nothing, is midnight."
        ),
        examples=["18:00"],
    )

    @property
    def hours(self) -> Hours:
        return Hours(
            days=frozenset(name.day for name in self.days),
            begins=read_time(self.from_ or "00:00"),
            ends=read_time(self.to or "00:00"),
        )


Only = Annotated[list[HoursBody], Field(max_length=HOURS_LIMIT)]


def hours_of(only: Iterable[HoursBody]) -> tuple[Hours, ...]:
    return tuple(each.hours for each in only)


def read_time(written: str) -> time:
    """Read `09:00`; `24:00` is midnight."""
    return time() if written == "24:00" else time.fromisoformat(written)


def written_time(at: time) -> str:
    return at.isoformat(timespec="minutes")


def settings_of_hours(hours: Hours) -> dict[str, Any]:
    """As a body has them."""
    every: dict[str, Any] = {}
    if hours.days != EVERY_DAY:
        every["days"] = [DayName.of(day).value for day in sorted(hours.days)]
    return {**every, "from": written_time(hours.begins), "to": written_time(hours.ends)}
