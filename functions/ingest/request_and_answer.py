"""One request of a sender, the results of its entries, and its answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from functions.ingest.senders import Sent
from tocsin.domain.reception import Outcome
from tocsin.lambda_runtime import http
from tocsin.lambda_runtime.http import GZIP_MAGIC, HttpAnswer
from tocsin.lambda_runtime.strict_json import expect_size

RESULTS_LIMIT: Final = 5_000
"""Results in one answer. Lambda's are of 6 MB at most, and a result of some 500 bytes."""
UNUSABLE_LIMIT: Final = 5_000
"""Entries of one list that are refused or ignored by its reader: a quarter of a second of CPU."""


@dataclass(frozen=True, kw_only=True)
class Request(http.Request):
    @property
    def raw_path(self) -> str:
        """The path without query; of all that is escaped, the gateway leaves `%25` alone."""
        return str(self.event["rawPath"]).replace("%25", "%")

    @cached_property
    def path(self) -> str:
        """Likewise, with single slashes and none at the end: a base URL may end with one."""
        return "".join(f"/{it}" for it in self.raw_path.split("/") if it)

    @property
    def source_ip(self) -> str:
        return str(self.event["requestContext"]["http"].get("sourceIp", ""))

    @cached_property
    def query(self) -> Mapping[str, str]:
        """Query parameters; of one that came several times, the last."""
        written = self.event.get("rawQueryString") or ""
        if not written:
            return {}
        from urllib.parse import parse_qsl

        return dict(parse_qsl(written, keep_blank_values=True))

    @cached_property
    def content(self) -> bytes:
        """The body as it was before it was compressed; what a sender signs is `body`.

        Raises:
            UnsupportedEncodingError: It is compressed in a way that is not read.
            MalformedInputError: The compressed data are broken.
            PayloadTooLargeError: What comes out is over 1 MiB.
        """
        expect_size(self.body)
        if "content-encoding" not in self.headers and self.body[:2] != GZIP_MAGIC:
            return self.body
        from functions.ingest.content_encoding import decoded

        return decoded(self.body, self.headers)

    @cached_property
    def sent(self) -> Sent:
        return Sent(
            body=self.content,
            headers=self.headers,
            query=self.query,
            method=self.method,
            at=self.at,
        )


@dataclass(slots=True)
class Intake:
    results: list[Mapping[str, Any]] = field(default_factory=list)
    """Of each entry, in their order, up to a number that an answer can hold."""
    outcomes: dict[Outcome, int] = field(default_factory=dict)
    unread: int = 0
    """Entries at the end that were not read: too many before them were unusable."""
    _unusable: int = 0

    def note(self, outcome: Outcome, result: Mapping[str, Any]) -> None:
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
        self._unusable += result["dedup_key"] is None
        if len(self.results) < RESULTS_LIMIT:
            self.results.append(result)

    def pass_over(self, count: int, result: Mapping[str, Any]) -> None:
        """Add the same result for entries that were dealt with before, which are the first."""
        if count:
            self.outcomes[Outcome.IGNORED] = count
            self.results = [result] * min(count, RESULTS_LIMIT)

    @property
    def is_over(self) -> bool:
        """Whether too many entries were unusable to read on."""
        return self._unusable >= UNUSABLE_LIMIT

    def end(self, entries: int) -> None:
        """Count as rejected what was not read of so many entries."""
        self.unread = entries - sum(self.outcomes.values())
        if self.unread:
            self.outcomes[Outcome.REJECTED] = self.outcomes.get(Outcome.REJECTED, 0) + self.unread

    @property
    def opened(self) -> int:
        return self.outcomes.get(Outcome.OPENED, 0) + self.outcomes.get(Outcome.REOPENED, 0)

    @property
    def left_out(self) -> int:
        return sum(self.outcomes.values()) - len(self.results)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """An answer in the shape that a sender's product expects, and what log and metrics say."""

    reply: HttpAnswer
    """JSON unless its headers say otherwise."""
    integration: str
    intake: Intake | None = None
    """None if no event was taken in."""
    what: str = "Request answered"
    """The log's message for a request without an event."""
