"""Steps of a storm: those whose messages are planned apart from the stream.

To plan the messages of one alert takes a request for each, and some for their digests. So a
thousand alerts would keep back what follows them in the stream.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import batched
from typing import Final

from tocsin.domain.alert import Alert
from tocsin.domain.consequences import Consequences
from tocsin.domain.line import group_of
from tocsin.domain.notification import Delivery
from tocsin.domain.people import Directory
from tocsin.domain.severity import Severity
from tocsin.domain.step_plan import plan_step
from tocsin.domain.timers import BegunStep, BegunSteps

STORM_BATCH: Final = 3
"""Steps begun in one batch of the stream, or `LATELY`, from which on its pages may join digests as
they are planned, or be planned apart: in a quiet time nobody looks at lines here."""
LATELY: Final = timedelta(seconds=5)
"""As long as a line that was read is believed: `RECENT` of `usecases/join_digest.py`."""
REMEMBERED: Final = 100
"""Alerts whose steps a process saw begun lately."""
STEPS_IN_A_MESSAGE: Final = 10
"""With six messages for each alert some 80 requests, a second of a function with 512 MB."""
KINDS_LIMIT: Final = 20
"""Of alerts to the same targets in one batch; see `_is_first`."""

type _Targets = tuple[str, ...]
type _Kind = tuple[Severity, str]


@dataclass(frozen=True, slots=True)
class BegunLately:
    """Alerts whose steps this process saw begun: a storm comes in many small batches."""

    _seen: deque[tuple[datetime, Alert]] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def note(self, alerts: Iterable[Alert], at: datetime) -> None:
        self._seen.extend((at, alert) for alert in alerts)

    def before(self, batch: Sequence[Consequences], at: datetime) -> Sequence[Alert]:
        """Those seen `LATELY`, each once, but for those of this batch, which may come again."""
        again = {each.alert.alert_id for each in batch}
        lately = {alert.alert_id: alert for seen_at, alert in self._seen if at - seen_at <= LATELY}
        return [alert for alert_id, alert in lately.items() if alert_id not in again]


def set_apart(
    consequences: Sequence[Consequences],
    before: Iterable[Alert],
    directory: Directory,
    would_wait: Callable[[Delivery], bool],
    now: datetime,
) -> tuple[Sequence[Consequences], Sequence[BegunSteps]]:
    """Choose the steps that are planned apart: where several are begun for the same targets.

    What may go alone is planned in the stream.

    Args:
        consequences: Of one batch.
        before: Alerts whose steps were begun lately, in other batches.
        directory: Where messages would go.
        would_wait: Whether a page would wait for a digest, or is not due before.
        now: When what is set apart is due.

    Returns:
        What is left to do in the stream, steps of storms last; and what is planned apart.
    """
    begun = Counter(each.alert.escalation.targets for each in consequences if each.begins_step)
    kinds: defaultdict[_Targets, set[_Kind]] = defaultdict(set)
    for alert in before:
        begun[alert.escalation.targets] += 1
        _is_first(alert, kinds[alert.escalation.targets], directory)
    apart: defaultdict[_Targets, list[BegunStep]] = defaultdict(list)
    first: list[Consequences] = []
    last: list[Consequences] = []
    for each in consequences:
        alert, targets = each.alert, each.alert.escalation.targets
        if not each.begins_step or begun[targets] < STORM_BATCH:
            first.append(each)
        elif _is_first(alert, kinds[targets], directory) and not all(
            map(would_wait, plan_step(alert, directory).deliveries)
        ):
            last.append(each)
        else:
            first.append(replace(each, begins_step=False))
            apart[targets].append(BegunStep.of(alert))
    return [*first, *last], [
        BegunSteps(targets=targets, steps=steps, due_at=now)
        for targets, begun_steps in apart.items()
        for steps in batched(begun_steps, STEPS_IN_A_MESSAGE, strict=False)
    ]


def _is_first(alert: Alert, kinds: set[_Kind], directory: Directory) -> bool:
    """Whether no alert of its severity and group was before it, which is noted."""
    storm_labels = directory.settings.storm_labels
    kind = alert.severity, group_of(alert.facts.labels, storm_labels, alert.integration)
    is_first = kind not in kinds and len(kinds) < KINDS_LIMIT
    kinds.add(kind)
    return is_first
