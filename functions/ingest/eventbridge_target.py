"""Events that an EventBridge rule sends to the function itself, without an answer."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from functions.ingest.intake import take_in
from functions.ingest.ports import Ports
from functions.ingest.request_and_answer import Intake
from functions.ingest.senders import Sent, sender_of
from tocsin.domain.errors import IntegrationNotFoundError
from tocsin.domain.integration import EVENTBRIDGE, Integration, IntegrationType

_UNREGISTERED: Final = Integration(
    name=EVENTBRIDGE,
    type=IntegrationType.EVENTBRIDGE,
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
)


def take_eventbridge_event(event: Mapping[str, Any], ports: Ports) -> Intake:
    """Take in an event by the integration called `eventbridge`, if there is one.

    Raises:
        MalformedInputError: It is none of EventBridge.
        InvalidInputError: Likewise.
        TryAgainError: Storage refuses for now; Lambda hands the event over again.
    """
    try:
        integration = ports.integrations.fresh(EVENTBRIDGE)
    except IntegrationNotFoundError:
        integration = _UNREGISTERED
    body = json.dumps(event, ensure_ascii=False).encode("utf-8", "replace")
    sent = Sent(body=body, headers={"content-type": "application/json"}, at=ports.now())
    return take_in(sent, sender_of(IntegrationType.EVENTBRIDGE), integration, ports)
