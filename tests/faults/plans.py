"""What goes wrong in one history, and when; a plan is made of a seed, and shrinks when it fails."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Final

type Boundaries = Mapping[tuple["Function", int], Sequence[str]]
"""What each run of each function asked of whom, in its order."""


class Function(StrEnum):
    """What runs; the runs of each are counted from 0."""

    INGEST = "ingest"
    API = "alerts_api"
    TABLE_CHANGE = "table change"
    TICK = "tick"
    TIMER = "timer"
    NOTIFIER = "notifier"


class Kind(StrEnum):
    """What may go wrong."""

    DIE = "the process ends"
    PAUSE = "the process pauses while the others run"
    THROTTLE = "AWS says: slow down"
    CONFLICT = "another transaction is in the way of one"
    WRITE_CONFLICT = "a transaction is in the way of a single write"
    LOSE_REPLY = "done, but the reply is lost"
    CUT_REPLY = "queued, but the reply names only some"
    REFUSE_PART = "only some are queued"
    TWICE_AT_ONCE = "the same event is worked on beside it"
    TWICE = "the event comes again"
    LATE = "the event is held back"
    LOST_DELETE = "a message that was worked on stays in its queue"
    STORAGE_OUT = "DynamoDB is away"
    QUEUES_OUT = "SQS is away"
    PROVIDER_OUT = "the provider is away"
    ANSWER_500 = "the provider answers 500"
    HANG = "the provider does not answer"
    DROP = "the provider takes the message and drops the connection"
    SLOW = "the provider takes the message and answers late"
    REFUSE = "the provider refuses for good"
    SKEW = "a clock is wrong"
    THROTTLE_EVERY = "DynamoDB throttles one of n requests"
    JITTER = "requests take between a millisecond and a second"
    STALE = "inconsistent reads are up to a second old"
    GSI_LAG = "the indexes lag"
    REORDER = "queues give in no order, and few at once"


AT_PROVIDER: Final = frozenset((Kind.ANSWER_500, Kind.HANG, Kind.DROP, Kind.SLOW))
OF_STORIES: Final = frozenset((Kind.REFUSE,))
"""What changes how a story ends, and so is part of some."""
OUTAGES: Final = {
    Kind.STORAGE_OUT: (30, 120, 600, 2400),
    Kind.QUEUES_OUT: (30, 120, 600),
    Kind.PROVIDER_OUT: (30, 120),
}
"""Seconds. A provider that is away for longer is given up, and the next step is asked."""
ALL_ALONG: Final = frozenset(
    (Kind.SKEW, Kind.THROTTLE_EVERY, Kind.JITTER, Kind.STALE, Kind.GSI_LAG, Kind.REORDER)
)
"""What is so from the beginning to the end of a history."""
IN_A_ROW: Final = frozenset((Kind.THROTTLE, Kind.CONFLICT, Kind.WRITE_CONFLICT, Kind.LOSE_REPLY))
PATIENCE: Final = 4
"""Refused attempts after which a call gives up."""
ONE_OF: Final = (3, 7)
"""Requests, of which one is throttled. Of two, one of 16 calls gives up, and so every other run
fails: no bound holds for a message that is away for three minutes each time.
"""
SINGLE_WRITES: Final = frozenset(("PutItem", "UpdateItem", "DeleteItem"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong."""

    kind: Kind
    function: Function = Function.INGEST
    run: int = 0
    """Which run of the function."""
    boundary: int = 0
    """Before which of its requests; one more than it makes: after all of them."""
    times: int = 1
    """In a row, or of how many one."""
    seconds: int = 0


type Plan = tuple[Fault, ...]


def clock_error(plan: Plan) -> timedelta:
    """By how much two clocks differ at most under a plan."""
    return timedelta(seconds=sum(abs(it.seconds) for it in plan if it.kind is Kind.SKEW))


def kills(boundaries: Boundaries) -> Iterator[Plan]:
    """The end of the process before, between and after all requests of all runs."""
    for (function, run), requests in boundaries.items():
        for boundary in range(len(requests) + 1):
            yield (Fault(kind=Kind.DIE, function=function, run=run, boundary=boundary),)


