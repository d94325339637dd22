"""Which alert a client means: by id, by alias, by number, or by the request that created it."""

from dataclasses import dataclass
from typing import Final

from functions.ingest.compat import CompatCall
from functions.ingest.compat.integration_alerts import IntegrationAlerts
from functions.ingest.compat.opsgenie.requests import read_request_id
from functions.ingest.compat.opsgenie.view import FINGERPRINT_BYTES
from tocsin.domain.alert import Alert
from tocsin.domain.dedup import bounded
from tocsin.domain.errors import AlertNotFoundError, InvalidInputError, Problem
from tocsin.domain.ids import entropy

TYPES: Final = ("id", "alias", "tiny")
_FINGERPRINT_BITS: Final = FINGERPRINT_BYTES * 8
_TINY_LIMIT: Final = len(str(1 << _FINGERPRINT_BITS))


@dataclass(frozen=True, slots=True)
class Identifier:
    type: str
    text: str

    @classmethod
    def of(cls, call: CompatCall, text: str) -> "Identifier":
        """Read it.

        Raises:
            InvalidInputError: The identifierType is unknown.
        """
        type_ = call.request.query.get("identifierType") or "id"
        if type_ not in TYPES:
            problem = Problem("identifierType", f"must be one of {', '.join(TYPES)}")
            raise InvalidInputError("The identifierType is unknown.", [problem])
        return cls(type_, text)

    @property
    def dedup_key(self) -> str | None:
        """The alert's dedup key, if that is what the client has."""
        return bounded(self.text) if self.type == "alias" else None


def find(own: IntegrationAlerts, identifier: Identifier) -> Alert | None:
    """Find the alert; what an alias or a number names is the newest episode.

    Long facts may be shortened.
    """
    match identifier.type:
        case "alias":
            return own.with_key(bounded(identifier.text))
        case "tiny":
            return _by_number(own, identifier.text)
        case _:
            return _by_id(own, identifier.text)


def _by_id(own: IntegrationAlerts, text: str) -> Alert | None:
    record = read_request_id(text, own.integration.name)
    try:
        return own.get(record.alert_id or text if record else text)
    except AlertNotFoundError:
        return None


def _by_number(own: IntegrationAlerts, text: str) -> Alert | None:
    if not text.isascii() or not text.isdigit() or len(text) > _TINY_LIMIT:
        return None
    bits = int(text)
    if bits >> _FINGERPRINT_BITS:
        return None
    alert = own.ports.slots.in_slot(entropy(bits.to_bytes(FINGERPRINT_BYTES)))
    return alert if alert and alert.integration == own.integration.name else None
