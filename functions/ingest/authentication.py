"""Which integration a request's token belongs to, and whether the request passes its checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.ingest.senders import sender_of
from tocsin.domain.errors import IntegrationNotFoundError
from tocsin.domain.intake_checks import NO_CHECKS

if TYPE_CHECKING:
    from functions.ingest.ports import Ports
    from functions.ingest.request_and_answer import Request
    from tocsin.domain.integration import Integration


def admit(token: str, request: Request, ports: Ports) -> Integration:
    """Find the integration of a token, if the request is what it asks for.

    Raises:
        IntegrationNotFoundError: No integration has this token.
        SenderNotTrustedError: One of the integration's checks fails.
    """
    integration = ports.integrations.by_token(token, request.at)
    if integration.checks is not NO_CHECKS:
        from functions.ingest.sender_checks import expect_trusted

        expect_trusted(integration.checks, request)
    return integration


def admit_elsewhere(token: str, request: Request, ports: Ports) -> Integration:
    """Likewise, at a path beside the integration's URL.

    Raises:
        IntegrationNotFoundError: No integration has this token, or its product proves what it
            sends, which no other path asks for.
        SenderNotTrustedError: One of the integration's checks fails.
    """
    integration = admit(token, request, ports)
    if sender_of(integration.type).admit is not None:
        raise IntegrationNotFoundError
    return integration
