"""Ids that carry the time and the slot of an alert."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.examples import NINE
from tocsin.domain.ids import (
    ALPHABET,
    Actor,
    AlertId,
    Fingerprint,
    Via,
    by_slack,
    by_whom,
    entropy,
    fingerprint,
    fingerprint_of,
    instant,
    is_ulid,
    milliseconds,
    time_of,
    ulid,
    ulid_bytes,
    ulid_from,
    user_of,
    via_of,
)

times = some.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(9999, 12, 31),  # noqa: DTZ001
    timezones=some.just(UTC),
)
slots = some.binary(min_size=10, max_size=10).map(entropy)


@given(times, slots)
def test_an_id_leads_back_to_its_slot_and_its_time(at: datetime, slot: Fingerprint) -> None:
    alert_id = AlertId(ulid(at, slot))

    assert is_ulid(alert_id)
    assert fingerprint_of(alert_id) == slot
    assert time_of(alert_id) == instant(milliseconds(at))


@given(times, times, slots, slots)
def test_ids_sort_as_their_times_do(
    first: datetime, second: datetime, slot: Fingerprint, other: Fingerprint
) -> None:
    earlier, later = sorted((milliseconds(first), milliseconds(second)))

    assert earlier == later or ulid(instant(earlier), slot) < ulid(instant(later), other)


def test_an_id_of_this_time_is_spelled_as_other_ulid_makers_spell_it() -> None:
    at = instant(1469918176385)

    assert ulid(at, Fingerprint("ZZZZZZZZZZZZZZZZ")) == "01ARYZ6S41ZZZZZZZZZZZZZZZZ"


def test_times_are_kept_to_the_millisecond_rounded_down() -> None:
    at = NINE + timedelta(microseconds=1999)

    assert instant(milliseconds(at)) == NINE + timedelta(milliseconds=1)


def test_a_fingerprint_is_the_same_in_every_process() -> None:
    assert fingerprint("prod-prometheus", "disk-full") == "SWN6QZPBR1784CMA"


def test_random_bytes_fill_all_of_the_entropy() -> None:
    assert entropy(b"\xff" * 10) == "Z" * 16
    assert entropy(bytes(10)) == "0" * 16


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("42", id="a number"),
        pytest.param("01ARYZ6S41ZZZZZZZZZZZZZZZ", id="one letter short"),
        pytest.param("01ARYZ6S41ZZZZZZZZZZZZZZZZZ", id="one letter long"),
        pytest.param("01ARYZ6S41ZZZZZZZZZZZZZZZU", id="a letter outside of the alphabet"),
        pytest.param("01aryz6s41zzzzzzzzzzzzzzzz", id="small letters"),
        pytest.param("81ARYZ6S41ZZZZZZZZZZZZZZZZ", id="more than 128 bits"),
        pytest.param("7ZZZZZZZZZZZZZZZZZZZZZZZZZ", id="a time after the year 9999"),
        pytest.param("01ARYZ6S41ZZZZZZZZZZZZZZZ\n", id="a line break"),
        pytest.param("٠١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦٧٨٩٠١٢٣٤٥", id="digits of another script"),
        pytest.param("5f3b2c1e-8f0a-4d7e-9b1c-2a3d4e5f6071", id="a UUID"),
    ],
)
def test_a_text_of_another_form_is_no_id(text: str) -> None:
    assert not is_ulid(text)


@given(some.text(ALPHABET, min_size=26, max_size=26))
def test_every_text_in_the_form_of_an_id_has_a_time(text: str) -> None:
    assert not is_ulid(text) or milliseconds(time_of(text)) >= 0


@given(times, slots)
def test_an_id_fits_into_sixteen_bytes_and_comes_back_from_them(
    at: datetime, slot: Fingerprint
) -> None:
    alert_id = ulid(at, slot)

    packed = ulid_bytes(alert_id)

    assert (len(packed), ulid_from(packed)) == (16, alert_id)


@pytest.mark.parametrize("text", ["", "01ARZ3NDEKTSV4RRFFQ69G5FA", "01ARZ3NDEKTSV4RRFFQ69G5FAU"])
def test_a_text_that_is_no_id_is_not_packed(text: str) -> None:
    with pytest.raises(ValueError, match="no ULID"):
        ulid_bytes(text)


@pytest.mark.parametrize(
    ("stored", "shown", "via"),
    [
        ("bob", "bob", Via.API),
        ("link:bob", "bob", Via.LINK),
        ("slack:bob", "bob", Via.SLACK),
        ("phone:bob", "bob", Via.PHONE),
        ("console:bob", "bob", Via.CONSOLE),
        ("slack:U02ABC3DE", "slack:U02ABC3DE", Via.SLACK),
        ("key:01KEY", "key:01KEY", Via.API),
        ("integration:prod", "integration:prod", Via.INTEGRATION),
        ("auto", "auto", None),
    ],
)
def test_a_person_has_one_name_however_they_act(stored: str, shown: str, via: Via | None) -> None:
    actor = Actor(stored)

    assert (user_of(actor), by_whom(actor), via_of(actor)) == (shown, shown, via)


@pytest.mark.parametrize("user", ["bob", "Bob.Smith", "BOB", "U02ABC3DE"])
def test_a_user_who_presses_in_slack_is_that_user_whatever_the_name(user: str) -> None:
    assert user_of(by_slack("U02ABC3DE", user)) == user


def test_a_stranger_in_slack_is_shown_by_the_id_of_slack() -> None:
    stranger = by_slack("U02ABC3DE", None)

    assert (by_whom(stranger), via_of(stranger)) == ("slack:U02ABC3DE", Via.SLACK)


def test_nobody_is_no_user() -> None:
    assert (user_of(None), by_whom(None)) == (None, "nobody")
