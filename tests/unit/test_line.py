"""The line of one destination, as values: whatever comes, a storm is a few messages."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import MINUTE, NINE
from tocsin.domain.digest import DigestId
from tocsin.domain.line import (
    BREAKS_EVERY,
    CLOSEST,
    CRITICAL_WAITS,
    EARLY_AT,
    GATHERS_FOR,
    GROUPS_LIMIT,
    Arriving,
    Line,
    Pace,
    group_of,
    turn_of,
)
from tocsin.domain.severity import Severity

SECOND = timedelta(seconds=1)
CHAT = Pace(window=MINUTE)
SMS = Pace(window=2 * MINUTE, is_early=False)
CRITICAL = Arriving(Severity.CRITICAL, "api", NINE)
WARNING = Arriving(Severity.WARNING, "api", NINE)
INFO = Arriving(Severity.INFO, "api", NINE)


@dataclass
class Destination:
    """A line over time: messages arrive, digests go when they are due."""

    pace: Pace
    lag: timedelta = timedelta()
    """From when a message is asked until it arrives."""
    now: datetime = NINE
    line: Line = field(default_factory=Line)
    sent: list[datetime] = field(default_factory=list)
    told_at: dict[int, datetime] = field(default_factory=dict)
    """When each message was told, by its number."""
    arrived_at: dict[int, datetime] = field(default_factory=dict)
    _waiting: list[int] = field(default_factory=list)
    _digests: int = 0

    def arrive(self, arriving: Arriving) -> bool:
        """Whether it goes alone."""
        number = len(self.arrived_at)
        key = arriving.key or f"message {number}"
        arriving = arriving._replace(asked_at=self.now - self.lag, key=key)
        self.arrived_at[number] = arriving.asked_at
        self._digests += 1
        turn = turn_of(self.line, arriving, self.now, self.pace, DigestId(str(self._digests)))
        self.line = turn.after or self.line
        if turn.joins is None:
            self._tell([number])
            return True
        self._waiting.append(number)
        joined = Line(
            **{name: getattr(self.line, name) for name in Line.__slots__}
            | {
                "waiting": self.line.waiting + 1,
                "groups": self.line.groups | {arriving.group},
                "has_critical": self.line.has_critical or arriving.is_critical,
            }
        )
        self.line = joined.hurried(arriving, self.now, self.pace) or joined
        self._send_due()
        return False

    def wait(self, pause: timedelta) -> None:
        until = self.now + pause
        while self.line.due_at is not None and self.line.due_at <= until:
            self.now = max(self.now, self.line.due_at)
            self._send_due()
        self.now = until

    def _send_due(self) -> None:
        if self.line.due_at is not None and self.line.due_at <= self.now:
            self.line = self.line.closed(self.now)
            self._tell(self._waiting)
            self._waiting = []

    def _tell(self, numbers: list[int]) -> None:
        self.sent.append(self.now)
        self.told_at |= dict.fromkeys(numbers, self.now)


@pytest.fixture
def chat() -> Destination:
    return Destination(CHAT)


def test_the_first_message_goes_alone(chat: Destination) -> None:
    assert chat.arrive(INFO)


def test_what_follows_goes_as_one_digest_at_the_end_of_the_window(chat: Destination) -> None:
    chat.arrive(CRITICAL)
    chat.wait(10 * SECOND)
    chat.arrive(CRITICAL)
    chat.wait(10 * SECOND)
    chat.arrive(CRITICAL)
    chat.wait(MINUTE)

    assert chat.sent == [NINE, NINE + MINUTE]


def test_after_a_digest_the_window_begins_anew(chat: Destination) -> None:
    chat.arrive(CRITICAL)
    chat.arrive(CRITICAL)
    chat.wait(MINUTE + 30 * SECOND)
    chat.arrive(CRITICAL)
    chat.wait(MINUTE)

    first = NINE + CRITICAL_WAITS
    assert chat.sent == [NINE, first, first + MINUTE]


def test_what_was_asked_before_the_last_digest_does_not_wait_for_a_window() -> None:
    """It had to wait in the queue already."""
    slow = Destination(CHAT, lag=20 * SECOND)
    slow.arrive(CRITICAL)
    slow.arrive(CRITICAL)
    slow.wait(MINUTE)

    assert slow.sent == [NINE, NINE + CLOSEST]


@pytest.mark.parametrize("severity", [Severity.CRITICAL, Severity.WARNING])
def test_what_the_queue_repeats_of_a_message_that_went_alone_goes_alone(
    chat: Destination, severity: Severity
) -> None:
    """It may have lost its first run before it was claimed: the ledger lets one of both send."""
    begun = Arriving(severity, "api", NINE, key="first")
    chat.arrive(begun)
    line = chat.line

    assert chat.arrive(begun)
    assert chat.line == line, "it takes no second place"
    assert not chat.arrive(begun._replace(key="another"))


def test_what_the_queue_repeats_of_a_breakthrough_goes_alone(chat: Destination) -> None:
    chat.arrive(WARNING)
    breaking = Arriving(Severity.CRITICAL, "db", NINE, key="worse")

    assert [chat.arrive(breaking), chat.arrive(breaking)] == [True, True]
    assert not chat.arrive(Arriving(Severity.CRITICAL, "cache", NINE, key="another"))


def test_a_quiet_window_ends_the_storm(chat: Destination) -> None:
    chat.arrive(CRITICAL)
    chat.wait(MINUTE)

    assert chat.arrive(CRITICAL)


def test_what_is_worse_than_all_that_was_told_breaks_through(chat: Destination) -> None:
    chat.arrive(INFO)

    assert [chat.arrive(WARNING), chat.arrive(CRITICAL)] == [True, False], "one in a minute"


def test_what_is_related_to_nothing_breaks_through(chat: Destination) -> None:
    chat.arrive(CRITICAL)

    assert chat.arrive(Arriving(Severity.INFO, "db", NINE))


def test_what_waits_for_the_digest_makes_no_news_of_its_group(chat: Destination) -> None:
    chat.arrive(CRITICAL)
    chat.arrive(Arriving(Severity.CRITICAL, "db", NINE))
    chat.arrive(Arriving(Severity.CRITICAL, "cache", NINE))
    chat.wait(BREAKS_EVERY)

    assert not chat.arrive(Arriving(Severity.CRITICAL, "cache", NINE))


def test_with_very_many_groups_none_is_news(chat: Destination) -> None:
    for number in range(GROUPS_LIMIT):
        chat.arrive(Arriving(Severity.CRITICAL, str(number), NINE))
    chat.wait(BREAKS_EVERY)

    assert not chat.arrive(Arriving(Severity.CRITICAL, "another", NINE))


def test_the_worst_of_a_digest_counts_as_told(chat: Destination) -> None:
    chat.arrive(WARNING)
    chat.arrive(CRITICAL)
    chat.arrive(WARNING)
    chat.wait(BREAKS_EVERY)

    assert chat.arrive(CRITICAL), "the digest told of a warning"


def test_the_first_digest_goes_early_when_ten_wait(chat: Destination) -> None:
    for _ in range(2 * EARLY_AT + 2):
        chat.arrive(CRITICAL)
        chat.wait(SECOND)
    chat.wait(2 * MINUTE)

    early = NINE + EARLY_AT * SECOND
    assert chat.sent == [NINE, early, early + SECOND + CRITICAL_WAITS]


def test_only_the_first_digest_of_a_storm_goes_early(chat: Destination) -> None:
    for _ in range(EARLY_AT + 1):
        chat.arrive(CRITICAL)
    chat.arrive(CRITICAL)
    chat.wait(MINUTE)
    for _ in range(EARLY_AT):
        chat.arrive(CRITICAL)
    chat.wait(MINUTE)

    second = NINE + CRITICAL_WAITS
    assert chat.sent == [NINE, NINE, second, second + MINUTE]


def test_an_early_digest_takes_the_place_of_a_breakthrough(chat: Destination) -> None:
    chat.arrive(CRITICAL)
    chat.arrive(Arriving(Severity.CRITICAL, "db", NINE))
    for _ in range(EARLY_AT):
        chat.arrive(CRITICAL)
    chat.wait(MINUTE)

    assert chat.sent == [NINE, NINE, NINE + CRITICAL_WAITS]


def test_an_sms_waits_twice_as_long_unless_a_critical_one_waits() -> None:
    phone = Destination(SMS)
    for _ in range(20):
        phone.arrive(WARNING)
    phone.wait(10 * SECOND)
    phone.line = phone.line.broken(CRITICAL, phone.now)
    assert phone.line.due_at == NINE + 2 * MINUTE

    phone.arrive(CRITICAL)
    phone.wait(2 * MINUTE)

    assert phone.sent == [NINE, NINE + 10 * SECOND + CRITICAL_WAITS]


@pytest.mark.parametrize("count", [3, 30])
@pytest.mark.parametrize("told_before", [None, 5 * MINUTE, 10 * SECOND])
def test_what_is_released_together_goes_as_one_digest(
    chat: Destination, told_before: timedelta | None, count: int
) -> None:
    told = []
    if told_before is not None:
        told = [NINE]
        chat.arrive(CRITICAL)
        chat.wait(told_before)
    released_at = chat.now

    for _ in range(count):
        arriving = Arriving(Severity.CRITICAL, "api", released_at, is_released=True)
        assert not chat.arrive(arriving)
    chat.wait(MINUTE)

    assert len(chat.sent) == len(told) + 1


def test_many_that_are_released_go_once_they_have_gathered(chat: Destination) -> None:
    chat.arrive(CRITICAL)
    chat.wait(10 * SECOND)

    for _ in range(30):
        chat.arrive(Arriving(Severity.CRITICAL, "api", chat.now, is_released=True))
    chat.wait(MINUTE)

    assert chat.sent == [NINE, NINE + 10 * SECOND + GATHERS_FOR]


def test_a_single_one_that_is_released_long_after_another_message_gathers(
    chat: Destination,
) -> None:
    chat.arrive(CRITICAL)
    chat.wait(5 * MINUTE)

    chat.arrive(Arriving(Severity.CRITICAL, "api", chat.now, is_released=True))
    chat.wait(MINUTE)

    assert chat.sent == [NINE, NINE + 5 * MINUTE + GATHERS_FOR]


@pytest.mark.parametrize(
    ("labels", "others", "is_related"),
    [
        ({"service": "api"}, {"service": "api", "pod": "7"}, True),
        ({"service": "api"}, {"service": "db"}, False),
        ({"service": "api", "cluster": "eu"}, {"service": "api", "cluster": "us"}, False),
        ({"service": "api"}, {"cluster": "api"}, False),
        ({"pod": "7"}, {"pod": "8"}, True),
        ({"service": ""}, {}, True),
    ],
)
def test_alerts_are_related_by_the_storm_labels(
    labels: dict[str, str], others: dict[str, str], *, is_related: bool
) -> None:
    names = ("service", "cluster", "team")

    one, other = (group_of(it, names, "prometheus") for it in (labels, others))

    assert (one == other) is is_related


def test_without_storm_labels_an_integration_s_alerts_are_related() -> None:
    groups = [group_of({}, ("service",), name) for name in ("prometheus", "prometheus", "grafana")]

    assert len(set(groups)) == 2


_ARRIVALS = st.lists(
    st.tuples(
        st.builds(
            Arriving,
            st.sampled_from(Severity),
            st.sampled_from("abcde"),
            st.just(NINE),
            is_released=st.sampled_from((False, False, False, True)),
            key=st.none(),  # each is another message
        ),
        st.sampled_from((0.0, 0.0, 0.1, 1.0, 7.0, 29.0, 59.9, 60.0, 61.0, 130.0)),
    ),
    max_size=80,
)
_LAGS = st.sampled_from((timedelta(), SECOND, 9 * SECOND, MINUTE))
_PACES = st.sampled_from((CHAT, SMS, Pace(window=5 * MINUTE)))


def _storm(arrivals: list[tuple[Arriving, float]], pace: Pace, lag: timedelta) -> Destination:
    destination = Destination(pace, lag=lag)
    for arriving, pause in arrivals:
        destination.arrive(arriving)
        destination.wait(timedelta(seconds=pause))
    destination.wait(10 * MINUTE)
    return destination


@given(_ARRIVALS, _PACES, _LAGS)
def test_each_is_told_once_and_a_critical_one_within_a_minute(
    arrivals: list[tuple[Arriving, float]], pace: Pace, lag: timedelta
) -> None:
    storm = _storm(arrivals, pace, lag)

    assert storm.told_at.keys() == storm.arrived_at.keys()
    for number, (arriving, _) in enumerate(arrivals):
        waited = storm.told_at[number] - storm.arrived_at[number]
        assert waited <= (
            max(CRITICAL_WAITS, lag + CLOSEST) if arriving.is_critical else pace.window + lag
        )


@given(_ARRIVALS, _PACES, _LAGS)
def test_two_messages_at_once_and_two_a_minute_at_most(
    arrivals: list[tuple[Arriving, float]], pace: Pace, lag: timedelta
) -> None:
    sent = _storm(arrivals, pace, lag).sent

    for first, last in _pairs(len(sent)):
        minutes = (sent[last] - sent[first]) / MINUTE
        assert last - first + 1 <= 2 + 2 * minutes


def _pairs(number: int) -> Iterator[tuple[int, int]]:
    return combinations(range(number), 2)
