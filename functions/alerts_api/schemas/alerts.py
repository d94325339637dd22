"""Alerts, their timeline, and the bodies of actions on them."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Final

from pydantic import ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from functions.alerts_api.alert_actions import NOTE_TEXT_LIMIT, SNOOZE_SPANS
from functions.alerts_api.schemas.model import (
    About,
    ActionBody,
    Answer,
    Flag,
    Instant,
    Page,
    Part,
    Value,
    View,
)
from functions.alerts_api.schemas.operation import CURSOR, LIMIT, Operation, Parameter
from tocsin.bodies.model import Duration, Time
from tocsin.domain.alert import NOTE_LIMIT, AlertStatus
from tocsin.domain.alert_query import Sort
from tocsin.domain.errors import (
    AlertNotFoundError,
    AlreadyAcknowledgedError,
    AlreadyResolvedError,
    ConflictError,
    InvalidInputError,
    NotAcknowledgedError,
    NotSnoozedError,
)
from tocsin.domain.hold import HoldKind
from tocsin.domain.ids import Via
from tocsin.domain.next_action import ActionKind
from tocsin.domain.severity import Severity
from tocsin.domain.timeline import ChangeType

TAG: Final = "Alerts"
ABOUT_BY: Final = (
    "A user, however the user acted; `key:{id}` of a key without a user, `integration:{name}`, "
    "`slack:{id}` of somebody in Slack who is no user, or `auto`: a timer."
)
ABOUT_VIA: Final = "By what: an API key, a link in a message, a button in Slack, …; null: a timer."


class Called(View):
    """One whom a step asks."""

    target: str = Field(
        description="The target of the step; of a schedule, one for each person on call then.",
        examples=["schedule:primary"],
    )
    user: str | None = Field(
        description="Null of a channel, and of a schedule by which nobody is on call.",
        examples=["bob"],
    )
    name: str | None = Field(description="As messages show it.", examples=["Bob"])


_WITH_WORDS: Final = "With `words=true`: "


class NextAction(View):
    """What happens next if the alert is left alone."""

    kind: ActionKind
    at: Instant | None
    why: str = Field(examples=["the snooze ends"])
    step: int | None = Field(description="The step that begins, if one does.", examples=[2])
    targets: list[str] = Field(
        description=(
            "The targets that are called then, as far as they are known; if `kind` is `exhaust`, "
            "the last that were."
        ),
        examples=[["user:bob"]],
    )
    again: bool = Field(
        description="Whether they were called before: the same step once more, or a further run."
    )
    called: list[Called] = Field(
        [],
        description=_WITH_WORDS + "who is called then, by name; absent without.",
        examples=[[{"target": "user:bob", "user": "bob", "name": "Bob"}]],
    )


class ActionAhead(View):
    """A step behind the next action, if nobody acts."""

    kind: ActionKind
    at: Instant | None = Field(
        description="The earliest: the clock of a step starts when its messages went out."
    )
    step: int | None = Field(examples=[3])
    again: bool
    called: list[Called]


class Span(View):
    """A part of a sentence."""

    text: str = Field(examples=["09:05"])
    strong: bool
    at: Instant | None = Field(description="The text is this time, in the zone that was asked for.")


Sentence = Annotated[
    list[Span],
    Field(examples=[[{"text": "Nobody has it yet.", "strong": True, "at": None}]]),
]


class AlertWords(View):
    """An alert in words for the caller: a person with a key is "you"."""

    who: Sentence = Field(description="Who has it, or had it.")
    next: Sentence = Field(description="What happens next if nobody acts.")
    if_acknowledged: Sentence = Field(
        [], description="What an action would bring; these four only of one alert, not in lists."
    )
    if_resolved: Sentence = Field([])
    if_given_back: Sentence = Field([])
    if_woken: Sentence = Field([])


class HeldBy(View):
    """What stops the clock of an alert's steps."""

    kind: HoldKind = Field(
        description=(
            "A silence, a maintenance window (`window`), a person who is awake, or a route outside "
            "its `hours`."
        ),
        examples=["hours"],
    )
    name: str = Field(description="Of the silence, window, person or route.", examples=["quiet"])
    until: Instant


class Sample(View):
    """One measured value."""

    timestamp: Instant
    value: Value


