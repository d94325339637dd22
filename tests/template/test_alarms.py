"""Alarms: nothing breaks unheard, and each alarm says what to do."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.template.intrinsics import Template, short

RUNBOOKS = Path(__file__).parents[2] / "docs/runbooks"

UNWATCHED = {"FirstKeyFunction"}
"""Its failure fails the deployment, before the eyes of whoever deploys."""


@pytest.fixture(scope="module")
def alarms(deployed: Template) -> dict[str, dict[str, Any]]:
    return deployed.of_type("AWS::CloudWatch::Alarm")


def watched(alarms: dict[str, dict[str, Any]], metric: str) -> set[str]:
    """The resources whose metric has an alarm."""
    return {
        short(dimension["Value"]).removesuffix(".QueueName")
        for alarm in alarms.values()
        if alarm["MetricName"] == metric
        for dimension in alarm["Dimensions"]
    }


def runbook_of(alarm: dict[str, Any]) -> str:
    link = re.search(r"See docs/runbooks/([\w-]+\.md)$", alarm["AlarmDescription"]["Fn::Sub"])
    assert link
    return link[1]


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
def test_every_function_that_fails_or_is_throttled_is_heard(
    deployed: Template, alarms: dict[str, dict[str, Any]], metric: str
) -> None:
    functions = deployed.of_type("AWS::Lambda::Function").keys()

    assert watched(alarms, metric) == functions - UNWATCHED


def test_every_dead_letter_is_heard(deployed: Template, alarms: dict[str, dict[str, Any]]) -> None:
    queues = deployed.of_type("AWS::SQS::Queue")
    dead_letters = {name for name, queue in queues.items() if "RedrivePolicy" not in queue}

    assert watched(alarms, "ApproximateNumberOfMessagesVisible") == dead_letters


def test_every_queue_that_is_not_emptied_is_heard(
    deployed: Template, alarms: dict[str, dict[str, Any]]
) -> None:
    queues = deployed.of_type("AWS::SQS::Queue")
    working = {name for name, queue in queues.items() if "RedrivePolicy" in queue}

    assert watched(alarms, "ApproximateAgeOfOldestMessage") == working


def test_a_stream_that_lags_is_heard(alarms: dict[str, dict[str, Any]]) -> None:
    assert watched(alarms, "IteratorAge") == {"TableChangeFunction"}


def test_requests_that_fail_are_heard(alarms: dict[str, dict[str, Any]]) -> None:
    assert watched(alarms, "5xx") == {"HttpApi"}


def test_a_tick_that_does_not_come_is_heard(alarms: dict[str, dict[str, Any]]) -> None:
    missing = alarms["TickMissing"]

    assert watched(alarms, "Invocations") == {"TickFunction"}
    assert missing["ComparisonOperator"] == "LessThanThreshold"
    assert missing["TreatMissingData"] == "breaching"


def test_silence_is_good_news_for_all_other_alarms(alarms: dict[str, dict[str, Any]]) -> None:
    for name in alarms.keys() - {"TickMissing"}:
        assert alarms[name]["TreatMissingData"] == "notBreaching"


def test_alarms_go_to_the_topic_if_there_is_one(alarms: dict[str, dict[str, Any]]) -> None:
    told = {"Fn::If": ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]}

    for alarm in alarms.values():
        assert alarm["AlarmActions"] == told
        assert alarm["OKActions"] == told


def test_alarms_can_be_left_out(deployed: Template, alarms: dict[str, dict[str, Any]]) -> None:
    assert {deployed.resources[name]["Condition"] for name in alarms} == {"HasAlarms"}


def test_every_alarm_leads_to_a_page_and_every_page_belongs_to_an_alarm(
    alarms: dict[str, dict[str, Any]],
) -> None:
    pages = {page.name for page in RUNBOOKS.glob("*.md")}

    assert {runbook_of(alarm) for alarm in alarms.values()} == pages


def test_a_page_names_its_alarms(alarms: dict[str, dict[str, Any]]) -> None:
    for name, alarm in alarms.items():
        assert f"`{name}`" in (RUNBOOKS / runbook_of(alarm)).read_text()
