"""What a page did besides what it showed: whatever a browser complains about fails the test."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

from local.console import is_of_the_console

_VARIABLE: Final = re.compile(r"\\\{[^{}]+\\\}")
_OF_THE_API: Final = {"fetch", "xhr"}
SAYS_VIOLATIONS: Final = """
addEventListener("securitypolicyviolation", (event) => console.error(
  `Content-Security-Policy: ${event.violatedDirective} blocked ${event.blockedURI}`));
"""


@dataclass(frozen=True)
class Operations:
    """What `/openapi.json` lets a client ask for."""

    patterns: Mapping[str, Sequence[re.Pattern[str]]]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Operations":
        found: dict[str, list[re.Pattern[str]]] = {}
        for path, item in document["paths"].items():
            pattern = re.compile(_VARIABLE.sub("[^/]+", re.escape(path)))
            for method in item:
                found.setdefault(method.upper(), []).append(pattern)
        return cls(found)

    def has(self, method: str, path: str) -> bool:
        return any(pattern.fullmatch(path) for pattern in self.patterns.get(method, ()))


@dataclass
class Watch:
    """Collects what goes wrong in all pages of a context."""

    url: str
    operations: Operations
    troubles: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    _expected: list[str] = field(default_factory=list)

    def begin(self, context: BrowserContext) -> None:
        context.add_init_script(SAYS_VIOLATIONS)
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._request)

    def expect(self, text: str) -> None:
        """Let complaints with this text pass: the test brings them about."""
        self._expected.append(text)

    def left(self) -> list[str]:
        """The troubles that nobody expected."""
        return [
            trouble
            for trouble in self.troubles
            if not any(text in trouble for text in self._expected)
        ]

    def asked(self, method: str, path: str) -> list[Request]:
        """Requests so far, by method and path without the query."""
        return [
            request
            for request in self.requests
            if request.method == method and urlsplit(request.url).path == path
        ]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning", "assert"}:
            where = message.location.get("url", "")
            self.troubles.append(f"{message.type} of the browser: {message.text} ({where})")

    def _error(self, error: WebError) -> None:
        self.troubles.append(f"uncaught: {error.error}")

    def _request(self, request: Request) -> None:
        self.requests.append(request)
        target = urlsplit(request.url)
        if target.scheme in {"data", "blob", "about"}:
            return
        if f"{target.scheme}://{target.netloc}" != self.url:
            self.troubles.append(f"a request to another origin: {request.url}")
        elif request.resource_type not in _OF_THE_API or is_of_the_console(target.path):
            return  # the service worker fetches files of the console itself
        elif not self.operations.has(request.method, target.path):
            self.troubles.append(f"not in /openapi.json: {request.method} {target.path}")
