"""What matchers of routes see of an alert."""

from dataclasses import replace

import pytest

from tests.examples import firing
from tocsin.domain.alert import Alert
from tocsin.domain.matcher import Matcher
from tocsin.domain.routing import labels_of
from tocsin.domain.severity import Severity


def labelled(**labels: str) -> Alert:
    alert = firing()
    facts = replace(alert.facts, labels=labels, source_severity="P1", source="db-1")
    return replace(alert, facts=facts, severity=Severity.CRITICAL)


@pytest.mark.parametrize(
    "matcher",
    [
        pytest.param('severity="critical"', id="ours wins over a label of its name"),
        pytest.param('label.severity="page"', id="the label that is hidden"),
        pytest.param('team="payments"', id="a label"),
        pytest.param('label.team="payments"', id="a label by its longer name"),
        pytest.param('source_severity="P1"', id="the sender's own word"),
        pytest.param('label.source=""', id="no label of that name"),
        pytest.param('label.source!="db-1"', id="our field is no label"),
    ],
)
def test_matchers_see_labels_and_fields(matcher: str) -> None:
    alert = labelled(severity="page", team="payments")

    assert Matcher.parse(matcher).matches(labels_of(alert))


def test_a_field_without_a_value_leaves_the_label_of_its_name() -> None:
    alert = labelled(group_id="of the label")

    assert alert.facts.group_id is None
    assert Matcher.parse('group_id="of the label"').matches(labels_of(alert))
