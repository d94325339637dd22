"""Notes that a person opens a page: who does so is not asleep."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from tocsin.domain.link import LINK_LIFE

if TYPE_CHECKING:
    from functions.actions.ports import Ports
    from functions.actions.request import Request
    from tocsin.domain.link import Link

SCANNED_FOR: Final = timedelta(seconds=30)
"""After a message was made: mail scanners open its links then, and nobody is awake by that."""


def note_opened(request: Request, link: Link, ports: Ports) -> None:
    """Note it where a browser shows the page, and no scanner looks at it.

    A page can do without: what is not noted is logged.
    """
    made_at = link.expires_at - LINK_LIFE
    is_browser = request.headers.get("sec-fetch-dest") == "document"
    if not is_browser or request.at - made_at < SCANNED_FOR:
        return
    from tocsin.adapters.aws_json import AwsError
    from tocsin.domain.errors import TryAgainError
    from tocsin.usecases.be_awake import note_seen

    try:
        note_seen(link.by, at=request.at, people=ports.awake(), new_write_id=ports.new_write_id)
    except (AwsError, TryAgainError) as error:
        ports.log.warning("Opening cannot be noted", kind=type(error).__name__)
