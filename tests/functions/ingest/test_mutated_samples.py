"""No sender's module fails by a changed real body: it refuses or reads it.

Every registered type is tried with all of its samples, each changed at some places.
"""

import copy
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from functions.ingest.senders import Ignored, SenderSettings, Sent, sender_of
from functions.ingest.senders.reading.report import Report
from tests.examples import NINE
from tests.functions.ingest.gateway import TOKEN, Gateway
from tests.functions.ingest.hostile import CONTROLS, EVENT, NUL, REST, TO_THE_LEFT
from tests.wire import FOLDER, Sample, samples
from tocsin.domain.dedup import DEDUP_KEY_LIMIT
from tocsin.domain.errors import TocsinError
from tocsin.domain.integration import IntegrationType
from tocsin.domain.signal import Facts, Signal, SignalAction, printable

OURS: Final[Mapping[IntegrationType, Mapping[str, Any]]] = {
    IntegrationType.REST: REST,
    IntegrationType.MONITOR: REST,
    IntegrationType.EVENTS: EVENT,
}
"""Our own formats, of which nothing was captured."""
ENDPOINTS: Final = (
    *("amtool", "prometheus", "pagerduty-python", "pdpyras", "alertmanager-pagerduty"),
    *("alerta-api", "alertmanager-opsgenie", "opsgenie-python"),
    *("apprise-endpoints", "uptime-kuma-endpoints", "zabbix-endpoints"),
)
"""Samples that came to another product's endpoint, in tests/data/wire."""
KEYED_BY_HEADER: Final = ("/v2/alerts", "/alert")
"""Where the key that was captured is in a header: ours is in the path."""
CHANGED_PLACES: Final = 3
SETTINGS: Final = SenderSettings(severity_map={"major": "critical", "down": "ok"})

