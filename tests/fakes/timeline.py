"""What the stream derives, in memory."""

from collections.abc import Sequence

from tocsin.domain.alert import Alert
from tocsin.domain.alert_query import Counts
from tocsin.domain.consequences import AlertChange
from tocsin.domain.history import HISTORY_LIMIT, Sample
from tocsin.domain.ids import AlertId, milliseconds
from tocsin.domain.timeline import Change

type Place = tuple[int, bool, int, int]
"""When, by a repeat or not, which version or occurrence, which of its changes."""


class InMemoryTimeline:
    """Implements `TimelineRepository`; what it holds is open to tests."""

    def __init__(self) -> None:
        self.counts = Counts()
        self.listed: dict[AlertId, int] = {}
        """Occurrences as lists show them."""
        self.expiring: set[AlertId] = set()
        self._entries: dict[AlertId, dict[Place, Change]] = {}
        self._samples: dict[AlertId, list[Sample]] = {}

    def record(self, changes: Sequence[AlertChange]) -> int:
        new = 0
        for told in changes:
            entries = self._entries.setdefault(told.alert.alert_id, {})
            places = {_place(told, number): change for number, change in enumerate(told.changes)}
            if places.keys() & entries.keys():
                continue
            entries |= places
            self.counts += told.counts
            new += len(places)
        return new

    def add_samples(self, alert_id: AlertId, samples: Sequence[Sample]) -> None:
        kept = self._samples.setdefault(alert_id, [])
        newest = kept[-1].occurrence if kept else 0
        kept.extend(sample for sample in samples if sample.occurrence > newest)
        del kept[:-HISTORY_LIMIT]

    def refresh_listed(self, alert: Alert) -> None:
        shown = self.listed.get(alert.alert_id, 0)
        self.listed[alert.alert_id] = max(shown, alert.occurrences)

    def let_expire(self, alert: Alert) -> None:
        self.expiring.add(alert.alert_id)

    def entries(self, alert_id: AlertId) -> list[Change]:
        entries = self._entries.get(alert_id, {})
        return [entries[place] for place in sorted(entries)]

    def samples(self, alert_id: AlertId) -> list[Sample]:
        return self._samples.get(alert_id, [])


def _place(told: AlertChange, number: int) -> Place:
    which = told.alert.occurrences if told.is_repeat else told.alert.version
    return milliseconds(told.changes[number].at), told.is_repeat, which, number
