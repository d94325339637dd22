"""Overrides: changes of who is on call for a time."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, ConfigDict, Field

from tocsin.bodies.model import DAY, ConfigurationBody, UserName
from tocsin.bodies.text import Line
from tocsin.domain.alert import NOTE_LIMIT
from tocsin.domain.alert_json import written
from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.domain.instant import INSTANT_EXPECTED
from tocsin.domain.on_call.schedule import Override, OverrideKind
from tocsin.domain.time_zone import first_instant, last_instant, zone_of

YEARS: Final = range(1971, 3000)
"""Of entered times: no zone changes them to a year that `datetime` does not have."""
LONGEST: Final = 366 * DAY
_ID_LENGTH: Final = 12
_FIRST_MADE_AT: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Of the overrides of a text: before all that are made by API, and the same at each deployment."""


def checked_time(text: str) -> str:
    expected = f"{INSTANT_EXPECTED} or 2026-03-01T09:00"
    try:
        year = datetime.fromisoformat(text).year
    except ValueError:
        raise ValueError(expected) from None
    if year not in YEARS:
        raise ValueError(f"{expected}, from {YEARS[0]} to {YEARS[-1]}")
    return text


ZonedTime = Annotated[
    str,
    Field(max_length=40),
    AfterValidator(checked_time),
]
"""A time with an offset, or by the clock of a schedule's time zone."""


class OverrideBody(ConfigurationBody):
    """Another person for a time, or one more, or one less."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"user": "carol", "from": "2026-12-24T09:00", "to": "2026-12-26T09:00"},
            ]
        },
    )

    kind: OverrideKind = Field(
        OverrideKind.REPLACE,
        description=(
            "`replace`: the user instead of those on call, or instead of `for` alone where they "
            "are; `add`: the user too; `remove`: not the user."
        ),
    )
    user: UserName = Field(examples=["carol"])
    for_: UserName | None = Field(
        None,
        alias="for",
        description="Of `replace`: whose place the user takes; by default that of all.",
        examples=["alice"],
    )
    from_: ZonedTime = Field(
        alias="from",
        description="When it begins. Without an offset, by the clock of the schedule's time zone.",
        examples=["2026-12-24T09:00"],
    )
    to: ZonedTime = Field(
        description="When it ends, 366 d later at most.", examples=["2026-12-26T09:00"]
    )
    reason: Annotated[Line, Field(max_length=NOTE_LIMIT)] | None = Field(
        None, examples=["Holidays"]
    )

    def override(
        self, time_zone: str, *, override_id: str, made_at: datetime, made_by: str | None = None
    ) -> Override:
        """The override of a schedule in this time zone.

        Raises:
            InvalidInputError: It ends before it begins or too late, or `for` has no meaning.
        """
        begins, ends = self._span(zone_of(time_zone))
        problems = []
        if ends <= begins:
            problems.append(Problem("to", "must lie after from"))
        elif ends - begins > LONGEST:
            problems.append(Problem("to", "must be 366 days after from at the latest"))
        if self.for_ is not None and self.kind is not OverrideKind.REPLACE:
            problem = f"belongs to kind replace; an override of kind {self.kind} has none"
            problems.append(Problem("for", problem))
        elif self.for_ is not None and self.for_.lower() == self.user.lower():
            problems.append(Problem("for", "must be somebody else than user"))
        if problems:
            raise InvalidInputError("The body is not as it should be.", problems)
        return Override(
            override_id=override_id,
            kind=self.kind,
            user=self.user,
            instead_of=self.for_,
            begins=begins,
            ends=ends,
            made_at=made_at,
            made_by=made_by,
            reason=self.reason,
        )

    def of_text(self, schedule: str, time_zone: str, position: int) -> Override:
        """The override at a position of a schedule's own list; its id says what it does.

        Raises:
            InvalidInputError: As `override`.
        """
        begins, ends = self._span(zone_of(time_zone))
        said = (schedule, self.kind, self.user.lower(), (self.for_ or "").lower(), begins, ends)
        digest = hashlib.sha256("\n".join(map(str, said)).encode()).hexdigest()
        return self.override(
            time_zone,
            override_id=f"text-{digest[:_ID_LENGTH]}",
            made_at=_FIRST_MADE_AT + position * timedelta(seconds=1),
        )

    def _span(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Its begin is the first instant at which the clock shows it, its end the last one."""
        begins, ends = datetime.fromisoformat(self.from_), datetime.fromisoformat(self.to)
        return (
            first_instant(begins, zone) if begins.tzinfo is None else begins.astimezone(UTC),
            last_instant(ends, zone) if ends.tzinfo is None else ends.astimezone(UTC),
        )


def settings_of_override(override: Override) -> dict[str, Any]:
    """As a body has them."""
    settings = {
        "kind": override.kind.value,
        "user": override.user,
        "for": override.instead_of,
        "from": written(override.begins),
        "to": written(override.ends),
        "reason": override.reason,
    }
    return {name: value for name, value in settings.items() if value is not None}
