"""The page behind the link in a request for a swap: GET changes nothing, POST answers it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from functions.actions.notices import notice_answer, redirect_answer
from functions.actions.request import FORM_LIMIT_BYTES, form_value
from tocsin.domain.errors import ConflictError
from tocsin.domain.link import LinkUnknownError
from tocsin.domain.on_call.notices_in_words import Words, words_to
from tocsin.domain.on_call.swap import SwapState
from tocsin.usecases.change_on_call import answer_swap

if TYPE_CHECKING:
    from functions.actions.ports import Ports
    from functions.actions.request import Request
    from tocsin.domain.link import Link
    from tocsin.domain.on_call.swap import Swap
    from tocsin.lambda_runtime.http import HttpAnswer
    from tocsin.usecases.change_on_call import OnCallWork

_ANSWERS: Final = {"accept": SwapState.ACCEPTED, "decline": SwapState.DECLINED}
_DONE: Final = {
    SwapState.ACCEPTED: "You swap these shifts.",
    SwapState.DECLINED: "You do not swap. Nothing was changed.",
    SwapState.WITHDRAWN: "It was withdrawn. Nothing was changed.",
    SwapState.EXPIRED: "It was not answered in time. Nothing was changed.",
}


def answer_swap_link(request: Request, link: Link, token: str, ports: Ports) -> HttpAnswer:
    """Show the swap, or accept or decline it.

    Raises:
        LinkUnknownError: The swap is not kept any more, or asks another person.
        TryAgainError: Storage is unavailable.
    """
    work = ports.on_call()
    swap = work.swaps.find(link.alert_id)
    user = work.directory(request.at).users.get(link.by)
    if swap is None or user is None or swap.asked != user.name:
        raise LinkUnknownError
    if request.method != "POST":
        return _show(swap, words_to(user, work.directory(request.at), request.at))
    return _press(request, link, token, work)


def _press(request: Request, link: Link, token: str, work: OnCallWork) -> HttpAnswer:
    is_form = len(request.body) <= FORM_LIMIT_BYTES
    named = form_value(request.body, "action") if is_form else None
    if named not in _ANSWERS:
        instead = "Look at the swap again and press one of its buttons. Nothing was changed."
        return notice_answer(
            HTTPStatus.BAD_REQUEST, "This link does not do that", instead, can_look_again=True
        )
    answer = _ANSWERS[named]
    request.facts.update(action=named)
    try:
        answer_swap(link.alert_id, answer, by=link.actor, at=request.at, work=work)
    except ConflictError as error:
        return notice_answer(
            HTTPStatus.CONFLICT,
            "That is not possible any more",
            str(error),
            "Nothing was changed.",
            can_look_again=True,
        )
    return redirect_answer(token, _DONE[answer])


def _show(swap: Swap, words: Words) -> HttpAnswer:
    from markupsafe import Markup

    said = words.swap_asked(swap)
    state = swap.state(words.at)
    if state is not SwapState.ASKED:
        return notice_answer(HTTPStatus.OK, said.title, *said.lines[:2], _DONE[state])
    buttons = Markup(
        '<form method="post"><button class="main" type="submit" name="action" value="accept">'
        "Swap these shifts</button></form>"
        '<div class="two"><form method="post"><button class="second" type="submit" name="action" '
        'value="decline">Decline</button></form></div>'
    )
    return notice_answer(HTTPStatus.OK, said.title, *said.lines, buttons)
