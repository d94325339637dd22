"""The links in a message."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from functions.notifier.parameters import Parameters
from tocsin.domain.link import LinkKeyError, Links, LinkSigner, read_link_key
from tocsin.domain.notification import Delivery
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
        if _NOT_SET in {self.parameter_name, self.public_url}:
            return None
        try:
            key = read_link_key(self.parameters.get(self.parameter_name))
            signer = LinkSigner(key, self.public_url)
            return signer.links(delivery.alert_id, by=delivery.target_name, at=at)
        except (DeliveryFailedError, LinkKeyError, ValueError):
            self.log.exception("No links made", notification=delivery.key)
            return None
