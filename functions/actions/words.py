"""The words of outcomes, for programs and for buttons of a push."""

from typing import Final

from functions.actions.acting import Outcome, Result
from tocsin.domain.reader import Names, starting

_SENTENCES: Final = {
    Result.ACKNOWLEDGED: "Acknowledged by {by} at {at}.",
    Result.SNOOZED: "Snoozed by {by} until {at}.",
    Result.RESOLVED: "Resolved by {by} at {at}.",
    Result.GIVEN_BACK: "Given back by {by} at {at}.",
    Result.WOKEN: "Woken by {by} at {at}.",
    Result.ALREADY_ACKNOWLEDGED: "{by} already acknowledged this alert at {at}.",
    Result.ALREADY_SNOOZED: "This alert is already snoozed, until {at}.",
    Result.ALREADY_RESOLVED: "This alert is over: resolved by {by} at {at}.",
    Result.NOT_ACKNOWLEDGED: "Nobody has this alert. Nothing was changed.",
    Result.NOT_SNOOZED: "This alert is not snoozed. Nothing was changed.",
    Result.CHANGED: "This alert changed at {at}, before. Nothing was changed.",
}


_BRIEF: Final = {
    Result.ALREADY_ACKNOWLEDGED: "{by} has it.",
    Result.ALREADY_SNOOZED: "It is snoozed for longer.",
    Result.ALREADY_RESOLVED: "It is over: {by} resolved it.",
}


def brief(outcome: Outcome) -> str:
    """Without a time, whose zone the reader would have to know."""
    said = _BRIEF.get(outcome.result)
    if said is None:
        return sentence(outcome)
    return starting(said.format(by=Names().of_actor(outcome.by)))


def sentence(outcome: Outcome) -> str:
    at = f"{outcome.at:%Y-%m-%d %H:%M:%S} UTC"
    said = _SENTENCES[outcome.result].format(by=Names().of_actor(outcome.by), at=at)
    return starting(said)
