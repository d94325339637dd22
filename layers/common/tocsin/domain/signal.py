"""A sender's event in our form, and the limits of what is stored."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from tocsin.domain.severity import Severity

type Value = str | int | float | bool | None
"""A measured value: a number if the sender sends one, else its text."""

NAME_LIMIT: Final = 256
SUMMARY_LIMIT: Final = 1024
REASON_LIMIT_BYTES: Final = 65_536
LABELS_LIMIT: Final = 500
LABELS_LIMIT_BYTES: Final = 131_072
LABEL_NAME_LIMIT: Final = 256
LABEL_VALUE_LIMIT_BYTES: Final = 8_192
"""One large value is cut, so that the others stay whole."""
URLS_LIMIT: Final = 100
URLS_LIMIT_BYTES: Final = 65_536
"""All limits together stay below 400 KB, DynamoDB's limit for an item, even if nothing
compresses."""

LINK_SCHEMES: Final = ("http://", "https://", "mailto:")
CUT_MARK: Final = "…"


class SignalAction(StrEnum):
    TRIGGER = "trigger"
    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A sender's description of a condition; not part of its identity."""

    name: str
    summary: str = ""
    reason: str = ""
    source: str | None = None
    source_name: str | None = None
    object: str | None = None
    source_severity: str | None = None
    rule_id: str | None = None
    rule_name: str | None = None
    monitor_id: str | None = None
    monitor_name: str | None = None
    group_id: str | None = None
    threshold: Value = None
    operator: str | None = None
    window: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    urls: Mapping[str, str] = field(default_factory=dict)
    truncated: tuple[str, ...] = ()
    """What was cut, and to how much, for people to read."""

    @property
    def output_hash(self) -> str:
        """Distinguishes a repeat with another output, without storing the one before."""
        text = f"{self.summary}\0{self.reason}"
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A sender's event, the same for all products."""

    action: SignalAction
    dedup_key: str
    severity: Severity = Severity.WARNING
    facts: Facts
    current_value: Value = None
    source_started_at: datetime | None = None
    """When the condition began, if the sender gives it; distinguishes source episodes after a
    manual resolve. Not used for ordering."""
    lapses_at: datetime | None = None
    """If the signal does not come again by then, the alert is resolved. Only of a trigger, and
    always in the future."""
    note: str | None = None
    """A person's text with an acknowledgement; stored on the timeline."""
    assumed: Mapping[str, str] = field(default_factory=dict)
    """Defaults for fields that the sender left out, or whose value is unknown."""
    ignored: tuple[str, ...] = ()
    """Fields that were not read although they look like one of ours."""


