"""How a message looks in Slack: one line of text, and an attachment in the severity's colour.

Texts of senders and users stand in `rich_text` and `plain_text`, where Slack reads no mention,
link, emoji or format; what stands in Slack's own format is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from tocsin.domain.alert import AlertStatus
from tocsin.domain.link import AWAKE, AWAKE_MEANS, LinkAction
from tocsin.domain.notification import NotificationEvent
from tocsin.domain.phrase import Phrase, Span, joined, plain
from tocsin.domain.sender_text import one_line
from tocsin.domain.signal import CUT_MARK
from tocsin.domain.wording import Band

if TYPE_CHECKING:
    from datetime import datetime

    from tocsin.domain.link import Links
    from tocsin.domain.message import Message
    from tocsin.domain.wording import Wording

TITLE_LIMIT: Final = 150
DETAILS_LIMIT: Final = 2_500
LABELS_LIMIT: Final = 20
LABEL_LIMIT: Final = 200
MENTIONS_LIMIT: Final = 40
TEXT_LIMIT: Final = 3_000
PLAIN_LIMIT: Final = 2_000
URL_LIMIT: Final = 3_000
QUESTION_LIMIT: Final = 300
ACCESSIBILITY_LIMIT: Final = 75
"""Characters; the last five are Slack's, which refuses a message over one of them."""

COLOURS: Final = {
    Band.CRITICAL: "#c4162a",
    Band.WARNING: "#f0b132",
    Band.INFO: "#40709f",
    Band.DONE: "#17673a",
    Band.OVER: "#868f9a",
}
MORNING: Final = "09:00"
"""A snooze until this time of day ends in the zone of who chose it."""
OPEN: Final = "open"

_TIME: Final = re.compile(r"\d\d:\d\d( \S+)?", re.ASCII)
_CLOCK: Final = re.compile(r"\d\d:\d\d", re.ASCII)
_URL: Final = re.compile(r"https?://\S+", re.ASCII)
_SLACK_ID: Final = re.compile(r"[A-Z0-9]{1,32}", re.ASCII)

type Block = dict[str, Any]


def first_line(message: Message, mentions: Sequence[str] = ()) -> str:
    """What a phone shows, in Slack's own format.

    Args:
        message: What to say.
        mentions: Slack's ids of who is asked.
    """
    return f"{mentioned(mentions)}{_state_and_title(message)}"


def mentioned(mentions: Sequence[str]) -> str:
    """`<@U02ALICE> `, for each of Slack's ids."""
    return "".join(f"<@{each}> " for each in mentions[:MENTIONS_LIMIT] if _SLACK_ID.fullmatch(each))


def reply(message: Message, mentions: Sequence[str] = ()) -> str:
    """What happened, for the thread of an earlier message; with mentions: who is asked now."""
    wording = message.wording
    is_over = wording.status is AlertStatus.RESOLVED
    news = message.lead or wording.who
    if is_over or not message.lead:
        news = joined(news, wording.next)
    said = "".join(map(_in_mrkdwn, _without_city(news, wording))).strip()
    whole = said if message.event not in _ASKING else f"{first_line(message, mentions)}. {said}"
    return whole if 0 < len(whole) <= TEXT_LIMIT else first_line(message, mentions)


def attachment(message: Message, *, by_buttons: bool) -> Block:
    """Lay the facts out below the first line.

    Args:
        message: What to show.
        by_buttons: Whether buttons act in Slack; otherwise one leads to the page.
    """
    wording = message.wording
    if message.event is NotificationEvent.TEST:
        return {
            "color": COLOURS[Band.DONE],
            "fallback": _state_and_title(message),
            "blocks": [_lead(message), *_confirm(message)],
        }
    return {
        "color": COLOURS[wording.band],
        "fallback": escaped(f"{wording.word}, {wording.state}. {_title(wording)}"),
        "blocks": list(_blocks(message, by_buttons=by_buttons)),
    }


