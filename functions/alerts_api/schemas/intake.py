"""What senders may send: `functions/ingest` reads it, this describes it."""

from dataclasses import replace
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field

from functions.alerts_api.schemas.model import ActionBody, Answer, Instant, Value, View
from functions.alerts_api.schemas.operation import Operation, Parameter
from tocsin.domain.credential import Scope
from tocsin.domain.dedup import DEDUP_KEY_LIMIT
from tocsin.domain.errors import (
    HeartbeatNotFoundError,
    IntegrationNotFoundError,
    InvalidInputError,
)
from tocsin.domain.next_action import ActionKind
from tocsin.domain.reception import Outcome
from tocsin.domain.severity import Severity
from tocsin.domain.signal import SignalAction

TAG: Final = "Intake"
_TRIED: Final[dict[str, Any]] = {
    "name": "Disk full",
    "severity": "critical",
    "source": "backup",
    "object": "db-1",
}

_OPENED: Final[dict[str, Any]] = {
    "dedup_key": "disk/db-1",
    "alert_id": "01KJM5ZZ00DRQ5V1N9YH3KW2TB",
    "outcome": Outcome.OPENED,
    "severity": Severity.CRITICAL,
}

DedupKey = Annotated[
    str | None,
    Field(description=f"Beyond {DEDUP_KEY_LIMIT} characters its hash is kept."),
]


class AnyBody(ActionBody):
    """The sender's own body, of any content type."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [_TRIED]})


class RestSignal(ActionBody):
    """Harp's REST payload; both of its published spellings, freely mixed.

    Identity is name + source + object unless `dedup_key` is given. `ok` closes what the same
    identity opened; with a `dedup_key` it needs no name. Fields that we do not know are left alone.
    """

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "anyOf": [
                {"required": ["name"]},
                {"required": ["alert_name"]},
                {"required": ["dedup_key", "severity"]},
            ],
            "examples": [
                {
                    "name": "Auto Test: New alert",
                    "severity": "critical",
                    "source": "API Source",
                    "object": "monitoring-host",
                    "output": "notification_output: 0",
                    "extra_tags": {"script_name": "script.py"},
                    "extra_urls": {"Runbook": "https://example.com/runbook"},
                }
            ],
        },
    )

    name: str | None = None
    alert_name: str | None = Field(None, description="Another spelling of `name`.")
    severity: str | None = Field(
        None, description="ok, information, warning, critical, unknown, urgent; in any case."
    )
    alert_severity: str | None = Field(None, description="Another spelling of `severity`.")
    source: str | None = None
    object: str | None = Field(None, description="Host or service.")
    output: Any = Field(None, description="A text, or any JSON value, which is kept as text.")
    notification_output: Any = Field(None, description="Another spelling of `output`.")
    extra_tags: dict[str, Any] | None = Field(None, description="Values become texts.")
    additional_fields: dict[str, Any] | None = Field(
        None, description="Another spelling of `extra_tags`."
    )
    labels: dict[str, Any] | None = None
    extra_urls: dict[str, str] | None = Field(
        None, description="Name → URL; http, https and mailto are kept as links."
    )
    additional_urls: dict[str, str] | None = Field(
        None, description="Another spelling of `extra_urls`."
    )
    dedup_key: DedupKey = None
    current_value: Value = None
    threshold: Value = None
    operator: str | None = None
    window: str | None = None
    rule_id: str | None = None
    rule_name: str | None = None
    monitor_id: str | None = None
    monitor_name: str | None = None
    group_id: str | None = None


class EventPayload(ActionBody):
    """What is wrong, and where."""

    model_config = ConfigDict(extra="allow")

    summary: str | None = Field(None, description="Needed to trigger.")
    severity: str | None = Field(None, examples=["critical"])
    source: str | None = Field(None, examples=["db-1"])
    component: str | None = Field(None, examples=["postgres"])
    group: str | None = Field(None, examples=["databases"])
    class_: str | None = Field(None, alias="class", examples=["disk"])
    timestamp: str | None = Field(None, description="A time that cannot be read is left out.")
    custom_details: Any = Field(None, description="Any JSON value.")


class Event(ActionBody):
    """An event as PagerDuty's Events API v2 takes it."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "event_action": "trigger",
                    "dedup_key": "disk/db-1",
                    "payload": {
                        "summary": "Disk full on db-1",
                        "severity": "critical",
                        "source": "db-1",
                    },
                }
            ]
        },
    )

    event_action: SignalAction
    dedup_key: DedupKey = Field(None, description="Needed to acknowledge and to resolve.")
    payload: EventPayload | None = None
    links: list[dict[str, Any]] | None = None
    images: list[dict[str, Any]] | None = None
    client: str | None = None
    client_url: str | None = None


