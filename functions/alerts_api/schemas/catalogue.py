"""All operations by name: each route has exactly one, which a test checks."""

from collections.abc import Mapping
from typing import Final

from functions.alerts_api.schemas import (
    alert_routes,
    alerts,
    alerts_bulk,
    asking,
    awake,
    channels,
    digests,
    escalation_policies,
    feeds,
    heartbeats,
    incidents,
    intake,
    integration_types,
    integrations,
    keys,
    notifications,
    overrides,
    reachability,
    schedules,
    service,
    silences,
    storm,
    team_settings,
    users,
)
from functions.alerts_api.schemas.operation import Operation

OPERATIONS: Final[Mapping[str, Operation]] = {
    **intake.OPERATIONS,
    **alerts.OPERATIONS,
    **notifications.OPERATIONS,
    **digests.OPERATIONS,
    **asking.OPERATIONS,
    **awake.OPERATIONS,
    **alerts_bulk.OPERATIONS,
    **incidents.OPERATIONS,
    **integrations.OPERATIONS,
    **integration_types.OPERATIONS,
    **escalation_policies.OPERATIONS,
    **alert_routes.OPERATIONS,
    **users.OPERATIONS,
    **channels.OPERATIONS,
    **heartbeats.OPERATIONS,
    **schedules.OPERATIONS,
    **overrides.OPERATIONS,
    **feeds.OPERATIONS,
    **silences.OPERATIONS,
    **storm.OPERATIONS,
    **team_settings.OPERATIONS,
    **reachability.OPERATIONS,
    **keys.OPERATIONS,
    **service.OPERATIONS,
}
