"""What a person reads in Slack whose press changed nothing."""

from typing import Final

from functions.actions.acting import Outcome, Result
from tocsin.channels.slack_blocks import escaped
from tocsin.domain.reader import Names, starting

_UNCHANGED: Final = "Nothing was changed."
_SENTENCES: Final = {
    Result.ACKNOWLEDGED: "{by} acknowledged it at {at}, before you.",
    Result.ALREADY_ACKNOWLEDGED: "{by} acknowledged it at {at}, before you.",
    Result.SNOOZED: "{by} snoozed it until {at}, before you.",
    Result.ALREADY_SNOOZED: "It is snoozed until {at} already.",
    Result.RESOLVED: "{by} resolved it at {at}, before you.",
    Result.ALREADY_RESOLVED: "It is over: {by} resolved it at {at}.",
    Result.GIVEN_BACK: "{by} gave it back at {at}, before you.",
    Result.WOKEN: "{by} ended the snooze at {at}, before you.",
    Result.NOT_ACKNOWLEDGED: "Nobody has it, so nobody can give it back.",
    Result.NOT_SNOOZED: "It is not snoozed, so it cannot be woken.",
}


def sentence(outcome: Outcome, names: Names) -> str:
    """Say it in Slack's own format; the time is each reader's own."""
    by = escaped(starting(names.of_actor(outcome.by)))
    at = f"<!date^{int(outcome.at.timestamp())}^{{time}}|{outcome.at:%H:%M} UTC>"
    said = _SENTENCES.get(outcome.result, "It has changed meanwhile.").format(by=by, at=at)
    return f"{said} {_UNCHANGED}"
