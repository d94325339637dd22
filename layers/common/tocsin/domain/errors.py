"""Every way a request can be refused; the codes are the closed list that clients see.

TocsinError
├── MalformedInputError      400
├── UnauthorizedError        401
├── ScopeMissingError        403
├── NotFoundError            404
├── ConflictError            409
├── PayloadTooLargeError     413
├── UnsupportedMediaError    415
├── InvalidInputError        422
└── TryAgainError            503
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an input: where, and what would be right."""

    field: str
    problem: str


class TocsinError(Exception):
    """A refusal with a reason that the client may read."""

    code: str = "internal_error"

    def __init__(self, message: str, details: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.details = tuple(details)


class MalformedInputError(TocsinError):
    """The body cannot be read at all: not JSON, or not of the type that is expected."""

    code = "bad_request"


class UnauthorizedError(TocsinError):
    """No key, or none that we know."""

    code = "unauthorized"


class SenderNotTrustedError(UnauthorizedError):
    """The URL is right, but its integration asks for more, and that was not there."""

    def __init__(self, check: str, challenge: str | None = None) -> None:
        super().__init__("This integration asks for more than its URL, and it is not as asked.")
        self.check = check
        """Which one failed; for the log, as it would tell a stranger what to try next."""
        self.challenge = challenge
        """How to ask the sender for it."""


class ScopeMissingError(TocsinError):
    """The key is good but does not grant this."""

    code = "scope_missing"


class NotFoundError(TocsinError):
    """There is no such thing for this caller."""

    code = "not_found"


class AlertNotFoundError(NotFoundError):
    """Unknown, malformed and foreign ids look the same."""

    code = "alert_not_found"

    def __init__(self) -> None:
        super().__init__("There is no alert with this id.")


class IncidentNotFoundError(NotFoundError):
    """Unknown, malformed and foreign ids look the same."""

    code = "incident_not_found"

    def __init__(self) -> None:
        super().__init__("There is no incident with this id.")


class IntegrationNotFoundError(NotFoundError):
    """Unknown, revoked and malformed tokens look the same."""

    code = "integration_not_found"

    def __init__(self) -> None:
        super().__init__("There is no integration behind this URL or name.")


class EscalationPolicyNotFoundError(NotFoundError):
    """The name is nobody's."""

    code = "escalation_policy_not_found"

    def __init__(self) -> None:
        super().__init__("There is no escalation policy with this name.")


class RouteNotFoundError(NotFoundError):
    """The name is nobody's."""

    code = "route_not_found"

    def __init__(self) -> None:
        super().__init__("There is no route with this name.")


class UserNotFoundError(NotFoundError):
    """The name is nobody's."""

    code = "user_not_found"

    def __init__(self) -> None:
        super().__init__("There is no user with this name.")


class ChannelNotFoundError(NotFoundError):
    """The name is nobody's."""

    code = "channel_not_found"

    def __init__(self) -> None:
        super().__init__("There is no channel with this name.")


class HeartbeatNotFoundError(NotFoundError):
    """The name is nobody's, or the token is none of a heartbeat's."""

    code = "heartbeat_not_found"

    def __init__(self) -> None:
        super().__init__("There is no heartbeat behind this URL or name.")


class KeyNotFoundError(NotFoundError):
    """Unknown and revoked ids look the same."""

    code = "key_not_found"

    def __init__(self) -> None:
        super().__init__("There is no API key with this id.")


class ConflictError(TocsinError):
    """The request was understood, but the state it meets forbids it."""

    code = "conflict"


class AlreadyAcknowledgedError(ConflictError):
    """The first responder and time stay as they are."""

    code = "already_acknowledged"


class AlreadyResolvedError(ConflictError):
    """There is nothing left to respond to."""

    code = "already_resolved"


class NotAcknowledgedError(ConflictError):
    """Only an acknowledged alert can be given back."""

    code = "not_acknowledged"


class NotSnoozedError(ConflictError):
    """Only a snoozed alert can be woken."""

    code = "not_snoozed"


class AlreadyExistsError(ConflictError):
    """The name is taken."""

    code = "already_exists"


class AlreadyPromotedError(ConflictError):
    """The alert belongs to another incident."""

    code = "already_promoted"


class LastAdminKeyError(ConflictError):
    """Without it nobody could make another key."""

    code = "last_admin_key"


class ManagedElsewhereError(ConflictError):
    """`managed_by` names what manages this object; change it there."""

    code = "managed_elsewhere"


class StillReferencedError(ConflictError):
    """Something else names this object; the message says what."""

    code = "still_referenced"


class IdempotencyConflictError(ConflictError):
    """The same Idempotency-Key came before with another request."""

    code = "idempotency_conflict"


class PayloadTooLargeError(TocsinError):
    """The body is over the limit that the message names."""

    code = "payload_too_large"


class UnsupportedMediaError(TocsinError):
    """The content type cannot be read here."""

    code = "unsupported_media_type"


class UnsupportedEncodingError(UnsupportedMediaError):
    """The body is compressed in a way that is not read here."""

    def __init__(self, accepted: str) -> None:
        super().__init__(f"This content encoding is not read: send {accepted}, or none.")
        self.accepted = accepted


class InvalidInputError(TocsinError):
    """The body was read; `details` name the fields that are wrong."""

    code = "invalid_request"


class TryAgainError(TocsinError):
    """Storage refuses for now; nothing is half done and the same request works later."""

    code = "try_again"

    def __init__(self, message: str = "Storage is busy. Send the same request again.") -> None:
        super().__init__(message)


class ConcurrentUpdateError(TryAgainError):
    """Somebody else changed it first: read again and decide again; do not just retry."""


class DeliveryFailedError(Exception):
    """A channel did not take a message.

    Not for clients as such: the ledger keeps its reason, which may name no secret.
    """

    def __init__(
        self,
        reason: str,
        *,
        is_retryable: bool,
        retry_after: timedelta | None = None,
        refuses_credential: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_retryable = is_retryable
        self.retry_after = retry_after
        """For how long it wants to be left alone, where it said so."""
        self.refuses_credential = refuses_credential
        """Whether another secret could mend it."""