class FactsBuilder:
    """Collects a sender's facts, cleans them and cuts them to the limits, noting what it cut."""

    def __init__(self) -> None:
        self._truncated: list[str] = []

    @property
    def truncated(self) -> tuple[str, ...]:
        """One sentence for each cut."""
        return tuple(self._truncated)

    def note(self, note: str) -> None:
        """Note what the sender itself cut."""
        self._truncated.append(printable(note)[:SUMMARY_LIMIT])

    def text(self, field_name: str, text: str, limit: int) -> str:
        """Keep the first `limit` characters."""
        clean = printable(text)
        if len(clean) <= limit:
            return clean
        self._truncated.append(f"{field_name}: kept {limit} of {len(clean)} characters")
        return clean[: limit - 1] + CUT_MARK

    def short(self, field_name: str, text: str | None) -> str | None:
        """Keep a name-like field; None stays None."""
        return None if text is None else self.text(field_name, text, NAME_LIMIT)

    def long_text(self, field_name: str, text: str, limit_bytes: int = REASON_LIMIT_BYTES) -> str:
        """Keep what fits into so many bytes of UTF-8."""
        clean = printable(text)
        if len(clean) * 4 <= limit_bytes:
            return clean
        encoded = clean.encode()
        if len(encoded) <= limit_bytes:
            return clean
        self._truncated.append(f"{field_name}: kept {limit_bytes} of {len(encoded)} bytes")
        room = limit_bytes - len(CUT_MARK.encode())
        return encoded[:room].decode(errors="ignore") + CUT_MARK

    def labels(self, labels: Mapping[str, str]) -> dict[str, str]:
        """Keep the first labels within the limits; large values are cut."""
        cut: list[str] = []

        def fit(name: str, value: str) -> str:
            encoded = value.encode()
            if len(encoded) <= LABEL_VALUE_LIMIT_BYTES:
                return value
            cut.append(name)
            room = LABEL_VALUE_LIMIT_BYTES - len(CUT_MARK.encode())
            return encoded[:room].decode(errors="ignore") + CUT_MARK

        kept = self._pairs("labels", labels, LABELS_LIMIT, LABELS_LIMIT_BYTES, fit)
        if cut:
            self._truncated.append(
                f"labels: kept {LABEL_VALUE_LIMIT_BYTES} bytes of each of: {_some(cut)}"
            )
        return kept

    def urls(self, urls: Mapping[str, str]) -> dict[str, str]:
        """Keep the first links that are safe to show as links."""
        links = {name: printable(url).strip() for name, url in urls.items()}
        unsafe = [name for name, url in links.items() if not url.lower().startswith(LINK_SCHEMES)]
        for name in unsafe:
            del links[name]
        kept = self._pairs("urls", links, URLS_LIMIT, URLS_LIMIT_BYTES)
        if unsafe:
            more = " and others" if len(unsafe) > 1 else ""
            verb = "are" if more else "is"
            self._truncated.append(
                f"urls: left out {len(unsafe)} that {verb} not an http, https or mailto link: "
                f"{printable(unsafe[0])[:NAME_LIMIT]}{more}"
            )
        return kept

    def _pairs(
        self,
        field_name: str,
        pairs: Mapping[str, str],
        limit: int,
        limit_bytes: int,
        fit: "_Fit" = lambda _, value: value,
    ) -> dict[str, str]:
        kept: dict[str, str] = {}
        left_out: list[str] = []
        left_bytes = limit_bytes
        longest_name = 0
        for name, value in pairs.items():
            if len(kept) == limit:
                break
            clean_name = printable(name)[:LABEL_NAME_LIMIT]
            clean_value = fit(clean_name, printable(value))
            size = len(clean_name.encode()) + len((clean_value or "").encode())
            if clean_value is None or size > left_bytes or clean_name in kept:
                left_out.append(clean_name)
                continue
            left_bytes -= size
            kept[clean_name] = clean_value
            longest_name = max(longest_name, len(name))
        if longest_name > LABEL_NAME_LIMIT:
            self._truncated.append(
                f"{field_name}: kept {LABEL_NAME_LIMIT} of {longest_name} characters of a name"
            )
        if len(kept) < len(pairs):
            without = f", without {_some(left_out)}" if left_out else ""
            self._truncated.append(f"{field_name}: kept {len(kept)} of {len(pairs)}{without}")
        return kept


type _Fit = Callable[[str, str], str | None]
"""A label as stored, by name and value; None: left out."""
_NAMES_SHOWN: Final = 3


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    return f"{', '.join(names[:_NAMES_SHOWN])}{more}"


def printable(text: str) -> str:
    """Replace characters that cannot be seen or that change how text is shown.

    Control characters (NUL and escape sequences among them), halves of characters and the
    marks that turn the direction of text become the replacement character; line breaks and
    tabs stay.
    """
    return text if text.isprintable() else text.translate(_UNPRINTABLE)


_UNPRINTABLE: Final[dict[int, str]] = {
    code: "\N{REPLACEMENT CHARACTER}"
    for codes in (range(9), (11, 12), range(14, 32), range(127, 160))
    for code in codes
} | dict.fromkeys(
    (*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xD800, 0xE000)),
    "\N{REPLACEMENT CHARACTER}",
)