def escaped(text: str) -> str:
    """Escape the three characters that are special in Slack's format."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_ASKING: Final = frozenset((NotificationEvent.PAGED, NotificationEvent.WORSENED))


def _title(wording: Wording) -> str:
    return one_line(wording.title, TITLE_LIMIT) or "?"


def _state_and_title(message: Message) -> str:
    wording = message.wording
    if message.event is NotificationEvent.TEST:
        return escaped(one_line(message.subject, TITLE_LIMIT))
    title, mark = escaped(_title(wording)), wording.mark
    if wording.word.casefold() == wording.severity:
        return f"{mark} *{escaped(wording.word)}* {title}"
    word, state = escaped(wording.word.capitalize()), escaped(wording.state)
    if wording.status is AlertStatus.RESOLVED:
        return f"{mark} *{word}* · {state} · {title}"
    severity = f"{wording.severity_mark} {wording.severity}"
    if mark == wording.severity_mark:
        severity = str(wording.severity)
    if _CLOCK.search(state):
        state = f"{state} ({escaped(wording.city)})"
    return f"{mark} *{word}*, {state} · {severity} · {title}"


def _blocks(message: Message, *, by_buttons: bool) -> Iterator[Block]:
    wording, links = message.wording, message.links
    yield rich(section(_facts(message)))
    elements = list(_actions(message, by_buttons=by_buttons))
    if elements:
        # A menu's choice carries no token beside its value; the block's id comes with each press.
        has_token = links is not None and by_buttons
        block_id = {"block_id": _token(links.view)} if has_token and links else {}
        yield {"type": "actions", **block_id, "elements": elements}
    if wording.status is AlertStatus.RESOLVED:
        return
    if links is not None and links.awake is not None and not message.event.is_update:
        means = {"type": "text", "text": f": {AWAKE_MEANS}"}
        yield rich(section([{"type": "link", "url": links.awake, "text": AWAKE}, means]))
    if details := wording.details.strip("\n")[:DETAILS_LIMIT].rstrip():
        text = {"type": "text", "text": details}
        yield rich({"type": "rich_text_preformatted", "border": 0, "elements": [text]})
    if wording.labels:
        yield {"type": "context", "elements": [plain_text(_labels(wording), PLAIN_LIMIT)]}


def _facts(message: Message) -> list[Block]:
    wording, links = message.wording, message.links
    title: Block = {"type": "text", "text": _title(wording), "style": {"bold": True}}
    if links is not None:
        title |= {"type": "link", "url": links.view}
    where = f"\n{wording.where}\n" if wording.where else "\n"
    said: list[Block] = [title, {"type": "text", "text": where}]
    for phrase in (wording.since_clock, wording.who, wording.next):
        said += map(span_element, _without_city(phrase, wording))
        said.append({"type": "text", "text": " "})
    return merged(said[:-1])


def merged(elements: Iterable[Block]) -> list[Block]:
    """Join texts of the same style; Slack refuses empty ones."""
    joined: list[Block] = []
    for element in elements:
        last = joined[-1] if joined else {}
        if element["type"] == last.get("type") == "text" and element.get("style") == last.get(
            "style"
        ):
            joined[-1] = last | {"text": f"{last['text']}{element['text']}"}
        elif element.get("text") != "":
            joined.append(element)
    return joined


def _actions(message: Message, *, by_buttons: bool) -> Iterator[Block]:
    wording, links = message.wording, message.links
    if links is not None and not by_buttons:
        is_firing = wording.status is AlertStatus.FIRING
        opening = button(OPEN, "Acknowledge" if is_firing else "Open")
        yield opening | {"url": links.view} | ({"style": "primary"} if is_firing else {})
    if links is not None and by_buttons and wording.status is AlertStatus.FIRING:
        said = one_line(f"Acknowledge: {_title(wording)}", ACCESSIBILITY_LIMIT)
        yield _pressed(LinkAction.ACKNOWLEDGE, "Acknowledge", links) | {
            "style": "primary",
            "accessibility_label": said,
        }
    for name, url in (("Runbook", wording.runbook), ("Dashboard", wording.dashboard)):
        if url and _URL.fullmatch(url) and len(url) <= URL_LIMIT:
            yield button(f"open_{name.lower()}", name) | {"url": url}
    if links is not None and by_buttons:
        yield from _further(wording, links)


def _further(wording: Wording, links: Links) -> Iterator[Block]:
    labels = {preset.value: preset.label for preset in wording.presets}
    labels[MORNING] = f"until {MORNING}, my time"
    yield {
        "type": "static_select",
        "action_id": LinkAction.SNOOZE.value,
        "placeholder": plain_text("Snooze", PLAIN_LIMIT),
        "options": [
            {"text": plain_text(label, ACCESSIBILITY_LIMIT), "value": value}
            for value, label in labels.items()
        ],
    }
    if wording.if_woken:
        asked = _question("Wake now?", wording.if_woken, "Yes, wake it now")
        yield _pressed(LinkAction.UNSNOOZE, "Wake now", links) | asked
    if wording.status is AlertStatus.ACKNOWLEDGED:
        asked = _question("Give back?", wording.if_given_back, "Give it back")
        yield _pressed(LinkAction.UNACKNOWLEDGE, "Give back", links) | asked
    asked = _question("Resolve?", wording.if_resolved, "Yes, resolve")
    yield _pressed(LinkAction.RESOLVE, "Resolve", links) | asked


def _question(title: str, text: Phrase, yes: str) -> Block:
    said = one_line(plain(text), QUESTION_LIMIT)
    if not said:
        return {}
    return {
        "confirm": {
            "title": plain_text(title, QUESTION_LIMIT),
            "text": plain_text(said, QUESTION_LIMIT),
            "confirm": plain_text(yes, QUESTION_LIMIT),
            "deny": plain_text("No", QUESTION_LIMIT),
        }
    }


def _lead(message: Message) -> Block:
    said = merged(map(span_element, _without_city(message.lead, message.wording)))
    title = {"type": "text", "text": _title(message.wording)}
    return rich(section(said or [title]))


def _confirm(message: Message) -> Iterator[Block]:
    if message.confirm:
        opening = button(OPEN, "Confirm") | {"url": message.confirm, "style": "primary"}
        yield {"type": "actions", "elements": [opening]}


def _labels(wording: Wording) -> str:
    shown = [
        one_line(f"{name}={value}", LABEL_LIMIT) for name, value in wording.labels[:LABELS_LIMIT]
    ]
    further = len(wording.labels) - LABELS_LIMIT
    return "  ".join((*shown, *((f"and {further} more",) if further > 0 else ())))


def _pressed(action: LinkAction, label: str, links: Links) -> Block:
    return button(action.value, label) | {"value": _token(links.view)}


def button(action_id: str, label: str) -> Block:
    return {
        "type": "button",
        "action_id": action_id,
        "text": plain_text(label, ACCESSIBILITY_LIMIT),
    }


def _token(url: str) -> str:
    """A link's token, by which a press acts."""
    return url.rpartition("/")[2]


