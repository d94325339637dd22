"""Pages of the outbox."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from local.outbox.kept_messages import KeptMessage
from tocsin.domain.short_message import units
from tocsin.html import environment

_TEMPLATES: Final = environment(Path(__file__).parent / "templates")
_ONE_PART: Final = {True: 160, False: 70}
_OF_SEVERAL: Final = {True: 153, False: 67}
_SHOWN: Final = 200
_GREY: Final = "#868f9a"
_LINK_SCHEMES: Final = ("http://", "https://")


def list_page(messages: Sequence[KeptMessage]) -> str:
    return _TEMPLATES.get_template("list.html").render(
        messages=messages[:_SHOWN], more=max(0, len(messages) - _SHOWN)
    )


def message_page(message: KeptMessage) -> str:
    return _TEMPLATES.get_template("message.html").render(
        message=message,
        parts=parts_of(message.text),
        lines=message.text.split("\n"),
        links=[line for line in message.text.split() if line.startswith(_LINK_SCHEMES)],
        **_as_slack_shows(message),
        data=json.dumps(message.data, indent=2, ensure_ascii=False),
    )


def _as_slack_shows(message: KeptMessage) -> Mapping[str, Any]:
    """Its parts and colour; of what Slack would not take, none: the page has it as it was sent."""
    if message.kind == "slack":
        with suppress(AttributeError, TypeError, ValueError, KeyError, OverflowError):
            return {"slack": list(slack_parts(message.data)), "colour": _colour(message.data)}
    return {"slack": [], "colour": _GREY}


class Length(NamedTuple):
    units: int
    alphabet: str
    parts: int


def parts_of(text: str) -> Length:
    """The length of an SMS, and in how many parts it goes."""
    length = units(text)
    is_gsm = units(f"{text}€") == length + 2
    parts = 1 if length <= _ONE_PART[is_gsm] else -(-length // _OF_SEVERAL[is_gsm])
    return Length(length, "GSM-7" if is_gsm else "UCS-2", parts)


class SlackPart(NamedTuple):
    """A piece of a message in Slack."""

    kind: str
    """`text`, `strong`, `break`, `button`, `preformatted` or `small`."""
    text: str
    url: str = ""


def slack_parts(sent: Mapping[str, Any]) -> Iterator[SlackPart]:
    """Walk blocks, and attachments with theirs, in the order in which Slack shows them."""
    yield from _blocks(sent.get("blocks", ()))
    for attachment in sent.get("attachments", ()):
        yield from _blocks(attachment.get("blocks", ()))


def _blocks(blocks: Sequence[Mapping[str, Any]]) -> Iterator[SlackPart]:
    for block in blocks:
        match block.get("type"):
            case "header":
                yield SlackPart("strong", _text_of(block))
            case "section":
                yield SlackPart("text", _text_of(block))
                yield from (SlackPart("text", _text_of(field)) for field in block.get("fields", ()))
            case "rich_text":
                for section in block.get("elements", ()):
                    yield from _section(section)
            case "context":
                for element in block.get("elements", ()):
                    yield SlackPart("small", _text_of(element))
            case "actions":
                yield from map(_action, block.get("elements", ()))
            case _:
                continue
        yield SlackPart("break", "")


def _section(section: Mapping[str, Any]) -> Iterator[SlackPart]:
    if section.get("type") == "rich_text_list":
        for item in section.get("elements", ()):
            yield SlackPart("text", "\N{BULLET} ")
            yield from _section(item)
            yield SlackPart("break", "")
        return
    is_code = section.get("type") == "rich_text_preformatted"
    for element in section.get("elements", ()):
        yield _rich(element, is_code=is_code)


def _rich(element: Mapping[str, Any], *, is_code: bool) -> SlackPart:
    text = str(element.get("text", ""))
    if element.get("type") == "date":
        at = datetime.fromtimestamp(int(element["timestamp"]), UTC).astimezone()
        text = f"{at:%H:%M}"
    elif element.get("type") == "user":
        text = f"@{element.get('user_id')}"
    if is_code:
        return SlackPart("preformatted", text)
    is_strong = bool((element.get("style") or {}).get("bold"))
    return SlackPart("strong" if is_strong else "text", text, _safe(element.get("url")))


def _action(element: Mapping[str, Any]) -> SlackPart:
    label = _text_of(element) or _text_of({"text": element.get("placeholder", "")})
    return SlackPart("button", label, _safe(element.get("url")))


def _text_of(block: Mapping[str, Any]) -> str:
    text = block.get("text", "")
    return str(text.get("text", "")) if isinstance(text, Mapping) else str(text)


def _safe(url: object) -> str:
    return url if isinstance(url, str) and url.startswith(_LINK_SCHEMES) else ""


def _colour(sent: Mapping[str, Any]) -> str:
    colours = [str(each.get("color", "")) for each in sent.get("attachments", ())]
    return next((colour for colour in colours if colour.strip("#").isalnum()), _GREY)
