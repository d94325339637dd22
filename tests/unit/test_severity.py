"""The words that senders use for how bad it is."""

import pytest

from tocsin.domain.severity import Reading, Severity, read_severity

WORDS = {
    Severity.CRITICAL: (
        *("critical", "down", "fatal", "emergency", "page", "error", "high", "p1", "p2", "crit"),
        *("err", "alert", "emerg", "major", "disaster", "sev1"),
    ),
    Severity.WARNING: (
        *("warning", "unknown", "p3", "moderate", "warn", "medium", "average", "minor"),
        *("degraded", "unreachable", "sev2"),
    ),
    Severity.INFO: (
        *("info", "information", "notice", "debug", "low", "p4", "p5", "none", "informational"),
        *("trace", "sev3"),
    ),
}


@pytest.mark.parametrize(
    ("word", "severity"), [(word, severity) for severity in WORDS for word in WORDS[severity]]
)
def test_a_known_word_has_its_severity(word: str, severity: Severity) -> None:
    assert read_severity(word) == Reading(severity)


@pytest.mark.parametrize("word", ["ok", "normal", "clear", "resolved", "up"])
def test_a_good_word_resolves(word: str) -> None:
    assert read_severity(word).resolves


def test_urgent_is_critical_and_says_so() -> None:
    assert read_severity("urgent") == Reading(Severity.CRITICAL, is_urgent=True)


@pytest.mark.parametrize(
    "word",
    [
        pytest.param("CRITICAL", id="capitals"),
        pytest.param("Critical", id="a capital"),
        pytest.param(" critical\n", id="space around it"),
    ],
)
def test_a_word_is_understood_in_capitals_and_with_space_around_it(word: str) -> None:
    assert read_severity(word) == Reading(Severity.CRITICAL)


@pytest.mark.parametrize(
    "word",
    [
        pytest.param(None, id="nothing"),
        pytest.param("", id="an empty word"),
        pytest.param("  ", id="space"),
        pytest.param("katastrophal", id="a word of no language we know"),
        pytest.param("\x00", id="a control character"),
    ],
)
def test_a_warning_is_assumed_where_no_known_word_stands(word: str | None) -> None:
    assert read_severity(word) == Reading(Severity.WARNING, is_assumed=True)


def test_an_integrations_own_word_comes_before_ours() -> None:
    own_words = {"major": "critical", "high": "info"}

    assert read_severity("Major", own_words) == Reading(Severity.CRITICAL)
    assert read_severity("high", own_words) == Reading(Severity.INFO)


def test_an_integrations_own_word_may_resolve() -> None:
    assert read_severity("green", {"green": "ok"}).resolves


def test_critical_is_worse_than_warning_is_worse_than_info() -> None:
    by_rank = sorted(Severity, key=lambda severity: severity.rank)

    assert by_rank == [Severity.CRITICAL, Severity.WARNING, Severity.INFO]
    assert Severity.CRITICAL.is_worse_than(Severity.WARNING)
    assert not Severity.INFO.is_worse_than(Severity.INFO)
