"""What is kept of a body: as sent, without secrets, and not too much of it."""

import json
import re
from typing import Any, Final
from urllib.parse import unquote

from functions.ingest.senders import Sent
from tocsin.domain.sent_body import SentBody
from tocsin.domain.signal import CUT_MARK

KEPT_BYTES: Final = 16_384
"""Deflated about a fifth of that, which a write unit or two carry."""
CONTENT_TYPE_LIMIT: Final = 200
MASK: Final = "[masked]"

_SECRETS: Final = (
    "authori[sz]ation|token|api[-_. ]?key|secret|passw(?:or)?d|passphrase|credential|cookie"
    "|signature|(?:routing|service|integration|access|private|account|auth|ingest)[-_. ]?key"
    "|(?<![a-z])(?:pwd|pass|auth|jwt)(?![a-z])"
)
_SECRET_NAME: Final = re.compile(_SECRETS, re.IGNORECASE)
_MAY_HIDE: Final = re.compile(
    rf"{_SECRETS}|bearer|basic|geniekey|/i/|/act/|tocsin_|://[^\s/@]{{1,320}}@|\\u|&#|%",
    re.IGNORECASE,
)
"""Bodies without any of these are kept as they are; escapes may spell a name otherwise."""
_NAMED: Final = re.compile(
    rf"""(?<![\w.-])(?=[\w.-]*?(?:{_SECRETS}))"""
    r"""((?:[\w.-]++\ (?=key))?+[\w.-]++"""
    r"""\\?["']?\s*+[=:>]\s*+(?:<!\[CDATA\[|\\?["'])?(?:\w++\s++(?=\S{16}))?)"""
    r"""[^\s"'&<>,;\\]++""",
    re.IGNORECASE,
)
"""Begins where a run of letters does, and looks ahead once: linear for any text."""
_CREDENTIAL: Final = re.compile(
    r"\b(Bearer|Basic|GenieKey)(\s+|%20|\+)[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE
)
_URL_TOKEN: Final = re.compile(r"(/i/)[0-9a-fA-F-]{32,36}|(/act/)[A-Za-z0-9_.~-]{20,}")
_OUR_KEY: Final = re.compile(r"\btocsin_[A-Za-z0-9_-]{20,}")
_PASSWORD_IN_URL: Final = re.compile(r"(://[^\s:/@\"'<>]{0,64}:)[^\s/@\"'<>]{1,256}(?=@)")
_ENCODED: Final = re.compile(r"(?<![\w.%+-])([\w.+-]*+%[\w.%+-]*+)=[^\s&;\"'<>]++")
"""A field of a form whose name has percent signs: `pass%77ord=…`."""
_ENCODED_LIMIT: Final = 1_000
"""Such fields of a text that are decoded; each takes a microsecond."""
_NAMES: Final = ("name", "key", "field", "header")
"""Members that name the content of `value` beside them."""


def kept_body(sent: Sent, *, part: object = None) -> SentBody:
    """Keep a body, or the part of it that is about one alert.

    Args:
        sent: What came in.
        part: JSON; None for the whole body.
    """
    text = _written(masked(part)) if part is not None else _masked_body(sent.body)
    encoded = text.encode("utf-8", "replace")
    is_cut = len(encoded) > KEPT_BYTES
    if is_cut:
        room = KEPT_BYTES - len(CUT_MARK.encode())
        text = encoded[:room].decode("utf-8", "ignore") + CUT_MARK
    return SentBody(
        text=text,
        content_type=sent.headers.get("content-type", "")[:CONTENT_TYPE_LIMIT],
        received_at=sent.at,
        size_bytes=len(encoded) if part is not None else len(sent.body),
        is_cut=is_cut,
    )


def masked(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Replace what has the name of a secret, and secrets within texts."""
    match value:
        case dict():
            names_secret = any(
                isinstance(said := value.get(it), str) and _SECRET_NAME.search(said)
                for it in _NAMES
            )
            return {
                name: MASK
                if inner is not None
                and (_SECRET_NAME.search(name) or (names_secret and name == "value"))
                else masked(inner)
                for name, inner in value.items()
            }
        case list():
            return [masked(inner) for inner in value]
        case str():
            return masked_text(value)
        case _:
            return value


def masked_text(text: str) -> str:
    """Replace what follows the name of a secret: `token=…`, `"password": "…"`, `<secret>…`."""
    if not _MAY_HIDE.search(text):
        return text
    text = _NAMED.sub(rf"\1{MASK}", text)
    text = _ENCODED.sub(_masked_field, text, count=_ENCODED_LIMIT)
    text = _CREDENTIAL.sub(rf"\1\2{MASK}", text)
    text = _URL_TOKEN.sub(rf"\1\2{MASK}", text)
    text = _OUR_KEY.sub(MASK, text)
    return _PASSWORD_IN_URL.sub(rf"\1{MASK}", text)


def _masked_field(found: re.Match[str]) -> str:
    name = unquote(found[1])
    return f"{found[1]}={MASK}" if _SECRET_NAME.search(name) else found[0]


def _masked_body(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    if not _MAY_HIDE.search(text):
        return text
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return masked_text(text)
    hidden = masked(value)
    # Nothing to hide: as sent, to the last space.
    return text if hidden == value else _written(hidden)


def _written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
