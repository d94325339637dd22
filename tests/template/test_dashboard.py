"""The dashboard: it shows what there is, and all of it."""

import json
import re
from typing import Any

import pytest

from tests.template.intrinsics import Template

OWN = "Tocsin/${AWS::StackName}"
UNSHOWN = {
    *("CalendarFunction", "ConsoleFunction", "FirstKeyFunction", "SessionFunction"),
    "TeamConfigFunction",
}
"""One pages nobody, and has alarms; the others run when the stack is deployed, and then no more."""


@pytest.fixture(scope="module")
def widgets(deployed: Template) -> list[dict[str, Any]]:
    body = deployed.of_type("AWS::CloudWatch::Dashboard")["StackDashboard"]["DashboardBody"]
    read: dict[str, list[dict[str, Any]]] = json.loads(body["Fn::Sub"])
    return read["widgets"]


@pytest.fixture(scope="module")
def metrics(widgets: list[dict[str, Any]]) -> list[list[Any]]:
    return [metric for widget in widgets for metric in widget["properties"]["metrics"]]


def shown(metrics: list[list[Any]], name: str) -> set[str]:
    return {re.sub(r"^\$\{(\w+).*\}$", r"\1", metric[3]) for metric in metrics if metric[1] == name}


@pytest.fixture(scope="module")
def plain(metrics: list[list[Any]]) -> list[list[Any]]:
    return [metric for metric in metrics if isinstance(metric[0], str)]


def test_stacks_of_one_name_in_two_regions_have_a_dashboard_each(deployed: Template) -> None:
    dashboard = deployed.of_type("AWS::CloudWatch::Dashboard")["StackDashboard"]

    assert dashboard["DashboardName"] == {"Fn::Sub": "${AWS::StackName}-${AWS::Region}"}


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
def test_every_function_is_shown(deployed: Template, plain: list[list[Any]], metric: str) -> None:
    functions = deployed.of_type("AWS::Lambda::Function").keys()

    assert shown(plain, metric) == functions - UNSHOWN


def test_every_queue_is_shown(deployed: Template, plain: list[list[Any]]) -> None:
    dead_letters = deployed.dead_letter_queues

    assert shown(plain, "ApproximateAgeOfOldestMessage") == deployed.working_queues
    assert shown(plain, "ApproximateNumberOfMessagesVisible") == dead_letters


def test_every_measure_that_has_an_alarm_is_shown(
    deployed: Template, metrics: list[list[Any]]
) -> None:
    heard = {
        alarm["MetricName"]
        for alarm in deployed.of_type("AWS::CloudWatch::Alarm").values()
        if alarm["Namespace"] == {"Fn::Sub": OWN}
    }

    assert heard
    assert not {name for name in heard if name not in json.dumps(metrics)}


def test_notifications_are_shown_by_channel(metrics: list[list[Any]]) -> None:
    searched = [metric[0]["expression"] for metric in metrics if isinstance(metric[0], dict)]

    assert searched == [
        f"SEARCH('{{\"{OWN}\",channel_type,service}} MetricName=\"{name}\"', 'Sum')"
        for name in ("DeliveriesSent", "DeliveriesFailed")
    ]


def test_the_dashboard_shows_its_own_stack_only(plain: list[list[Any]]) -> None:
    for namespace, *_ in plain:
        assert namespace == OWN or namespace.startswith("AWS/")


def test_free_dashboards_have_room_for_it(metrics: list[list[Any]]) -> None:
    """An account's first three are free up to fifty metrics each."""
    by_channel = 2 * 6

    assert len(metrics) + by_channel <= 50


def test_widgets_do_not_lie_upon_each_other(widgets: list[dict[str, Any]]) -> None:
    cells = [
        (widget["x"] + column, widget["y"] + row)
        for widget in widgets
        for column in range(widget["width"])
        for row in range(widget["height"])
    ]

    assert len(cells) == len(set(cells))
    assert max(column for column, _ in cells) < 24
