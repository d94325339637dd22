"""API keys in memory."""

from dataclasses import replace
from datetime import datetime, timedelta

from tocsin.domain.credential import ApiKey, SecretHash
from tocsin.domain.errors import ConcurrentUpdateError, KeyNotFoundError
from tocsin.domain.ids import WriteId


class InMemoryKeys:
    """KeyRepository."""

    def __init__(self) -> None:
        self._stored: dict[str, ApiKey] = {}

    def by_hash(self, secret_hash: SecretHash) -> ApiKey | None:
        found = (key for key in self._stored.values() if key.secret_hash == secret_hash)
        return next(found, None)

    def get(self, key_id: str) -> ApiKey:
        try:
            return self._stored[key_id]
        except KeyError:
            raise KeyNotFoundError from None

    def list(self) -> tuple[ApiKey, ...]:
        return tuple(self._stored[key_id] for key_id in sorted(self._stored))

    def add(self, key: ApiKey, *, write_id: WriteId) -> None:
        assert write_id
        if key.key_id in self._stored:
            raise ConcurrentUpdateError("the id is taken")
        self._stored[key.key_id] = key

    def update(
        self,
        before: ApiKey,
        after: ApiKey,
        *,
        while_stands: ApiKey | None = None,
        write_id: WriteId,
    ) -> ApiKey:
        assert write_id
        self._expect(before)
        self._expect(while_stands)
        last_used_at = self._stored[before.key_id].last_used_at
        stored = replace(after, version=before.version + 1, last_used_at=last_used_at)
        self._stored[before.key_id] = stored
        return stored

    def revoke(self, key: ApiKey, *, while_stands: ApiKey | None = None, write_id: WriteId) -> None:
        assert write_id
        if key.key_id not in self._stored:
            return
        self._expect(key)
        self._expect(while_stands)
        del self._stored[key.key_id]

    def mark_used(self, key: ApiKey, *, at: datetime) -> None:
        stored = self._stored.get(key.key_id)
        if stored is None:
            return
        if stored.last_used_at is None or stored.last_used_at + timedelta(minutes=1) <= at:
            self._stored[key.key_id] = replace(stored, last_used_at=at)

    def _expect(self, key: ApiKey | None) -> None:
        if key is None:
            return
        stored = self._stored.get(key.key_id)
        if stored is None or (stored.version, stored.secret_hash) != (
            key.version,
            key.secret_hash,
        ):
            raise ConcurrentUpdateError("changed meanwhile")
