"""GitHub's webhook: workflow runs of Actions."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from functions.ingest.senders import Entry, Ignored, Sender, SenderSettings, Sent
from functions.ingest.senders.reading.entries import each_object
from functions.ingest.senders.reading.fields import Fields, installation
from functions.ingest.senders.reading.report import Report
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.signal import SignalAction

EVENT: Final = "x-github-event"
UNKNOWN_FORK: Final = "a fork that was removed"
EXPECTED: Final = (
    "Expected GitHub's event workflow_run: an object with "
    '"action", "repository" and "workflow_run".'
)
_PUBLIC: Final = "github.com"
_ACTIONS: Final[Mapping[str, SignalAction]] = {
    "failure": SignalAction.TRIGGER,
    "timed_out": SignalAction.TRIGGER,
    "startup_failure": SignalAction.TRIGGER,
    "action_required": SignalAction.TRIGGER,
    "success": SignalAction.RESOLVE,
}
"""By conclusion; others (cancelled, skipped, neutral, stale) are ignored."""
_WORDS: Final[Mapping[str, str]] = {
    "failure": "critical",
    "timed_out": "critical",
    "startup_failure": "critical",
    "action_required": "warning",
}


def read(sent: Sent, _settings: SenderSettings) -> Sequence[Entry]:
    event = sent.headers.get(EVENT, "")
    return each_object(sent, lambda entry: read_event(entry, event), EXPECTED)


def read_event(entry: Mapping[str, Any], event: str) -> Report | Ignored:
    """All but finished workflow runs ask for nothing."""
    fields = Fields(entry)
    if event == "ping":
        return _ping(fields)
    if event not in ("", "workflow_run"):
        return Ignored(f"an event {event[:64]}")
    run, repository = fields.part("workflow_run"), fields.part("repository")
    full_name = repository.needed("full_name")
    workflow_id = run.needed("workflow_id")
    fields.raise_problems(EXPECTED)
    conclusion = (run.any_text("conclusion") or "").lower()
    action = _ACTIONS.get(conclusion)
    if fields.any_text("action") != "completed" or action is None:
        return Ignored(f"a workflow run, {(conclusion or 'not completed')[:64]}")
    workflow = fields.part("workflow")
    name = run.any_text("name") or workflow.any_text("name", "path") or f"Workflow {workflow_id}"
    branch = run.any_text("head_branch")
    fork = _fork(run, full_name)
    where = f"{branch or '?'} of {fork}" if fork else branch or "?"
    return Report(
        action=action,
        dedup_key=dedup_key_of(
            *(full_name, workflow_id, branch),
            *([fork] if fork else []),
            *installation(repository.raw("html_url"), _PUBLIC),
        ),
        name=f"{name} in {full_name}",
        summary=f"{name} in {full_name} on {where}: {conclusion}",
        reason=run.any_text("display_title"),
        severity=conclusion,
        words=_WORDS,
        source="github",
        source_name=full_name,
        object=branch,
        rule_id=workflow_id,
        rule_name=name,
        labels={
            "repository": full_name,
            "workflow": name,
            "branch": branch,
            "fork": fork,
            "commit": run.raw("head_sha"),
            "event": run.raw("event"),
            "actor": fields.part("sender").raw("login"),
        },
        urls={"Run": run.raw("html_url"), "Workflow": workflow.raw("html_url")},
    )


def _fork(run: Fields, full_name: str) -> str | None:
    """The repository that a pull request came from, where it is another one.

    Its branches have nothing to do with ours, though they are often called alike. Of a fork that
    was removed meanwhile, nothing is said.
    """
    head = run.part("head_repository").any_text("full_name")
    if head is None and (run.any_text("event") or "").startswith("pull_request"):
        return UNKNOWN_FORK if "head_repository" in run.names() else None
    return None if head is None or head.lower() == full_name.lower() else head


def _ping(fields: Fields) -> Report:
    """What GitHub sends when a webhook is made, and by *Redeliver*."""
    owner = fields.part("repository").any_text("full_name") or fields.part("organization").any_text(
        "login"
    )
    return Report(
        dedup_key=dedup_key_of("ping", owner, fields.any_text("hook_id")),
        name=f"Ping of {owner or 'GitHub'}",
        summary=fields.any_text("zen"),
        severity="info",
        source="github",
        source_name=owner,
        is_test=True,
    )


SENDER: Final = Sender(
    product="GitHub Actions",
    expected=EXPECTED,
    read=read,
    fires="`workflow_run.conclusion` `failure`, `timed_out`, `startup_failure`, `action_required`",
    resolves="`workflow_run.conclusion` `success`",
    dedup_key=(
        "`repository.full_name` + `workflow_run.workflow_id` + `workflow_run.head_branch`, of a "
        "fork + `head_repository.full_name`, of a GitHub of one's own + its host"
    ),
    severity="critical; `action_required` warning",
)
