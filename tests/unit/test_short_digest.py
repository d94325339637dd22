"""A digest by SMS: one segment where its text allows, two at most, the link whole."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.alerts_in_words import policy
from tests.examples import BOB as BY_BOB
from tests.examples import as_read
from tests.storms_in_words import HOSTILE, NOW, SEVEN, STORM, an_alert, written
from tocsin.domain.severity import Severity
from tocsin.domain.short_digest import short_digest
from tocsin.domain.short_message import LEAST_TITLE, SEGMENTS_LIMIT, segments, units
from tocsin.domain.team_storm import TeamStorm

LINK = "https://tocsin.example.com/s/7HQ2K9XW4MBT"
GATEWAY = "https://ab12cd34ef.execute-api.eu-central-1.amazonaws.com/s/7HQ2K9XW4MBT"
SIGNED = f"https://ab12cd34ef.execute-api.eu-central-1.amazonaws.com/act/{'F' * 90}"
CYRILLIC = "оплата: 8,4 % запросов не отвечают"


def newest_of(said: str) -> str:
    return said.partition("Newest: ")[2].partition("\n")[0]


def test_it_says_how_many_how_bad_where_the_newest_and_who_is_called() -> None:
    said = short_digest(written(), LINK)

    assert said == (
        "7 ALERTS, 2 CRITICAL, 1 min: api 5, db 2. "
        f"Newest: db-1: Postgres primary does not answer. Bob is called 03:07.\n{LINK}"
    )
    assert (segments(said), units(said)) == (1, 152)


def test_with_room_it_says_who_has_them() -> None:
    alerts = [an_alert("Disk full", service="db", key=str(number)) for number in range(2)]

    assert short_digest(written(alerts), LINK) == (
        "2 ALERTS, ALL CRITICAL, just now: db 2. Newest: db-1: Disk full. "
        f"Nobody has any of them. Bob is called 03:08.\n{LINK}"
    )


def test_with_room_a_digest_of_what_was_held_back_says_so() -> None:
    alerts = [an_alert("Disk full", service="db", key=str(number)) for number in range(2)]

    said = short_digest(written(alerts, is_release=True), LINK)

    assert "Newest: db-1: Disk full. Held back until now. Bob is called 03:08." in said


def test_a_storm_of_the_team_takes_a_second_segment() -> None:
    said = short_digest(written(storm=STORM), LINK)

    assert said == (
        "7 ALERTS, 2 CRITICAL, 1 min: api 5, db 2. "
        "Newest: db-1: Postgres primary does not answer. Nobody has any of them. "
        f"Bob is called 03:07. Team storm since 03:02: 34 alerts.\n{LINK}"
    )
    assert segments(said) == 2


def test_a_storm_that_two_segments_have_no_room_for_is_left_out() -> None:
    cyrillic = [an_alert(CYRILLIC)]

    said = short_digest(written(cyrillic, storm=STORM), LINK)

    assert said == short_digest(written(cyrillic), LINK)
    assert "torm" not in said


def test_of_alerts_that_a_person_has_it_says_who() -> None:
    taken = [as_read(alert.acknowledge(by=BY_BOB, at=NOW)) for alert in SEVEN]

    assert short_digest(written(taken), LINK).endswith(f"does not answer. Bob has all 7.\n{LINK}")


def test_a_long_title_is_cut_before_a_second_segment_is_taken() -> None:
    said = short_digest(written([an_alert("word " * 30)]), LINK)

    assert segments(said) == 1
    assert newest_of(said).endswith("word... Bob is called 03:08.")


def test_a_title_is_cut_to_20_characters_at_least() -> None:
    """Beyond that a second segment has room for the whole title."""
    names = ("payments-gateway-eu", "ledger-postgres")
    title = "does not answer since failover"
    alerts = [an_alert(title, service=name, place=None, key=name) for name in names]
    alerts += [an_alert("x", service=name, key=f"{name}-2") for name in names]

    said = short_digest(written(alerts), GATEWAY)

    assert segments(said) == 2
    assert "payments-gateway-eu 2, ledger-postgres 2" in said
    assert "Nobody has any of them." in said


def test_emoji_make_no_two_segments_of_one_and_letters_are_kept() -> None:
    hostile = [an_alert(HOSTILE, severity=Severity.WARNING)]
    cyrillic = [an_alert(CYRILLIC)]

    assert '<b>api-7</b> down? @channel <!here> & "now"' in short_digest(written(hostile), LINK)
    said = short_digest(written(cyrillic), LINK)
    assert CYRILLIC.replace(" %", "%")[: LEAST_TITLE - 3] in said
    assert segments(said) == 2


def test_without_a_link_there_is_no_line_for_it() -> None:
    assert "\n" not in short_digest(written(links=None))


@pytest.mark.parametrize("link", [LINK, GATEWAY, SIGNED])
@pytest.mark.parametrize("count", [1, 2, 7, 1_000])
@pytest.mark.parametrize("severity", Severity)
def test_any_number_of_alerts_fits(count: int, severity: Severity, link: str) -> None:
    alerts = [an_alert(severity=severity, service=f"s{n}", key=str(n)) for n in range(count)]

    said = short_digest(written(alerts), link)

    assert segments(said) <= SEGMENTS_LIMIT
    assert said.startswith(f"{count:,} ALERT")
    assert said.endswith(f"\n{link}")


@given(
    title=st.text(min_size=1, max_size=250),
    places=st.lists(st.text(max_size=80), min_size=1, max_size=4),
    person=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True),
    severity=st.sampled_from(Severity),
    link=st.sampled_from([LINK, GATEWAY, SIGNED]),
    age=st.integers(0, 10**7),
    is_release=st.booleans(),
    storm=st.sampled_from([None, STORM]),
)
def test_no_digest_takes_more_than_two_segments(  # noqa: PLR0913 - all that may differ
    *,
    title: str,
    places: list[str],
    person: str,
    severity: Severity,
    link: str,
    age: int,
    is_release: bool,
    storm: TeamStorm | None,
) -> None:
    alerts = [
        an_alert(
            title, service=place, severity=severity, of=policy("alice", person), key=str(number)
        )
        for number, place in enumerate(places)
    ]
    at = NOW + timedelta(seconds=age)

    said = short_digest(written(alerts, is_release=is_release, at=at, storm=storm), link)

    assert segments(said) <= SEGMENTS_LIMIT
    assert said.startswith(f"{len(alerts)} ALERT")
    if link != SIGNED:
        assert said.endswith(f"\n{link}")
