"""Hours of the week, as they are shown."""

from typing import Annotated, Final

from pydantic import Field

from functions.alerts_api.schemas.model import View
from tocsin.bodies.hours import HOURS_EXAMPLE, DayName


class ShownHours(View):
    """A span of each of some days, by the clock on the wall."""

    days: list[DayName] | None = Field(
        None, description="The days on which it begins; absent: all.", examples=[["mon", "fri"]]
    )
    from_: str = Field(alias="from", examples=["08:00"])
    to: str = Field(
        description="On the next day where that is no later than `from`.", examples=["18:00"]
    )


ShownOnly = Annotated[
    list[ShownHours], Field(description="Empty: at any time.", examples=[HOURS_EXAMPLE])
]
ABOUT_ZONE: Final = "Of `only`. Null: the team's."
