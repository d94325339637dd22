"""What alarms and the dashboard look for is what the functions measure, letter by letter."""

import io
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from samtranslator.yaml_helper import yaml_parse

from functions.escalator.ports import Ports as EscalatorPorts
from functions.ingest.ports import Ports as IngestPorts
from functions.notifier.ports import Ports as NotifierPorts
from tests.faults import functions
from tests.faults.runs import tell
from tests.faults.stories import STORIES
from tests.template_file import TEMPLATE
from tocsin.lambda_runtime.settings import METRICS_NAMESPACE

OWN = "Tocsin/${AWS::StackName}"
"""What the template gives the functions for a namespace; in tests it is another."""


class Metric(NamedTuple):
    """By what CloudWatch tells one metric from another."""

    namespace: str
    name: str
    dimensions: frozenset[str]
    service: str | None = None


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    resources: dict[str, Any] = yaml_parse(TEMPLATE.read_text())["Resources"]
    return resources


@pytest.fixture(scope="module")
def measured(template: dict[str, Any]) -> set[Metric]:
    """Everything that the functions measure in all stories."""
    with pytest.MonkeyPatch.context() as patch, pytest.MonkeyPatch.context() as output:
        patch.setattr(functions, "_Ingest", IngestPorts)
        patch.setattr(functions, "_Escalator", EscalatorPorts)
        patch.setattr(functions, "_Notifier", NotifierPorts)
        written = io.StringIO()
        output.setattr("sys.stdout", written)
        for story in STORIES:
            tell(story, template)
    lines = map(json.loads, written.getvalue().splitlines())
    return {metric for line in lines for metric in metrics_in(line)}


def metrics_in(line: dict[str, Any]) -> Iterator[Metric]:
    for directive in line.get("_aws", {}).get("CloudWatchMetrics", ()):
        assert directive["Namespace"] == METRICS_NAMESPACE
        for dimensions in directive["Dimensions"]:
            for definition in directive["Metrics"]:
                values = line[definition["Name"]]
                assert all(
                    isinstance(value, int | float)
                    for value in (values if isinstance(values, list) else [values])
                )
                yield Metric(OWN, definition["Name"], frozenset(dimensions), str(line["service"]))


def alarmed(resources: dict[str, Any]) -> Iterator[Metric]:
    for resource in resources.values():
        alarm = resource["Properties"]
        if resource["Type"] == "AWS::CloudWatch::Alarm" and alarm["Namespace"] == {"Fn::Sub": OWN}:
            dimensions = {it["Name"]: it["Value"] for it in alarm["Dimensions"]}
            names = frozenset(dimensions)
            yield Metric(OWN, alarm["MetricName"], names, dimensions["service"])


def widget_metrics(resources: dict[str, Any]) -> Iterator[list[Any]]:
    body = resources["StackDashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    for widget in json.loads(body)["widgets"]:
        yield from widget["properties"]["metrics"]


def shown(resources: dict[str, Any]) -> Iterator[Metric]:
    for metric in widget_metrics(resources):
        if metric[0] == OWN:
            namespace, name, dimension, service, *_ = metric
            yield Metric(namespace, name, frozenset((dimension,)), service)


def searched(resources: dict[str, Any]) -> Iterator[Metric]:
    for metric in widget_metrics(resources):
        if isinstance(metric[0], dict):
            schema = re.match(
                r"SEARCH\('\{\"(.+)\",([\w,]+)\} MetricName=\"(\w+)\"'", metric[0]["expression"]
            )
            assert schema, metric
            yield Metric(schema[1], schema[3], frozenset(schema[2].split(",")))


def test_what_an_alarm_watches_is_measured(
    resources: dict[str, Any], measured: set[Metric]
) -> None:
    watched = set(alarmed(resources))

    assert len(watched) == 6
    assert watched <= measured


def test_what_the_dashboard_shows_is_measured(
    resources: dict[str, Any], measured: set[Metric]
) -> None:
    wanted = set(shown(resources))

    assert wanted
    assert wanted <= measured


def test_what_the_dashboard_searches_for_is_measured(
    resources: dict[str, Any], measured: set[Metric]
) -> None:
    wanted = set(searched(resources))

    assert wanted
    assert wanted <= {it._replace(service=None) for it in measured}
