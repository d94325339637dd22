"""Whose turn it is to tell the last resort, and what is counted."""

from dataclasses import replace

import pytest

from tests.examples import MINUTE, NINE, firing
from tocsin.domain.escalation import Unreached
from tocsin.domain.ids import AlertId
from tocsin.domain.last_resort import (
    EVERY,
    WAITING_LIMIT,
    LastResort,
    Turn,
    topic_message,
)
from tocsin.domain.notification import LEASE
from tocsin.domain.signal import Facts

ONE, TWO, THREE = AlertId("one"), AlertId("two"), AlertId("three")
NEW = LastResort()


def claimed() -> LastResort:
    return NEW.turn_of(ONE, NINE, was_counted=False).after


def told() -> LastResort:
    return claimed().told(frozenset((ONE,)), NINE)


def test_the_first_alert_is_told_at_once() -> None:
    turn = NEW.turn_of(ONE, NINE, was_counted=False)

    assert (turn.until, turn.counts, turn.since) == (None, frozenset((ONE,)), None)


def test_another_waits_while_the_first_is_being_told() -> None:
    turn = claimed().turn_of(TWO, NINE + MINUTE / 6, was_counted=False)

    assert turn.until == NINE + EVERY
    assert turn.after.waiting == {ONE, TWO}


def test_who_dies_while_telling_may_go_on() -> None:
    assert claimed().turn_of(ONE, NINE, was_counted=False).until is None


def test_a_claim_that_ran_out_is_taken_over() -> None:
    turn = claimed().turn_of(TWO, NINE + LEASE, was_counted=False)

    assert turn.until is None
    assert turn.counts == {ONE, TWO}


def test_what_comes_within_five_minutes_waits_for_their_end() -> None:
    waiting = told().turn_of(TWO, NINE + MINUTE, was_counted=False)
    assert waiting.until == NINE + EVERY

    turn = waiting.after.turn_of(TWO, NINE + EVERY, was_counted=True)

    assert (turn.until, turn.counts, turn.since) == (None, frozenset((TWO,)), NINE)


def test_what_was_counted_meanwhile_is_told() -> None:
    both = told()._with(TWO)._with(THREE)
    turn = both.turn_of(TWO, NINE + EVERY, was_counted=True)
    after = turn.after.told(turn.counts, NINE + EVERY)

    assert after.turn_of(THREE, NINE + EVERY, was_counted=True).is_told


def test_what_came_while_a_message_was_sent_is_not_in_it() -> None:
    turn = told()._with(TWO).turn_of(TWO, NINE + EVERY, was_counted=True)
    meanwhile = turn.after.turn_of(THREE, NINE + EVERY, was_counted=False).after

    after = meanwhile.told(turn.counts, NINE + EVERY)

    assert after.waiting == {THREE}


def test_after_a_refusal_for_good_the_others_go_on() -> None:
    after = claimed().failed(ONE, is_final=True)

    assert not after.waiting
    assert after.turn_of(TWO, NINE, was_counted=False).until is None


def test_an_alert_that_is_over_is_not_counted() -> None:
    assert told()._with(TWO).without(TWO).waiting == frozenset()
    assert NEW.without(TWO) is NEW


def test_ids_are_kept_up_to_a_limit() -> None:
    many = frozenset(AlertId(f"alert-{number}") for number in range(WAITING_LIMIT))
    full = LastResort(told_at=NINE, waiting=many, version=7)

    turn = full.turn_of(ONE, NINE + EVERY, was_counted=False)
    message = topic_message(firing(), turn, link=None)

    assert turn.after.waiting == many
    assert message.subject == "more than 1,000 more alerts reached nobody since 09:00 UTC"


@pytest.mark.parametrize("counts", [frozenset((ONE,)), frozenset((ONE, TWO))])
def test_the_message_leads_to_the_alert(counts: frozenset[AlertId]) -> None:
    turn = Turn(after=NEW, counts=counts, since=NINE)

    text = topic_message(firing(), turn, link="https://tocsin.example.com/a/1").text

    assert text.endswith(" Open https://tocsin.example.com/a/1")


def test_a_senders_line_breaks_do_not_forge_a_message() -> None:
    alert = firing()
    alert = replace(
        alert,
        facts=Facts(name="x", summary="all is well\n\nCRITICAL forged"),
        escalation=replace(
            alert.escalation, unreached=Unreached(at=NINE, why="bob\r\nSubject: forged")
        ),
    )

    message = topic_message(alert, Turn(after=NEW, counts=frozenset((ONE,))), link=None)

    assert "\n" not in message.subject + message.text
    assert "\r" not in message.subject + message.text
