"""Integrations in memory."""

from datetime import datetime

from tests.fakes.configuration import InMemoryNamed
from tocsin.domain.credential import SecretHash
from tocsin.domain.errors import IntegrationNotFoundError
from tocsin.domain.integration import Integration


class InMemoryIntegrations(InMemoryNamed[Integration]):
    """IntegrationRepository."""

    def __init__(self) -> None:
        super().__init__(IntegrationNotFoundError)

    def by_token(self, token_hash: SecretHash, *, at: datetime) -> Integration | None:
        for integration in self._stored.values():
            for token in integration.tokens:
                if token.secret_hash == token_hash and token.works(at):
                    return integration
        return None
