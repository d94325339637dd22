"""The page behind the link in a test: GET changes nothing, POST confirms that it arrived."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from functions.actions.links import read_by_key
from functions.actions.notices import notice_answer
from tocsin.domain.errors import TryAgainError
from tocsin.domain.link import LinkExpiredError, LinkUnknownError
from tocsin.domain.people import ContactMethod, User, method_in_words
from tocsin.domain.verification import Verification, VerificationSigner
from tocsin.lambda_runtime.http import HttpAnswer

if TYPE_CHECKING:
    from functions.actions.ports import Ports
    from functions.actions.request import Request

RETRY_AFTER_SECONDS: Final = 5


def answer_verification(request: Request, token: str, ports: Ports) -> HttpAnswer:
    try:
        verification = read_by_key(
            lambda key: VerificationSigner(key, ports.public_url).read(token, request.at),
            request.at,
            ports,
        )
        return _answer(request, verification, ports)
    except LinkUnknownError:
        return notice_answer(
            HTTPStatus.NOT_FOUND,
            "This link leads nowhere",
            "It may have been cut short on its way: open it from the message itself.",
        )
    except LinkExpiredError:
        return notice_answer(
            HTTPStatus.GONE,
            "This link is too old",
            "It was good for seven days. A new test sends a new one. Nothing was changed.",
        )
    except TryAgainError:
        busy = notice_answer(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "Not just now",
            "Storage is busy. Wait a few seconds, then go back and press the button again.",
        )
        headers = {**busy.headers, "retry-after": str(RETRY_AFTER_SECONDS)}
        return HttpAnswer(status=busy.status, body=busy.body, headers=headers)


def _answer(request: Request, verification: Verification, ports: Ports) -> HttpAnswer:
    method = verification.method
    request.facts.update(user=verification.user, method_verified=method)
    user = ports.verified_addresses.user(verification.user)
    address = user.address_of(method) if user and verification.is_for(user) else None
    if user is None or address is None:
        return _changed(verification)
    if user.is_verified(method):
        return _done(user, method)
    if request.method != "POST":
        return _ask(user, method)
    if request.is_foreign(ports.public_url):
        only = "This button works on Tocsin's own page only."
        return notice_answer(HTTPStatus.FORBIDDEN, "Not from here", only)
    write_id = ports.new_write_id()
    if not ports.verified_addresses.verify(user, method, address, write_id=write_id):
        return _changed(verification)
    return _done(user, method)


def _ask(user: User, method: ContactMethod) -> HttpAnswer:
    from markupsafe import Markup

    button = Markup('<form method="post"><button type="submit">Yes, I am {}</button></form>')
    return notice_answer(
        HTTPStatus.OK,
        f"Do messages reach {user.name} here?",
        f"A message by {method_in_words(method)} reached you: confirm it, so that your team knows "
        "that pages do.",
        button.format(user.full_name or user.name),
    )


def _done(user: User, method: ContactMethod) -> HttpAnswer:
    return notice_answer(
        HTTPStatus.OK,
        "Confirmed",
        f"Messages by {method_in_words(method)} reach {user.name}. Nothing else is to be done.",
    )


def _changed(verification: Verification) -> HttpAnswer:
    return notice_answer(
        HTTPStatus.GONE,
        "This address has changed",
        f"The message went to an address that {verification.user} does not have any more. "
        "A new test sends a link for the new one. Nothing was changed.",
    )
