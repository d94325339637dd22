"""A request's path at an HTTP API: which function gets it, and how it is spelled there."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import unquote

from tests.template_file import read_template

_ESCAPED = re.compile(r"(?:%(?!25)[0-9A-Fa-f]{2})+")
_NEVER_SENT = re.compile(r"%(?!25)")


def arrived(path: str) -> str:
    """Decode the path that a client sends, but for an escaped percent sign."""
    return _ESCAPED.sub(lambda escaped: unquote(escaped[0]), path)


def expect_arrived(event: Mapping[str, Any]) -> None:
    """Hold an event to what the gateway sends."""
    path = event["rawPath"]
    assert not _NEVER_SENT.search(path), f"no gateway sends an escape but %25: {path!r}"


def function_of(method: str, path: str) -> str:
    """Which function of template.yaml the gateway calls: a full match goes before a greedy one.

    A greedy variable also takes what is empty, as users of HTTP APIs report: `/i/{token}/`.
    """
    matching = [it for it in _routes() if it.method in ("ANY", method) and it.is_for(path)]
    best = max(matching, key=lambda it: (not it.is_greedy, len(it.path)), default=None)
    return best.function if best else "AlertsApiFunction"


class _Route(NamedTuple):
    method: str
    path: str
    function: str

    @property
    def is_greedy(self) -> bool:
        return self.path.endswith("+}")

    def is_for(self, path: str) -> bool:
        pattern = re.escape(self.path).replace(r"\{proxy\+\}", ".*")
        return re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", pattern), path) is not None


@cache
def _routes() -> list[_Route]:
    resources = read_template()["Resources"]
    return [
        _Route(route["Method"], route["Path"], name)
        for name, resource in resources.items()
        for event in resource.get("Properties", {}).get("Events", {}).values()
        if event["Type"] == "HttpApi" and "Path" in (route := event["Properties"])
    ]
