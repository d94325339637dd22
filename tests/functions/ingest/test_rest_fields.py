"""What Harp's REST payload says, field by field."""

from typing import Any

import pytest

from tests.functions.ingest.gateway import Gateway
from tests.vendor_documents import examples_in
from tocsin.domain.integration import IntegrationType
from tocsin.domain.severity import Severity

DISK: dict[str, Any] = {"name": "Disk full", "source": "backup", "object": "db-1"}


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("critical", Severity.CRITICAL),
        ("URGENT", Severity.CRITICAL),
        (" Down ", Severity.CRITICAL),
        ("warning", Severity.WARNING),
        ("unknown", Severity.WARNING),
        ("information", Severity.INFO),
        ("info", Severity.INFO),
        ("none of ours", Severity.WARNING),
        (5, Severity.WARNING),
        ("", Severity.WARNING),
        (None, Severity.WARNING),
    ],
)
def test_a_severity_is_understood(rest: Gateway, word: object, severity: Severity) -> None:
    alert = rest.alert(rest.post({**DISK, "severity": word}))

    assert alert.severity is severity
    assert alert.facts.source_severity == (str(word) if word else None)


@pytest.mark.parametrize("word", ["ok", "OK", "normal", "clear", "resolved", "Up"])
def test_a_word_of_recovery_resolves(rest: Gateway, word: str) -> None:
    rest.post(DISK)

    assert rest.post({**DISK, "severity": word}).outcomes == ["resolved"]


def test_an_integration_has_words_of_its_own(gateway: Gateway) -> None:
    gateway.register(IntegrationType.REST, severity_map={"disaster": "critical", "info": "ok"})

    opened = gateway.post({**DISK, "severity": "Disaster"})

    assert gateway.alert(opened).severity is Severity.CRITICAL
    assert gateway.post({**DISK, "severity": "info"}).outcomes == ["resolved"]


@pytest.mark.parametrize(
    ("tags", "labels"),
    [({}, {"urgent": "true"}), ({"urgent": "no"}, {"urgent": "no"})],
    ids=["unless it said otherwise", "as it said"],
)
def test_an_alert_of_an_urgent_severity_has_the_label_urgent(
    rest: Gateway, tags: dict[str, str], labels: dict[str, str]
) -> None:
    alert = rest.alert(rest.post({**DISK, "severity": "urgent", "extra_tags": tags}))

    assert alert.facts.labels == labels


def test_everything_optional_is_carried_to_the_alert(rest: Gateway) -> None:
    carried = {
        "source_name": "error_count",
        "rule_id": "rule_xyz",
        "rule_name": "High Error Rate",
        "monitor_id": "01HXABCMONITOR0000",
        "monitor_name": "Public API",
        "group_id": "g-1",
        "operator": "gt",
        "window": "5m",
        "summary": "Public API is down",
        "threshold": 99.5,
    }

    alert = rest.alert(rest.post({**DISK, **carried, "current_value": 150}))

    assert {name: getattr(alert.facts, name) for name in carried} == carried
    assert alert.current_value == 150


@pytest.mark.parametrize(
    "example",
    [
        pytest.param(examples_in("signal-alerts-api")[1]["data"], id="Signal's"),
        pytest.param(examples_in("yipyap-alerts-api")[0], id="YipYap's"),
    ],
)
def test_what_another_alerts_api_shows_can_be_sent(rest: Gateway, example: dict[str, Any]) -> None:
    alert = rest.alert(rest.post({"name": "Public API", **example}))

    shown = {
        name: alert.current_value if name == "current_value" else getattr(alert.facts, name)
        for name in example
        if hasattr(alert.facts, name) or name == "current_value"
    }
    assert shown == {name: example[name] for name in shown}
    assert alert.facts.labels == example.get("labels", example.get("tags"))
    assert len(shown) >= 5


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("93 %", "93 %"),
        (93, "93"),
        (True, "true"),
        (0, "0"),
        ({"used": "93 %", "größe": [1, 2.5]}, '{"used": "93 %", "größe": [1, 2.5]}'),
        ([], "[]"),
        (None, ""),
    ],
)
def test_an_output_may_be_any_json(rest: Gateway, output: object, reason: str) -> None:
    assert rest.alert(rest.post({**DISK, "output": output})).facts.reason == reason


