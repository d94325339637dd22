"""The links in a message."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from functions.notifier.parameters import Parameters
from tocsin.domain.link import LinkKeyError, Links, LinkSigner, read_link_key
from tocsin.domain.notification import Delivery
from tocsin.domain.people import ContactMethod, User
from tocsin.domain.verification import VerificationSigner
from tocsin.lambda_runtime.observability import Log
from tocsin.usecases.refusals import DeliveryFailedError

_NOT_SET: Final = ""


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
            signer = LinkSigner(key, self.public_url)
            return signer.links(delivery.alert_id, by=delivery.target_name, at=at)
        except (DeliveryFailedError, LinkKeyError, ValueError):
            self.log.exception("No links made", notification=delivery.key)
            return None

    def verification(self, user: User, method: ContactMethod, *, at: datetime) -> str | None:
        """Make the link by which a user confirms an address; a failure is logged."""
        try:
            key = self._key()
            return (
                VerificationSigner(key, self.public_url).url(user, method, at=at) if key else None
            )
        except (DeliveryFailedError, LinkKeyError):
            self.log.exception("No link made to verify an address", user=user.name, by=method)
            return None

    def _key(self) -> bytes | None:
        """None: this stack makes no links."""
        if _NOT_SET in {self.parameter_name, self.public_url}:
            return None
        return read_link_key(self.parameters.get(self.parameter_name))
