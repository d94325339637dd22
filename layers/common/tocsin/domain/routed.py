"""What a route sets on the alerts that match it, beside their policy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tocsin.domain.severity import Severity

if TYPE_CHECKING:
    from tocsin.domain.alert import Alert


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteSettings:
    """What a route wants of its alerts."""

    route: str
    severity: Severity | None = None
    """Instead of the sender's."""
    hold: timedelta = timedelta()
    """How long after opening the first page waits; an alert that is over by then pages nobody."""
    close_after: timedelta | None = None
    """An open alert is resolved after this time without a repeat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """What a route has set on one alert; a later change of the route leaves it."""

    route: str
    sent_severity: Severity | None = None
    """The sender's, if the route set another."""
    close_after: timedelta | None = None


def routed_by(settings: RouteSettings | None, sent: Severity) -> Routed | None:
    """What is kept on an alert; None: nothing that matters after its opening.

    Args:
        settings: Of the route that the alert matches.
        sent: The severity that the sender says.
    """
    if settings is None:
        return None
    is_other = settings.severity not in {None, sent}
    if not is_other and settings.close_after is None:
        return None
    return Routed(
        route=settings.route,
        sent_severity=sent if is_other else None,
        close_after=settings.close_after,
    )


def kept_settings(alert: Alert) -> RouteSettings | None:
    """What a route has set on an alert, to be set again: its severity, and when it closes."""
    routed = alert.routed
    if routed is None:
        return None
    severity = alert.severity if routed.sent_severity else None
    return RouteSettings(route=routed.route, severity=severity, close_after=routed.close_after)
