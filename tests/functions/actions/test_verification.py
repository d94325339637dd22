"""A person confirms an address by the link in a test, and only that address."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.examples import NINE
from tests.functions.actions.holder import KEY, URL, Holder
from tocsin.adapters.aws_json import AwsUnavailableError
from tocsin.domain.errors import ConcurrentUpdateError
from tocsin.domain.ids import WriteId
from tocsin.domain.link import LinkAction, LinkSigner
from tocsin.domain.people import ContactMethod, User, method_in_words
from tocsin.domain.verification import VERIFICATION_LIFE, VERIFY_PATH, VerificationSigner

BY_LINK = EMAIL, SMS, SLACK = ContactMethod.EMAIL, ContactMethod.SMS, ContactMethod.SLACK
ALICE = User(
    name="Alice.B",
    full_name="Alice <Archer>",
    email="alice@example.com",
    phone="+15550100",
    slack_id="U1",
)
SIGNER = VerificationSigner(KEY, URL)


@pytest.fixture
def holder(holder: Holder) -> Holder:
    holder.world.keep(holder.world.users, ALICE)
    return holder


def link(method: ContactMethod = EMAIL, user: User = ALICE) -> str:
    url = SIGNER.url(user, method, at=NINE)
    assert url is not None
    return url


def verified(holder: Holder) -> list[ContactMethod]:
    alice = holder.world.users.get("alice.b").value
    return [method for method in ContactMethod if alice.is_verified(method)]


@pytest.mark.parametrize("method", BY_LINK)
def test_the_button_confirms_one_contact_method(holder: Holder, method: ContactMethod) -> None:
    confirmed = holder.verify(link(method), method="POST")

    assert confirmed.status == 200
    assert "Confirmed" in confirmed.text
    assert f"Messages by {method_in_words(method)} reach Alice.B." in confirmed.text
    assert verified(holder) == [method]


def test_a_look_changes_nothing_and_offers_one_button(holder: Holder) -> None:
    looked = holder.verify(link())
    headers_only = holder.verify(link(), method="HEAD")

    assert (looked.status, headers_only.status, headers_only.text) == (200, 200, "")
    assert [tag for tag, _ in looked.page.elements].count("button") == 1
    assert "Alice <Archer>" in looked.page.text
    assert "alice@example.com" not in looked.text
    assert looked.headers["cache-control"] == "no-store"
    assert verified(holder) == []


def test_a_second_press_says_the_same_and_a_look_offers_nothing_more(holder: Holder) -> None:
    first = holder.verify(link(), method="POST")
    second = holder.verify(link(), method="POST")
    looked = holder.verify(link())

    assert (second.status, second.text) == (first.status, first.text)
    assert looked.page.buttons == []


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://other.example.com"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ],
)
def test_another_site_cannot_press_the_button(holder: Holder, headers: dict[str, str]) -> None:
    refused = holder.verify(link(), method="POST", **headers)

    assert (refused.status, refused.page.heading) == (403, "Not from here")
    assert verified(holder) == []
    own = {"origin": "null", "sec_fetch_site": "same-origin"}
    assert holder.verify(link(), method="POST", **own).status == 200
    assert verified(holder) == [EMAIL]


def test_an_address_that_has_changed_is_not_confirmed(holder: Holder) -> None:
    sent = link()
    holder.world.keep(holder.world.users, replace(ALICE, email="new@example.com"))

    for method in ("GET", "POST"):
        answer = holder.verify(sent, method=method)
        assert (answer.status, answer.page.buttons) == (410, [])
    assert verified(holder) == []


def test_an_address_that_changes_while_the_button_is_pressed_is_not_confirmed(
    holder: Holder,
) -> None:
    moved = replace(ALICE, email="new@example.com")
    holder.world.meanwhile(lambda: holder.world.keep(holder.world.users, moved), of="C#user")

    answer = holder.verify(link(), method="POST")

    assert answer.status == 410
    assert verified(holder) == []
    assert holder.world.users.get("alice.b").value.email == "new@example.com"


def test_a_change_that_was_begun_before_does_not_undo_it(holder: Holder) -> None:
    read = holder.world.users.get("alice.b")
    holder.verify(link(), method="POST")

    with pytest.raises(ConcurrentUpdateError):
        holder.world.users.put(read, read.changed(ALICE), write_id=WriteId("late"))
    assert verified(holder) == [EMAIL]


def test_what_is_confirmed_counts_for_that_address_only(holder: Holder) -> None:
    holder.verify(link(), method="POST")
    alice = holder.world.users.get("alice.b").value

    assert not replace(alice, email="new@example.com").is_verified(EMAIL)


def test_a_user_who_is_gone_is_not_made_anew(holder: Holder) -> None:
    gone = holder.world.users.get("alice.b")
    holder.world.users.delete(gone, write_id=holder.world.new_write_id())

    assert holder.verify(link(), method="POST").status == 410
    assert holder.world.users.list() == ()


def test_a_link_is_good_for_seven_days(holder: Holder) -> None:
    sent = link()
    holder.world.now = NINE + VERIFICATION_LIFE - timedelta(milliseconds=1)
    assert holder.verify(sent).status == 200

    holder.world.now = NINE + VERIFICATION_LIFE
    assert holder.verify(sent, method="POST").status == 410
    assert verified(holder) == []


def test_neither_kind_of_link_opens_the_other(holder: Holder) -> None:
    alert_id = holder.world.opened()
    of_alert = LinkSigner(KEY, URL).token(LinkAction.RESOLVE, alert_id, by="Alice.B", at=NINE)
    of_address = link().removeprefix(URL + VERIFY_PATH)

    assert holder.verify(f"{URL}{VERIFY_PATH}{of_alert}", method="POST").status == 404
    assert holder.press(of_address).status == 404
    assert holder.press(of_address, LinkAction.RESOLVE).status == 404
    assert verified(holder) == []
    assert holder.world.alert(alert_id).is_open


def test_what_was_not_signed_here_leads_nowhere(holder: Holder) -> None:
    token = link().removeprefix(URL + VERIFY_PATH)
    forged = VerificationSigner(bytes(32), URL).url(ALICE, EMAIL, at=NINE)
    assert forged is not None

    for changed in (token[:-1], f"{token}A", "-"):
        assert holder.verify(f"{URL}{VERIFY_PATH}{changed}", method="POST").status == 404
    assert holder.verify(forged, method="POST").status == 404
    assert verified(holder) == []


def test_storage_that_is_busy_is_asked_again_later(
    holder: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AwsUnavailableError

    monkeypatch.setattr(holder.world, "call", refuse)

    answer = holder.verify(link(), method="POST")

    assert (answer.status, answer.headers["retry-after"]) == (503, "5")


def test_the_log_knows_neither_link_nor_address(holder: Holder) -> None:
    holder.verify(link(), method="POST")

    said = str(holder.log.lines)
    assert "/verify/{token}" in said
    assert link().rpartition("/")[2] not in said
    assert "alice@example.com" not in said


def test_only_looks_and_presses_are_taken(holder: Holder) -> None:
    assert holder.verify(link(), method="PUT").status in {404, 405}
