"""What goes wrong in one run, and when; a plan is made of a seed, and shrinks when it fails."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

type Boundaries = Mapping[tuple["Function", int], Sequence[str]]
"""What each run of each function asked of whom, in its order."""


class Function(StrEnum):
    """Whoever runs; each run is counted from 0."""

    INGEST = "ingest"
    API = "alerts_api"
    TABLE_CHANGE = "table change"
    TICK = "tick"
    TIMER = "timer"
    NOTIFIER = "notifier"


class Kind(StrEnum):
    """What may go wrong."""

    DIE = "the process ends"
    THROTTLE = "AWS says: slow down"
    CONFLICT = "another transaction is in the way"
    LOSE_REPLY = "done, but the reply is lost"
    CUT_REPLY = "queued, but the reply names only some"
    REFUSE_PART = "only some are queued"
    TWICE_AT_ONCE = "the same event is worked on beside it"
    MEANWHILE = "everything else that waits happens in between"
    TWICE = "the event comes again"
    LATE = "the event is held back"
    SKEW = "the clock is wrong"
    THROTTLE_EVERY = "DynamoDB throttles every n-th request"
    ANSWER_500 = "the provider answers 500"
    HANG = "the provider does not answer"
    DROP = "the provider takes the message and drops the connection"


AT_PROVIDER = frozenset((Kind.ANSWER_500, Kind.HANG, Kind.DROP))
PATIENCE = 4
"""Refused attempts after which a call gives up."""


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


def kills(boundaries: Boundaries) -> Iterator[Plan]:
    """The end of the process before, between and after all requests of all runs."""
    for (function, run), requests in boundaries.items():
        for boundary in range(len(requests) + 1):
            yield (Fault(kind=Kind.DIE, function=function, run=run, boundary=boundary),)


def plan_of(seed: int, boundaries: Boundaries) -> Plan:
    """Make up what goes wrong, where there is something to go wrong."""
    chance = random.Random(seed)  # noqa: S311 - the same in every run
    places = [
        (function, run, boundary, request)
        for (function, run), requests in boundaries.items()
        for boundary, request in enumerate(requests)
    ]
    return tuple(_fault(chance, places) for _ in range(chance.choice((1, 2, 2, 3, 4))))


def _fault(chance: random.Random, places: Sequence[tuple[Function, int, int, str]]) -> Fault:
    kind = chance.choice(tuple(Kind))
    fitting = [place for place in places if _fits(kind, place[0], place[3])]
    if kind is Kind.THROTTLE_EVERY or not fitting:
        return Fault(kind=Kind.THROTTLE_EVERY, times=chance.randint(2, 7))
    function, run, boundary, _ = chance.choice(fitting)
    fault = Fault(kind=kind, function=function, run=run, boundary=boundary)
    if kind is Kind.SKEW:
        return replace(fault, run=0, boundary=0, seconds=chance.choice((-5, -2, 2, 5)))
    if kind is Kind.DIE:
        return replace(fault, boundary=boundary + chance.randint(0, 1))
    if kind in {Kind.TWICE, Kind.LATE}:
        soon = chance.choice((0, 1, 45, 300)) if kind is Kind.TWICE else chance.randint(30, 600)
        return replace(fault, boundary=0, seconds=soon)
    times = chance.randint(1, 3) if kind in AT_PROVIDER else chance.choice((1, 1, 2, PATIENCE))
    return replace(fault, times=times)


def _fits(kind: Kind, function: Function, request: str) -> bool:
    match kind:
        case Kind.CONFLICT:
            return request == "TransactWriteItems"
        case Kind.CUT_REPLY | Kind.REFUSE_PART:
            return request == "SendMessageBatch"
        case Kind.ANSWER_500 | Kind.HANG | Kind.DROP:
            return request == "provider"
        case Kind.THROTTLE | Kind.LOSE_REPLY:
            return request != "provider"
        case Kind.TWICE | Kind.LATE | Kind.TWICE_AT_ONCE:
            return function not in {Function.INGEST, Function.API}
        case _:
            return True


def shrunk(plan: Plan, fails: Callable[[Plan], bool]) -> Plan:
    """Leave out whatever is not needed to fail."""
    is_smaller = True
    while is_smaller:
        is_smaller = False
        for position in range(len(plan)):
            smaller = plan[:position] + plan[position + 1 :]
            if smaller and fails(smaller):
                plan, is_smaller = smaller, True
                break
    return plan
