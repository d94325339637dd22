"""The identity of an alert when its sender gives no dedup key."""

import hashlib
from typing import Final

from tocsin.domain.signal import printable

DEDUP_KEY_LIMIT: Final = 255
"""Characters; PagerDuty's limit, which its clients rely on. A longer key is hashed, not cut."""


def dedup_key_of(*parts: str | None) -> str:
    """Join the parts that name a condition (never severity, output or value) into one key.

    A part with a separator in it is written with its length, so that no two lists of parts give the
    same key. A key with unprintable characters is hashed.
    """
    texts = (part or "" for part in parts)
    key = "/".join(f"{len(text)}:{text}" if "/" in text or ":" in text else text for text in texts)
    return bounded(key) if printable(key) == key else _hashed(key)


def bounded(dedup_key: str) -> str:
    """Hash a key beyond the limit; different keys stay different."""
    if len(dedup_key) <= DEDUP_KEY_LIMIT:
        return dedup_key
    return _hashed(dedup_key)


def _hashed(dedup_key: str) -> str:
    digest = hashlib.sha256(dedup_key.encode("utf-8", "surrogatepass")).hexdigest()
    return f"sha256:{digest}"