class Alert(View):
    """A deduplicated condition: one episode of one dedup key of one integration."""

    id: str = Field(examples=["01KJM5ZZ00DRQ5V1N9YH3KW2TB"])
    dedup_key: str = Field(examples=["Public API/checkout"])
    status: AlertStatus
    severity: Severity
    source_severity: str | None = Field(
        description="The sender's own word; also its severity, if a route set another.",
        examples=["urgent"],
    )
    name: str = Field(examples=["Public API"])
    summary: str = Field(examples=["Public API is down"])
    reason: str = Field(examples=["503 from /health for 3 consecutive checks"])
    source: str | None = Field(examples=["reflex"])
    source_name: str | None = Field(examples=["error_count"])
    object: str | None = Field(description="Host or service.", examples=["checkout"])
    integration: str = Field(examples=["prod-prometheus"])
    rule_id: str | None = Field(examples=["r-7"])
    rule_name: str | None = Field(examples=["Errors of the checkout"])
    monitor_id: str | None = Field(examples=["m-12"])
    monitor_name: str | None = Field(examples=["Checkout"])
    group_id: str | None = Field(examples=["g-3"])
    current_value: Value = Field(examples=[150])
    threshold: Value = Field(examples=[100])
    operator: str | None = Field(examples=["gt"])
    window: str | None = Field(examples=["5m"])
    labels: dict[str, str] = Field(examples=[{"env": "prod", "team": "platform"}])
    tags: dict[str, str] = Field(
        description="The same map as `labels`.", examples=[{"env": "prod", "team": "platform"}]
    )
    urls: dict[str, str] = Field(examples=[{"Dashboard": "https://example.com/d/1"}])
    fired_at: Instant
    last_seen_at: Instant
    occurrences: int = Field(
        description="Signals that this alert stands for; in lists a second old.", examples=[3]
    )
    episode: int = Field(description="How many times its dedup key has fired.", examples=[2])
    flapping: bool = Field(examples=[False])
    acknowledged_at: Instant | None = Field(examples=[None])
    acknowledged_by: str | None = Field(
        description=ABOUT_BY,
        examples=[None],
    )
    acknowledged_via: Via | None = Field(description=ABOUT_VIA, examples=[None])
    assigned_to: str | None = Field(
        description="The user whose it is by assignment; null once resolved or taken by another.",
        examples=[None],
    )
    resolved_at: Instant | None = Field(examples=[None])
    resolved_by: str | None = Field(description=ABOUT_BY, examples=[None])
    resolved_via: Via | None = Field(description=ABOUT_VIA, examples=[None])
    snoozed_until: Instant | None = Field(description="Null unless it lies ahead.", examples=[None])
    silenced_by: str | None = Field(
        description="The silence or maintenance window that holds it back; a second old. Null also "
        "while it is acknowledged or snoozed.",
        examples=[None],
    )
    held_by: HeldBy | None = Field(
        description="What keeps its next step from being begun; a second old. Null also while it "
        "is acknowledged or snoozed.",
        examples=[None],
    )
    snooze_reason: str | None = Field(examples=[None])
    snoozed_by: str | None = Field(description=ABOUT_BY, examples=[None])
    snoozed_via: Via | None = Field(description=ABOUT_VIA, examples=[None])
    escalation_policy: str | None = Field(examples=[None])
    current_escalation_step: str | None = Field(examples=[None])
    notification_count: int = Field(examples=[0])
    next_action: NextAction | None = Field(description="Null when resolved.")
    incident_id: str | None = Field(examples=[None])
    words: AlertWords | SkipJsonSchema[None] = Field(
        None, description="Absent unless the query says `words=true`."
    )
    truncated: list[str] = Field(
        [],
        description="What was cut and to how much; absent where nothing was. Lists and the "
        "answers to actions cut more.",
        examples=[["reason: kept 65536 of 500000 bytes"]],
    )


class AlertWithHistory(Alert):
    """An alert and what was measured."""

    history: list[Sample] = Field(description="The newest 50 values, oldest first.")
    ahead: list[ActionAhead] = Field(
        [], description=_WITH_WORDS + "the steps behind the next action; absent without."
    )


class AcknowledgedAlert(Alert):
    """An acknowledged alert."""

    already_acknowledged: bool = Field(
        description="Whether it was acknowledged before this request."
    )


class AcknowledgedAlertAnswer(Answer[AcknowledgedAlert]):
    """The alert; the flag is both beside it and in it, as clients expect it in either place."""

    already_acknowledged: bool


class CountsBySeverity(View):
    """How many open alerts have each severity."""

    critical: int = Field(examples=[1])
    warning: int = Field(examples=[2])
    info: int = Field(examples=[0])


class Counts(View):
    """The numbers of all open alerts; filters do not change them."""

    total: int = Field(description="Firing and acknowledged ones.", examples=[3])
    firing: int = Field(examples=[2])
    acknowledged: int = Field(examples=[1])
    snoozed: int = Field(description="Those of them that are snoozed now.", examples=[0])
    by_severity: CountsBySeverity


