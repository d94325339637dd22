"""A digest in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tocsin.domain.alert import Alert
from tocsin.domain.digest import Digest
from tocsin.domain.reader import Names, Reader
from tocsin.domain.severity import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestLinks:
    acknowledge: str
    """A page with the list and one button, which acknowledges these alerts."""
    awake: str | None = None
    """None: the reader is a channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestMessage:
    """One message in plain text; each channel escapes it for its own format."""

    digest: Digest
    severity: Severity
    subject: str
    links: DigestLinks | None = None
    thread: str | None = None
    """The provider's id of this storm's first message at the same place."""


def digest_message_of(
    digest: Digest,
    alerts: Sequence[Alert],
    *,
    reader: Reader,
    names: Names,
    at: datetime,
    links: DigestLinks | None = None,
    thread: str | None = None,
) -> DigestMessage:
    """Write a digest for one reader.

    Args:
        digest: The frozen set.
        alerts: Those of the set, in its order, as they are now; facts may be shortened.
        reader: For whom.
        names: Of people.
        at: Now.
        links: None: they cannot be made for now.
        thread: See `DigestMessage`.
    """
    subject = f"{len(alerts)} alerts"
    return DigestMessage(
        digest=digest, severity=digest.severity, subject=subject, links=links, thread=thread
    )
