"""The words of outcomes and of durations, on pages and in Slack."""

from datetime import datetime, timedelta
from typing import Final

from functions.actions.acting import Outcome, Result
from tocsin.domain.wording import name_of, written

_UNITS: Final = (
    (timedelta(days=2), timedelta(days=1), "days"),
    (timedelta(hours=2), timedelta(hours=1), "hours"),
    (timedelta(minutes=2), timedelta(minutes=1), "minutes"),
)
_SENTENCES: Final = {
    Result.ACKNOWLEDGED: "Acknowledged by {by} at {at}.",
    Result.SNOOZED: "Snoozed by {by} until {at}.",
    Result.RESOLVED: "Resolved by {by} at {at}.",
    Result.GIVEN_BACK: "Given back by {by} at {at}.",
    Result.ALREADY_ACKNOWLEDGED: "{by} already acknowledged this alert at {at}.",
    Result.ALREADY_SNOOZED: "This alert is already snoozed, until {at}.",
    Result.ALREADY_RESOLVED: "This alert is over: resolved by {by} at {at}.",
    Result.NOT_ACKNOWLEDGED: "Nobody has this alert. Nothing was changed.",
}


def age(since: datetime, at: datetime) -> str:
    lasted = at - since
    for least, unit, name in _UNITS:
        if lasted >= least:
            return f"{lasted // unit} {name}"
    return "a minute" if lasted >= timedelta(minutes=1) else "less than a minute"


def sentence(outcome: Outcome) -> str:
    return _SENTENCES[outcome.result].format(by=name_of(outcome.by), at=written(outcome.at))