class StormMeta(View):
    """A storm of the whole team; see `GET /api/v1/storm`."""

    since: Instant
    opened: int = Field(
        description="Alerts that were opened since, a minute ago at most.", examples=[34]
    )


class ListMeta(About, Counts):
    """The counts, and how far a search came."""

    storm: StormMeta | None = Field(
        None, description="Absent unless more than 30 alerts were opened within two minutes."
    )
    searched_to: Instant | None = Field(
        None,
        description="The time of firing up to which was searched, where a filter matches so little "
        "that one answer cannot look at all; `next_cursor` goes on there.",
    )


class AlertPage(Part[Alert]):
    """Part of a list of alerts; it may be empty although `next_cursor` goes on."""

    meta: ListMeta


class ChangeWords(View):
    """An entry of a timeline as a sentence."""

    text: Sentence
    why: str = Field(description="On one line; may be empty. Notes stand in `note`.")


class Change(View):
    """One entry of a timeline; its type has further fields beside `type`, `at` and `by`."""

    model_config = ConfigDict(extra="allow")

    type: ChangeType
    at: Instant
    by: str = Field(description=ABOUT_BY, examples=["alice"])
    via: Via | None = Field(description=ABOUT_VIA, examples=["api"])
    note: str | None = Field(None, examples=["Investigating"])
    reason: str | None = Field(None, examples=["503 from /health for 3 consecutive checks"])
    words: ChangeWords | SkipJsonSchema[None] = Field(
        None, description="Absent unless the query says `words=true`."
    )


class SentBody(View):
    """What the sender sent."""

    body: str = Field(
        description=(
            "As sent, but `[masked]` in the place of secrets, and only the first 16 KiB. Of a "
            "body about several alerts, the part about this one."
        ),
        examples=['{"name": "Disk full", "severity": "critical"}'],
    )
    content_type: str = Field(examples=["application/json"])
    received_at: Instant
    size: int = Field(description="Bytes as sent.", examples=[45])
    truncated: bool


class SentBodies(View):
    """The two bodies that are kept."""

    first: SentBody | None = Field(description="Of the event that opened the alert.")
    last: SentBody | None = Field(
        description=(
            "Of the newest event that changed its state: the severity, an acknowledgement, the "
            "recovery. A mere repeat leaves it: what that said is in the alert itself."
        )
    )


class NoteBody(ActionBody):
    """What goes with an action onto the timeline."""

    note: Annotated[str, Field(max_length=NOTE_LIMIT)] | None = Field(
        None, examples=["Investigating"]
    )


class TimelineNoteBody(ActionBody):
    """A note without another action."""

    note: str = Field(max_length=NOTE_TEXT_LIMIT, pattern=r"\S", examples=["Rolled back v42."])


