"""The frame of every page, and the headers that keep it harmless."""

import base64
import hashlib
from html import escape
from pathlib import Path
from typing import Final

from tocsin.domain.signal import printable

STYLE: Final = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
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


def page(title: str, *parts: str) -> str:
    """Write a page; the parts are HTML, the title is not."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{shown(title)} · Tocsin</title><style>{STYLE}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>"
    )


def notice(title: str, *sentences: str) -> str:
    """Write a page that only says something."""
    said = "".join(f"<p>{shown(sentence)}</p>" for sentence in sentences if sentence)
    return page(title, f"<h1>{shown(title)}</h1>", said)


def shown(text: object) -> str:
    """Show any text as nothing but text."""
    return escape(printable(str(text)))
