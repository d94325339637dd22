"""From a request to its answer: a file of the console, compressed or not, or that it is unchanged.

Stands on the standard library alone, so that a first call waits for nothing else to load.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

ASSETS: Final = "/assets/"
PAGES: Final = "/console"
"""Every address below it shows the same page, which reads the rest of the address."""

_DIRECTIVES: Final = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "connect-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "require-trusted-types-for": "'script'",
    # The address of the service worker is the one thing that needs a policy.
    "trusted-types": "tocsin",
}
POLICY: Final = "; ".join(f"{name} {value}" for name, value in _DIRECTIVES.items())
_NOT_USED: Final = (
    *("accelerometer", "browsing-topics", "camera", "display-capture", "geolocation"),
    *("gyroscope", "magnetometer", "microphone", "midi", "payment", "usb"),
)
SECURITY: Final[Mapping[str, str]] = {
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": ", ".join(f"{name}=()" for name in _NOT_USED),
    "referrer-policy": "no-referrer",  # addresses of the console name alerts, links carry tokens
    "x-content-type-options": "nosniff",
}
FOR_EVER: Final = "public, max-age=31536000, immutable"
ASK_FIRST: Final = "no-cache"
_NEVER: Final = "q=0.000"


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of the console.

    Args:
        tag: Changes with the content; without quotation marks.
        gzip: The same compressed; None where that saves nothing.
    """

    content_type: str
    cache_control: str
    tag: str
    body: bytes
    gzip: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes = b""


def page_or_file(path: str) -> str:
    """The address that a path stands for: all pages are one document."""
    if path == PAGES or path.startswith(f"{PAGES}/"):
        return "/"
    return path


def respond(
    method: str, path: str, headers: Mapping[str, str], find: Callable[[str], File | None]
) -> Answer:
    """Answer one request.

    Args:
        method: As the request line has it.
        path: Without the query.
        headers: Names in lower case.
        find: The file at an address, None where there is none.
    """
    if method not in {"GET", "HEAD"}:
        answer = _refusal(405, "method_not_allowed", "This path takes GET, HEAD.")
        return Answer(
            status=answer.status,
            headers={**answer.headers, "allow": "GET, HEAD"},
            body=answer.body,
        )
    file = find(page_or_file(path))
    if file is None:
        return _without_body(method, _refusal(404, "not_found", "There is no such file."))
    return _without_body(method, _served(file, path, headers))


def _served(file: File, path: str, headers: Mapping[str, str]) -> Answer:
    wants_gzip = file.gzip is not None and _takes_gzip(headers.get("accept-encoding", ""))
    # Each form has a tag of its own, as RFC 9110 (8.8.3.3) asks.
    tag = f'"{file.tag}-gz"' if wants_gzip else f'"{file.tag}"'
    sent = {**SECURITY, "cache-control": file.cache_control, "etag": tag}
    if file.gzip is not None:
        sent["vary"] = "accept-encoding"
    if path == "/sw.js":
        sent["service-worker-allowed"] = "/"
    if _is_known(tag, headers.get("if-none-match", "")):
        return Answer(status=304, headers=sent)
    sent["content-type"] = file.content_type
    if wants_gzip and file.gzip is not None:
        sent["content-encoding"] = "gzip"
        return Answer(status=200, headers=sent, body=file.gzip)
    return Answer(status=200, headers=sent, body=file.body)


def _without_body(method: str, answer: Answer) -> Answer:
    if method != "HEAD":
        return answer
    return Answer(status=answer.status, headers=answer.headers)


def _refusal(status: int, code: str, message: str) -> Answer:
    """In the shape of the API's errors."""
    body = json.dumps({"error": {"code": code, "message": message}}).encode()
    return Answer(
        status=status,
        headers={**SECURITY, "cache-control": "no-store", "content-type": "application/json"},
        body=body,
    )


def _takes_gzip(accepted: str) -> bool:
    """Whether gzip is named, or all codings are, and not with the weight 0 (RFC 9110, 12.5.3)."""
    weights: dict[str, str] = {}
    for each in accepted.lower().split(","):
        name, _, weight = each.partition(";")
        weights[name.strip()] = weight.replace(" ", "")
    weight = weights.get("gzip", weights.get("*", _NEVER))
    return weight not in {"q=0", "q=0.", "q=0.0", "q=0.00", _NEVER}


def _is_known(tag: str, said: str) -> bool:
    """Whether the client has this body, by the weak comparison of RFC 9110."""
    tags = (each.strip().removeprefix("W/") for each in said.split(","))
    return any(each in {tag, "*"} for each in tags)
