"""Changing and revoking API keys; one with the scope admin always stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from tocsin.domain.credential import ApiKey
from tocsin.domain.errors import ConcurrentUpdateError, LastAdminKeyError

if TYPE_CHECKING:
    from tocsin.usecases.ports import KeyRepository, NewWriteId

ATTEMPTS: Final = 5


def change_key(
    key_id: str,
    change: Callable[[ApiKey], ApiKey],
    *,
    keys: KeyRepository,
    new_write_id: NewWriteId,
) -> ApiKey:
    """Give a key another name, user or other scopes.

    Raises:
        KeyNotFoundError: There is no such key.
        LastAdminKeyError: It is the last one with the scope admin, and would lose it.
        ConcurrentUpdateError: Concurrent writes came first, each time.
    """

    def attempt() -> ApiKey:
        before = keys.get(key_id)
        after = change(before)
        other = _other_admin(before, keys) if before.is_admin and not after.is_admin else None
        return keys.update(before, after, while_stands=other, write_id=new_write_id())

    return _until_written(attempt)


def revoke_key(key_id: str, *, keys: KeyRepository, new_write_id: NewWriteId) -> None:
    """Revoke a key.

    Raises:
        KeyNotFoundError: There is no such key.
        LastAdminKeyError: It is the last one with the scope admin.
        ConcurrentUpdateError: Concurrent writes came first, each time.
    """

    def attempt() -> None:
        key = keys.get(key_id)
        other = _other_admin(key, keys) if key.is_admin else None
        keys.revoke(key, while_stands=other, write_id=new_write_id())

    _until_written(attempt)


def _other_admin(key: ApiKey, keys: KeyRepository) -> ApiKey:
    """Find another key with the scope admin."""
    for other in keys.list():
        if other.is_admin and other.key_id != key.key_id:
            return other
    message = "This is the last key with the scope admin; make another one first."
    raise LastAdminKeyError(message)


def _until_written[T](attempt: Callable[[], T]) -> T:
    for _ in range(ATTEMPTS - 1):
        try:
            return attempt()
        except ConcurrentUpdateError:
            continue
    return attempt()
