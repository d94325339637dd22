"""GitLab's webhook: pipelines and jobs."""

from collections.abc import Mapping
from typing import Any, Final

from functions.ingest.senders import Ignored, Sender
from functions.ingest.senders.reading.entries import objects
from functions.ingest.senders.reading.fields import Fields, installation
from functions.ingest.senders.reading.report import ALWAYS_CRITICAL, Report
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.signal import SignalAction

EXPECTED: Final = (
    'Expected GitLab\'s pipeline or job event: an object with "object_kind", "project" and, '
    'of a pipeline, "object_attributes".'
)
_PUBLIC: Final = "gitlab.com"
_ACTIONS: Final[Mapping[str, SignalAction]] = {
    "failed": SignalAction.TRIGGER,
    "success": SignalAction.RESOLVE,
}
"""By status; others (running, canceled, skipped, manual) are ignored."""


def read_event(entry: Mapping[str, Any]) -> Report | Ignored:
    """All but finished pipelines and jobs ask for nothing."""
    fields = Fields(entry)
    kind = fields.needed("object_kind")
    fields.raise_problems(EXPECTED)
    match kind:
        case "pipeline":
            return _pipeline(fields)
        case "build":
            return _job(fields)
        case _:
            return Ignored(f"an event {kind[:64]}")


def _pipeline(fields: Fields) -> Report | Ignored:
    project, pipeline = fields.part("project"), fields.part("object_attributes")
    path = project.needed("path_with_namespace")
    ref = pipeline.needed("ref")
    fields.raise_problems(EXPECTED)
    status = (pipeline.any_text("status") or "").lower()
    action = _ACTIONS.get(status)
    if action is None:
        return Ignored(f"a pipeline, {status[:64]}")
    name = f"Pipeline of {path}"
    failed = [
        job.any_text("name") or "?"
        for job in fields.parts("builds")
        if job.raw("status") == "failed" and not job.raw("allow_failure")
    ]
    return Report(
        action=action,
        dedup_key=dedup_key_of(
            path,
            "pipeline",
            ref,
            *_apart(fields, pipeline),
            *installation(project.raw("web_url"), _PUBLIC),
        ),
        name=name,
        summary=f"{name} on {ref}: {status}",
        reason=f"Failed: {', '.join(failed)}" if failed else None,
        words=ALWAYS_CRITICAL,
        source="gitlab",
        source_name=path,
        object=ref,
        labels={
            "project": path,
            "ref": ref,
            "commit": pipeline.raw("sha"),
            "source": pipeline.raw("source"),
            "user": fields.part("user").raw("username"),
        },
        urls={
            "Pipeline": pipeline.raw("url") or _page(project, "pipelines", pipeline.raw("id")),
            "Commit": fields.part("commit").raw("url"),
        },
    )


def _apart(fields: Fields, pipeline: Fields) -> tuple[str, ...]:
    """Distinguishes a fork's pipeline from that of a branch of the same name."""
    request = fields.part("merge_request")
    source, target = request.any_text("source_project_id"), request.any_text("target_project_id")
    if source and target and source != target:
        return ("fork", source)
    return ("tag",) if pipeline.raw("tag") is True else ()


def _page(project: Fields, of: str, number: object) -> str | None:
    address = project.any_text("web_url")
    return f"{address}/-/{of}/{number}" if address else None


def _job(fields: Fields) -> Report | Ignored:
    project = fields.part("project")
    path = project.any_text("path_with_namespace") or fields.needed("project_name")
    ref, job = fields.needed("ref"), fields.needed("build_name")
    fields.raise_problems(EXPECTED)
    status = (fields.any_text("build_status") or "").lower()
    action = _ACTIONS.get(status)
    if action is None or fields.raw("build_allow_failure"):
        return Ignored(f"a job, {status[:64]}")
    name = f"Job {job} of {path}"
    return Report(
        action=action,
        dedup_key=dedup_key_of(
            *(path, "job", ref, job),
            *(["tag"] if fields.raw("tag") is True else []),
            *installation(project.raw("web_url"), _PUBLIC),
        ),
        name=name,
        summary=f"{name} on {ref}: {status}",
        reason=fields.any_text("build_failure_reason"),
        words=ALWAYS_CRITICAL,
        source="gitlab",
        source_name=path,
        object=ref,
        labels={
            "project": path,
            "ref": ref,
            "stage": fields.raw("build_stage"),
            "commit": fields.raw("sha"),
            "user": fields.part("user").raw("username"),
        },
        urls={"Job": _page(project, "jobs", fields.raw("build_id"))},
    )


SENDER: Final = Sender(
    product="GitLab pipelines and jobs",
    expected=EXPECTED,
    read=objects(read_event, EXPECTED),
    fires="`object_attributes.status` `failed`; `build_status` `failed`",
    resolves="`object_attributes.status` `success`; `build_status` `success`",
    dedup_key=(
        "`project.path_with_namespace` + `ref`, of a job + `build_name`, of a GitLab of one's own "
        "+ its host"
    ),
    severity="critical",
)
