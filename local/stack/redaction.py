"""Cuts credentials in request paths to their first four characters."""

import re

SHOWN = 4
# What follows /i/, /act/, /s/ or /verify/ is a token in any shape, and so is what a query calls a
# key or a token, and what begins as our keys do; elsewhere 32 hex digits are, dashes or not.
TOKEN = re.compile(
    r"(^/+(?:i|act|s|verify)/+|[?&][^=&#]*(?:key|token|secret)=|tocsin_)[^/?#&]+"
    r"|[0-9a-f]{32}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}",
    re.IGNORECASE,
)


def redact(path: str) -> str:
    return TOKEN.sub(_cut, path)


def _cut(found: re.Match[str]) -> str:
    before = found[1] or ""
    return f"{before}{found[0][len(before) :][:SHOWN]}…"
