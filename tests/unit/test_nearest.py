"""Misspelt names: what was probably meant, soon, and nothing where nothing is near."""

import time

import pytest

from tocsin.domain.nearest import WORD_LIMIT, did_you_mean, nearest


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("mail", ("name", "email", "phone"), "email"),
        ("sevrity", ("severity", "source"), "severity"),
        ("state", ("status", "severity", "sort"), "status"),
        ("Time_Zone", ("time_zone",), "time_zone"),
        ("prometheus-alerts", ("alertmanager", "prometheus"), "prometheus"),
        ("zzz", ("email", "phone"), None),
        ("", ("email",), None),
        ("email", (), None),
    ],
)
def test_the_nearest_name_is_found(word: str, known: tuple[str, ...], meant: str | None) -> None:
    assert nearest(word, known) == meant


def test_a_question_is_asked_only_where_a_name_is_near() -> None:
    assert did_you_mean("mail", ("email",)) == "; did you mean email?"
    assert did_you_mean("zzz", ("email",)) == ""


def test_a_long_word_of_a_stranger_takes_no_time() -> None:
    known = [f"{number:03}" + "a" * (WORD_LIMIT - 3) for number in range(100)]
    began = time.thread_time()
    nearest("ab" * 500_000, known)

    assert time.thread_time() - began < 0.5
