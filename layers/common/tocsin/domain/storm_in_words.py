"""What a digest says of a storm of the whole team."""

from typing import Final

from tocsin.domain.digest_in_words import Place, counted, where
from tocsin.domain.phrase import Phrase, Span, plain
from tocsin.domain.team_storm import TeamStorm
from tocsin.domain.times_in_words import Clock

GROUPS_SHOWN: Final = 3


def storm_in_words(storm: TeamStorm | None, clock: Clock) -> Phrase:
    """`A storm of the whole team since 03:02: 34 alerts, api 20, db 14.`; empty: there is none."""
    if storm is None or not storm.is_on:
        return ()
    largest = [Place(*group) for group in storm.largest_first[:GROUPS_SHOWN]]
    others = sum(storm.groups.values()) - sum(place.alerts for place in largest)
    many = counted(storm.opened, "alert")
    said = ", ".join(filter(None, (many, where(largest, others))))
    since = clock.day_and_time(storm.since)
    return (Span("A storm of the whole team since "), *since, Span(f": {said}."))


def storm_in_short(storm: TeamStorm | None, clock: Clock) -> str:
    """The same in an SMS; empty: there is none."""
    if storm is None or not storm.is_on:
        return ""
    since = plain(clock.day_and_time(storm.since))
    return f"Team storm since {since}: {counted(storm.opened, 'alert')}."