class SnoozeBody(ActionBody):
    """How long, and what may wake it; exactly one of `duration`, `seconds` and `until`."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": [span]} for span in SNOOZE_SPANS],
            "examples": [{"duration": "1h", "reason": "Known issue, fix deploying"}],
        }
    )

    duration: Duration | SkipJsonSchema[None] = Field(None, examples=["1h"])
    seconds: Duration | SkipJsonSchema[None] = Field(None, examples=[3600])
    until: Time | SkipJsonSchema[None] = Field(None, examples=["2026-03-01T10:00:00Z"])
    reason: Annotated[str, Field(max_length=NOTE_LIMIT)] | None = Field(
        None, examples=["Known issue, fix deploying"]
    )
    sticky_severity: Flag = Field(default=False, description="A higher severity does not wake it.")
    sticky_output: Flag = Field(
        default=False,
        description="A changed output does not wake it, even with `wake_on_output`.",
    )


_WORDS: Final = Parameter(
    "words",
    "Say who is called and what happens in sentences too, as messages do.",
    {"type": "boolean", "default": False},
)
_ZONE: Final = Parameter(
    "time_zone",
    "Of the times in words, a name of the IANA database; by default the user's.",
)
_FILTERS: Final = (
    Parameter(
        "status",
        "Comma list of firing, acknowledged, resolved.",
        {"type": "string", "examples": ["firing,acknowledged"]},
    ),
    Parameter("severity", "Comma list of critical, warning, info (or information)."),
    Parameter("snoozed", "Only snoozed alerts, or only others.", {"type": "boolean"}),
    Parameter(
        "silenced",
        "Only alerts that a silence or maintenance window holds back, or only others.",
        {"type": "boolean"},
    ),
    Parameter("rule_id", "Only of this rule."),
    Parameter("source", "Only of this source."),
    Parameter("integration", "Only what came in by this integration."),
    Parameter("monitor_id", "Only of this monitor."),
    Parameter("group_id", "Only of this group of monitors."),
    Parameter("dedup_key", "Only the episodes of this dedup key."),
    Parameter("label.<name>", "Only with this value of the label <name>; one for each label."),
    Parameter("from", "Fired at this time or later.", {"type": "string", "format": "date-time"}),
    Parameter("to", "Fired at this time or earlier.", {"type": "string", "format": "date-time"}),
    Parameter("q", "Words that all occur in summary, reason, name or object, in any case."),
    Parameter(
        "sort",
        "`-` puts the newest or the worst first.",
        {"enum": [sort.value for sort in Sort], "default": Sort.NEWEST.value},
    ),
    LIMIT,
    CURSOR,
)


def _action(summary: str, description: str, *conflicts: type[ConflictError]) -> Operation:
    return Operation(
        tag=TAG,
        summary=summary,
        description=description,
        body=NoteBody,
        is_body_required=False,
        answer=Answer[Alert],
        errors=(AlertNotFoundError, *conflicts),
    )


OPERATIONS: Final = {
    "list_alerts": Operation(
        tag=TAG,
        summary="List alerts",
        description=(
            "All filters combine. A cursor stays valid while "
            "alerts arrive: no row twice, none skipped. With a selective filter a page may hold "
            "fewer rows than the limit although more follow: `has_more` tells."
        ),
        query=(*_FILTERS, _WORDS, _ZONE),
        answer=AlertPage,
        errors=(InvalidInputError,),
    ),
    "get_alert": Operation(
        tag=TAG,
        summary="Read an alert",
        query=(_WORDS, _ZONE),
        answer=Answer[AlertWithHistory],
        errors=(AlertNotFoundError, InvalidInputError),
    ),
    "get_timeline": Operation(
        tag=TAG,
        summary="Read what happened to an alert",
        description=(
            "What happened in the last second may follow later. "
            "`format=markdown` sends the alert and its whole timeline as Markdown, for a "
            "post-mortem: up to 2,000 entries in one answer."
        ),
        query=(
            LIMIT,
            CURSOR,
            Parameter(
                "format",
                "By default `json`.",
                {"type": "string", "enum": ["json", "markdown"], "default": "json"},
            ),
            Parameter(
                "time_zone",
                "Of the times in Markdown and in words, a name of the IANA database; by default "
                "UTC, and in words the user's.",
            ),
            Parameter(
                "sort",
                "`at`: oldest first; `-at`: newest first. Of JSON; a cursor keeps its order.",
                {"type": "string", "enum": ["at", "-at"], "default": "at"},
            ),
            _WORDS,
        ),
        answer=Page[Change],
        other_media_type="text/markdown; charset=utf-8",
        errors=(AlertNotFoundError, InvalidInputError),
    ),
    "get_raw": Operation(
        tag=TAG,
        summary="Read what the sender sent",
        answer=Answer[SentBodies],
        errors=(AlertNotFoundError,),
    ),
    "ack_alert": replace(
        _action(
            "Acknowledge an alert that may be acknowledged already",
            "Idempotent: the first responder and time stay as they are.",
            AlreadyResolvedError,
        ),
        answer=AcknowledgedAlertAnswer,
    ),
    "acknowledge_alert": _action(
        "Acknowledge an alert that is not acknowledged",
        "Strict: refused when it is acknowledged already.",
        AlreadyAcknowledgedError,
        AlreadyResolvedError,
    ),
    "unack_alert": _action(
        "Give an alert back",
        "It fires again: the next step of its policy is asked at once. The person who gives it "
        "back is not asked again in this run.",
        NotAcknowledgedError,
        AlreadyResolvedError,
    ),
    "resolve_alert": _action(
        "Resolve an alert",
        "The same source episode does not open it again; a new one does.",
        AlreadyResolvedError,
    ),
    "snooze_alert": replace(
        _action(
            "Snooze an alert",
            "Mutes it for 30 days at most; a new snooze takes the place of the one before.",
            AlreadyResolvedError,
        ),
        body=SnoozeBody,
        is_body_required=True,
    ),
    "unsnooze_alert": _action(
        "End a snooze",
        "The note becomes the reason on the timeline.",
        NotSnoozedError,
        AlreadyResolvedError,
    ),
    "add_note": Operation(
        tag=TAG,
        summary="Write a note onto an alert's timeline",
        body=TimelineNoteBody,
        status=HTTPStatus.CREATED,
        answer=Answer[Change],
        errors=(AlertNotFoundError,),
    ),
}
