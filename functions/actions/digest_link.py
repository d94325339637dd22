"""The page behind the link of a digest: its alerts, and one button that acknowledges these."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from functions.actions.digest_acting import DigestPress, acknowledge_once
from functions.actions.digest_look import find_digest, look_at_digest
from functions.actions.notices import notice_answer, page_answer, redirect_answer
from functions.actions.request import FORM_LIMIT_BYTES, form_value
from tocsin.domain.link import LinkAction

if TYPE_CHECKING:
    from functions.actions.ports import Ports
    from functions.actions.request import Request
    from tocsin.domain.link import Link
    from tocsin.lambda_runtime.http import HttpAnswer

_SEEN: Final = re.compile(r"[0-9a-f]{16}", re.ASCII)


def answer_digest(request: Request, link: Link, token: str, ports: Ports) -> HttpAnswer:
    """Show the page, or do what its button says.

    Raises:
        DigestNotFoundError: It is not kept any more.
        TryAgainError: Storage is unavailable.
    """
    digest = find_digest(link, ports)
    if request.method != "POST":
        from functions.actions.pages.digest_page import show_digest

        return page_answer(show_digest(look_at_digest(digest, link, request.at, ports)))
    named, seen = (form_value(request.body, name) for name in ("action", "seen"))
    is_ours = named in {None, LinkAction.ACKNOWLEDGE} and (seen is None or _SEEN.fullmatch(seen))
    if len(request.body) > FORM_LIMIT_BYTES or not is_ours:
        instead = "Look at the alerts again and press the button there. Nothing was changed."
        return notice_answer(
            HTTPStatus.BAD_REQUEST, "This link does not do that", instead, can_look_again=True
        )
    press = DigestPress(link=link, token=token, actor=link.actor, at=request.at, seen=seen)
    done = acknowledge_once(digest, press, ports)
    request.facts.update(action=LinkAction.DIGEST, acknowledged=done.acknowledged, left=done.left)
    return redirect_answer(token, done.sentence)
