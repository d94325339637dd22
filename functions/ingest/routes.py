"""Which path is which: a token in the URL, or a key in a header."""

from typing import Final

from functions.ingest.authentication import admit
from functions.ingest.intake import take_sent
from functions.ingest.ports import Ports
from functions.ingest.request_and_answer import Request, Taken
from functions.ingest.senders import sender_of
from tocsin.domain.errors import IntegrationNotFoundError, TryAgainError

URL_PATH: Final = "/i/"
EVENTS_PATH: Final = "/api/v1/events"
INTEGRATIONS_PATH: Final = "/api/v1/integrations/"
"""Of which only `{name}/try` comes here; template.yaml has the route."""
BY_POST: Final = ("Alerts are sent by POST.", "POST")
HEARTBEAT: Final = "heartbeat"
BELOW_A_TOKEN: Final = ("", HEARTBEAT)
"""What is behind `/i/{token}` of our own; all else there belongs to other products."""


def take(request: Request, ports: Ports) -> Taken:
    """Take in one request.

    Raises:
        TocsinError: Refused; nothing was written, unless it is a `TryAgainError`.
    """
    path = request.path
    if path == EVENTS_PATH:
        from functions.ingest.events_api import take_events

        request.expect_method(*BY_POST)
        return take_events(request, ports)
    if path.startswith(INTEGRATIONS_PATH):
        from functions.ingest.dry_run import take_dry_run

        request.expect_method(*BY_POST)
        return take_dry_run(request, path.removeprefix(INTEGRATIONS_PATH), ports)
    token, below = token_and_rest(path)
    if below not in BELOW_A_TOKEN:
        # The gateway's routes change after the functions: until then an update sends us what is
        # CompatFunction's, whose clients must not take a 404 for an answer.
        raise TryAgainError("This path has moved. Send the same request again.")
    return take_by_token(request, token, below, ports)


def token_and_rest(path: str) -> tuple[str, str]:
    """Part a path into the token of an integration URL and what is behind it.

    Returns:
        No token for a path elsewhere, which is the rest then, without slashes around.
    """
    if not path.startswith(URL_PATH):
        return "", path.strip("/")
    token, _, below = path.removeprefix(URL_PATH).partition("/")
    return token, below


def take_by_token(request: Request, token: str, below: str, ports: Ports) -> Taken:
    """Take in what came to an integration URL, or to a heartbeat's.

    Args:
        request: What came.
        token: Of the URL.
        below: One of `BELOW_A_TOKEN`.
        ports: Storage, time and so on.
    """
    if below == HEARTBEAT:
        from functions.ingest.heartbeat import take_heartbeat

        return take_heartbeat(request, token, ports)
    try:
        integration = admit(token, request, ports)
    except IntegrationNotFoundError:
        request.expect_method(*BY_POST)
        raise
    sender = sender_of(integration.type)
    if request.method == "OPTIONS" and sender.handshake is not None:
        reply = sender.handshake(request.headers)
        if reply is not None:
            return Taken(reply=reply, integration=integration.name, what="Handshake answered")
    allowed = " or ".join(sender.methods)
    request.expect_method(f"Alerts are sent by {allowed}.", *sender.methods)
    return take_sent(request, integration, ports)
