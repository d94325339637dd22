"""Steps of a storm: those whose messages are planned apart from the stream.

To plan the messages of one alert takes a request for each, and some for their digests. So a
thousand alerts would keep back what follows them in the stream.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import batched
from typing import Final

from tocsin.domain.alert import Alert
from tocsin.domain.consequences import Consequences
from tocsin.domain.line import group_of
from tocsin.domain.next_action import BegunStep, BegunSteps
from tocsin.domain.notification import Delivery
from tocsin.domain.people import Directory
from tocsin.domain.severity import Severity
from tocsin.domain.step_plan import plan_step

STORM_BATCH: Final = 3
"""Steps begun in one batch of the stream from which on its pages may join digests as they are
planned, or be planned apart: in a quiet time nobody looks at lines here."""
STEPS_IN_A_MESSAGE: Final = 10
"""With six messages for each alert some 80 requests, a second of a function with 512 MB."""
KINDS_LIMIT: Final = 20
"""Of alerts to the same targets in one batch; see `_is_first`."""

type _Targets = tuple[str, ...]
type _Kind = tuple[Severity, str]


def set_apart(
    consequences: Sequence[Consequences],
    directory: Directory,
    would_wait: Callable[[Delivery], bool],
    now: datetime,
) -> tuple[Sequence[Consequences], Sequence[BegunSteps]]:
    """Choose the steps that are planned apart: where several are begun for the same targets.

    What may go alone is planned in the stream.

    Args:
        consequences: Of one batch.
        directory: Where messages would go.
        would_wait: Whether a page would wait for a digest, or is not due before.
        now: When what is set apart is due.

    Returns:
        What is left to do in the stream, steps of storms last; and what is planned apart.
    """
    begun = Counter(each.alert.escalation.targets for each in consequences if each.begins_step)
    kinds: defaultdict[_Targets, set[_Kind]] = defaultdict(set)
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
    """Whether no alert of its severity and group was before it in the batch."""
    storm_labels = directory.settings.storm_labels
    kind = alert.severity, group_of(alert.facts.labels, storm_labels, alert.integration)
    is_first = kind not in kinds and len(kinds) < KINDS_LIMIT
    kinds.add(kind)
    return is_first
