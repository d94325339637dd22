"""The frame of every page, and the headers that keep it harmless."""

import base64
import hashlib
from pathlib import Path
from typing import Final

from markupsafe import Markup

from tocsin.domain.signal import printable

STYLE: Final = Markup((Path(__file__).parent / "page.css").read_text(encoding="utf-8"))  # noqa: S704 - our own
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS: Final = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    # The page's address is a credential: no cache, index or linked site may learn it.
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "x-robots-tag": "noindex, nofollow",
    "x-content-type-options": "nosniff",
}


def page(title: str, *parts: Markup) -> str:
    return html(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>{} · Tocsin</title><style>{}</style></head>"
        "<body><main>{}</main></body></html>",
        title,
        STYLE,
        Markup("").join(parts),
    )


def notice(title: str, *sentences: str) -> str:
    said = (html("<p>{}</p>", sentence) for sentence in sentences if sentence)
    return page(title, html("<h1>{}</h1>", title), *said)


def html(template: str, *values: object) -> Markup:
    """Fill our own HTML with values; all but Markup is escaped."""
    shown = (it if isinstance(it, Markup) else printable(str(it)) for it in values)
    return Markup(template).format(*shown)  # noqa: S704 - no template holds a value
