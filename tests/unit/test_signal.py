"""How much is kept of what a sender says, and what it is cleaned of."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tocsin.domain.signal import (
    CUT_MARK,
    LABEL_NAME_LIMIT,
    LABEL_VALUE_LIMIT_BYTES,
    LABELS_LIMIT,
    LABELS_LIMIT_BYTES,
    NAME_LIMIT,
    REASON_LIMIT_BYTES,
    SUMMARY_LIMIT,
    URLS_LIMIT,
    URLS_LIMIT_BYTES,
    Facts,
    FactsBuilder,
    printable,
)

ITEM_LIMIT_BYTES = 400_000
REPLACED = "\N{REPLACEMENT CHARACTER}"

any_text = some.text(some.characters(codec=None))
"""Lone surrogates and control characters among it."""


@pytest.fixture
def builder() -> FactsBuilder:
    return FactsBuilder()


def test_a_text_up_to_the_limit_is_kept_whole(builder: FactsBuilder) -> None:
    text = "s" * SUMMARY_LIMIT

    assert builder.text("summary", text, SUMMARY_LIMIT) == text
    assert builder.truncated == ()


def test_a_longer_text_is_cut_shows_it_and_says_so(builder: FactsBuilder) -> None:
    kept = builder.text("summary", "s" * (SUMMARY_LIMIT + 1), SUMMARY_LIMIT)

    assert kept == "s" * (SUMMARY_LIMIT - 1) + CUT_MARK
    assert builder.truncated == ("summary: kept 1024 of 1025 characters",)


def test_a_name_is_kept_up_to_256_characters(builder: FactsBuilder) -> None:
    kept = builder.short("object", "o" * 1000)

    assert kept is not None
    assert len(kept) == NAME_LIMIT
    assert builder.truncated == ("object: kept 256 of 1000 characters",)


def test_a_missing_text_stays_missing(builder: FactsBuilder) -> None:
    assert builder.short("object", None) is None


def test_an_output_of_half_a_megabyte_is_cut_and_says_so(builder: FactsBuilder) -> None:
    kept = builder.long_text("output", "x" * 500_000)

    assert len(kept.encode()) <= REASON_LIMIT_BYTES
    assert kept.endswith(CUT_MARK)
    assert builder.truncated == ("output: kept 65536 of 500000 bytes",)


@pytest.mark.parametrize("letter", ["é", "€", "😀"])
def test_no_character_is_cut_in_half(builder: FactsBuilder, letter: str) -> None:
    kept = builder.long_text("output", "a" + letter * 10, limit_bytes=12)

    assert kept == "a" + letter * ((12 - 1 - 3) // len(letter.encode())) + CUT_MARK


def test_a_text_of_many_bytes_that_fits_is_kept_whole(builder: FactsBuilder) -> None:
    assert builder.long_text("output", "éééééé", limit_bytes=12) == "éééééé"
    assert builder.truncated == ()


def test_labels_within_the_limits_are_kept_in_their_order(builder: FactsBuilder) -> None:
    labels = {"job": "node", "env": "prod", "instance": "db-1"}

    assert list(builder.labels(labels).items()) == list(labels.items())
    assert builder.truncated == ()


def test_of_ten_thousand_labels_the_first_500_are_kept(builder: FactsBuilder) -> None:
    kept = builder.labels({f"label{number}": "x" for number in range(10_000)})

    assert list(kept) == [f"label{number}" for number in range(LABELS_LIMIT)]
    assert builder.truncated == ("labels: kept 500 of 10000",)


def test_labels_are_kept_as_long_as_their_bytes_fit(builder: FactsBuilder) -> None:
    large = {f"label{number}": "😀" * 2_000 for number in range(20)}

    kept = builder.labels({**large, "team": "shop"})

    assert list(kept) == [*(f"label{number}" for number in range(16)), "team"]
    assert builder.truncated == (
        "labels: kept 17 of 21, without label16, label17, label18 and 1 more",
    )


def test_a_large_label_is_cut_and_costs_no_other(builder: FactsBuilder) -> None:
    kept = builder.labels({"firing": "x" * 500_000, "num_firing": "400"})

    assert kept["num_firing"] == "400"
    assert kept["firing"] == "x" * (LABEL_VALUE_LIMIT_BYTES - 3) + CUT_MARK
    assert builder.truncated == ("labels: kept 8192 bytes of each of: firing",)


def test_a_large_link_is_left_out_and_costs_no_other(builder: FactsBuilder) -> None:
    kept = builder.urls({"a": f"https://a/{'x' * 70_000}", "b": "https://b"})

    assert kept == {"b": "https://b"}
    assert builder.truncated == ("urls: kept 1 of 2, without a",)


def test_a_long_label_name_is_cut_and_says_so(builder: FactsBuilder) -> None:
    kept = builder.labels({"n" * 300: "x"})

    assert kept == {"n" * LABEL_NAME_LIMIT: "x"}
    assert builder.truncated == ("labels: kept 256 of 300 characters of a name",)


def test_labels_that_become_the_same_are_counted_as_lost(builder: FactsBuilder) -> None:
    kept = builder.labels({"a\0": "first", "a\1": "second"})

    assert kept == {f"a{REPLACED}": "first"}
    assert builder.truncated == (f"labels: kept 1 of 2, without a{REPLACED}",)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/a",
        "https://example.com/a?b=c#d",
        "HTTPS://EXAMPLE.COM",
        "mailto:ops@example.com",
    ],
)
def test_a_link_is_kept(builder: FactsBuilder, url: str) -> None:
    assert builder.urls({"runbook": url}) == {"runbook": url}


def test_space_around_a_link_goes(builder: FactsBuilder) -> None:
    assert builder.urls({"runbook": " https://example.com\n"}) == {"runbook": "https://example.com"}


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("javascript:alert(1)", id="a script"),
        pytest.param(" \tJavaScript:alert(1)", id="a script behind space"),
        pytest.param("java\nscript:alert(1)", id="a script with a line break inside"),
        pytest.param("data:text/html,<script>", id="data"),
        pytest.param("file:///etc/passwd", id="a file"),
        pytest.param("//example.com", id="no scheme"),
        pytest.param("https:example.com", id="no host"),
        pytest.param("", id="nothing"),
        pytest.param("\0https://example.com", id="a NUL before the scheme"),
    ],
)
def test_a_url_that_is_no_link_is_left_out_and_named(builder: FactsBuilder, url: str) -> None:
    assert builder.urls({"runbook": url}) == {}
    assert builder.truncated == (
        "urls: left out 1 that is not an http, https or mailto link: runbook",
    )


def test_ten_thousand_bad_links_are_one_sentence(builder: FactsBuilder) -> None:
    kept = builder.urls({f"{'n' * 300}{number}": "javascript:" for number in range(10_000)})

    assert kept == {}
    assert len(builder.truncated) == 1
    assert len(builder.truncated[0]) < 2 * NAME_LIMIT
    assert "10000" in builder.truncated[0]


def test_of_too_many_links_the_first_are_kept(builder: FactsBuilder) -> None:
    kept = builder.urls({f"link{number}": "https://example.com" for number in range(101)})

    assert len(kept) == URLS_LIMIT
    assert builder.truncated == ("urls: kept 100 of 101",)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        pytest.param("Größe 日本 😀", "Größe 日本 😀", id="letters of any script"),
        pytest.param("a\tb\nc\r\n", "a\tb\nc\r\n", id="tabs and line breaks"),
        pytest.param("a\0b", f"a{REPLACED}b", id="NUL"),
        pytest.param("\x1b[31mred", f"{REPLACED}[31mred", id="an escape sequence"),
        pytest.param("\x7f\x85\x9f", REPLACED * 3, id="delete and the later controls"),
        pytest.param("\u202egpj.exe", f"{REPLACED}gpj.exe", id="a mark that turns the direction"),
        pytest.param("a\ud800b", f"a{REPLACED}b", id="half a character"),
    ],
)
def test_a_character_that_no_reader_sees_is_replaced(text: str, clean: str) -> None:
    assert printable(text) == clean


@given(any_text)
def test_every_kept_text_can_be_written_as_utf8_and_is_clean_for_good(text: str) -> None:
    clean = printable(text)

    assert clean.encode().decode() == clean
    assert printable(clean) == clean


@given(some.dictionaries(any_text, any_text), any_text)
def test_no_text_is_refused(pairs: dict[str, str], text: str) -> None:
    builder = FactsBuilder()

    kept = (builder.labels(pairs), builder.urls(pairs), builder.long_text("output", text, 8))

    assert repr(kept).encode()


def test_everything_at_its_limit_fits_into_one_item() -> None:
    builder = FactsBuilder()
    more_labels, more_urls = range(2 * LABELS_LIMIT), range(2 * URLS_LIMIT)
    labels = builder.labels({f"{number}{'€' * 300}": "€" * 10_000 for number in more_labels})
    urls = builder.urls({f"{number}": "https://" + "€" * 2_000 for number in more_urls})
    reason = builder.long_text("output", "€" * 500_000)
    names = [builder.short(f"field{number}", "€" * 500) or "" for number in range(13)]

    everything = (*labels, *labels.values(), *urls, *urls.values(), reason, *names)
    everything += (builder.text("summary", "€" * 5_000, SUMMARY_LIMIT), *builder.truncated)

    assert sum(len(text.encode()) for text in everything) < ITEM_LIMIT_BYTES
    assert LABELS_LIMIT_BYTES + URLS_LIMIT_BYTES + REASON_LIMIT_BYTES < ITEM_LIMIT_BYTES


def test_facts_say_something_new_when_summary_or_reason_changes() -> None:
    facts = Facts(name="Disk full", summary="a", reason="b")

    assert facts.output_hash == Facts(name="other", summary="a", reason="b").output_hash
    assert facts.output_hash != Facts(name="Disk full", summary="a", reason="c").output_hash
    assert facts.output_hash != Facts(name="Disk full", summary="ab").output_hash
