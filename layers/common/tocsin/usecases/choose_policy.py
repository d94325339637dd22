"""The escalation policy of an alert, by the cached configuration or by a fresh one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from tocsin.domain.alert import Alert
from tocsin.domain.escalation import EscalationPolicy

if TYPE_CHECKING:
    from tocsin.usecases.ports import PagingRepository

NOW: Final = timedelta()
"""Read anew: once for each time that is asked for, so once for a batch."""
NOBODY_FOR: Final = timedelta(seconds=5)
"""How long "no policy pages for this" is cached for openings: a team without a policy, or whose
policy does not page for `info`, would read at every one."""


def choose_policy(
    alert: Alert, *, at: datetime, paging: PagingRepository, max_age: timedelta | None = None
) -> EscalationPolicy | None:
    """Find the policy, even one made a moment ago, which the cache may lack.

    If the policy that an alert followed is gone, the integration's policy is used, else the
    routes'. An alert without a policy comes to rest for good: nobody would be paged later either.
    """
    routing = paging.routing(at, max_age=max_age)
    asked = alert.escalation.policy
    if asked is not None and asked not in routing.policies:
        routing = paging.routing(at, max_age=NOW)
        if asked not in routing.policies and (now := paging.policy_of(alert.integration)):
            return routing.choose(alert, asked=now)
    policy = routing.choose(alert)
    if policy is None:
        return paging.routing(at, max_age=NOBODY_FOR).choose(alert)
    return policy


def escalate_by_policy(
    alert: Alert,
    escalate: Callable[[EscalationPolicy | None], Alert | None],
    *,
    at: datetime,
    paging: PagingRepository,
    max_age: timedelta = NOW,
) -> Alert | None:
    """Take a step by the cached policy; read it anew before coming to rest."""
    after = escalate(choose_policy(alert, at=at, paging=paging))
    if after is None or after.escalation.rest is None or alert.escalation.rest is not None:
        return after
    return escalate(choose_policy(alert, at=at, paging=paging, max_age=max_age))
