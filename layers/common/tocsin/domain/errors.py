"""Every way a request can be refused; the codes are the closed list that clients see.

TocsinError
├── MalformedInputError      400
├── UnauthorizedError        401
├── ScopeMissingError        403
├── NotFoundError            404
├── ConflictError            409
├── GoneError                410
├── PayloadTooLargeError     413
├── UnsupportedMediaError    415
├── InvalidInputError        422
├── TooManyRequestsError     429
└── TryAgainError            503
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One error of an input: the field, and what is wrong or what would be right."""

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
    """No key, or an unknown one."""

    code = "unauthorized"


class SenderNotTrustedError(UnauthorizedError):
    """The token is right, but another check of the integration failed."""

    def __init__(self, check: str, challenge: str | None = None) -> None:
        super().__init__("This integration asks for more than its URL, and it is not as asked.")
        self.check = check
        """The failed check; for the log only, as it would help an attacker."""
        self.challenge = challenge
        """For the header WWW-Authenticate."""


class ScopeMissingError(TocsinError):
    """The key is valid but lacks the scope."""

    code = "scope_missing"


class ForeignOriginError(ScopeMissingError):
    """A request with a cookie that does not come from a page of ours, or may not."""

    code = "foreign_origin"


class NotFoundError(TocsinError):
    """There is no such object for this caller."""

    code = "not_found"
    sentence = ""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.sentence)


class AlertNotFoundError(NotFoundError):
    """Unknown, malformed and foreign ids look the same."""

    code = "alert_not_found"
    sentence = "There is no alert with this id."


class DigestNotFoundError(NotFoundError):
    """Unknown and malformed ids look the same, and so does a digest that is not sent yet."""

    code = "digest_not_found"
    sentence = "There is no digest with this id."


class IncidentNotFoundError(NotFoundError):
    """Unknown, malformed and foreign ids look the same."""

    code = "incident_not_found"
    sentence = "There is no incident with this id."


class IntegrationNotFoundError(NotFoundError):
    """Unknown, revoked and malformed tokens look the same."""

    code = "integration_not_found"
    sentence = "There is no integration behind this URL or name."


class EscalationPolicyNotFoundError(NotFoundError):
    """No escalation policy has this name."""

    code = "escalation_policy_not_found"
    sentence = "There is no escalation policy with this name."


class RouteNotFoundError(NotFoundError):
    """No route has this name."""

    code = "route_not_found"
    sentence = "There is no route with this name."


class UserNotFoundError(NotFoundError):
    """No user has this name."""

    code = "user_not_found"
    sentence = "There is no user with this name."


class ChannelNotFoundError(NotFoundError):
    """No channel has this name."""

    code = "channel_not_found"
    sentence = "There is no channel with this name."


class ScheduleNotFoundError(NotFoundError):
    """No schedule has this name."""

    code = "schedule_not_found"
    sentence = "There is no schedule with this name."


class OverrideNotFoundError(NotFoundError):
    """Unknown, expired and foreign ids look the same."""

    code = "override_not_found"
    sentence = "There is no override with this id."


class FeedNotFoundError(NotFoundError):
    """Unknown, revoked and malformed tokens look the same."""

    code = "feed_not_found"
    sentence = "There is no calendar behind this URL or name."


class SwapNotFoundError(NotFoundError):
    """Unknown, expired and foreign ids look the same."""

    code = "swap_not_found"
    sentence = "There is no swap with this id."


class HeartbeatNotFoundError(NotFoundError):
    """No heartbeat has this name or token."""

    code = "heartbeat_not_found"
    sentence = "There is no heartbeat behind this URL or name."


class PushDeviceNotFoundError(NotFoundError):
    """Unknown, removed and foreign ids look the same."""

    code = "push_device_not_found"
    sentence = "You have no device for push with this id."


class SilenceNotFoundError(NotFoundError):
    """No silence of this name."""

    code = "silence_not_found"
    sentence = "There is no silence of this name."


class MaintenanceWindowNotFoundError(NotFoundError):
    """No maintenance window of this name."""

    code = "maintenance_window_not_found"
    sentence = "There is no maintenance window of this name."


class KeyNotFoundError(NotFoundError):
    """Unknown and revoked ids look the same."""

    code = "key_not_found"
    sentence = "There is no API key with this id."


class SessionNotFoundError(NotFoundError):
    """Unknown, ended and other people's look the same."""

    code = "session_not_found"
    sentence = "There is no session with this id."


class ConflictError(TocsinError):
    """The state forbids the request."""

    code = "conflict"


class AlreadyAcknowledgedError(ConflictError):
    """The first responder and time stay as they are."""

    code = "already_acknowledged"


class AlreadyResolvedError(ConflictError):
    """The alert or incident is resolved."""

    code = "already_resolved"


class NotAcknowledgedError(ConflictError):
    """Only an acknowledged alert can be given back."""

    code = "not_acknowledged"


class NotSnoozedError(ConflictError):
    """Only a snoozed alert can be woken."""

    code = "not_snoozed"


class NoStepLeftError(ConflictError):
    """No step of an escalation policy can begin now; the message says why."""

    code = "no_step_left"


class AlreadyPromotedError(ConflictError):
    """The alert belongs to another incident."""

    code = "already_promoted"


class LastAdminKeyError(ConflictError):
    """Without an admin key no further key can be made."""

    code = "last_admin_key"


class TooManyDevicesError(ConflictError):
    """A person has as many devices for push as are allowed."""

    code = "too_many_devices"


class ManagedElsewhereError(ConflictError):
    """`managed_by` names what manages this object; change it there."""

    code = "managed_elsewhere"


class StillReferencedError(ConflictError):
    """Another object refers to this one; the message names it."""

    code = "still_referenced"


class IdempotencyConflictError(ConflictError):
    """The same Idempotency-Key came before with another request."""

    code = "idempotency_conflict"


class GoneError(TocsinError):
    """A link that was right, and was used or has expired."""

    code = "gone"


class TooManyRequestsError(TocsinError):
    """A door was knocked at too often."""

    code = "too_many_requests"

    def __init__(self, message: str, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class PayloadTooLargeError(TocsinError):
    """The body is over the limit that the message names."""

    code = "payload_too_large"


class UnsupportedMediaError(TocsinError):
    """The content type cannot be read here."""

    code = "unsupported_media_type"


class UnsupportedEncodingError(UnsupportedMediaError):
    """The content encoding cannot be read here."""

    def __init__(self, accepted: str) -> None:
        super().__init__(f"This content encoding is not read: send {accepted}, or none.")
        self.accepted = accepted


class InvalidInputError(TocsinError):
    """The body was read; `details` name the fields that are wrong."""

    code = "invalid_request"


class TryAgainError(TocsinError):
    """Storage refuses for now; nothing is half done, and the same request will work later."""

    code = "try_again"

    def __init__(self, message: str = "Storage is busy. Send the same request again.") -> None:
        super().__init__(message)


class ConcurrentUpdateError(TryAgainError):
    """A concurrent write came first: read and decide again; do not just retry."""
