"""The pages behind links: GET changes nothing, POST acts once."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from functions.actions.acting import Outcome, Press, act_once
from functions.actions.links import read_link
from functions.actions.notices import notice_answer, page_answer, redirect_answer, text_answer
from functions.actions.ports import Ports
from functions.actions.request import FORM_LIMIT_BYTES, Request, form_value
from tocsin.domain.errors import AlertNotFoundError, DigestNotFoundError, TryAgainError
from tocsin.domain.link import Link, LinkAction, LinkExpiredError, LinkUnknownError
from tocsin.lambda_runtime.http import HttpAnswer

if TYPE_CHECKING:
    from tocsin.domain.choice import Choice

_VERSION: Final = re.compile(r"[0-9]{1,12}", re.ASCII)
_ID_OF: Final = {LinkAction.DIGEST: "digest_id", LinkAction.SWAP: "swap_id"}
RETRY_AFTER_SECONDS: Final = 5
ONLY_TEXT: Final = "text/plain"
"""What a button of a push accepts, which shows no page."""


def answer_link(request: Request, token: str, ports: Ports) -> HttpAnswer:
    try:
        return _answer(request, token, ports)
    except (LinkUnknownError, AlertNotFoundError):
        return _nothing_here()
    except DigestNotFoundError:
        return _digest_gone()
    except LinkExpiredError as expiry:
        return _expired(expiry, request.at, ports.zone)
    except TryAgainError:
        return _try_again()


def _answer(request: Request, token: str, ports: Ports) -> HttpAnswer:
    link = read_link(token, request.at, ports)
    request.facts[_ID_OF.get(link.action, "alert_id")] = link.alert_id
    if request.method == "POST" and request.is_foreign(ports.public_url):
        only = "This button works on Tocsin's own page only."
        return notice_answer(HTTPStatus.FORBIDDEN, "Not from here", only)
    if link.action is LinkAction.SWAP:
        from functions.actions.swap_link import answer_swap_link

        return answer_swap_link(request, link, token, ports)
    if request.method == "GET":
        from functions.actions.opened import note_opened

        note_opened(request, link, ports)
    if link.action is LinkAction.DIGEST:
        from functions.actions.digest_link import answer_digest

        return answer_digest(request, link, token, ports)
    if link.action is LinkAction.AWAKE:
        from functions.actions.awake_link import answer_awake

        return answer_awake(request, link, token, ports)
    if request.method == "POST":
        return _act(request, link, token, ports)
    return _show(link, token, request.at, ports)


def failed(request_id: str) -> HttpAnswer:
    return notice_answer(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Something went wrong on our side",
        "Nothing may have happened. Look again, and press again if nothing has.",
        f"If it stays like this, look for the request {request_id} in the logs.",
        can_look_again=True,
    )


def _show(link: Link, token: str, at: datetime, ports: Ports) -> HttpAnswer:
    from functions.actions.look import look_at
    from functions.actions.pages.alert_page import show_alert

    return page_answer(show_alert(look_at(link, token, at, ports)))


def _act(request: Request, link: Link, token: str, ports: Ports) -> HttpAnswer:
    press = _press(request, link, token, ports)
    if press is None:
        instead = "Look at the alert again and press one of its buttons. Nothing was changed."
        return notice_answer(
            HTTPStatus.BAD_REQUEST, "This link does not do that", instead, can_look_again=True
        )
    outcome = act_once(press, ports)
    request.facts.update(action=press.action, outcome=outcome.result)
    if not outcome.is_done:
        _note_refusal(press, outcome, ports)
    from functions.actions.words import brief, sentence

    if request.headers.get("accept") == ONLY_TEXT:
        status = HTTPStatus.OK if outcome.is_done else HTTPStatus.CONFLICT
        return text_answer(status, brief(outcome))
    return redirect_answer(token, sentence(outcome))


def _note_refusal(press: Press, outcome: Outcome, ports: Ports) -> None:
    """Note it for the page that the browser is sent to; without it the page says less."""
    from functions.actions.refusals import note_refusal

    try:
        note_refusal(press, outcome.told_version, ports)
    except TryAgainError as error:
        ports.log.warning("Refusal cannot be noted", kind=type(error).__name__)


def _press(request: Request, link: Link, token: str, ports: Ports) -> Press | None:
    """Read the form, or act by the link alone if the form names no action."""
    from tocsin.domain.choice import Choice, read_choice

    if len(request.body) > FORM_LIMIT_BYTES:
        return None
    named = form_value(request.body, "action")
    seen = form_value(request.body, "seen")
    if named is None:
        choice = None if link.action is LinkAction.VIEW else Choice(link.action)
    else:
        choice = read_choice(named)
    is_version = seen is None or _VERSION.fullmatch(seen)
    if choice is None or not link.allows(choice.action) or not is_version:
        return None
    return Press(
        link=link,
        token=token,
        action=choice.action,
        actor=link.actor,
        at=request.at,
        snooze=_snooze(choice, link, request.at, ports),
        seen=None if seen is None else int(seen),
    )


def _snooze(choice: Choice, link: Link, at: datetime, ports: Ports) -> timedelta | datetime:
    if choice.hour is None:
        return choice.span
    from functions.actions.look import reader_of

    reader = reader_of(link, ports.people.users(), ports.zone)
    return choice.snooze(at, reader.zone)


def _nothing_here() -> HttpAnswer:
    """The same answer for forged, unknown and deleted, so that it reveals nothing."""
    return notice_answer(
        HTTPStatus.NOT_FOUND,
        "This link leads nowhere",
        "It may have been cut short on its way: open it from the message itself.",
        "Links of earlier messages stop working when the stack's link key is changed, "
        "and with the alert itself when that is not kept any more.",
    )


def _digest_gone() -> HttpAnswer:
    return notice_answer(
        HTTPStatus.GONE,
        "This list is gone",
        "It is older than what Tocsin keeps. Nothing was changed.",
    )


def _expired(expiry: LinkExpiredError, at: datetime, zone: str) -> HttpAnswer:
    from tocsin.domain.phrase import plain
    from tocsin.domain.times_in_words import Clock

    clock = Clock(zone, at)
    until = plain(clock.day_and_time(expiry.expired_at))
    return notice_answer(
        HTTPStatus.GONE,
        "This link is too old",
        f"It worked until {until} ({clock.city}). Links to alerts are good for a day.",
        "If the alert still fires, a newer message has newer links. Nothing was changed.",
    )


def _try_again() -> HttpAnswer:
    answer = notice_answer(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Not just now",
        "This is being worked on already, or storage is busy. Wait a few seconds, then look "
        "again and press the button if it is still there: nothing happens twice.",
        can_look_again=True,
    )
    headers = {**answer.headers, "retry-after": str(RETRY_AFTER_SECONDS)}
    return HttpAnswer(status=answer.status, body=answer.body, headers=headers)
