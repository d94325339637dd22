"""Changes of silences and windows, which checks of alerts change at the same time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from tocsin.domain.errors import ConcurrentUpdateError

if TYPE_CHECKING:
    from tocsin.domain.silence import Silence
    from tocsin.usecases.ports import ConfigurationRepository, NewWriteId

ATTEMPTS: Final = 5


def change_silence[S: Silence](
    name: str,
    change: Callable[[S | None], S | None],
    *,
    silences: ConfigurationRepository[S],
    new_write_id: NewWriteId,
) -> tuple[S | None, S | None]:
    """Store what becomes of one, decided on what is stored.

    Args:
        name: Its name.
        change: Takes what is stored; None: there is none. It returns None to change nothing.
        silences: All of its kind.
        new_write_id: For each attempt.

    Returns:
        What was stored before, and what is stored now.

    Raises:
        ConcurrentUpdateError: Concurrent writes came first, each time.
    """
    for _ in range(ATTEMPTS):
        before = silences.find(name)
        after = change(before)
        if after is None:
            return before, before
        try:
            return before, silences.put(before, after, write_id=new_write_id())
        except ConcurrentUpdateError:
            continue
    raise ConcurrentUpdateError
