"""Refusals of storage or a provider; use cases catch them, no client sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tocsin.domain.errors import TryAgainError

if TYPE_CHECKING:
    from datetime import timedelta

    from tocsin.domain.alert import Alert
    from tocsin.domain.heartbeat import Heartbeat
    from tocsin.domain.notification import Notification


class BesideNotKeptError(TryAgainError):
    """The alert is stored; its other items are not: its big facts, and the body as sent."""

    def __init__(self, alert: Alert) -> None:
        super().__init__()
        self.alert = alert


class SlotRefusedError(Exception):
    """A condition on a slot failed; `current` is what the slot holds."""

    def __init__(self, current: Alert | None) -> None:
        super().__init__("the slot holds another state")
        self.current = current


class NotificationRefusedError(Exception):
    """A condition on the ledger failed; `current` is what the ledger holds."""

    def __init__(self, current: Notification | None) -> None:
        super().__init__("the ledger holds another state")
        self.current = current


class HeartbeatRefusedError(Exception):
    """A condition on a heartbeat failed; `current` is what is stored, None: nothing."""

    def __init__(self, current: Heartbeat | None) -> None:
        super().__init__("the heartbeat is in another state")
        self.current = current


class DeliveryFailedError(Exception):
    """A provider did not accept a message.

    The ledger stores the reason, which may contain no secret.
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
        """The provider's Retry-After, if given."""
        self.refuses_credential = refuses_credential
        """Whether another secret could help."""
