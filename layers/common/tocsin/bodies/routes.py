"""Routes from alerts to escalation policies."""

from datetime import timedelta
from typing import Annotated, Final

from pydantic import AfterValidator, Field
from pydantic.json_schema import SkipJsonSchema

from tocsin.bodies.hours import HOURS_EXAMPLE, Only, hours_of
from tocsin.bodies.model import (
    ConfigurationBody,
    Duration,
    Name,
    TimeZone,
    with_example,
    within,
)
from tocsin.domain.errors import InvalidInputError
from tocsin.domain.matcher import LENGTH_LIMIT, VALUE_LIMIT, Matcher
from tocsin.domain.routing import DEFAULT_POSITION, Route
from tocsin.domain.severity import Severity

MATCHERS_LIMIT: Final = 20
LAST_POSITION: Final = 1_000_000
HOLD_LIMIT: Final = timedelta(hours=1)
SHORTEST_CLOSE: Final = timedelta(minutes=1)
LONGEST_CLOSE: Final = timedelta(days=30)


def _checked(written: str) -> str:
    try:
        matcher = Matcher.parse(written)
    except InvalidInputError as refusal:
        raise ValueError(refusal.details[0].problem) from None
    spelled_out = str(matcher)
    if len(spelled_out) > LENGTH_LIMIT:
        raise ValueError(f"must have at most {LENGTH_LIMIT} characters")
    return spelled_out


WrittenMatcher = Annotated[str, Field(max_length=LENGTH_LIMIT), AfterValidator(_checked)]
Matchers = Annotated[list[WrittenMatcher], Field(max_length=MATCHERS_LIMIT)]
MATCH_EXAMPLE: Final = ['team="payments"', 'severity=~"critical|warning"']


class _Settings(ConfigurationBody):
    match: Matchers = Field(
        [],
        description=(
            "Conditions on labels, all of which must hold, as Alertmanager spells them; none "
            "holds for everything. Beside the labels there are integration, severity, "
            "source_severity (the sender's own word), source, object, name, dedup_key, group_id, "
            "monitor_id and rule_id; a label of such a name is label.severity and so on. Patterns "
            f"are RE2's, and see the first {VALUE_LIMIT:,} characters of a value."
        ),
        examples=[MATCH_EXAMPLE],
    )
    severity: Severity | None = Field(
        None,
        description=(
            "The severity of its alerts, instead of the sender's, which stays as "
            "`source_severity`. Set where an alert opens, and where its sender says another "
            "severity than before; matchers see the sender's."
        ),
        examples=["warning"],
    )
    hold: Annotated[Duration, within(timedelta(), HOLD_LIMIT)] = Field(
        timedelta(),
        description=(
            "The first page waits this long after the alert opened, and never comes if it is over "
            "by then; 0 s to 1 h."
        ),
        examples=["2m"],
    )
    close_after: Annotated[Duration, within(SHORTEST_CLOSE, LONGEST_CLOSE)] | None = Field(
        None,
        description=(
            "An open alert is resolved after this time without a repeat; 1 m to 30 d. By default "
            "it stays open."
        ),
        examples=["12h"],
    )
    only: Only = Field(
        [],
        description=(
            "Outside these hours its alerts page nobody: the clock of their steps stands still, "
            "and what still fires when they begin is told together. By default never."
        ),
        examples=[HOURS_EXAMPLE],
    )
    time_zone: TimeZone | None = Field(
        None,
        description="Of `only`, a name of the IANA database; by default the team's.",
        examples=["Europe/Paris"],
    )
    position: Annotated[int, Field(ge=0, le=LAST_POSITION)] = Field(
        DEFAULT_POSITION,
        description="Lower ones are asked first; names decide between equal ones.",
        examples=[10],
    )


class RouteBody(_Settings):
    """A route without its name, which is in the path."""

    model_config = with_example(match=['team="payments"'], escalation_policy="default")

    escalation_policy: Name = Field(examples=["default"])

    def named(self, name: str) -> Route:
        return Route(
            name=name,
            position=self.position,
            match=tuple(Matcher.parse(written) for written in self.match),
            escalation_policy=self.escalation_policy,
            severity=self.severity,
            hold=self.hold,
            close_after=self.close_after,
            only=hours_of(self.only),
            time_zone=self.time_zone,
        )


class RouteChange(_Settings):
    """What to change."""

    escalation_policy: Name | SkipJsonSchema[None] = Field(None, examples=["default"])
