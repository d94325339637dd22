"""A message as an SMS: one segment where its text allows, two at most."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tocsin.domain.message import Message
from tocsin.domain.notification import NotificationEvent
from tocsin.domain.phrase import plain
from tocsin.domain.sender_text import one_line
from tocsin.domain.signal import CUT_MARK

SEGMENTS_LIMIT: Final = 2
GSM_ALONE: Final = 160
GSM_PART: Final = 153
"""Septets of one segment, and of each of several, in the alphabet of GSM 03.38."""
WIDE_ALONE: Final = 70
WIDE_PART: Final = 67
"""UTF-16 units of the same, if that alphabet lacks a character."""
TITLE_LIMIT: Final = 60
LEAST_TITLE: Final = 20
PLACE_LIMIT: Final = 40
"""Characters."""
_LEAST_TEXT: Final = 60
"""Units of text that a link must leave room for; a longer one is left out."""

_GSM: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_ESCAPED: Final = frozenset("^{}\\[~]|€")
"""Written as two septets."""
_PLAIN: Final[dict[int, str | None]] = {
    **dict.fromkeys((0x2018, 0x2019, 0x201A, 0x60, 0xB4, 0x2032), "'"),
    **dict.fromkeys((0x201C, 0x201D, 0x201E, 0xAB, 0xBB, 0x2033), '"'),
    **dict.fromkeys((*range(0x2010, 0x2016), 0x2212), "-"),
    ord(CUT_MARK): "...",
    ord("\N{RIGHTWARDS ARROW}"): "->",
    ord("\N{LEFTWARDS ARROW}"): "<-",
    ord("\N{REPLACEMENT CHARACTER}"): "?",
    ord("\N{NO-BREAK SPACE}"): " ",
    ord("\N{NARROW NO-BREAK SPACE}"): " ",
    **dict.fromkeys((0xAD, 0x200B, 0x2060, 0xFEFF)),
}
"""Typography that GSM has in one form only, and what nobody sees."""
_PICTURES: Final = "\u2300-\u23ff\u25a0-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_EMOJI: Final = re.compile(
    rf"[{_PICTURES}][{_PICTURES}\u200d\ufe0e\ufe0f\u20e3\U000e0020-\U000e007f]*"
    r"|[\ufe0e\ufe0f\u20e3]"
)
_SPACED_PERCENT: Final = re.compile(r"(?<=\d)[ \u00a0\u202f]%")
_TEST: Final = "Tocsin test for {}: nothing is wrong, and pages reach this phone."


@dataclass(frozen=True, slots=True)
class _Text:
    """What is said, in the order of its parts."""

    head: str
    """How bad, and where."""
    title: str
    age: str
    news: str
    next: str

    def written(self, *, title: str | None = None, has_news: bool = True) -> str:
        titled = self.title if title is None else title
        said = f"{self.head}{titled}, {self.age}." if self.age else f"{self.head}{titled}."
        parts = (said, self.news if has_news else "", self.next)
        return " ".join(part for part in parts if part)


def short(message: Message, link: str = "") -> str:
    """Write the most important facts, the link on a line of its own.

    Shortened in this order: the news goes, the title is cut to 20 characters at least, a second
    segment is used. Severity, place, who is called next, and the link are cut by none of these.

    Args:
        message: What to say.
        link: Empty for none; one that leaves no room for a text is left out.
    """
    if message.event is NotificationEvent.TEST:
        said = clean(_TEST.format(one_line(message.to, PLACE_LIMIT)))
        return _whole(_in_gsm(said), link)
    return fitted(list(_shorter_and_shorter(_text_of(message))), link)


def fitted(texts: Sequence[str], link: str, *, shortest: Sequence[str] = ()) -> str:
    """Choose the first text that takes one segment with its link, else the first that takes two.

    Args:
        texts: From the longest to the shortest.
        link: Empty for none; one that leaves no room for a text is left out.
        shortest: Likewise, for two segments only. The last of all is cut if it takes more.
    """
    in_one = [_in_gsm(text) for text in texts]
    in_two = [*in_one, *map(_in_gsm, shortest)]
    for count, choices in ((1, in_one), (SEGMENTS_LIMIT, in_two)):
        for said in choices:
            whole = _joined(said, link)
            if segments(whole) <= count:
                return whole
    return _whole(in_two[-1], link)


def segments(text: str) -> int:
    """How many segments a text takes; no character is split between two."""
    is_gsm = _is_gsm(text)
    alone, part = (GSM_ALONE, GSM_PART) if is_gsm else (WIDE_ALONE, WIDE_PART)
    if units(text) <= alone:
        return 1
    count, filled = 1, 0
    for character in text:
        size = _size(character, is_gsm=is_gsm)
        if filled + size > part:
            count, filled = count + 1, 0
        filled += size
    return count


def units(text: str) -> int:
    """Length of a text in units of its alphabet."""
    is_gsm = _is_gsm(text)
    return sum(_size(character, is_gsm=is_gsm) for character in text)


def _size(character: str, *, is_gsm: bool) -> int:
    is_double = character in _GSM_ESCAPED if is_gsm else ord(character) > 0xFFFF  # noqa: PLR2004
    return 2 if is_double else 1


def _text_of(message: Message) -> _Text:
    wording = message.wording
    title = clean(wording.title) or "?"
    place = one_line(clean(wording.place), PLACE_LIMIT)
    is_named = not place or place.casefold() in title.casefold()
    head = f"{wording.word} " if is_named else f"{wording.word} {place}: "
    news, coming = message.lead_short or plain(wording.who), wording.next_short
    if message.event is NotificationEvent.WORSENED:
        # Its severity is the news, which no shortening may cut.
        news, coming = "", f"{plain(message.lead)} {coming}"
    return _Text(
        head=head,
        title=cut_at_word(title, TITLE_LIMIT).rstrip("."),
        age=clean(wording.age),
        news=clean(news),
        next=clean(coming),
    )


def _shorter_and_shorter(text: _Text) -> Iterator[str]:
    yield text.written()
    yield text.written(has_news=False)
    for title in shorter_titles(text.title):
        yield text.written(title=title, has_news=False)


def shorter_titles(title: str) -> Iterator[str]:
    """Cut a title more and more, to 20 characters at least."""
    for limit in range(len(title) - 1, LEAST_TITLE - 1, -1):
        yield cut_at_word(title, limit)


def cut_at_word(title: str, limit: int) -> str:
    """Cut a text to so many characters, mark and all, at the end of a word if one is near."""
    if len(title) <= limit:
        return title
    kept = title[: limit - 1]
    at_word = kept.rpartition(" ")[0] if title[limit - 1] != " " else kept
    return (at_word if len(at_word) >= LEAST_TITLE - 1 else kept).rstrip(" ,.:;") + CUT_MARK


def _whole(text: str, link: str) -> str:
    """Cut a text so that it fits together with its link, or without."""
    whole = _joined(text, link)
    while segments(whole) > SEGMENTS_LIMIT and units(text) > _LEAST_TEXT:
        text = text.removesuffix("...")[:-1] + "..."
        whole = _joined(text, link)
    return whole if segments(whole) <= SEGMENTS_LIMIT else _whole(text, "")


def _joined(text: str, link: str) -> str:
    return f"{text}\n{link}" if link else text


def clean(text: str) -> str:
    """Leave out pictures, which would make three segments of one; no letter."""
    bare = _EMOJI.sub(" ", unicodedata.normalize("NFC", text))
    return " ".join(_SPACED_PERCENT.sub("%", bare).split())


def _is_gsm(text: str) -> bool:
    return all(character in _GSM or character in _GSM_ESCAPED for character in text)


def _in_gsm(text: str) -> str:
    """Replace what GSM lacks by what is like it; not if a letter would remain that it lacks."""
    translated = text.translate(_PLAIN)
    bare = "".join(
        character if _is_gsm(character) else _without_marks(character) for character in translated
    )
    return bare if _is_gsm(bare) else translated


def _without_marks(character: str) -> str:
    parts = unicodedata.normalize("NFKD", character)
    return "".join(part for part in parts if not unicodedata.combining(part))
