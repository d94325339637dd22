"""A notice in Slack."""

from typing import TYPE_CHECKING

from tocsin.channels.email_notice import answer_of
from tocsin.channels.slack_blocks import (
    COLOURS,
    OPEN,
    TITLE_LIMIT,
    Block,
    button,
    escaped,
    rich,
    section,
)
from tocsin.domain.sender_text import one_line
from tocsin.domain.wording import Band

if TYPE_CHECKING:
    from tocsin.domain.on_call.notice import Notice


def first_line(notice: "Notice") -> str:
    """What a phone shows."""
    return escaped(one_line(notice.title, TITLE_LIMIT))


def attachment(notice: "Notice", link: str | None) -> Block:
    said = "\n".join(notice.lines) or notice.title
    blocks: list[Block] = [rich(section([{"type": "text", "text": said}]))]
    if link:
        opening = button(OPEN, answer_of(notice)) | {"url": link, "style": "primary"}
        blocks.append({"type": "actions", "elements": [opening]})
    return {"color": COLOURS[Band.INFO], "fallback": first_line(notice), "blocks": blocks}
