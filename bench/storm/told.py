"""Who was told of what, and when: figures of a destination, from the ledger and the digests."""

from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from bench.samples import Samples

SENT: Final = "sent"
ENDED: Final = frozenset((SENT, "failed", "skipped"))


class Place(NamedTuple):
    """A person and method, or a channel."""

    target: str
    """`user:alice`, `channel:ops`."""
    channel: str
    """The contact method, or the channel's name."""

    @property
    def is_person(self) -> bool:
        return self.target.startswith("user:")

    @property
    def name(self) -> str:
        return self.target.partition(":")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A line of an alert's ledger that asks to act."""

    alert_id: str
    place: Place
    run: tuple[int, int]
    """The step and the run through the policy."""
    state: str
    sent_at: float | None = None
    """Seconds since 1970."""
    bundled_into: str | None = None

    @property
    def is_sent(self) -> bool:
        return self.state == SENT

    def is_alone(self, sent: Mapping[str, "Digest"]) -> bool:
        """Whether it was sent as a message of its own.

        A page whose digest tells it takes the digest's state and time. Where a digest was left with
        one page, or had been written before, the page goes alone and still names that digest.

        Args:
            sent: Digests that were sent, by id.
        """
        digest = sent.get(self.bundled_into or "")
        if not self.is_sent or digest is None:
            return self.is_sent
        return self.alert_id not in digest.alert_ids and self.sent_at != digest.sent_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    digest_id: str
    place: Place
    state: str
    sent_at: float | None
    alert_ids: frozenset[str]

    @property
    def is_sent(self) -> bool:
        return self.state == SENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one destination was told of the storm."""

    place: Place
    messages: int
    """Sent, digests among them."""
    digests: int
    arrived: int
    """As the receiving end counts them."""
    first: float | None
    """Seconds from the first acceptance to the first message; None: there was none."""
    named: Samples
    """From each alert's acceptance until it was named."""
    in_order: float
    """The part of all pairs of named alerts that were named as they came, or together."""
    lost: int
    """Alerts that were never named."""
    twice: int
    """How often an alert was told again for the same step and run."""


def told_at(
    place: Place,
    accepted: Mapping[str, float],
    pages: Iterable[Page],
    digests: Iterable[Digest],
    arrived: int,
) -> Told:
    """Put together what one destination was told.

    Args:
        place: The destination.
        accepted: When the intake had answered for each alert, in seconds since 1970.
        pages: Of all places.
        digests: Likewise.
        arrived: Messages at the receiving end.
    """
    here = [page for page in pages if page.place == place]
    sent = {it.digest_id: it for it in digests if it.place == place and it.is_sent}
    alone = [page for page in here if page.is_alone(sent)]
    named = named_at(here, sent)
    times = [*(it.sent_at for it in alone), *(it.sent_at for it in sent.values())]
    first = min((at for at in times if at is not None), default=None)
    return Told(
        place=place,
        messages=len(alone) + len(sent),
        digests=len(sent),
        arrived=arrived,
        first=None if first is None else first - min(accepted.values()),
        named=Samples([(named[it] - at) * 1000 for it, at in accepted.items() if it in named]),
        in_order=in_order(
            [named[it] for it in sorted(accepted, key=accepted.__getitem__) if it in named]
        ),
        lost=sum(it not in named for it in accepted),
        twice=_twice(here, sent),
    )


def named_at(pages: Iterable[Page], sent: Mapping[str, Digest]) -> dict[str, float]:
    """When each alert was first named: told alone, or in a sent digest whose set has it."""
    named: dict[str, float] = {}
    for page in pages:
        at = _named_by(page, sent)
        if at is not None:
            named[page.alert_id] = min(at, named.get(page.alert_id, at))
    return named


def _named_by(page: Page, sent: Mapping[str, Digest]) -> float | None:
    if page.is_alone(sent):
        return page.sent_at
    digest = sent.get(page.bundled_into or "")
    return digest.sent_at if digest and page.alert_id in digest.alert_ids else None


def _twice(pages: Sequence[Page], sent: Mapping[str, Digest]) -> int:
    """One telling is due for each step and run; what an alert was told beyond them is too much."""
    planned = Counter(alert_id for alert_id, _ in {(page.alert_id, page.run) for page in pages})
    tellings = Counter(page.alert_id for page in pages if page.is_alone(sent))
    for digest in sent.values():
        tellings.update(digest.alert_ids)
    return sum(max(0, count - planned[alert_id]) for alert_id, count in tellings.items())


def in_order(named: Sequence[float]) -> float:
    """The part of pairs that were named in their order, or together; 1 for fewer than two.

    Args:
        named: When each was named, in the order of acceptance.
    """
    pairs = len(named) * (len(named) - 1) // 2
    if not pairs:
        return 1.0
    earlier: list[float] = []
    overtaken = 0
    for at in named:
        overtaken += len(earlier) - bisect_right(earlier, at)
        insort(earlier, at)
    return 1 - overtaken / pairs
