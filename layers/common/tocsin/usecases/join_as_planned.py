"""Pages that join a digest as they are planned: most of a storm never enters the queue.

The writes are those of `join_digest`, in the same order. A batch of the stream that breaks off is
followed again: then the ledger has the page already, and the queue brings it to its digest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tocsin.domain.destination import channel_of, pace_of, place_of
from tocsin.domain.line import Place, turn_of
from tocsin.domain.notification import Notification
from tocsin.usecases.join_digest import RECENT, arriving_of, hurry, is_first_of, queue_digest
from tocsin.usecases.refusals import NotificationRefusedError

if TYPE_CHECKING:
    from tocsin.domain.digest import DigestId
    from tocsin.domain.line import Arriving, Line, Pace
    from tocsin.domain.notification import Delivery, DeliveryKey
    from tocsin.usecases.ports import (
        DeliveryQueue,
        DigestRepository,
        LineRepository,
        NewWriteId,
        NotificationRepository,
        PagingRepository,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """One batch's pages that wait for digests."""

    at: datetime
    lines: LineRepository
    digests: DigestRepository
    ledger: NotificationRepository
    queue: DeliveryQueue
    paging: PagingRepository
    is_bundled: Callable[[str], bool]
    new_write_id: NewWriteId
    joined: set[DeliveryKey] = field(default_factory=set)
    """They are in the ledger, and need no message in the queue."""
    _counted_later: defaultdict[tuple[Place, DigestId], list[_Page]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def now(self) -> datetime:
        return self.at

    def takes(self, delivery: Delivery) -> bool:
        """Let a page wait for the digest that gathers at its place, if one does.

        Returns:
            Whether it waits. Else it is not in the ledger yet, or was there before.
        """
        found = self._digest_for(delivery)
        if found is None:
            return False
        page, place, digest_id, due_at = found
        waiting = Notification.waiting(delivery, at=self.at)
        waiting = waiting.waiting_for(digest_id, due_at, at=self.at)
        try:
            self.ledger.add(waiting, write_id=self.new_write_id())
        except NotificationRefusedError:
            return False
        self._counted_later[place, digest_id].append(page)
        self.joined.add(delivery.key)
        return True

    def would_wait(self, delivery: Delivery) -> bool:
        """Whether a page would wait for a digest, or is not due before."""
        return not delivery.is_due_at_once or self._digest_for(delivery) is not None

    def _digest_for(self, delivery: Delivery) -> tuple[_Page, Place, DigestId, datetime] | None:
        """The digest that a page may wait for, with its place, and when it goes."""
        arriving, directory = arriving_of(delivery), self.paging.directory(self.at)
        channel = channel_of(delivery, directory)
        if arriving is None or channel is None or not self.is_bundled(channel.type):
            return None
        place, pace = Place(*place_of(delivery)), pace_of(delivery, directory)
        digest = self._gathering(place, arriving, pace)
        if digest is None or not delivery.is_due_at_once or not delivery.may_be_bundled:
            return None
        return _Page(delivery, arriving, pace), place, *digest

    def _gathering(
        self, place: Place, arriving: Arriving, pace: Pace
    ) -> tuple[DigestId, datetime] | None:
        """The digest that a page may join without changing its line, and when it goes."""
        line = self._line(place)
        if line.digest is None or line.due_at is None or line.is_awake or not pace.window:
            return None
        if not turn_of(line, arriving, self.at, pace, line.digest).only_joins:
            return None
        return line.digest, line.due_at

    def _line(self, place: Place) -> Line:
        recent = self.lines.recent(place, self.at, max_age=RECENT)
        return self.lines.read(place) if recent is None else recent

    def count(self) -> Iterator[Delivery]:
        """Make them members of their digests, and count them in their lines.

        Returns:
            Those whose digest has gone meanwhile: the queue brings them to where they belong.
        """
        for (place, digest_id), pages in self._counted_later.items():
            self.digests.add_members(digest_id, [page.delivery for page in pages], at=self.at)
            joined = self.lines.join(place, digest_id, *(page.arriving for page in pages))
            if joined is None:
                yield from (page.delivery for page in pages)
                continue
            if joined.waiting == len(pages):
                # The message that began the digest may have crashed before it queued it.
                queue_digest(joined, place, self)
            first = min(pages, key=lambda page: is_first_of(page.arriving))
            hurry(joined, first.arriving, place, first.pace, self)
        self._counted_later.clear()


@dataclass(frozen=True, slots=True)
class _Page:
    delivery: Delivery
    arriving: Arriving
    pace: Pace
