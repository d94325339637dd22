"""Links that act on an alert: who can make one, how long it works, what it lets its holder do."""

import base64
import re
import string
from dataclasses import asdict
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.examples import NINE, firing
from tocsin.domain.ids import Actor, AlertId, entropy, ulid
from tocsin.domain.link import (
    LINK_LIFE,
    LinkAction,
    LinkExpiredError,
    LinkKeyError,
    LinkSigner,
    LinkUnknownError,
    read_link_key,
    spell_link_key,
)

ALERT = firing().alert_id
SIGNER = LinkSigner(bytes(range(32)), "https://tocsin.example.com")
MILLISECOND = timedelta(milliseconds=1)
URL_LETTERS = string.ascii_letters + string.digits + "-_"

actions = some.sampled_from(LinkAction)
alert_ids = some.binary(min_size=10, max_size=10).map(
    lambda bits: AlertId(ulid(NINE, entropy(bits)))
)
names = some.from_regex(r"[a-z0-9-]{1,64}", fullmatch=True)
times = some.datetimes(
    min_value=NINE.replace(tzinfo=None),
    max_value=datetime(9999, 1, 1),  # noqa: DTZ001
).map(lambda naive: naive.replace(tzinfo=NINE.tzinfo))
keys = some.binary(min_size=32, max_size=32)
tokens = some.builds(
    lambda action, alert_id, by: SIGNER.token(action, alert_id, by=by, at=NINE),
    actions,
    alert_ids,
    names,
)


def is_refused(token: str, *, by: LinkSigner = SIGNER) -> bool:
    try:
        by.read(token, NINE)
    except LinkUnknownError:
        return True
    return False


@given(actions, alert_ids, names, times, keys)
def test_a_link_says_what_it_was_made_for(
    action: LinkAction, alert_id: AlertId, by: str, at: datetime, key: bytes
) -> None:
    signer = LinkSigner(key, "")

    link = signer.read(signer.token(action, alert_id, by=by, at=at), at)

    assert (link.action, link.alert_id, link.by) == (action, alert_id, by)
    assert timedelta() <= at + LINK_LIFE - link.expires_at < MILLISECOND


@pytest.mark.parametrize(
    ("has_awake", "actions"),
    [
        (False, ("acknowledge", "snooze", "resolve", "view")),
        (True, ("acknowledge", "snooze", "resolve", "view", "awake")),
    ],
)
def test_a_message_has_links_to_act_and_to_view_and_a_persons_page_one_to_be_awake(
    *, has_awake: bool, actions: tuple[str, ...]
) -> None:
    links = asdict(SIGNER.links(ALERT, by="alice", at=NINE, has_awake=has_awake))

    assert {
        name: SIGNER.read(url.removeprefix("https://tocsin.example.com/act/"), NINE).action
        for name, url in links.items()
        if url is not None
    } == {name: LinkAction(name) for name in actions}


@pytest.mark.parametrize(
    ("action", "number"),
    [
        (LinkAction.ACKNOWLEDGE, 1),
        (LinkAction.SNOOZE, 2),
        (LinkAction.RESOLVE, 3),
        (LinkAction.VIEW, 4),
        (LinkAction.UNACKNOWLEDGE, 5),
        (LinkAction.UNSNOOZE, 6),
        (LinkAction.DIGEST, 7),
        (LinkAction.AWAKE, 8),
    ],
)
def test_an_action_has_the_same_number_in_all_links(action: LinkAction, number: int) -> None:
    token = SIGNER.token(action, ALERT, by="alice", at=NINE)

    assert base64.urlsafe_b64decode(token[:4])[0] == 16 + number


def test_an_action_by_a_link_is_its_recipients() -> None:
    link = SIGNER.read(SIGNER.token(LinkAction.RESOLVE, ALERT, by="alice", at=NINE), NINE)

    assert link.actor == Actor("link:alice")


@pytest.mark.parametrize("action", LinkAction)
def test_a_link_allows_its_own_action_and_one_to_view_allows_all(action: LinkAction) -> None:
    link = SIGNER.read(SIGNER.token(action, ALERT, by="alice", at=NINE), NINE)

    allowed = {each for each in LinkAction if link.allows(each)}

    assert allowed == (set(LinkAction) if action is LinkAction.VIEW else {action})


@given(tokens)
def test_a_link_needs_no_escaping_in_a_url(token: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]+", token)


@pytest.mark.parametrize(
    ("by", "limit"),
    [
        pytest.param("alice", 70, id="a usual name"),
        pytest.param("a-channel-of-24-letters-", 90, id="a long name"),
    ],
)
def test_a_link_is_short_enough_for_a_text_message(by: str, limit: int) -> None:
    token = SIGNER.token(LinkAction.ACKNOWLEDGE, ALERT, by=by, at=NINE)

    assert len(f"/act/{token}") <= limit


