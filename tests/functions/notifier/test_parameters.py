"""Secrets are read by name, for five minutes, and only where they may lie."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.notifier.links import ParameterLinks
from functions.notifier.parameters import Parameters
from tests.captured_log import captured_log
from tests.examples import NINE
from tests.functions.notifier.conftest import KEY, PUBLIC_URL, a_delivery, parameters
from tocsin.adapters.aws_json import AwsError, AwsUnavailableError
from tocsin.adapters.ssm_secrets import KEPT_FOR, SsmSecrets
from tocsin.domain.link import LinkAction, LinkSigner
from tocsin.domain.people import ContactMethod, User
from tocsin.domain.verification import VERIFY_PATH, VerificationSigner
from tocsin.usecases.refusals import DeliveryFailedError

SPELLED_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


class Store:
    """Parameter Store with one secret, and a clock."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.now = NINE
        self.error: Exception | None = None

    def __call__(self, _operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        self.asked.append(request["Name"])
        if self.error is not None:
            raise self.error
        return {"Parameter": {"Value": f"secret {len(self.asked)}"}}

    def time(self) -> datetime:
        return self.now


def failure_of(store: Store, name: str = "/tocsin/hook") -> DeliveryFailedError:
    with pytest.raises(DeliveryFailedError) as failed:
        Parameters(SsmSecrets(store), store.time).get(name)
    return failed.value


def test_a_secret_is_remembered_for_five_minutes() -> None:
    store = Store()
    known = Parameters(SsmSecrets(store), store.time)

    first = known.get("/tocsin/hook")
    store.now += KEPT_FOR - timedelta(seconds=1)
    second = known.get("/tocsin/hook")
    store.now += timedelta(seconds=1)
    third = known.get("/tocsin/hook")

    assert (first, second, third) == ("secret 1", "secret 1", "secret 2")


@pytest.mark.parametrize("name", ["", "hook", "/other/hook", "/tocsinhook", "tocsin/hook"])
def test_other_parameters_are_not_asked_for(name: str) -> None:
    store = Store()

    assert not failure_of(store, name).is_retryable
    assert not store.asked


def test_a_secret_that_is_not_there_is_final() -> None:
    store = Store()
    store.error = AwsError("ParameterNotFound", "no canary")

    failed = failure_of(store)

    assert failed.reason == "the secret /tocsin/hook cannot be read: ParameterNotFound"
    assert not failed.is_retryable


def test_a_bad_moment_of_the_store_is_tried_again() -> None:
    store = Store()
    store.error = AwsUnavailableError()

    assert failure_of(store).is_retryable


def links_of(name: str = "/tocsin/key", url: str = PUBLIC_URL, **secrets: str) -> ParameterLinks:
    return ParameterLinks(parameters(**secrets), name, url, captured_log("notifier"))


def test_links_are_for_whom_the_message_is() -> None:
    links = links_of(key=SPELLED_KEY).links(a_delivery(target="user:alice"), at=NINE)

    assert links is not None
    link = LinkSigner(KEY, PUBLIC_URL).read(links.view.rpartition("/")[2], NINE)
    assert (link.action, link.by) == (LinkAction.VIEW, "alice")


def test_a_link_that_verifies_is_for_one_address_of_the_user() -> None:
    alice = User(name="alice", email="alice@example.com")

    url = links_of(key=SPELLED_KEY).verification(alice, ContactMethod.EMAIL, at=NINE)

    assert url is not None
    signer = VerificationSigner(KEY, PUBLIC_URL)
    read = signer.read(url.removeprefix(f"{PUBLIC_URL}{VERIFY_PATH}"), NINE)
    assert (read.user, read.method, read.is_for(alice)) == ("alice", ContactMethod.EMAIL, True)
    assert links_of(key=SPELLED_KEY).verification(alice, ContactMethod.SMS, at=NINE) is None


@pytest.mark.parametrize(
    "links",
    [
        pytest.param(links_of(name=""), id="no key is configured"),
        pytest.param(links_of(url="", key=SPELLED_KEY), id="no address is known"),
        pytest.param(links_of(), id="the key cannot be read"),
        pytest.param(links_of(key="c2hvcnQ="), id="the key is none"),
    ],
)
def test_a_page_without_links_is_better_than_none(links: ParameterLinks) -> None:
    assert links.links(a_delivery(), at=NINE) is None
    alice = User(name="alice", email="alice@example.com")
    assert links.verification(alice, ContactMethod.EMAIL, at=NINE) is None


def test_a_secret_of_another_stack_is_not_asked_for() -> None:
    store = Store()

    with pytest.raises(DeliveryFailedError) as failed:
        Parameters(SsmSecrets(store), store.time, "/tocsin/tocsin/").get("/tocsin/other/hook")

    assert failed.value.reason == "the secret's name must begin with /tocsin/tocsin/"
    assert store.asked == []
