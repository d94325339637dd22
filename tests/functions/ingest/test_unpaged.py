"""Intake says of an alert that no escalation policy pages that nobody is paged."""

from typing import Any

import pytest

from tests.examples import MINUTE
from tests.functions.ingest.gateway import Gateway
from tocsin.domain.escalation import NO_POLICY_PAGES
from tocsin.domain.severity import Severity

SIGNAL = {"name": "checkout", "severity": "critical"}
UNPAGED = {"pages": False, "why": NO_POLICY_PAGES}


def said_of(result: dict[str, Any]) -> dict[str, Any]:
    return {name: result[name] for name in ("pages", "why") if name in result}


@pytest.mark.parametrize("severity", ["critical", "warning", "info"])
def test_a_sender_hears_that_no_policy_pages_its_alert(rest: Gateway, severity: str) -> None:
    result = rest.post({**SIGNAL, "severity": severity}).result

    assert said_of(result) == UNPAGED


def test_a_repeat_hears_it_too(rest: Gateway) -> None:
    rest.post(SIGNAL)

    repeat = rest.post(SIGNAL).result

    assert repeat["outcome"] == "updated"
    assert said_of(repeat) == UNPAGED


def test_an_alert_that_is_paged_is_answered_as_ever(rest: Gateway) -> None:
    rest.world.escalation_policy(("channel:ops", 5 * MINUTE))

    result = rest.post(SIGNAL).result

    assert result.keys() == {"dedup_key", "alert_id", "outcome", "severity"}


def test_a_severity_that_is_left_out_by_choice_is_answered_as_ever(rest: Gateway) -> None:
    rest.world.escalation_policy(
        ("channel:ops", 5 * MINUTE), severities=frozenset((Severity.CRITICAL,))
    )

    assert said_of(rest.post({**SIGNAL, "severity": "warning"}).result) == {}


def test_an_alert_that_a_person_has_is_answered_as_ever(rest: Gateway) -> None:
    alert = rest.alert(rest.post(SIGNAL))
    rest.world.acknowledge(alert.alert_id)

    assert said_of(rest.post(SIGNAL).result) == {}


def test_an_end_is_answered_as_ever(rest: Gateway) -> None:
    rest.post(SIGNAL)

    assert said_of(rest.post({**SIGNAL, "severity": "ok"}).result) == {}


def test_each_alert_of_a_list_is_answered_for_itself(rest: Gateway) -> None:
    rest.world.escalation_policy(("channel:ops", 5 * MINUTE), name="special")
    results = rest.post([SIGNAL, {**SIGNAL, "name": "other"}]).results

    assert [said_of(result) for result in results] == [UNPAGED, UNPAGED]


def test_the_answer_costs_no_further_request(rest: Gateway) -> None:
    """Opening reads the policies anyway; a repeat reads nothing."""
    unpaged = asked_by_a_repeat(rest)
    rest.world.escalation_policy(("channel:ops", 5 * MINUTE))

    paged = asked_by_a_repeat(rest, name="paged")

    assert unpaged == paged
    assert set(unpaged) == {"UpdateItem"}


def asked_by_a_repeat(rest: Gateway, *, name: str = "unpaged") -> list[str]:
    asked: list[str] = []
    ask = rest.world.table.answer

    def count(operation: str, parameters: Any) -> Any:  # noqa: ANN401 - passed on
        asked.append(operation)
        return ask(operation, parameters)

    rest.post({**SIGNAL, "name": name})
    rest.world.table.answer = count  # type: ignore[method-assign] # counts what passes
    rest.post({**SIGNAL, "name": name})
    rest.world.table.answer = ask  # type: ignore[method-assign] # as it was
    return asked
