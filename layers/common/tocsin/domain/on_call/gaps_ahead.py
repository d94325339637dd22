"""When nobody will be on call by a schedule soon."""

from datetime import datetime, timedelta
from typing import Final

from tocsin.domain.on_call.roster import Roster
from tocsin.domain.times_in_words import Clock
from tocsin.domain.ways import Gap, GapCode, Noun

LOOKED_AHEAD: Final = timedelta(days=7)


def gap_ahead(name: str, roster: Roster, at: datetime) -> Gap | None:
    """The first gap of the next seven days, and how many follow; None: there is none."""
    if name not in roster.schedules:
        return None
    gaps = roster.gaps(name, at, at + LOOKED_AHEAD)
    if not gaps:
        return None
    first, clock = gaps[0], Clock(roster.schedules[name].time_zone, at)
    begins, ends = clock.coming(first.begins).text, clock.coming(first.ends).text
    more = f", and {len(gaps) - 1} more times in the next 7 days" if len(gaps) > 1 else ""
    problem = f"nobody is on call by schedule {name} from {begins} to {ends} ({clock.city}){more}"
    return Gap(
        code=GapCode.SCHEDULE_GAP, noun=Noun.SCHEDULE, name=name, place="layers", problem=problem
    )
