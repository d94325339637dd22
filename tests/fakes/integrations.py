"""Integrations in memory."""

from dataclasses import replace
from datetime import datetime

from tocsin.domain.credential import SecretHash
from tocsin.domain.errors import ConcurrentUpdateError, IntegrationNotFoundError
from tocsin.domain.ids import WriteId
from tocsin.domain.integration import Integration


class InMemoryIntegrations:
    """IntegrationRepository."""

    def __init__(self) -> None:
        self._stored: dict[str, Integration] = {}

    def by_token(self, token_hash: SecretHash, *, at: datetime) -> Integration | None:
        for integration in self._stored.values():
            for token in integration.tokens:
                if token.secret_hash == token_hash and token.works(at):
                    return integration
        return None

    def get(self, name: str) -> Integration:
        try:
            return self._stored[name]
        except KeyError:
            raise IntegrationNotFoundError from None

    def list(self) -> tuple[Integration, ...]:
        return tuple(self._stored[name] for name in sorted(self._stored))

    def put(
        self, before: Integration | None, after: Integration, *, write_id: WriteId
    ) -> Integration:
        assert write_id
        if _identity(self._stored.get(after.name)) != _identity(before):
            raise ConcurrentUpdateError("changed meanwhile")
        stored = replace(after, version=before.version + 1 if before else 1)
        self._stored[after.name] = stored
        return stored

    def delete(self, integration: Integration, *, write_id: WriteId) -> None:
        assert write_id
        stored = self._stored.get(integration.name)
        if stored is None:
            return
        if _identity(stored) != _identity(integration):
            raise ConcurrentUpdateError("changed meanwhile")
        del self._stored[integration.name]


def _identity(integration: Integration | None) -> tuple[int, datetime] | None:
    return None if integration is None else (integration.version, integration.created_at)
