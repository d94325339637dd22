"""Whether a request is Slack's own: signed with the secret of the channel's app."""

import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Final

TOLERANCE_SECONDS: Final = 300
"""Slack's limit: an older request may be a replay."""
_VERSION: Final = "v0"
_DIGITS_LIMIT: Final = 12


def is_from_slack(headers: Mapping[str, str], body: bytes, secret: str, at: datetime) -> bool:
    """Check signature and time.

    Args:
        headers: Names in lower case.
        body: Exactly the bytes that came.
        secret: The app's signing secret.
        at: The time.
    """
    timestamp = headers.get("x-slack-request-timestamp", "")
    is_number = timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= _DIGITS_LIMIT
    if not is_number or abs(at.timestamp() - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    signed = f"{_VERSION}:{timestamp}:".encode() + body
    expected = f"{_VERSION}={hmac.digest(secret.encode(), signed, 'sha256').hex()}"
    given = headers.get("x-slack-signature", "").encode("utf-8", "surrogatepass")
    return bool(secret) and hmac.compare_digest(expected.encode(), given)