class RejectedEntry(View):
    """Why one entry of a batch was not taken in."""

    code: str = Field(examples=["invalid_request"])
    message: str = Field(description="One sentence for a person.")
    details: list[dict[str, str]] = Field(description="As of any refusal.")


class Receipt(View):
    """The result of one entry."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _OPENED,
                {**_OPENED, "pages": False, "why": "no escalation policy pages for it"},
            ]
        }
    )

    dedup_key: str | None
    alert_id: str | None
    outcome: Outcome
    severity: Severity | None = Field(
        None, description="As it was understood; of what fires an alert."
    )
    assumed: dict[str, str] = Field(
        {}, description="The severity that was assumed where it was missing or unknown."
    )
    ignored: list[str] = Field(
        [], description="Fields that were not read although they look like one of ours."
    )
    truncated: list[str] = Field(
        [], description="What was cut and to how much, left out, or repaired."
    )
    reason: str | None = Field(
        None, description="If the outcome is `ignored`: why, where no signal says it."
    )
    pages: bool | None = Field(
        None, description="`false` if no escalation policy pages for the alert, so that nobody is."
    )
    why: str | None = Field(None, description="With `pages`: why nobody is paged by a policy.")
    error: RejectedEntry | None = Field(None, description="If the outcome is `rejected`.")


class Receipts(View):
    """The results of all entries, in order, after the writes."""

    results: list[Receipt] = Field(description="Of the first 5,000 entries.")
    left_out: int | None = Field(
        None, description="How many entries have no result here, where the body had more."
    )
    unread: int | None = Field(
        None, description="How many of those were not read, because 5,000 before were unusable."
    )


class TriedSignal(View):
    """How an entry is understood."""

    action: SignalAction
    severity: Severity
    source_severity: str | None = Field(description="The sender's own word.", examples=["urgent"])
    name: str = Field(examples=["Disk full"])
    summary: str = Field(examples=["Disk full on db-1"])
    reason: str = Field(examples=["93 % full"])
    source: str | None = Field(examples=["backup"])
    object: str | None = Field(description="Host or service.", examples=["db-1"])
    labels: dict[str, str] = Field(examples=[{"env": "prod"}])
    urls: dict[str, str] = Field(examples=[{"Dashboard": "https://example.com/d/1"}])
    current_value: Value
    source_started_at: Instant | None


class TriedAction(View):
    """What the alert would wait for, once all that is due at once is done."""

    kind: ActionKind
    at: Instant | None
    why: str = Field(examples=["step 1 of default"])


class TriedPage(View):
    """One message that would be sent if the alert stayed unacknowledged."""

    at: Instant
    step: int = Field(description="As in the list of an alert's notifications.", examples=[1])
    step_name: str | None = Field(examples=["first"])
    loop: int = Field(
        description="Which run through the steps, from 1; of a delayed message, the firing spell."
    )
    target: str = Field(examples=["user:alice"])
    channel: str = Field(examples=["sms"])
    problem: str | None = Field(description="Why it could not be sent; null if it could.")


class Trial(View):
    """What would become of one entry."""

    dedup_key: str | None = Field(examples=["disk/db-1"])
    alert_id: str | None = Field(None, description="Of the open alert that it would join.")
    outcome: Outcome
    reason: str | None = Field(None, description="If the outcome is `ignored` without a signal.")
    signal: TriedSignal | None = None
    assumed: dict[str, str] = Field(
        {}, description="The severity that is assumed where it is missing or unknown."
    )
    ignored: list[str] = Field(
        [], description="Fields that are not read although they look like one of ours."
    )
    truncated: list[str] = Field(
        [], description="What would be cut and to how much, left out, or repaired."
    )
    severity: Severity | None = Field(
        None, description="The alert's, which a route may have set; absent if there is none."
    )
    route: str | None = Field(
        None,
        description=(
            "The route that decided on the policy, or sets something of its own; null if none "
            "does, or the integration says."
        ),
    )
    escalation_policy: str | None = Field(None, examples=["default"])
    next_action: TriedAction | None = None
    pages: list[TriedPage] = Field(
        [], description="In their order; who is on call is who it is now. 100 at most."
    )
    error: RejectedEntry | None = Field(None, description="If the outcome is `rejected`.")


class Trials(View):
    """What would become of each entry, in their order, each for itself."""

    results: list[Trial] = Field(description="Of the first 100 entries.")
    left_out: int | None = Field(None, description="How many entries were not tried out.")


_BATCHES: Final = (
    "A list of such objects is taken in entry by entry; one that cannot be used is `rejected` "
    "and does not lose the others. A list is as long as fits the body; where there is no time for "
    "all of it, the answer is 503, and the same body sent again within 15 minutes goes on there."
)

SENDERS_ROUTES: Final = (
    ("POST", "/i/{token}", None, "take_from_integration"),
    ("POST", "/i/{token}/heartbeat", None, "hear_heartbeat"),
    ("GET", "/i/{token}/heartbeat", None, "hear_heartbeat_by_get"),
    ("POST", "/api/v1/events", Scope.EVENTS, "take_event"),
    ("POST", "/api/v1/integrations/{name}/try", Scope.CONFIG_READ, "try_integration"),
)
"""Method, path, scope and operation of what `functions/ingest` answers."""


class HeartbeatName(ActionBody):
    """Which heartbeat it is, where the URL does not say."""

    name: str | None = Field(None, examples=["nightly-backup"])


class HeardHeartbeat(View):
    """The heartbeat that was pinged, and the result for its alert if it was overdue."""

    name: str = Field(examples=["nightly-backup"])
    alert_id: str | None = Field(None, description="Absent unless it was missed.")
    outcome: Outcome | Literal["heard"] = Field(
        description=(
            "`heard` where there was no alert to resolve; `ignored` if it was not heard, for what "
            "came says no life."
        ),
        examples=["heard"],
    )
    reason: str | None = Field(None, description="What speaks against life.")


_HEARTBEAT: Final = Operation(
    tag=TAG,
    summary="Say that something is alive",
    description=(
        "By the URL of the heartbeat, or by that of any integration with the heartbeat's name in "
        "the query or in a JSON body. If it was missed, its alert ends. A body or query that says "
        "how it went is taken at its word: a job that failed, an exit code, a monitor that is "
        "down, a Watchdog that stopped firing are not heard."
    ),
    query=(Parameter("name", "Which heartbeat it is, for the URL of an integration."),),
    body=HeartbeatName,
    is_body_required=False,
    status=202,
    answer=Answer[HeardHeartbeat],
    errors=(IntegrationNotFoundError, HeartbeatNotFoundError, InvalidInputError),
)

OPERATIONS: Final = {
    "hear_heartbeat": _HEARTBEAT,
    "hear_heartbeat_by_get": replace(
        _HEARTBEAT, summary="Say that something is alive, by GET or HEAD", body=None
    ),
    "take_from_integration": Operation(
        tag=TAG,
        summary="Send alerts to an integration URL",
        description=(
            "The token is the credential, and the integration's type says what the body is: this "
            f"is type `rest`; type `events` takes what `/api/v1/events` does. {_BATCHES}"
        ),
        body=RestSignal,
        status=202,
        answer=Answer[Receipts],
        errors=(IntegrationNotFoundError,),
    ),
    "take_event": Operation(
        tag=TAG,
        summary="Send an event with an API key",
        description=_BATCHES,
        body=Event,
        status=202,
        answer=Answer[Receipts],
    ),
    "try_integration": Operation(
        tag=TAG,
        summary="Try what a body would do",
        description=(
            "Takes what the integration's sender would send, with the sender's headers, and says "
            "what would happen: signals, dedup keys, route, policy, who would be paged and when. "
            "Changes nothing. The integration's checks and the product's signatures are not "
            "asked for; what the sender would be refused for is refused."
        ),
        body=AnyBody,
        changes_something=False,
        answer=Answer[Trials],
        errors=(IntegrationNotFoundError,),
    ),
}
