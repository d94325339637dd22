"""Airbrake's webhook: errors as they occur; their end is never sent."""

from collections.abc import Mapping
from typing import Any, Final

from functions.ingest.senders import Ignored, Sender
from functions.ingest.senders.reading.entries import objects
from functions.ingest.senders.reading.fields import Fields
from functions.ingest.senders.reading.report import Report
from tocsin.domain.dedup import dedup_key_of

EXPECTED: Final = 'Expected an object like {"error": {"id": "1705190192091077626", …}}.'


def read_error(entry: Mapping[str, Any]) -> Report | Ignored:
    fields = Fields(entry)
    if "deploy" in entry and "error" not in entry:
        return Ignored("a deploy")
    error = fields.part("error")
    error_id = error.needed("id")
    fields.raise_problems(EXPECTED)
    project = error.part("project")
    environment = error.any_text("environment")
    kind = error.any_text("error_class") or "Error"
    message = error.any_text("error_message")
    return Report(
        dedup_key=dedup_key_of(project.any_text("id"), error_id),
        name=kind,
        summary=f"{kind}: {message}" if message else kind,
        reason=error.part("last_notice").any_text("backtrace"),
        severity=environment,
        words={(environment or "").strip().lower(): "critical"},
        source="airbrake",
        source_name=project.any_text("name"),
        object=error.any_text("file"),
        labels={
            "environment": environment,
            "project": project.raw("name"),
            "file": error.raw("file"),
            "line": error.raw("line_number"),
        },
        urls={
            "Airbrake": fields.raw("airbrake_error_url"),
            "Request": error.part("last_notice").raw("request_url"),
        },
        current_value=error.raw("times_occurred"),
    )


SENDER: Final = Sender(
    product="Airbrake errors",
    expected=EXPECTED,
    read=objects(read_error, EXPECTED),
    fires="every error that it sends",
    resolves="-",
    dedup_key="`error.project.id` + `error.id`",
    severity="critical, unless the `severity_map` has another for `error.environment`",
)
