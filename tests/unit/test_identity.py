"""What makes two signals the same alert, what never does, and the key of a signal without one."""

from dataclasses import replace

from hypothesis import assume, example, given
from hypothesis import strategies as some

from tests.examples import PROMETHEUS, trigger
from tests.fakes.world import World
from tocsin.domain.dedup import DEDUP_KEY_LIMIT, bounded, dedup_key_of
from tocsin.domain.ids import fingerprint
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts, Signal, SignalAction

NUMBERS_AND_SEPARATORS = "/:0123456789ab"
any_text = some.text(some.characters(codec=None), max_size=300)
"""Lone surrogates among it: a sender's JSON may hold them."""
parts = some.text(NUMBERS_AND_SEPARATORS, max_size=8) | any_text
identities = some.lists(parts, min_size=1, max_size=4)

facts_text = some.text(some.characters(codec="utf-8"), max_size=300)
"""Intake refuses half of a surrogate pair: see test_strict_json.py."""

signals = some.builds(
    Signal,
    action=some.sampled_from([SignalAction.TRIGGER]),
    dedup_key=some.just("disk-full"),
    severity=some.sampled_from(Severity),
    facts=some.builds(
        Facts,
        name=facts_text,
        summary=facts_text,
        reason=facts_text,
        source=some.none() | facts_text,
        object=some.none() | facts_text,
        threshold=some.none() | some.integers() | facts_text,
        labels=some.dictionaries(facts_text, facts_text, max_size=3),
    ),
    current_value=some.none() | some.integers() | some.booleans() | facts_text,
)


@given(some.lists(signals, min_size=1, max_size=5))
def test_neither_severity_nor_output_nor_value_nor_labels_fork_an_alert(said: list[Signal]) -> None:
    world = World()

    receipts = [world.receive(signal) for signal in said]

    assert len({receipt.alert_id for receipt in receipts}) == 1
    (alert,) = world.list().alerts
    assert world.alert(alert.alert_id).occurrences == len(said)


@given(identities, identities)
@example(["a/b", "c"], ["a", "b/c"])
@example(["3:a/b", "c"], ["a/b", "c"])
@example(["a", "", ""], ["", "a", ""])
@example(["1:/", ""], ["/", ":"])
@example(["1:a", "b"], ["a", "b"])
@example(["3:a", "b", "x/y"], ["a/b", "3:x", "y"])
@example(["", ""], [""])
@example(["a" * 300], ["a" * 299])
@example(["a" * 300 + "1"], ["a" * 300 + "2"])
def test_two_identities_that_differ_have_keys_that_differ(
    first: list[str], second: list[str]
) -> None:
    assume(first != second)

    assert dedup_key_of(*first) != dedup_key_of(*second)


@given(identities)
def test_the_same_identity_always_has_the_same_key_of_bounded_length(identity: list[str]) -> None:
    key = dedup_key_of(*identity)

    assert key == dedup_key_of(*identity)
    assert len(key) <= DEDUP_KEY_LIMIT
    assert bounded(key) == key


@given(some.tuples(any_text, any_text), some.tuples(any_text, any_text))
@example(("prod-prometheus", "disk-full"), ("grafana", "disk-full"))
@example(("a", "bc"), ("ab", "c"))
@example(("1:a", "b"), ("1", "a:b"))
@example(("", "1::"), ("1", ":"))
@example(("é", "a"), ("e\u0301", "a"))
def test_two_pairs_of_integration_and_key_that_differ_have_slots_that_differ(
    first: tuple[str, str], second: tuple[str, str]
) -> None:
    assume(first != second)

    assert fingerprint(*first) != fingerprint(*second)


def test_a_recovery_finds_the_alert_of_its_trigger() -> None:
    signal = trigger(dedup_key="disk-full")

    assert PROMETHEUS.slot_of(signal) == PROMETHEUS.slot_of(
        replace(signal, action=SignalAction.RESOLVE, severity=Severity.INFO)
    )


def test_plain_parts_make_a_key_that_people_can_read() -> None:
    assert dedup_key_of("Disk full", "prod", "db-1") == "Disk full/prod/db-1"


def test_a_part_that_is_missing_is_an_empty_part() -> None:
    assert dedup_key_of("Disk full", None, "db-1") == dedup_key_of("Disk full", "", "db-1")


def test_a_key_at_the_limit_stays_as_it_is() -> None:
    key = "k" * DEDUP_KEY_LIMIT

    assert bounded(key) == key


def test_a_longer_key_becomes_its_hash() -> None:
    key = bounded("k" * (DEDUP_KEY_LIMIT + 1))

    assert key.startswith("sha256:")
    assert len(key) <= DEDUP_KEY_LIMIT


def test_a_key_that_no_reader_could_decode_still_has_a_hash() -> None:
    assert bounded("\ud800" * 300) != bounded("\ud801" * 300)


def test_a_key_that_no_reader_could_see_whole_is_hashed_and_still_differs() -> None:
    hidden, seen = dedup_key_of("a\x00b", None), dedup_key_of("a\N{REPLACEMENT CHARACTER}b", None)

    assert hidden.startswith("sha256:")
    assert hidden != seen
