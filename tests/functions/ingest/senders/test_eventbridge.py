"""EventBridge: by HTTP from an API destination, and straight from a rule."""

from typing import Any

import pytest

from functions.ingest.answers import respond
from tests.functions.ingest.gateway import Gateway, raising
from tests.sender_states import wire
from tocsin.adapters.dynamodb.alerts.slot_repository import DynamoDBSlots
from tocsin.domain.alert import AlertStatus
from tocsin.domain.errors import TryAgainError
from tocsin.domain.integration import IntegrationType
from tocsin.domain.severity import Severity

ALARM: dict[str, Any] = wire("eventbridge/cloudwatch-alarm-state-change")


def in_state(value: str, before: str = "OK") -> dict[str, Any]:
    detail = ALARM["detail"]
    now = {**detail["state"], "value": value}
    return {**ALARM, "detail": {**detail, "state": now, "previousState": {"value": before}}}


def test_an_api_destination_sends_by_http(eventbridge: Gateway) -> None:
    reply = eventbridge.deliver("eventbridge/api-destination-delivery")

    alert = eventbridge.alert(reply)
    assert alert.dedup_key == "arn:aws:cloudwatch:us-east-1:123456789012:alarm:ServerCpuTooHigh"
    assert alert.severity is Severity.CRITICAL


def test_an_alarm_lives_by_its_states(eventbridge: Gateway) -> None:
    replies = [
        eventbridge.post(event)
        for event in (
            in_state("ALARM"),
            in_state("INSUFFICIENT_DATA", before="ALARM"),
            in_state("OK", before="INSUFFICIENT_DATA"),
        )
    ]

    assert [reply.outcomes for reply in replies] == [["opened"], ["updated"], ["resolved"]]
    alert = eventbridge.alert(replies[0])
    assert alert.severity is Severity.CRITICAL
    assert alert.facts.labels["InstanceId"] == "i-12345678901234567"
    assert alert.facts.summary == "Goes into alarm when server CPU utilization is too high!"
    assert set(alert.facts.urls) == {"CloudWatch"}


def test_any_event_that_a_rule_sends_is_an_alert(eventbridge: Gateway) -> None:
    event = {
        "detail-type": "ECS Task State Change",
        "source": "aws.ecs",
        "resources": ["arn:aws:ecs:us-east-1:123456789012:task/one"],
        "detail": {"lastStatus": "STOPPED"},
    }

    first, again = eventbridge.post({**event, "id": "1"}), eventbridge.post({**event, "id": "2"})

    assert (first.outcomes, again.outcomes) == (["opened"], ["updated"])
    assert eventbridge.alert(first).facts.name == "ECS Task State Change: one"


def test_an_event_of_aws_health_ends(eventbridge: Gateway) -> None:
    event = {
        "detail-type": "AWS Health Event",
        "source": "aws.health",
        "account": "123456789012",
        "detail": {
            "eventArn": "arn:aws:health:us-east-1::event/EC2/AWS_EC2_ISSUE/1",
            "service": "EC2",
            "eventTypeCode": "AWS_EC2_ISSUE",
            "eventTypeCategory": "issue",
            "statusCode": "open",
            "startTime": "Sat, 21 Nov 2026 10:00:00 GMT",
            "eventDescription": [{"language": "en_US", "latestDescription": "We look into it."}],
        },
    }

    opened = eventbridge.post(event)
    over = eventbridge.post({**event, "detail": {**event["detail"], "statusCode": "closed"}})  # type: ignore[dict-item]

    assert (opened.outcomes, over.outcomes) == (["opened"], ["resolved"])
    assert eventbridge.alert(opened).severity is Severity.CRITICAL


def test_a_rule_hands_an_alarm_over_without_a_request(gateway: Gateway) -> None:
    assert respond(in_state("ALARM"), gateway.ports) == {}
    assert respond(in_state("OK", before="ALARM"), gateway.ports) == {}

    (alert,) = gateway.alerts()
    assert (alert.integration, alert.status) == ("eventbridge", AlertStatus.RESOLVED)


def test_the_integration_called_eventbridge_says_how(gateway: Gateway) -> None:
    gateway.register(
        IntegrationType.EVENTBRIDGE, name="eventbridge", severity_map={"alarm": "warning"}
    )

    respond(in_state("ALARM"), gateway.ports)

    assert gateway.alerts()[0].severity is Severity.WARNING


@pytest.mark.parametrize("event", [{}, {"detail-type": "x"}, {"source": 7, "detail-type": []}])
def test_an_invocation_that_is_no_event_is_refused_without_a_retry(
    gateway: Gateway, event: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert respond(event, gateway.ports) == {}
    assert gateway.alerts() == []
    assert "Event refused" in capsys.readouterr().out


def test_while_storage_refuses_lambda_has_to_hand_the_event_over_again(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DynamoDBSlots, "count", raising(TryAgainError))

    with pytest.raises(TryAgainError):
        respond(in_state("ALARM"), gateway.ports)
