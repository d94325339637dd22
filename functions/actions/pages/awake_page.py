"""The page of "I'm awake": until when, and a button for each duration."""

from datetime import timedelta
from typing import Final, NamedTuple

from functions.actions.awake_look import AwakeLook
from functions.actions.pages.alert_page import about_link
from functions.actions.pages.page import page
from tocsin.domain.awake import Awake, AwakeEnd
from tocsin.domain.duration import spelled
from tocsin.domain.reader import called
from tocsin.domain.times_in_words import Clock

CHOICES: Final = {
    timedelta(minutes=30): "30 min",
    timedelta(hours=1): "1 hour",
    timedelta(hours=2): "2 hours",
    timedelta(hours=4): "4 hours",
}
_MEANS: Final = (
    "Pages to you become one quiet summary every 5 min, by e-mail and Slack.",
    "Until the end nobody else is called for alerts you were told of.",
    "An unrelated critical alert pages you at once, as always.",
)
_QUIET: Final = "It ends by itself when you have done nothing for 15 min."


class Banner(NamedTuple):
    said: str
    after: str


class Choice(NamedTuple):
    value: str
    label: str


def show_awake(look: AwakeLook) -> str:
    clock = Clock(look.reader.zone, look.at)
    awake = look.awake if look.awake and look.awake.is_awake(look.at) else None
    return page(
        "awake.html",
        "You are awake" if awake else "I'm awake",
        band="done" if awake else "info",
        banner=_banner(awake, look, clock) if awake else None,
        heading="You are awake" if awake else "Are you awake?",
        facts=(*_ended(look, clock), *_MEANS, _QUIET),
        choices=[Choice(spelled(it), label) for it, label in CHOICES.items()],
        about_link=about_link(look.link, look.reader, look.names, clock),
        as_of=clock.seconds(look.at),
    )


def _banner(awake: Awake, look: AwakeLook, clock: Clock) -> Banner:
    until = clock.coming(awake.until).text
    then = called(look.next_targets, look.reader, look.names)
    if then.who:
        return Banner(f"You are awake until {until};", f"then {then.inside} {then.verb}.")
    return Banner(f"You are awake until {until}.", "Then alerts that nobody has escalate again.")


def _ended(look: AwakeLook, clock: Clock) -> tuple[str, ...]:
    """How the last time ended, if that was by itself."""
    over = look.awake.over(look.at) if look.awake else None
    if over is None or over.ended_at is None or over.end is not AwakeEnd.QUIET:
        return ()
    ended_at = min(over.ended_at, look.at)
    return (
        f"It ended by itself at {clock.time(ended_at)}: nothing was opened or done for 15 min.",
    )
