"""The links in a message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from functions.notifier.parameters import Parameters
from tocsin.adapters.aws_json import AwsError
from tocsin.domain.destination import is_to_user
from tocsin.domain.errors import TryAgainError
from tocsin.domain.ids import AlertId
from tocsin.domain.link import (
    LINK_LIFE,
    Link,
    LinkAction,
    LinkKeyError,
    Links,
    LinkSigner,
    read_link_key,
)
from tocsin.domain.notification import Delivery, NotificationEvent
from tocsin.domain.people import ContactMethod, User
from tocsin.lambda_runtime.observability import Log
from tocsin.usecases.refusals import DeliveryFailedError

if TYPE_CHECKING:
    from tocsin.domain.digest_message import DigestLinks
    from tocsin.usecases.ports import NewWriteId, ShortLinkRepository

_NOT_SET: Final = ""
_PAGES: Final = frozenset((NotificationEvent.PAGED, NotificationEvent.WORSENED))
_DRAWS: Final = 3
"""Until the characters are new: 60 bits are never drawn twice by chance."""


@dataclass(frozen=True, slots=True)
class ParameterLinks:
    """Implements `LinkMaker`."""

    parameters: Parameters
    parameter_name: str
    """Empty: no links are made."""
    public_url: str
    log: Log

    def links(self, delivery: Delivery, *, at: datetime) -> Links | None:
        try:
            key = self._key()
            if key is None:
                return None
            return LinkSigner(key, self.public_url).links(
                delivery.alert_id,
                by=delivery.target_name,
                at=at,
                has_awake=is_to_user(delivery) and delivery.event in _PAGES,
            )
        except (DeliveryFailedError, LinkKeyError, ValueError):
            self.log.exception("No links made", notification=delivery.key)
            return None

    def digest_links(self, delivery: Delivery, *, at: datetime) -> DigestLinks | None:
        from tocsin.domain.digest_message import DigestLinks

        try:
            key = self._key()
            if key is None:
                return None
            signer = LinkSigner(key, self.public_url)

            def url(action: LinkAction) -> str:
                digest, by = delivery.alert_id, delivery.target_name
                return signer.url(signer.token(action, digest, by=by, at=at))

            return DigestLinks(
                acknowledge=url(LinkAction.DIGEST),
                awake=url(LinkAction.AWAKE) if is_to_user(delivery) else None,
            )
        except (DeliveryFailedError, LinkKeyError, ValueError):
            self.log.exception("No links made", notification=delivery.key)
            return None

    def verification(self, user: User, method: ContactMethod, *, at: datetime) -> str | None:
        """Make the link by which a user confirms an address; a failure is logged."""
        from tocsin.domain.verification import VerificationSigner

        try:
            key = self._key()
            return (
                VerificationSigner(key, self.public_url).url(user, method, at=at) if key else None
            )
        except (DeliveryFailedError, LinkKeyError):
            self.log.exception("No link made to verify an address", user=user.name, by=method)
            return None

    def swap(self, delivery: Delivery, *, at: datetime) -> str | None:
        """Make the link to the swap that a notice asks for; a failure is logged."""
        from tocsin.domain.on_call.swap import ASKED_FOR

        swap = delivery.notice.swap if delivery.notice else None
        try:
            key = self._key()
            if key is None or swap is None:
                return None
            signer = LinkSigner(key, self.public_url)
            by, action = delivery.target_name, LinkAction.SWAP
            token = signer.token(action, AlertId(swap), by=by, at=at, life=ASKED_FOR)
            return signer.url(token)
        except (DeliveryFailedError, LinkKeyError, ValueError):
            self.log.exception("No link made", notification=delivery.key)
            return None

    def sign_in(self, delivery: Delivery, user: User) -> str | None:
        """Make the link by which a person signs in; a failure is logged."""
        from tocsin.domain.sign_in import SignInSigner

        try:
            key = self._key()
            if key is None:
                return None
            method = ContactMethod(delivery.channel)
            signer = SignInSigner(key, self.public_url)
            return signer.url(delivery.alert_id, user, method, asked_at=delivery.asked_at)
        except (DeliveryFailedError, LinkKeyError, ValueError):
            self.log.exception("No link made to sign in", notification=delivery.key)
            return None

    def _key(self) -> bytes | None:
        """None: this stack makes no links."""
        if _NOT_SET in {self.parameter_name, self.public_url}:
            return None
        return read_link_key(self.parameters.get(self.parameter_name))


@dataclass(frozen=True, slots=True)
class StoredShortLinks:
    """Implements `ShortLinks`; each attempt to send makes a new one."""

    parameters: Parameters
    parameter_name: str
    public_url: str
    links: Callable[[], ShortLinkRepository]
    """Called on use: most messages have room."""
    now: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]
    """So many of them."""
    new_write_id: NewWriteId
    log: Log

    def short_link(self, delivery: Delivery) -> str | None:
        try:
            return self._stored(delivery)
        except (AwsError, DeliveryFailedError, LinkKeyError, TryAgainError):
            self.log.exception("No short link made", notification=delivery.key)
            return None

    def _stored(self, delivery: Delivery) -> str | None:
        from tocsin.domain.short_link import RANDOM_BYTES, SHORT_PATH, spell_short, stored_name

        key, links = read_link_key(self.parameters.get(self.parameter_name)), self.links()
        is_digest = delivery.event is NotificationEvent.DIGEST
        link = Link(
            action=LinkAction.DIGEST if is_digest else LinkAction.VIEW,
            alert_id=delivery.alert_id,
            by=delivery.target_name,
            expires_at=self.now() + LINK_LIFE,
        )
        for _ in range(_DRAWS):
            characters = spell_short(self.random_bytes(RANDOM_BYTES))
            name = stored_name(characters, key)
            if links.add(name, link, write_id=self.new_write_id()):
                return f"{self.public_url.rstrip('/')}{SHORT_PATH}{characters}"
        return None
