"""Which policy an alert is for, by the configuration as it is remembered, or as it is now."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from tocsin.domain.alert import Alert
from tocsin.domain.escalation import EscalationPolicy

if TYPE_CHECKING:
    from tocsin.usecases.ports import PagingRepository

NOW: Final = timedelta()
"""The age of what is read anew: once for each time that is asked for, so once for a batch."""
NOBODY_FOR: Final = timedelta(seconds=5)
"""How long "no policy is for this" is believed: a team without any would read at every opening."""


def choose_policy(
    alert: Alert, *, at: datetime, paging: PagingRepository
) -> EscalationPolicy | None:
    """Find the policy, also one that was made a moment ago: what is remembered may lack it.

    An alert for which none is found comes to rest, and nobody would be paged later either.
    """
    policy = paging.routing(at).choose(alert)
    asked = alert.escalation.policy
    if asked is not None and (policy is None or policy.name != asked):
        return paging.routing(at, max_age=NOW).choose(alert)
    if policy is None:
        return paging.routing(at, max_age=NOBODY_FOR).choose(alert)
    return policy