def plan_of(
    seed: int, boundaries: Boundaries, *, alone: int = 0, without: frozenset[Kind] = frozenset()
) -> Plan:
    """Make up what goes wrong, where there is something to go wrong.

    Args:
        seed: Of all that is chosen.
        boundaries: Where something can go wrong.
        alone: Up to the number of kinds: that kind, and nothing else.
        without: Kinds that are left out.
    """
    chance = random.Random(seed)  # noqa: S311 - the same in every run
    places = [
        (function, run, boundary, request)
        for (function, run), requests in boundaries.items()
        for boundary, request in enumerate((*requests, "end"))
    ]
    kinds = tuple(kind for kind in Kind if kind not in without | OF_STORIES)
    if 0 < alone <= len(kinds):
        return (_fault(chance, kinds[alone - 1], places),)
    number = chance.choice((1, 2, 2, 3, 4))
    return tuple(_fault(chance, chance.choice(kinds), places) for _ in range(number))


def _fault(  # noqa: PLR0911 - one for each kind
    chance: random.Random, kind: Kind, places: Sequence[tuple[Function, int, int, str]]
) -> Fault:
    if kind in ALL_ALONG:
        return _all_along(chance, kind)
    fitting = [place for place in places if fits(kind, place[0], place[3])]
    if not fitting:
        return Fault(kind=Kind.THROTTLE_EVERY, times=chance.randint(*ONE_OF))
    function, run, boundary, _ = chance.choice(fitting)
    fault = Fault(kind=kind, function=function, run=run, boundary=boundary)
    match kind:
        case Kind.DIE:
            return replace(fault, boundary=boundary + chance.randint(0, 1))
        case Kind.PAUSE:
            return replace(fault, seconds=chance.choice((0, 1, 3, 8, 20)))
        case Kind.TWICE:
            return replace(fault, boundary=0, seconds=chance.choice((0, 1, 10, 45, 300)))
        case Kind.LATE:
            return replace(fault, boundary=0, seconds=chance.randint(30, 600))
        case Kind.SLOW:
            return replace(fault, seconds=chance.choice((2, 9, 20, 40)))
        case _ if kind in OUTAGES:
            return replace(fault, seconds=chance.choice(OUTAGES[kind]))
        case _ if kind in AT_PROVIDER:
            return replace(fault, times=chance.randint(1, 3))
        case _:
            return replace(fault, times=chance.choice((1, 1, 2, PATIENCE)))


def _all_along(chance: random.Random, kind: Kind) -> Fault:
    match kind:
        case Kind.SKEW:
            function = chance.choice(tuple(Function))
            seconds = chance.choice((-120, -30, -5, -2, 2, 5, 30, 120))
            return Fault(kind=kind, function=function, run=chance.randint(0, 1), seconds=seconds)
        case Kind.THROTTLE_EVERY:
            return Fault(kind=kind, times=chance.randint(*ONE_OF))
        case Kind.GSI_LAG:
            return Fault(kind=kind, seconds=chance.choice((1, 5, 10)))
        case _:
            return Fault(kind=kind)


def fits(kind: Kind, function: Function, request: str) -> bool:  # noqa: PLR0911 - one for each kind
    """Whether this can go wrong with such a request."""
    match kind:
        case Kind.CONFLICT:
            return request == "TransactWriteItems"
        case Kind.WRITE_CONFLICT:
            return request in SINGLE_WRITES
        case Kind.CUT_REPLY | Kind.REFUSE_PART | Kind.QUEUES_OUT:
            return request == "SendMessageBatch"
        case Kind.ANSWER_500 | Kind.HANG | Kind.DROP | Kind.SLOW | Kind.PROVIDER_OUT:
            return request == "provider"
        case Kind.THROTTLE | Kind.LOSE_REPLY:
            return request not in {"provider", "end"}
        case Kind.STORAGE_OUT:
            return request != "end"
        case Kind.TWICE | Kind.TWICE_AT_ONCE:
            return function is not Function.API
        case Kind.LATE:
            return function not in {Function.INGEST, Function.API}
        case Kind.LOST_DELETE:
            return function in {Function.TIMER, Function.NOTIFIER} and request == "end"
        case _:
            return True


def shrunk(plan: Plan, fails: Callable[[Plan], bool]) -> Plan:
    """Leave out the faults that are not needed to fail."""
    is_smaller = True
    while is_smaller:
        is_smaller = False
        for position in range(len(plan)):
            smaller = plan[:position] + plan[position + 1 :]
            if smaller and fails(smaller):
                plan, is_smaller = smaller, True
                break
    return plan
