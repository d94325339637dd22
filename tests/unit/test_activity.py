"""What changed between two states, without what opens doors."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.activity import (
    TEAM_FILE_ACTOR,
    VALUE_LIMIT,
    FieldChange,
    Sealed,
    changed_fields,
    via_of_activity,
    without_credentials,
)
from tocsin.domain.ids import AUTO, Actor

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
FACTS = st.dictionaries(st.text(min_size=1, max_size=8), JSON, max_size=8)


@given(facts=FACTS)
def test_a_state_differs_in_nothing_from_itself(facts: dict[str, object]) -> None:
    assert changed_fields(facts, dict(facts)) == ()


@given(before=FACTS, after=FACTS)
def test_just_the_fields_that_differ_are_told(
    before: dict[str, object], after: dict[str, object]
) -> None:
    told = {it.field for it in changed_fields(before, after)}

    assert told == {
        name for name in before.keys() | after.keys() if before.get(name) != after.get(name)
    }


def test_of_a_new_object_what_is_set_is_told_and_of_a_removed_one_what_was() -> None:
    facts = {"email": "a@example.com", "phone": None}

    assert changed_fields(None, facts) == (FieldChange(field="email", after="a@example.com"),)
    assert changed_fields(facts, None) == (FieldChange(field="email", before="a@example.com"),)


def test_a_credential_that_begins_alike_is_still_another_one() -> None:
    before, after = (Sealed(shown="4e07", secret_hash=it) for it in ("one", "two"))

    (change,) = changed_fields({"urls": [before]}, {"urls": [after]})

    assert (change.before, change.after) == (["4e07"], ["4e07"])


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://hooks.slack.com/services/T0/B0/secret", "https://hooks.slack.com/…"),
        ("https://example.com", "https://example.com"),
        ("https://example.com/", "https://example.com"),
        ("https://alice:p4ss@example.com:8443/x", "https://example.com:8443/…"),
        ("https://example.com?token=secret", "https://example.com/…"),
        ("HTTPS://example.com/secret", "HTTPS://example.com/…"),
        ("tgram://110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/12345", "tgram://…"),
        ("see https://example.com/secret now", "see https://example.com/… now"),
    ],
)
def test_of_an_address_only_its_host_is_left(address: str, shown: str) -> None:
    assert without_credentials({"urls": [address]}) == {"urls": [shown]}


@pytest.mark.parametrize("text", ["alice@example.com", "a: b", "//", "http:/x", "label=web"])
def test_what_is_no_address_stays(text: str) -> None:
    assert without_credentials(text) == text


def test_a_long_value_is_cut_and_says_how_long_it_was() -> None:
    (change,) = changed_fields(None, {"layers": ["x" * 10_000]})

    assert len(json.dumps(change.after)) < VALUE_LIMIT + 100
    assert change.after.endswith("… (10,004 characters)")


def test_the_teams_file_and_the_stack_have_ways_of_their_own() -> None:
    ways = [via_of_activity(it) for it in (TEAM_FILE_ACTOR, AUTO, Actor("console:alice"))]

    assert ways == ["file", None, "console"]