def plain_text(text: str, limit: int) -> Block:
    said = text if len(text) <= limit else text[: limit - 1] + CUT_MARK
    return {"type": "plain_text", "text": said, "emoji": False}


def rich(element: Block) -> Block:
    return {"type": "rich_text", "elements": [element]}


def section(elements: list[Block]) -> Block:
    return {"type": "rich_text_section", "elements": elements}


def _without_city(phrase: Phrase, wording: Wording) -> Iterator[Span]:
    """Leave out the city behind times, which Slack shows in each reader's own zone."""
    city, was_time = f" ({wording.city})", False
    for span in phrase:
        yield span._replace(text=span.text.removeprefix(city)) if was_time else span
        was_time = span.at is not None


def span_element(span: Span) -> Block:
    style: Block = {"style": {"bold": True}} if span.is_strong else {}
    if span.at is None or span.text == "now":
        return {"type": "text", "text": span.text, **style}
    pattern, fallback = _date(span, span.at)
    timestamp = int(span.at.timestamp())
    return {
        "type": "date",
        "timestamp": timestamp,
        "format": pattern,
        "fallback": fallback,
        **style,
    }


def _in_mrkdwn(span: Span) -> str:
    if span.at is not None and span.text != "now":
        pattern, fallback = _date(span, span.at)
        said = f"<!date^{int(span.at.timestamp())}^{pattern}|{fallback}>"
    else:
        said = escaped(span.text)
    return f"*{said}*" if span.is_strong and span.at is None and said.strip() == said else said


def _date(span: Span, at: datetime) -> tuple[str, str]:
    """Slack's format of a time, and what is shown where it knows no zone."""
    if _TIME.fullmatch(span.text):
        return "{time}", f"{at:%H:%M} UTC"
    return "{date_short_pretty}, {time}", f"{at:%d %b, %H:%M} UTC"
