"""The frame of every page, and the headers that keep it harmless."""

import base64
import hashlib
from pathlib import Path
from typing import Final

from markupsafe import Markup

from tocsin.html import environment

_FOLDER: Final = Path(__file__).parent
STYLE: Final = Markup((_FOLDER / "page.css").read_text(encoding="utf-8"))  # noqa: S704 - our own
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
_THEME_COLORS: Final = {
    "critical": "#c4162a",
    "warning": "#f0b132",
    "info": "#40709f",
    "done": "#17673a",
    "over": "#434c57",
}
"""Of a phone's bar above the page: as the band or banner below it."""
TEMPLATES: Final = environment(_FOLDER)


def page(template: str, title: str, *, band: str, **values: object) -> str:
    """Fill a template; every value but Markup is escaped.

    Args:
        template: The file beside this module.
        title: Of the browser's tab, and of a notice itself.
        band: What the top of the page is coloured by: a severity, `done` or `over`.
        values: What else the template names.
    """
    return TEMPLATES.get_template(template).render(
        title=title, style=STYLE, theme_color=_THEME_COLORS[band], **values
    )


def notice(title: str, *sentences: str, can_look_again: bool = False) -> str:
    return page(
        "notice.html", title, band="over", sentences=sentences, can_look_again=can_look_again
    )
