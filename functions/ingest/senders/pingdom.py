"""Pingdom's webhook: an uptime or transaction check that changed its state."""

from collections.abc import Mapping
from typing import Any, Final

from functions.ingest.senders import Sender
from functions.ingest.senders.reading.entries import objects
from functions.ingest.senders.reading.fields import Fields
from functions.ingest.senders.reading.report import ALWAYS_CRITICAL, Report, merged
from functions.ingest.senders.reading.shapes import pairs_of
from functions.ingest.senders.reading.times import read_time
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.signal import SignalAction

EXPECTED: Final = (
    'Expected an object like {"check_id": 803318, "check_name": "shop", "current_state": "DOWN"}.'
)
_OVER: Final = frozenset(("UP", "SUCCESS"))
_WORDS: Final[Mapping[str, str]] = {"low": "warning", **ALWAYS_CRITICAL}


def read_check(entry: Mapping[str, Any]) -> Report:
    fields = Fields(entry)
    check_id = fields.needed("check_id")
    state = fields.needed("current_state").upper()
    fields.raise_problems(EXPECTED)
    is_over = state in _OVER
    parameters = fields.part("check_params")
    name = fields.any_text("check_name") or f"Pingdom check {check_id}"
    changed_at = fields.raw("state_changed_timestamp") or fields.raw("state_changed_utc_time")
    return Report(
        action=SignalAction.RESOLVE if is_over else SignalAction.TRIGGER,
        dedup_key=dedup_key_of("check", check_id),
        name=name,
        summary=f"{name}: {fields.any_text('description') or state}",
        reason="\n".join(
            it
            for it in (
                fields.any_text("long_description", "description"),
                fields.any_text("custom_message"),
            )
            if it
        ),
        severity=fields.any_text("importance_level"),
        words=_WORDS,
        source="pingdom",
        object=parameters.any_text("hostname"),
        monitor_id=check_id,
        monitor_name=name,
        labels=merged(
            pairs_of(fields.raw("tags")),
            {
                "check_type": fields.raw("check_type"),
                "probe": fields.part("first_probe").raw("location"),
            },
        ),
        urls={"Checked": parameters.raw("full_url")},
        started_at=None if is_over else read_time(changed_at),
    )


SENDER: Final = Sender(
    product="Pingdom checks",
    expected=EXPECTED,
    read=objects(read_check, EXPECTED),
    fires="`current_state` `DOWN`, `FAILING`",
    resolves="`current_state` `UP`, `SUCCESS`",
    dedup_key="`check_id`",
    severity="`importance_level`: HIGH critical, LOW warning; else critical",
    episode_start="`state_changed_timestamp`",
)
