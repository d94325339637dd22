"""A digest: one message that tells of many alerts, and the frozen set that it names."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from tocsin.domain.ids import AlertId, WriteId, entropy, ulid
from tocsin.domain.severity import Severity

DigestId = NewType("DigestId", str)
"""A ULID."""


def new_digest_id(at: datetime, write_id: WriteId) -> DigestId:
    return DigestId(ulid(at, entropy(hashlib.sha256(write_id.encode()).digest())))


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The alerts of one digest: it never gains one after its message was written."""

    digest_id: DigestId
    target: str
    """`user:alice` or `channel:ops`."""
    channel: str
    """The contact method, or the channel's name."""
    frozen_at: datetime
    alert_ids: tuple[AlertId, ...]
    """Worst first, then newest."""
    severity: Severity
    """The worst, when it was frozen."""
    is_release: bool = False
    """It tells of what a silence or maintenance window held back, and of nothing else."""
