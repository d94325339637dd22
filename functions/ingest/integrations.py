"""Which integration a token belongs to, remembered for half a minute."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from tocsin.domain.credential import SecretHash, hash_token
from tocsin.domain.errors import IntegrationNotFoundError
from tocsin.domain.integration import Integration

if TYPE_CHECKING:
    from tocsin.usecases.ports import IntegrationRepository

REMEMBERED_FOR: Final = timedelta(seconds=30)
"""How long a revoked token may go on working in a process that knows it."""
REMEMBERED_TOKENS: Final = 500


class Integrations:
    """Finds integrations by token.

    Unknown tokens are looked up every time: unknown, revoked and malformed ones take the same
    way, and so the same time.
    """

    def __init__(self, repository: IntegrationRepository) -> None:
        self._repository = repository
        self._known: dict[SecretHash, tuple[Integration, datetime]] = {}

    def by_token(self, token: str, at: datetime) -> Integration:
        """Find the integration of an integration URL.

        Raises:
            IntegrationNotFoundError: Nobody has this token.
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
