"""Credentials that occur in request paths, cut to what still tells one from another."""

import re

SHOWN = 4
# What follows /i/ or /act/ is a token whatever it looks like; elsewhere 32 hex digits are, dashes
# or not.
TOKEN = re.compile(
    r"(?:(?<=^/i/)|(?<=^/act/))[^/?#]+|[0-9a-f]{32}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}",
    re.IGNORECASE,
)


def redact(path: str) -> str:
    return TOKEN.sub(lambda token: f"{token[0][:SHOWN]}…", path)
