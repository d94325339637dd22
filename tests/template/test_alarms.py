"""Alarms: nothing breaks unheard, and each alarm says what to do."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.template.intrinsics import Template, short

RUNBOOKS = Path(__file__).parents[2] / "docs/runbooks"
SITUATIONS = {
    f"{name}.md" for name in ("README", "lost-page", "person-left", "stop-everything", "storm")
}
"""The index, and runbooks for what people notice, without an alarm."""

UNWATCHED = {"FirstKeyFunction", "TeamConfigFunction"}
"""Their failure fails the deployment."""
BACKSTOP = "TickMissing"
"""Tells that nothing runs any more, by no part of our own."""


@pytest.fixture(scope="module")
def alarms(deployed: Template) -> dict[str, dict[str, Any]]:
    return deployed.of_type("AWS::CloudWatch::Alarm")


@pytest.fixture(scope="module")
def ordinary(alarms: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: alarm for name, alarm in alarms.items() if name != BACKSTOP}


def watched(alarms: dict[str, dict[str, Any]], metric: str) -> set[str]:
    """The resources whose metric has an alarm; a service for a metric of our own."""
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
    assert watched(alarms, "ApproximateNumberOfMessagesVisible") == deployed.dead_letter_queues


def test_every_queue_that_is_not_emptied_is_heard(
    deployed: Template, alarms: dict[str, dict[str, Any]]
) -> None:
    assert watched(alarms, "ApproximateAgeOfOldestMessage") == deployed.working_queues


def test_a_stream_that_lags_is_heard(alarms: dict[str, dict[str, Any]]) -> None:
    assert watched(alarms, "IteratorAge") == {"TableChangeFunction"}


def test_requests_that_fail_are_heard(alarms: dict[str, dict[str, Any]]) -> None:
    assert watched(alarms, "5xx") == {"HttpApi"}


def test_deliveries_that_nearly_run_out_of_time_are_heard(
    deployed: Template, alarms: dict[str, dict[str, Any]]
) -> None:
    timeout = deployed.of_type("AWS::Lambda::Function")["NotifierFunction"]["Timeout"]

    assert watched(alarms, "Duration") == {"NotifierFunction"}
    assert timeout / 2 < alarms["NotifierDuration"]["Threshold"] / 1000 < timeout


@pytest.mark.parametrize(
    ("metric", "service", "statistic", "threshold"),
    [
        pytest.param("DeliveriesFailed", "notifier", "Sum", 1, id="a message was not delivered"),
        pytest.param("TimeToPage", "notifier", "p99", 60_000, id="pages are late"),
        pytest.param("TimerLateness", "escalator", "p99", 30_000, id="due actions are late"),
        pytest.param("AlertsRepaired", "escalator", "Sum", 1, id="an alert was forgotten"),
        pytest.param("TicksRefused", "escalator", "Sum", 1, id="nothing due is found"),
    ],
)
def test_a_measure_of_the_functions_is_heard(
    alarms: dict[str, dict[str, Any]], metric: str, service: str, statistic: str, threshold: int
) -> None:
    alarm = alarms[metric]

    assert alarm["MetricName"] == metric
    assert alarm["Dimensions"] == [{"Name": "service", "Value": service}]
    assert alarm.get("Statistic", alarm.get("ExtendedStatistic")) == statistic
    assert alarm["Threshold"] == threshold


def test_a_stack_hears_of_its_own_measures_only(
    deployed: Template, alarms: dict[str, dict[str, Any]]
) -> None:
    own = {"Fn::Sub": "Tocsin/${AWS::StackName}"}
    namespaces = [alarm["Namespace"] for alarm in alarms.values()]

    assert [each for each in namespaces if not str(each).startswith("AWS/")] == [own] * 6
    for function in deployed.of_type("AWS::Lambda::Function").values():
        assert function["Environment"]["Variables"]["POWERTOOLS_METRICS_NAMESPACE"] == own


def test_a_tick_that_does_not_come_is_heard_within_minutes(
    alarms: dict[str, dict[str, Any]],
) -> None:
    missing = alarms[BACKSTOP]

    assert watched(alarms, "Invocations") == {"TickFunction"}
    assert missing["ComparisonOperator"] == "LessThanThreshold"
    assert missing["TreatMissingData"] == "breaching"
    assert missing["Period"] * missing["EvaluationPeriods"] <= 180


def test_the_backstop_tells_people_without_any_part_of_ours(
    deployed: Template, alarms: dict[str, dict[str, Any]]
) -> None:
    topic = {"Ref": "BackstopTopic"}
    also = {"Fn::If": ["HasAlarmTopic", {"Ref": "AlarmTopicArn"}, {"Ref": "AWS::NoValue"}]}

    assert alarms[BACKSTOP]["AlarmActions"] == alarms[BACKSTOP]["OKActions"] == [topic, also]
    assert {
        (subscription["Protocol"], short(subscription["TopicArn"]), short(subscription["Endpoint"]))
        for subscription in deployed.of_type("AWS::SNS::Subscription").values()
    } == {
        ("email", "BackstopTopic", "BackstopEmail"),
        ("email", "BackstopTopic", "OwnerEmail"),
        ("sms", "BackstopTopic", "BackstopPhone"),
    }


def test_the_backstop_can_be_told_that_it_may_speak(deployed: Template) -> None:
    """CloudWatch may not use Amazon's own key of SNS, and an alarm's text is no secret."""
    assert "KmsMasterKeyId" not in deployed.of_type("AWS::SNS::Topic")["BackstopTopic"]


def test_silence_is_good_news_for_all_other_alarms(ordinary: dict[str, dict[str, Any]]) -> None:
    for alarm in ordinary.values():
        assert alarm["TreatMissingData"] == "notBreaching"


def test_alarms_go_to_the_topic_if_there_is_one(ordinary: dict[str, dict[str, Any]]) -> None:
    told = {"Fn::If": ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]}

    for alarm in ordinary.values():
        assert alarm["AlarmActions"] == told
        assert alarm["OKActions"] == told


def test_all_alarms_but_the_backstop_can_be_left_out(
    deployed: Template, ordinary: dict[str, dict[str, Any]]
) -> None:
    assert {deployed.resources[name]["Condition"] for name in ordinary} == {"HasAlarms"}
    assert "Condition" not in deployed.resources[BACKSTOP]


def test_every_alarm_leads_to_a_page_and_every_page_belongs_to_an_alarm(
    alarms: dict[str, dict[str, Any]],
) -> None:
    pages = {page.name for page in RUNBOOKS.glob("*.md")}

    assert {runbook_of(alarm) for alarm in alarms.values()} == pages - SITUATIONS


def test_a_page_names_its_alarms(alarms: dict[str, dict[str, Any]]) -> None:
    for name, alarm in alarms.items():
        assert f"`{name}`" in (RUNBOOKS / runbook_of(alarm)).read_text()


def test_the_cost_of_alarms_is_told(ordinary: dict[str, dict[str, Any]]) -> None:
    cost = (RUNBOOKS.parent / "cost.md").read_text()
    (told,) = re.findall(r"\*\*alarms\*\*: (\d+) of them \| \*\*([\d.]+) USD", cost)

    assert told == (str(len(ordinary)), f"{len(ordinary) * 0.10:.2f}")
