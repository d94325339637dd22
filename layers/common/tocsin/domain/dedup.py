"""The identity of an alert when its sender gives no dedup key."""

import hashlib
from typing import Final

DEDUP_KEY_LIMIT: Final = 255
"""Characters; PagerDuty's limit, which its clients rely on. A longer key is hashed, not cut."""


def dedup_key_of(*parts: str | None) -> str:
    """Join what names a condition (never its severity, output or value) into one key.

    Each part is written with its length, so that no two lists of parts give the same key.
    """
    texts = (part or "" for part in parts)
    return bounded(
        "/".join(f"{len(text)}:{text}" if "/" in text or ":" in text else text for text in texts)
    )


def bounded(dedup_key: str) -> str:
    """Keep a key within the limit; two long keys stay as different as they were."""
    if len(dedup_key) <= DEDUP_KEY_LIMIT:
        return dedup_key
    digest = hashlib.sha256(dedup_key.encode("utf-8", "surrogatepass")).hexdigest()
    return f"sha256:{digest}"
