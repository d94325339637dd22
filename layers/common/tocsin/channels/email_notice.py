"""Both parts of the e-mail of a notice, from the templates of all mails."""

from typing import TYPE_CHECKING, Final

from tocsin.channels.email_parts import THEMES, BandLine, Mail, web_button
from tocsin.domain.on_call.notice import OPTIONAL, NoticeKind
from tocsin.domain.phrase import Span, plain
from tocsin.domain.severity import Severity
from tocsin.domain.wording import Band

if TYPE_CHECKING:
    from tocsin.channels.ports import Render
    from tocsin.domain.on_call.notice import Notice

WHY: Final = (
    "You get it because you are on call at times. It is no page; your team's settings or your own "
    "turn it off."
)
WHY_SWAP: Final = "You get it because one of your shifts is to be swapped. It is no page."
WHY_SIGN_IN: Final = (
    "You get it because somebody asked to sign in with your address. If it was not you, do "
    "nothing: without the link nobody gets in."
)
ANSWER: Final = "Look at the swap"
SIGN_IN: Final = "Sign in"


def both_parts(notice: "Notice", link: str | None, render: "Render") -> tuple[str, str]:
    """Write the text and the HTML."""
    mail = Mail(
        subject=notice.title,
        preheader=notice.lines[0] if notice.lines else "",
        band=BandLine(THEMES[Band.INFO], "○", _head_of(notice), ""),
        severity=THEMES[Severity.INFO],
        not_over="",
        title=notice.title,
        where="",
        sentences=[[(Span(line),) for line in notice.lines]] if notice.lines else [],
        button=web_button(answer_of(notice), link),
        more_buttons=(),
        footer=[(Span(_why(notice)),)],
    )
    html = render("email.html", mail=mail, spaced=lambda line: line)
    return render("email.txt", mail=mail, plain=plain), html


def answer_of(notice: "Notice") -> str:
    """What the button says."""
    return SIGN_IN if notice.kind is NoticeKind.SIGN_IN else ANSWER


def _head_of(notice: "Notice") -> str:
    return "CONSOLE" if notice.kind is NoticeKind.SIGN_IN else "ON CALL"


def _why(notice: "Notice") -> str:
    if notice.kind is NoticeKind.SIGN_IN:
        return WHY_SIGN_IN
    return WHY if notice.kind in OPTIONAL else WHY_SWAP
