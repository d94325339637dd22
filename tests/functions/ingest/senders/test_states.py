"""Every state that a product is known to have does what its page in docs/senders says."""

import json
from collections.abc import Mapping, Sequence

import pytest
from _pytest.mark import ParameterSet

from functions.ingest.senders import Ignored, SenderSettings, Sent, sender_of
from functions.ingest.senders.reading.report import Report
from tests.examples import NINE
from tests.functions.ingest.gateway import Gateway
from tests.sender_states import FOLDER, PRODUCTS, Body, Does, State, pages
from tocsin.domain.alert import AlertStatus
from tocsin.domain.errors import InvalidInputError
from tocsin.domain.integration import IntegrationType
from tocsin.domain.signal import Signal, SignalAction

ALL = [(product.type, state) for product in PRODUCTS for state in product.states]
ENDS = [it for it in ALL if it[1].does in {Does.RESOLVES, Does.ACKNOWLEDGES}]


CHANGING_NO_OTHER = [
    (type_, state)
    for type_, state in ALL
    if type_ is not IntegrationType.SNS  # whose messages are signed
    and state.does in {Does.RESOLVES, Does.ACKNOWLEDGES, Does.NOTHING}
]
STATUSES = {
    Does.RESOLVES: AlertStatus.RESOLVED,
    Does.ACKNOWLEDGES: AlertStatus.ACKNOWLEDGED,
}


def named(cases: Sequence[tuple[IntegrationType, State]]) -> list[ParameterSet]:
    return [pytest.param(type_, state, id=f"{type_}-{state.says}") for type_, state in cases]


ACTIONS = {
    Does.OPENS: SignalAction.TRIGGER,
    Does.RESOLVES: SignalAction.RESOLVE,
    Does.ACKNOWLEDGES: SignalAction.ACKNOWLEDGE,
    Does.TEST: SignalAction.TRIGGER,
}


def read(
    type_: IntegrationType, body: Body, headers: Mapping[str, str]
) -> Signal | Ignored | InvalidInputError:
    sent = Sent(body=json.dumps(body).encode(), headers=headers, at=NINE)
    (entry,) = sender_of(type_).read(sent, SenderSettings())
    return entry.read.signal({}, NINE) if isinstance(entry.read, Report) else entry.read


@pytest.mark.parametrize(("type_", "state"), named(ALL))
def test_a_state_does_what_the_page_says(type_: IntegrationType, state: State) -> None:
    signal = read(type_, state.body, state.headers)

    if state.does is Does.NOTHING:
        assert isinstance(signal, Ignored)
        return
    assert isinstance(signal, Signal)
    assert signal.action is ACTIONS[state.does]
    assert (signal.facts.labels.get("test") == "true") is (state.does is Does.TEST)
    assert signal.facts.name.strip()


@pytest.mark.parametrize(("type_", "state"), named(ENDS))
def test_an_end_is_that_of_the_alert_that_was_opened(type_: IntegrationType, state: State) -> None:
    assert state.opened_by is not None
    signal = read(type_, state.body, state.headers)
    headers = {} if type_ is IntegrationType.SENTRY else state.headers
    opened = read(type_, state.opened_by, headers)

    assert isinstance(signal, Signal)
    assert isinstance(opened, Signal)
    assert opened.action is SignalAction.TRIGGER
    assert signal.dedup_key == opened.dedup_key


@pytest.mark.parametrize(("type_", "state"), named(CHANGING_NO_OTHER))
def test_a_state_that_opens_nothing_does_it_through_the_whole_of_intake(
    gateway: Gateway, type_: IntegrationType, state: State
) -> None:
    gateway.register(type_)
    if state.opened_by is not None:
        headers = {} if type_ is IntegrationType.SENTRY else state.headers
        gateway.post(state.opened_by, headers=headers)
    opened = [alert.status for alert in gateway.alerts()]

    reply = gateway.post(state.body, headers=state.headers)

    assert reply.status in {200, 201, 202}
    after = [STATUSES[state.does]] if state.does in STATUSES else opened
    assert [alert.status for alert in gateway.alerts()] == after


def test_every_type_has_its_states() -> None:
    assert {product.type for product in PRODUCTS} == set(IntegrationType)


def test_every_products_page_ends_with_the_table_of_its_cases() -> None:
    differ = [page.name for page, text in pages().items() if page.read_text() != text]

    assert {page.name for page in pages()} == {page.name for page in FOLDER.glob("*.md")}
    assert differ == [], "run `make senders`"
