"""Healthchecks.io's webhook, with our template as its body, or as the query of its URL."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from functions.ingest.senders import Entry, Ignored, Sender, SenderSettings, Sent
from functions.ingest.senders.reading.entries import query_or_objects
from functions.ingest.senders.reading.fields import Fields, without
from functions.ingest.senders.reading.report import ALWAYS_CRITICAL, Report
from functions.ingest.senders.reading.times import read_time
from tocsin.domain.signal import SignalAction

EXPECTED: Final = (
    "Expected the template of docs/senders/healthchecks.md, filled in: an object with "
    '"check" ($CODE) and "status" ($STATUS: down or up).'
)

_PLACEHOLDER: Final = re.compile(
    r"\$(?:CODE|STATUS|NOW|NAME|NAME_JSON|SLUG|TAGS|TAG\d+|JSON|BODY|BODY_JSON|EXITSTATUS)"
)
"""All that Healthchecks fills in (hc/integrations/webhook/transport.py)."""
_STATES: Final = ("down", "up")
_TEST: Final = "TEST"
"""The check that *Send Test Notification* makes up (hc/front/views.py)."""


def read(sent: Sent, _settings: SenderSettings) -> Sequence[Entry]:
    return query_or_objects(sent, read_check, EXPECTED)


def read_check(entry: Mapping[str, Any]) -> Report | Ignored:
    """A placeholder that was not filled in counts as missing."""
    fields = Fields(without(entry, _PLACEHOLDER))
    check = fields.needed("check", "code", "uuid")
    status = fields.needed("status").lower()
    fields.raise_problems(EXPECTED)
    name = fields.any_text("name", "slug") or f"Check {check}"
    if status not in _STATES:
        return Ignored(f"status {status[:64]}")
    is_over = status == "up"
    is_test = name == _TEST
    return Report(
        action=SignalAction.RESOLVE if is_over else SignalAction.TRIGGER,
        # The check of a test has another code each time.
        dedup_key="test" if is_test else check,
        name=name,
        summary=f"{name} is {status}",
        reason=fields.any_text("body"),
        words=ALWAYS_CRITICAL,
        source="healthchecks",
        object=fields.any_text("slug"),
        monitor_id=check,
        monitor_name=name,
        labels={
            "tags": fields.raw("tags"),
            "slug": fields.raw("slug"),
            "exit_status": fields.raw("exitstatus"),
        },
        started_at=None if is_over else read_time(fields.any_text("now")),
        is_test=is_test,
    )


SENDER: Final = Sender(
    product="Healthchecks.io",
    expected=EXPECTED,
    read=read,
    methods=("POST", "PUT", "GET"),
    fires="`status` `down`",
    resolves="`status` `up`",
    dedup_key="`check` (`$CODE`)",
    severity="critical",
    episode_start="`now` of `down`",
)
