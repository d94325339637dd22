"""All operations by name: each route has exactly one, which a test checks."""

from collections.abc import Mapping
from typing import Final

from functions.alerts_api.schemas import (
    alerts,
    alerts_bulk,
    incidents,
    intake,
    integrations,
    keys,
    service,
)
from functions.alerts_api.schemas.operation import Operation

OPERATIONS: Final[Mapping[str, Operation]] = {
    **intake.OPERATIONS,
    **alerts.OPERATIONS,
    **alerts_bulk.OPERATIONS,
    **incidents.OPERATIONS,
    **integrations.OPERATIONS,
    **keys.OPERATIONS,
    **service.OPERATIONS,
}
