"""Which integration a token belongs to, cached for 30 s."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from tocsin.domain.credential import SecretHash, hash_token
from tocsin.domain.errors import IntegrationNotFoundError, SenderNotTrustedError
from tocsin.domain.integration import Integration

if TYPE_CHECKING:
    from tocsin.domain.ids import WriteId
    from tocsin.usecases.ports import IntegrationRepository

REMEMBERED_FOR: Final = timedelta(seconds=30)
"""How long a revoked token may still work in a process that has it cached."""
REMEMBERED_TOKENS: Final = 500


class Integrations:
    """Finds integrations by token.

    Unknown tokens are looked up every time: unknown, revoked and malformed ones take the same
    code, and so the same time.
    """

    def __init__(self, repository: IntegrationRepository) -> None:
        self._repository = repository
        self._known: dict[SecretHash, tuple[Integration, datetime]] = {}

    def fresh(self, name: str) -> Integration:
        """Read one as it is now.

        Raises:
            IntegrationNotFoundError: It was removed meanwhile.
        """
        return self._repository.get(name)

    def pin_topic(self, name: str, topic_arn: str, write_id: WriteId) -> None:
        """Keep the topic that may send from now on; the first one stays.

        Raises:
            SenderNotTrustedError: It has another one.
            ConcurrentUpdateError: It was changed meanwhile.
        """
        integration = self.fresh(name)
        if integration.topic_arn == topic_arn:
            return
        if integration.topic_arn is not None:
            raise SenderNotTrustedError("sns_topic")
        pinned = replace(integration, topic_arn=topic_arn)
        self._repository.put(integration, pinned, write_id=write_id)
        self._known.clear()

    def by_token(self, token: str, at: datetime) -> Integration:
        """Find the integration of an integration URL.

        Raises:
            IntegrationNotFoundError: No integration has this token.
        """
        token_hash = hash_token(token)
        known, read_at = self._known.get(token_hash, (None, at))
        if known is not None and at - read_at < REMEMBERED_FOR:
            return known
        integration = self._repository.by_token(token_hash, at=at)
        if integration is None:
            self._known.pop(token_hash, None)
            raise IntegrationNotFoundError
        if len(self._known) >= REMEMBERED_TOKENS:
            self._known.clear()
        self._known[token_hash] = (integration, at)
        return integration
