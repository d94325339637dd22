"""What the stream derives, in memory."""

from collections import defaultdict
from collections.abc import Sequence

from tocsin.domain.alert import Alert
from tocsin.domain.alert_query import Counts
from tocsin.domain.consequences import AlertChange
from tocsin.domain.history import HISTORY_LIMIT, Sample
from tocsin.domain.ids import AlertId, WriteId, milliseconds
from tocsin.domain.timeline import Change


class InMemoryTimeline:
    """Implements `TimelineRepository`; what it holds is open to tests."""

    def __init__(self) -> None:
        self.counts = Counts()
        self.listed: dict[AlertId, int] = {}
        """Occurrences as lists show them."""
        self.notified: dict[AlertId, int] = {}
        self.expiring: set[AlertId] = set()
        self._entries: defaultdict[AlertId, dict[str, Change]] = defaultdict(dict)
        """By time and what else orders them, as the table's keys do."""
        self._samples: dict[AlertId, list[Sample]] = {}

    def record(self, changes: Sequence[AlertChange]) -> int:
        new = 0
        for told in changes:
            entries = self._entries[told.alert.alert_id]
            placed = {_place(told, number): change for number, change in enumerate(told.changes)}
            if placed.keys() & entries.keys():
                continue
            entries |= placed
            self.counts += told.counts
            new += len(placed)
        return new

    def add_samples(self, alert_id: AlertId, samples: Sequence[Sample]) -> None:
        kept = self._samples.setdefault(alert_id, [])
        newest = kept[-1].occurrence if kept else 0
        kept.extend(sample for sample in samples if sample.occurrence > newest)
        del kept[:-HISTORY_LIMIT]

    def refresh_listed(self, alert: Alert) -> None:
        shown = self.listed.get(alert.alert_id, 0)
        self.listed[alert.alert_id] = max(shown, alert.occurrences)

    def tell(self, alert_id: AlertId, named: Sequence[tuple[str, Change]]) -> None:
        for name, change in named:
            self._entries[alert_id][f"{milliseconds(change.at):013}#told#{name}"] = change

    def count_notifications(self, alert_id: AlertId, count: int) -> None:
        self.notified[alert_id] = max(count, self.notified.get(alert_id, 0))

    def let_expire(self, alert: Alert) -> None:
        self.expiring.add(alert.alert_id)

    def stored_counts(self) -> Counts:
        return self.counts

    def correct_counts(self, by: Counts) -> None:
        self.counts += by

    def add_note(self, alert_id: AlertId, note: Change, *, write_id: WriteId) -> None:
        """Beside what the stream tells: people write notes themselves."""
        self._entries[alert_id][f"{milliseconds(note.at):013}#note#{write_id}"] = note

    def entries(self, alert_id: AlertId) -> list[Change]:
        return [change for _, change in self.placed(alert_id)]

    def placed(self, alert_id: AlertId) -> list[tuple[str, Change]]:
        """Each entry with its place, in order."""
        return sorted(self._entries[alert_id].items(), key=lambda entry: entry[0])

    def samples(self, alert_id: AlertId) -> list[Sample]:
        return self._samples.get(alert_id, [])


def _place(told: AlertChange, number: int) -> str:
    at = milliseconds(told.changes[number].at)
    if told.is_repeat:
        return f"{at:013}#repeat#{told.alert.occurrences:09}#{number}"
    return f"{at:013}#{told.alert.version:06}#{number}"
