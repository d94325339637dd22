"""The pages behind links: GET changes nothing, POST acts once."""

from datetime import datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from functions.actions.acting import Press, act_once
from functions.actions.links import read_link
from functions.actions.ports import Ports
from functions.actions.request import Request, form_value
from tocsin.domain.alert import Alert
from tocsin.domain.errors import AlertNotFoundError, TryAgainError
from tocsin.domain.link import Link, LinkAction, LinkExpiredError, LinkUnknownError
from tocsin.lambda_runtime.http import HttpAnswer

FORM_LIMIT_BYTES: Final = 1_024
RETRY_AFTER_SECONDS: Final = 5
_OWN_SITE: Final = frozenset(("same-origin", "none"))


def answer_link(request: Request, token: str, ports: Ports) -> HttpAnswer:
    try:
        link = read_link(token, request.at, ports)
        request.facts["alert_id"] = link.alert_id
        if request.method == "POST":
            return _act(request, link, token, ports)
        return _show(ports.alerts.get(link.alert_id), link, request.at)
    except (LinkUnknownError, AlertNotFoundError):
        return _nothing_here()
    except LinkExpiredError as expiry:
        return _expired(expiry)
    except TryAgainError:
        return _try_again()


def failed(request_id: str) -> HttpAnswer:
    return _notice(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Something went wrong on our side",
        "Nothing may have happened. Go back and try again.",
        f"If it stays like this, look for the request {request_id} in the logs.",
    )


def _show(alert: Alert, link: Link, at: datetime) -> HttpAnswer:
    from functions.actions.pages.alert_page import show_alert

    return _page(show_alert(alert, link, at))


def _act(request: Request, link: Link, token: str, ports: Ports) -> HttpAnswer:
    if _is_foreign(request, ports):
        only = "This button works on Tocsin's own page only."
        return _notice(HTTPStatus.FORBIDDEN, "Not from here", only)
    action = _action(request, link)
    if action is None:
        instead = "Go back and press one of the buttons."
        return _notice(HTTPStatus.BAD_REQUEST, "This link does not do that", instead)
    press = Press(link=link, token=token, action=action, actor=link.actor, at=request.at)
    outcome = act_once(press, ports)
    request.facts.update(action=action, outcome=outcome.result)
    from functions.actions.pages.alert_page import show_outcome

    return _page(show_outcome(outcome))


def _action(request: Request, link: Link) -> LinkAction | None:
    """The link's action, or the one in the form of a link to view."""
    if len(request.body) > FORM_LIMIT_BYTES:
        return None
    named = form_value(request.body, "action")
    if named is None:
        return None if link.action is LinkAction.VIEW else link.action
    is_known = named in set(LinkAction) - {LinkAction.VIEW}
    return LinkAction(named) if is_known and link.allows(LinkAction(named)) else None


def _is_foreign(request: Request, ports: Ports) -> bool:
    """Whether a browser reports that the request comes from another site.

    Browsers send the origin `null` with our own form, since the page forbids referrers.
    """
    if request.headers.get("sec-fetch-site", "none").lower() not in _OWN_SITE:
        return True
    origin = request.headers.get("origin", "null").lower()
    own = {"null", f"https://{request.host}".lower()}
    if ports.public_url:
        parts = urlsplit(ports.public_url)
        own.add(f"{parts.scheme}://{parts.netloc}".lower())
    return origin not in own


def _nothing_here() -> HttpAnswer:
    """The same answer for forged, unknown and deleted, so that it reveals nothing."""
    return _notice(
        HTTPStatus.NOT_FOUND,
        "This link leads nowhere",
        "It may have been cut short on its way: open it from the message itself.",
        "Links of earlier messages stop working when the stack's link key is changed, "
        "and with the alert itself when that is not kept any more.",
    )


def _expired(expiry: LinkExpiredError) -> HttpAnswer:
    from tocsin.domain.wording import written

    return _notice(
        HTTPStatus.GONE,
        "This link is too old",
        f"It worked until {written(expiry.expired_at)}. Links are good for a day.",
        "If the alert still fires, a newer message has newer links. Nothing was changed.",
    )


def _try_again() -> HttpAnswer:
    answer = _notice(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Not just now",
        "This is being worked on already, or storage is busy. Wait a few seconds, then go back "
        "and press the button again: nothing happens twice.",
    )
    headers = {**answer.headers, "retry-after": str(RETRY_AFTER_SECONDS)}
    return HttpAnswer(status=answer.status, body=answer.body, headers=headers)


def _notice(status: HTTPStatus, title: str, *sentences: str) -> HttpAnswer:
    from functions.actions.pages.page import notice

    return _page(notice(title, *sentences), status)


def _page(body: str, status: HTTPStatus = HTTPStatus.OK) -> HttpAnswer:
    from functions.actions.pages.page import HEADERS

    return HttpAnswer(status=status, body=body, headers=HEADERS)