odd_value = (
    some.none()
    | some.booleans()
    | some.integers()
    | some.sampled_from([10**299, -(10**30), 0, -1, 2**63, 1e308, 5e-324, -0.0, 0.1])
    | some.sampled_from(["", " ", NUL, CONTROLS, TO_THE_LEFT, "\ufffe", "😀" * 300, "x" * 70_000])
    | some.sampled_from(["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "99999999999999", "now"])
    | some.sampled_from(["ok", "resolved", "critical", "null", "{}", "[1]", "javascript:alert(1)"])
    | some.sampled_from([[], {}, [[]], {"": {}}, [{"a": 1}], ["x", 1, None], {"text": "x"}])
    | some.text(some.characters(codec="utf-8"), max_size=20)
).map(copy.deepcopy)  # the next change may be within it


def originals(type_: IntegrationType) -> list[Sample]:
    if type_ in OURS:
        return [Sample("ours", json.dumps(OURS[type_]).encode())]
    assert (FOLDER / type_).is_dir(), f"tests/data/wire/{type_} has the bodies of {type_}"
    return samples(type_)


def below_our_token(sample: Sample) -> str:
    """The path that was captured, with our key where it was sent with another."""
    below = f"/i/{TOKEN}"
    path = re.sub(r"^/integrations/\w+", below, sample.path.removeprefix("/og"))
    return f"{below}{path}" if path.startswith(KEYED_BY_HEADER) else path


def places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where something could be changed, from the top to the leaves."""
    yield path
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places(inner, (*path, name))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from places(inner, (*path, position))


@some.composite
def mutated_json(draw: some.DrawFn, original: object) -> object:
    value: Any = copy.deepcopy(original)
    for _ in range(draw(some.integers(1, CHANGED_PLACES))):
        path = draw(some.sampled_from(sorted(places(value), key=repr)))
        if not path:
            if draw(some.booleans()):
                value = copy.deepcopy(draw(odd_value))
            continue
        holder = value
        for step in path[:-1]:
            holder = holder[step]
        match draw(some.sampled_from(["replace", "replace", "remove", "wrap", "spell"])):
            case "replace":
                # A copy: what is drawn is shared, and is changed in turn.
                holder[path[-1]] = copy.deepcopy(draw(odd_value))
            case "remove":
                del holder[path[-1]]
            case "wrap":
                holder[path[-1]] = [holder[path[-1]]]
            case _:
                holder[path[-1]] = json.dumps(holder[path[-1]])
    return value


@some.composite
def mutated(draw: some.DrawFn, type_: IntegrationType) -> Sent:
    """A sample with a few things changed in its body, and maybe its headers and query gone."""
    sample = draw(some.sampled_from(originals(type_)))
    body = sample.body
    try:
        changed = json.loads(body)
    except ValueError:
        position = draw(some.integers(0, len(body)))
        body = body[:position] + draw(some.binary(max_size=9)) + body[position:]
    else:
        body = json.dumps(draw(mutated_json(changed))).encode()
    keeps_headers = draw(some.integers(0, 4)) > 0
    headers = dict(sample.headers) if keeps_headers else {}
    for name in draw(some.sets(some.sampled_from(sorted(headers)), max_size=2)) if headers else ():
        headers[name] = draw(some.text(max_size=10))
    query = {name: draw(some.text(max_size=10)) for name in _names(sample.query)}
    return Sent(body=body, headers=headers, query=query, method=sample.method, at=NINE)


def _names(query: str) -> Sequence[str]:
    return [pair.partition("=")[0] for pair in query.split("&") if pair]


@pytest.mark.parametrize("type_", IntegrationType)
@given(data=some.data())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_changed_body_is_refused_or_read(type_: IntegrationType, data: some.DataObject) -> None:
    sent = data.draw(mutated(type_))
    try:
        entries = sender_of(type_).read(sent, SETTINGS)
    except TocsinError:
        return
    for entry in entries:
        match entry.read:
            case Report() as report:
                signal = report.signal(SETTINGS.severity_map, NINE)
                expect_whole(signal)
            case Ignored(why):
                assert why
            case refusal:
                assert refusal.message
        json.dumps(entry.said)


@pytest.mark.parametrize("type_", IntegrationType)
def test_every_sample_is_read_as_it_is(type_: IntegrationType) -> None:
    for sample in originals(type_):
        sent = Sent(
            body=sample.body,
            headers=sample.headers,
            query=dict.fromkeys(_names(sample.query), "x"),
            method=sample.method,
            at=NINE,
        )
        assert sender_of(type_).read(sent, SETTINGS) is not None


@pytest.mark.parametrize("folder", ENDPOINTS)
@given(data=some.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_other_products_endpoints_refuse_a_changed_body_or_take_it(
    folder: str, data: some.DataObject
) -> None:
    bodies = [it for it in samples(folder) if it.path and it.body[:1] in (b"{", b"[")]
    sample = data.draw(some.sampled_from(bodies))
    changed = data.draw(mutated_json(json.loads(sample.body)))
    gateway = Gateway()
    gateway.register(IntegrationType.REST)

    body = json.dumps(changed).encode()
    reply = gateway.replay(sample.with_body(body), path=below_our_token(sample))

    assert 200 <= reply.status < 500
    for alert in gateway.alerts():
        assert alert.dedup_key.strip()


def expect_whole(signal: Signal) -> None:
    """A signal has an identity and nothing that a reader could not show."""
    assert signal.dedup_key.strip(), "no signal without a dedup key"
    assert len(signal.dedup_key) <= DEDUP_KEY_LIMIT
    assert signal.facts.name or signal.action is not SignalAction.TRIGGER
    for said in _texts(signal.facts):
        assert printable(said) == said
    facts = signal.facts
    assert json.dumps([facts.urls, facts.truncated, facts.threshold, signal.current_value])
    for time in (signal.source_started_at, signal.lapses_at):
        assert time is None or time.tzinfo is not None


def _texts(facts: Facts) -> list[str]:
    named = [facts.source, facts.object, facts.source_severity, facts.rule_id, facts.group_id]
    return [
        *(facts.name, facts.summary, facts.reason, *facts.labels, *facts.labels.values()),
        *(*facts.urls, *facts.urls.values(), *(it for it in named if it)),
    ]
