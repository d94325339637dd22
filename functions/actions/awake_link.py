"""The page behind "I'm awake": it says what that does, and its buttons begin and end it."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from functions.actions.awake_look import look_at_awake
from functions.actions.notices import notice_answer, page_answer, redirect_answer
from functions.actions.request import FORM_LIMIT_BYTES, form_value
from tocsin.domain.awake import LONGEST, SHORTEST, USUAL, AwakeScope
from tocsin.domain.duration import read_duration
from tocsin.domain.link import LinkAction

if TYPE_CHECKING:
    from functions.actions.ports import Ports
    from functions.actions.request import Request
    from tocsin.domain.link import Link
    from tocsin.lambda_runtime.http import HttpAnswer

ASLEEP: Final = "asleep"


def answer_awake(request: Request, link: Link, token: str, ports: Ports) -> HttpAnswer:
    """Show the page, or do what a button says.

    Raises:
        TryAgainError: Storage is unavailable, or others changed it all the time.
    """
    users = ports.people.users()
    user = users.get(link.by)
    if user is None:
        whose = "It belongs to no person of the team. Nothing was changed."
        return notice_answer(HTTPStatus.NOT_FOUND, "Nobody is awake by this link", whose)
    if request.method != "POST":
        from functions.actions.pages.awake_page import show_awake

        return page_answer(show_awake(look_at_awake(link, request.at, ports)))
    said = _press(request, user.name, ports)
    if said is None:
        instead = "Look at the page again and press one of its buttons. Nothing was changed."
        return notice_answer(
            HTTPStatus.BAD_REQUEST, "This link does not do that", instead, can_look_again=True
        )
    return redirect_answer(token, said)


def _press(request: Request, user: str, ports: Ports) -> str | None:
    """Do what the form says, or begin by the link alone; None: it says nothing that is known."""
    from tocsin.usecases.be_awake import begin_awake, end_awake

    if len(request.body) > FORM_LIMIT_BYTES:
        return None
    named = form_value(request.body, "action") or LinkAction.AWAKE
    request.facts.update(action=LinkAction.AWAKE)
    if named == ASLEEP:
        end_awake(user, at=request.at, people=ports.awake(), new_write_id=ports.new_write_id)
        return "You count as awake no longer."
    lasts = _lasts(named)
    if lasts is None:
        return None
    begin_awake(
        user,
        lasts,
        AwakeScope.MINE,
        at=request.at,
        people=ports.awake(),
        new_write_id=ports.new_write_id,
    )
    return "You are awake."


def _lasts(named: str) -> timedelta | None:
    action, colon, written = named.partition(":")
    if action != LinkAction.AWAKE:
        return None
    try:
        lasts = read_duration(written) if colon else USUAL
    except ValueError:
        return None
    return lasts if SHORTEST <= lasts <= LONGEST else None
