"""`POST /api/v1/integrations/{name}/try`: what a body would do, by API key; no write."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from functions.ingest.intake import refusals_of, rejected, said_of, settings_of, signal_of
from functions.ingest.ports import Ports
from functions.ingest.request_and_answer import Request, Taken
from functions.ingest.senders import Entry, Ignored, Sent, sender_of
from tocsin.domain.alert_json import written
from tocsin.domain.credential import Scope
from tocsin.domain.errors import InvalidInputError, NotFoundError
from tocsin.domain.integration import Integration
from tocsin.domain.reception import Outcome
from tocsin.domain.signal import Signal
from tocsin.lambda_runtime.http import HttpAnswer
from tocsin.usecases.preview_signal import PlannedPage, Preview, preview_signal

TRIED_LIMIT: Final = 100
"""Entries of one body: each reads what is stored."""
_TRY: Final = "try"


def take_dry_run(request: Request, target: str, ports: Ports) -> Taken:
    """Answer what would happen if a sender sent this; its headers count as the sender's.

    Args:
        request: Its body is tried.
        target: The path behind `integrations/`.
        ports: Only read.

    The integration's checks are not asked for, nor what the product signs.

    Raises:
        IntegrationNotFoundError: There is none of this name.
        TocsinError: The sender would be refused like this.
    """
    ports.callers().admit(request, Scope.CONFIG_READ)
    name, _, below = target.partition("/")
    if below != _TRY:
        raise NotFoundError("There is nothing at this path.")
    integration = ports.integrations.fresh(name)
    sender = sender_of(integration.type)
    sent = _sent(request)
    entries = sender.read(sent, settings_of(integration))
    refusal = refusals_of(entries, sender.expected)
    if refusal is not None:
        raise refusal
    tried = entries[:TRIED_LIMIT]
    results = [_result(entry, sent, integration, ports) for entry in tried]
    left_out = len(entries) - len(tried)
    more = {"left_out": left_out} if left_out else {}
    body = json.dumps({"data": {"results": results, **more}}, ensure_ascii=False)
    reply = HttpAnswer(status=HTTPStatus.OK, body=body)
    return Taken(reply=reply, integration=integration.name, what="Body tried out")


def _sent(request: Request) -> Sent:
    sent = request.sent
    own = {"authorization", "cookie", "x-api-key"}
    headers = {name: value for name, value in sent.headers.items() if name not in own}
    return Sent(body=sent.body, headers=headers, query=sent.query, method=sent.method, at=sent.at)


def _result(entry: Entry, sent: Sent, integration: Integration, ports: Ports) -> dict[str, Any]:
    match entry.read:
        case InvalidInputError() as refusal:
            return rejected(refusal)
        case Ignored(why):
            return _nothing(Outcome.IGNORED, why)
        case report:
            signal = signal_of(report, sent, integration)
            if integration.paused:
                return _nothing(Outcome.IGNORED, "the integration is paused") | _signal(signal)
            preview = preview_signal(
                signal, integration.source, at=sent.at, slots=ports.slots, paging=ports.paging
            )
            return _signal(signal) | _preview(preview)


def _nothing(outcome: Outcome, why: str) -> dict[str, Any]:
    return {"dedup_key": None, "alert_id": None, "outcome": outcome, "reason": why, "pages": []}


def _signal(signal: Signal) -> dict[str, Any]:
    facts = signal.facts
    return {
        "dedup_key": signal.dedup_key,
        "signal": {
            "action": signal.action,
            "severity": signal.severity,
            "source_severity": facts.source_severity,
            "name": facts.name,
            "summary": facts.summary,
            "reason": facts.reason,
            "source": facts.source,
            "object": facts.object,
            "labels": dict(facts.labels),
            "urls": dict(facts.urls),
            "current_value": signal.current_value,
            "source_started_at": written(signal.source_started_at),
        },
        "truncated": [],
    } | said_of(signal)


def _preview(preview: Preview) -> dict[str, Any]:
    due = preview.next_action
    open_ = preview.before if preview.before is not None and preview.before.is_open else None
    return {
        "alert_id": open_.alert_id if open_ else None,
        "outcome": preview.outcome,
        "severity": preview.after.severity if preview.after else None,
        "route": preview.route.name if preview.route else None,
        "escalation_policy": preview.policy.name if preview.policy else None,
        "next_action": due and {"kind": due.kind, "at": written(due.at), "why": due.why},
        "pages": [_page(page) for page in preview.pages],
    }


def _page(page: PlannedPage) -> Mapping[str, Any]:
    delivery = page.delivery
    return {
        "at": written(page.at),
        "step": delivery.step,
        "step_name": delivery.step_name,
        "loop": delivery.loop,
        "target": delivery.target,
        "channel": delivery.channel,
        "problem": page.problem,
    }
