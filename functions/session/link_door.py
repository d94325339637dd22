"""Sign in by a link that is sent to a verified address."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from functions.session.opening import count, open_for_person, with_cookie
from tocsin.domain.doors import Knock
from tocsin.domain.errors import GoneError, UnauthorizedError
from tocsin.domain.escalation import Target, TargetKind
from tocsin.domain.ids import AlertId, entropy, ulid
from tocsin.domain.link import LinkExpiredError, LinkUnknownError, read_link_key
from tocsin.domain.notification import Delivery, NotificationEvent, NotificationReason
from tocsin.domain.on_call.notice import Notice, NoticeKind
from tocsin.domain.people import ContactMethod, User
from tocsin.domain.session import Door
from tocsin.domain.sign_in import NOBODY, SignInLink, SignInSigner, person_of_address
from tocsin.lambda_runtime.cookies import expect_own_page
from tocsin.lambda_runtime.http import HttpAnswer

if TYPE_CHECKING:
    from functions.session.ports import Ports
    from functions.session.request import Request

_ID_BYTES: Final = 10
_USED: Final = "This link was used, or is too old. Ask for another one."


def ask_for_link(request: Request, ports: Ports) -> HttpAnswer:
    """Send it, if somebody has the address; if nobody has, the same is read, written and said."""
    expect_own_page(request, ports.public_url)
    email = request.said("email")
    count(Knock.LINK, request.neighbourhood, request, ports)
    count(Knock.EMAIL, email.lower(), request, ports)
    found = person_of_address(email, ports.users.list())
    has_slack = ports.slacks_links()
    deliveries = _deliveries(found.value if found else None, request, ports, has_slack=has_slack)
    ports.deliveries().send(deliveries, now=request.at)
    request.facts["user"] = found.name if found else None
    return HttpAnswer(status=HTTPStatus.ACCEPTED)


def sign_in_by_link(request: Request, ports: Ports) -> HttpAnswer:
    expect_own_page(request, ports.public_url)
    count(Knock.CONFIRM, request.neighbourhood, request, ports)
    try:
        link = _read(request.said("token"), request, ports)
    except LinkUnknownError:
        raise UnauthorizedError("This link is none of ours. It may have been cut short.") from None
    except LinkExpiredError:
        raise GoneError(_USED) from None
    user = ports.users.find(link.user)
    if user is None or not link.is_for(user.value):
        raise GoneError(_USED)
    if not ports.sign_ins.use_link(
        link.link_id, until=link.expires_at, write_id=ports.new_write_id()
    ):
        raise GoneError(_USED)
    return with_cookie(open_for_person(user, Door.LINK, request, ports))


def _deliveries(
    user: User | None, request: Request, ports: Ports, *, has_slack: bool
) -> list[Delivery]:
    """One for each way to the person; for nobody likewise one, which the notifier drops."""
    by: list[ContactMethod] = []
    if user is not None and ports.mails_links:
        by.append(ContactMethod.EMAIL)
    if user is not None and has_slack and user.is_verified(ContactMethod.SLACK):
        by.append(ContactMethod.SLACK)
    name = user.name if user is not None and by else NOBODY
    link_id = AlertId(ulid(request.at, entropy(ports.random_bytes(_ID_BYTES))))
    notice = Notice(
        kind=NoticeKind.SIGN_IN,
        title=f"Sign in to Tocsin of {ports.team} ({ports.stage})",
        lines=("The button below signs you in. It works for 15 minutes, and once.",),
    )
    return [
        Delivery(
            alert_id=link_id,
            episode=1,
            step=0,
            loop=0,
            target=str(Target(TargetKind.USER, name)),
            channel=method.value,
            event=NotificationEvent.NOTICE,
            reason=NotificationReason.NOTICE,
            notice=notice,
            asked_at=request.at,
            due_at=request.at,
        )
        for method in by or [ContactMethod.EMAIL]
    ]


def _read(token: str, request: Request, ports: Ports) -> SignInLink:
    """By the stack's key, and by a newer one if that does not open it."""
    name = ports.link_key_parameter
    known = ports.secrets.get(name, at=request.at)
    try:
        return _signer(known, ports).read(token, request.at)
    except LinkUnknownError:
        by_now = ports.secrets.get_anew(name, at=request.at)
        if by_now == known:
            raise
    return _signer(by_now, ports).read(token, request.at)


def _signer(key: str, ports: Ports) -> SignInSigner:
    return SignInSigner(read_link_key(key), ports.public_url)
