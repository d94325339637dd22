"""Any JSON is refused, or makes a whole signal."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some

from functions.ingest.senders import Ignored, SenderSettings, Sent, sender_of
from functions.ingest.senders.reading.report import Report
from tests.examples import NINE
from tests.functions.ingest.hostile import EVENT_FIELDS, PAYLOAD_FIELDS, REST_FIELDS
from tests.functions.ingest.test_mutated_samples import expect_whole
from tocsin.domain.errors import InvalidInputError
from tocsin.domain.integration import IntegrationType
from tocsin.domain.signal import Signal, SignalAction

TYPES = [IntegrationType.REST, IntegrationType.EVENTS]
NAMES = (*REST_FIELDS, *EVENT_FIELDS, *PAYLOAD_FIELDS, "summary", "href", "src", "text", "alt")

text = some.text(some.characters(codec="utf-8"))
word = some.sampled_from(
    [*SignalAction, "critical", "ok", "urgent", "https://example.com", "javascript:x"]
)
scalar = (
    some.none()
    | some.booleans()
    | some.integers()
    | some.integers(min_value=10**20, max_value=10**400)
    | some.floats(allow_nan=False, allow_infinity=False)
    | text
    | word
)
name = some.sampled_from(NAMES) | text
value = some.recursive(
    scalar, lambda inner: some.lists(inner) | some.dictionaries(name, inner), max_leaves=6
)
entry = some.dictionaries(name, value, max_size=6)
whole_alert = some.builds(lambda entry, name: {**entry, "name": name}, entry, scalar)
whole_event = some.builds(
    lambda action, key, payload: {"event_action": action, "dedup_key": key, "payload": payload},
    some.sampled_from(list(SignalAction)),
    scalar,
    whole_alert.map(lambda alert: {**alert, "summary": alert["name"]}),
)


@pytest.mark.parametrize("type_", TYPES)
@given(entry=entry | whole_event | whole_alert)
def test_any_object_is_refused_or_becomes_a_whole_signal(
    type_: IntegrationType, entry: dict[str, object]
) -> None:
    (read,) = entries_of(type_, json.dumps(entry).encode())
    if isinstance(read, InvalidInputError):
        assert read.details
    else:
        assert isinstance(read, Signal)
        expect_whole(read)


@pytest.mark.parametrize("type_", TYPES)
@given(entry=whole_event | whole_alert)
@example(entry={"event_action": None, "custom_details": None, "name": "Disk"})
@settings(max_examples=50)
def test_the_same_object_is_the_same_signal(
    type_: IntegrationType, entry: dict[str, object]
) -> None:
    def read(body: bytes) -> Signal | None:
        (read,) = entries_of(type_, body)
        return read if isinstance(read, Signal) else None

    in_another_order = dict(reversed(entry.items()))

    first, second = read(json.dumps(entry).encode()), read(json.dumps(in_another_order).encode())

    assert first == second


def entries_of(type_: IntegrationType, body: bytes) -> list[Signal | Ignored | InvalidInputError]:
    words = {"x": "ok"}
    sent, settings_ = Sent(body=body, at=NINE), SenderSettings(severity_map=words)
    reads = [entry.read for entry in sender_of(type_).read(sent, settings_)]
    return [it.signal(words, NINE) if isinstance(it, Report) else it for it in reads]