def test_tags_become_text(rest: Gateway) -> None:
    tags = {"port": 5432, "primary": True, "load": 0.75, "hosts": ["a", "b"], "none": None}

    alert = rest.alert(rest.post({**DISK, "extra_tags": tags}))

    assert alert.facts.labels == {
        "port": "5432",
        "primary": "true",
        "load": "0.75",
        "hosts": '["a", "b"]',
    }


def test_only_safe_links_are_kept(rest: Gateway) -> None:
    urls = {
        "Runbook": " https://example.com/runbook",
        "Mail": "mailto:ops@example.com",
        "Script": "javascript:alert(1)",
        "Data": "data:text/html,x",
        "Number": 5,
    }

    reply = rest.post({**DISK, "extra_urls": urls})

    assert rest.alert(reply).facts.urls == {
        "Runbook": "https://example.com/runbook",
        "Mail": "mailto:ops@example.com",
    }
    (said,) = reply.result["truncated"]
    assert said.startswith("urls: left out 3")


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (93, 93),
        (0, 0),
        (-0.5, -0.5),
        (2**53 - 1, 2**53 - 1),
        (2**53 + 1, float(2**53 + 1)),
        (-(2**70), -float(2**70)),
        (1e308, 1e308),
        ("93 %", "93 %"),
        (True, True),
        (None, None),
    ],
)
def test_a_value_is_kept_as_it_is_measured(rest: Gateway, value: object, kept: object) -> None:
    alert = rest.alert(rest.post({**DISK, "current_value": value, "threshold": value}))

    assert (alert.current_value, type(alert.current_value)) == (kept, type(kept))
    assert alert.facts.threshold == kept


def test_a_value_that_is_a_long_text_is_cut_and_cleaned(rest: Gateway) -> None:
    reply = rest.post({**DISK, "current_value": "9" * 300, "threshold": "\0" + "8" * 9})

    alert = rest.alert(reply)
    assert alert.current_value == "9" * 255 + "…"
    assert alert.facts.threshold == "\N{REPLACEMENT CHARACTER}88888888" + "8"
    assert reply.result["truncated"] == ["current_value: kept 256 of 300 characters"]


def test_values_make_a_history(rest: Gateway) -> None:
    reply = rest.post({**DISK, "current_value": 80})
    rest.world.pass_time(minutes=5)
    rest.post({**DISK, "current_value": 150})

    _, history = rest.world.alerts.get_with_history(rest.alert(reply).alert_id)

    assert [sample.value for sample in history] == [80, 150]


def test_a_text_that_is_too_long_is_cut_and_the_alert_says_so(rest: Gateway) -> None:
    body = {
        "name": "n" * 300,
        "output": "x" * 500_000,
        "extra_tags": {f"t{n}": n for n in range(600)},
    }

    reply = rest.post(body)

    assert reply.status == 202
    assert reply.result["truncated"] == [
        "name: kept 256 of 300 characters",
        "output: kept 65536 of 500000 bytes",
        "labels: kept 500 of 600",
    ]
    assert len(rest.alert(reply).facts.reason.encode()) <= 65_536


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        pytest.param({}, ["name"], id="nothing"),
        pytest.param({"name": "  "}, ["name"], id="a name of spaces"),
        pytest.param({"name": None}, ["name"], id="no name"),
        pytest.param({"name": ["a"]}, ["name"], id="a list for a name"),
        pytest.param({"alert_name": {}}, ["alert_name", "name"], id="an object for the other name"),
        pytest.param({**DISK, "severity": ["critical"]}, ["severity"], id="a list for a severity"),
        pytest.param({**DISK, "source": {}}, ["source"], id="an object for a source"),
        pytest.param(
            {"name": 5, "window": {}, "object": []}, ["object", "window"], id="several at once"
        ),
    ],
)
def test_what_cannot_be_understood_is_refused_by_field(
    rest: Gateway, body: dict[str, Any], wrong: list[str]
) -> None:
    reply = rest.post(body)

    assert (reply.status, reply.code) == (422, "invalid_request")
    assert reply.wrong_fields == wrong
    assert '"name": "Disk full"' in reply.error["message"]
    assert rest.alerts() == []