def test_an_address_with_a_slash_at_its_end_is_the_same_address() -> None:
    signer = LinkSigner(SIGNER.key, "https://tocsin.example.com/")

    assert signer.links(ALERT, by="alice", at=NINE) == SIGNER.links(ALERT, by="alice", at=NINE)


def test_two_messages_hold_different_links() -> None:
    first = SIGNER.links(ALERT, by="alice", at=NINE)
    second = SIGNER.links(ALERT, by="alice", at=NINE + MILLISECOND)
    to_bob = SIGNER.links(ALERT, by="bob", at=NINE)

    urls = [url for links in (first, second, to_bob) for url in asdict(links).values()]
    assert len(set(filter(None, urls))) == 12


@given(actions, some.timedeltas(timedelta(), LINK_LIFE - MILLISECOND))
def test_a_link_works_for_a_day(action: LinkAction, age: timedelta) -> None:
    token = SIGNER.token(action, ALERT, by="alice", at=NINE)

    assert SIGNER.read(token, NINE + age).alert_id == ALERT


@given(actions, some.timedeltas(LINK_LIFE, timedelta(days=3650)))
def test_after_a_day_a_link_says_that_its_time_is_over(action: LinkAction, age: timedelta) -> None:
    token = SIGNER.token(action, ALERT, by="alice", at=NINE)

    with pytest.raises(LinkExpiredError) as expiry:
        SIGNER.read(token, NINE + age)

    assert expiry.value.expired_at == NINE + LINK_LIFE


@given(tokens, some.data())
def test_with_one_bit_changed_it_is_no_link(token: str, data: some.DataObject) -> None:
    signed = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    bit = data.draw(some.integers(0, len(signed) * 8 - 1))
    signed[bit // 8] ^= 1 << bit % 8

    assert is_refused(base64.urlsafe_b64encode(signed).rstrip(b"=").decode())


@given(tokens, some.data(), some.sampled_from(URL_LETTERS))
def test_with_one_letter_changed_it_is_no_link(
    token: str, data: some.DataObject, letter: str
) -> None:
    position = data.draw(some.integers(0, len(token) - 1))
    changed = token[:position] + letter + token[position + 1 :]

    assert is_refused(changed) == (changed != token)


@given(tokens, some.data())
def test_a_part_of_a_link_is_no_link(token: str, data: some.DataObject) -> None:
    length = data.draw(some.integers(0, len(token) - 1))

    assert is_refused(token[:length])
    assert is_refused(token[len(token) - length :])


@given(tokens, some.sampled_from(["=", "==", "A", "\n", " ", "%00", "/", ".", "é"]))
def test_no_link_has_a_second_spelling(token: str, more: str) -> None:
    assert is_refused(token + more)
    assert is_refused(more + token)


@given(some.text())
def test_no_text_that_anybody_makes_up_is_a_link(text: str) -> None:
    assert is_refused(text)


@given(some.binary(min_size=24, max_size=120))
def test_no_bytes_that_anybody_makes_up_are_a_link(data: bytes) -> None:
    assert is_refused(base64.urlsafe_b64encode(data).rstrip(b"=").decode())


@given(tokens, keys)
def test_another_stacks_link_is_no_link(token: str, key: bytes) -> None:
    other = LinkSigner(key, SIGNER.public_url)

    assert is_refused(token, by=other) == (key != SIGNER.key)


def test_a_forger_learns_nothing_of_expiry() -> None:
    token = LinkSigner(bytes(32), "").token(LinkAction.VIEW, ALERT, by="alice", at=NINE)

    with pytest.raises(LinkUnknownError):
        SIGNER.read(token, NINE + 2 * LINK_LIFE)


@pytest.mark.parametrize("by", ["", "a" * 65])
def test_a_link_for_nobody_or_for_too_long_a_name_is_not_made(by: str) -> None:
    with pytest.raises(ValueError, match="a name of 1 to 64 bytes"):
        SIGNER.links(ALERT, by=by, at=NINE)


def test_a_link_to_what_cannot_be_an_alert_is_not_made() -> None:
    with pytest.raises(ValueError, match="no ULID"):
        SIGNER.links(AlertId("nonsense"), by="alice", at=NINE)


def test_the_key_is_not_part_of_how_a_signer_is_shown() -> None:
    assert "key" not in repr(SIGNER)


@given(keys)
def test_a_key_that_is_written_can_be_read(key: bytes) -> None:
    assert read_link_key(spell_link_key(key)) == key


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("", id="nothing"),
        pytest.param("AAAA", id="too short"),
        pytest.param("!" * 44, id="no base64"),
        pytest.param("é" * 44, id="no ASCII"),
        pytest.param(spell_link_key(bytes(33)), id="too long"),
    ],
)
def test_a_text_that_is_no_key_signs_nothing(written: str) -> None:
    with pytest.raises(LinkKeyError, match="base64 of 32 bytes"):
        read_link_key(written)
