"""Reads what happened: the API's ledger and digests, and the outbox of the local stack."""

import json
import urllib.request
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from bench.storm.told import ENDED, Digest, Page, Place
from bench.team_on_stack import StackClient
from local.outbox.front import PREFIX
from local.stack.api_calls import call
from local.stack.prerequisites import LocalStackError

READERS: Final = 4
PAGED: Final = "alert.paged"


@dataclass(slots=True)
class Ledgers:
    """Those of many alerts; what has ended is read once."""

    client: StackClient
    _pages: dict[str, Sequence[Page]] = field(default_factory=dict)
    _digests: dict[str, Digest] = field(default_factory=dict)

    def read(self, alert_ids: Iterable[str]) -> tuple[list[Page], list[Digest]]:
        """All pages of these alerts, and the digests that tell of them."""
        wanted = list(alert_ids)
        unread = [it for it in wanted if not has_ended(self._pages.get(it, ()))]
        with ThreadPoolExecutor(READERS) as readers:
            self._pages.update(zip(unread, readers.map(self._pages_of, unread), strict=True))
            pages = [page for it in wanted for page in self._pages[it]]
            named = {page.bundled_into for page in pages if page.bundled_into}
            waiting = sorted(it for it in named if it not in self._digests)
            for digest in filter(None, readers.map(self._digest, waiting)):
                if digest.state in ENDED:
                    self._digests[digest.digest_id] = digest
        return pages, [self._digests[it] for it in sorted(named & self._digests.keys())]

    def have_ended(self, alert_ids: Iterable[str]) -> bool:
        """Whether nothing that was read still waits."""
        return all(has_ended(self._pages.get(it, ())) for it in alert_ids)

    def _pages_of(self, alert_id: str) -> Sequence[Page]:
        rows = self.client.ask("GET", f"/api/v1/alerts/{alert_id}/notifications?limit=200")
        return [page_from(alert_id, row) for row in rows if row["event"] == PAGED]

    def _digest(self, digest_id: str) -> Digest | None:
        """None: it is not frozen yet."""
        path = f"/api/v1/digests/{digest_id}"
        status, answer = call(self.client.url, "GET", path, key=self.client.key)
        if status == HTTPStatus.NOT_FOUND:
            return None
        if status != HTTPStatus.OK:
            raise LocalStackError(f"GET {path} was answered {status}: {answer}")
        return digest_from(answer["data"])


def has_ended(pages: Sequence[Page]) -> bool:
    """Whether nothing of an alert waits any more; without pages it has not begun."""
    return bool(pages) and all(page.state in ENDED for page in pages)


def page_from(alert_id: str, row: Mapping[str, Any]) -> Page:
    """Read a line of the ledger, as the API has it."""
    return Page(
        alert_id=alert_id,
        # A rule's delay, behind the method, makes no other place.
        place=Place(row["target"], row["channel"].partition("+")[0]),
        run=(row["step"], row["loop"]),
        state=row["state"],
        sent_at=_seconds(row["sent_at"]),
        bundled_into=row.get("bundled_into"),
    )


def digest_from(row: Mapping[str, Any]) -> Digest:
    """Read a digest, as the API has it."""
    return Digest(
        digest_id=row["id"],
        place=Place(row["target"], row["channel"].partition("+")[0]),
        state=row["state"],
        sent_at=_seconds(row["sent_at"]),
        alert_ids=frozenset(row["alert_ids"]),
    )


def _seconds(written: str | None) -> float | None:
    return datetime.fromisoformat(written).timestamp() if written else None


def listed_ids(client: StackClient, integration: str) -> set[str]:
    """The ids of all alerts of an integration, from the list."""
    path = f"/api/v1/alerts?integration={integration}&limit=200"
    listed: set[str] = set()
    cursor = ""
    while True:
        status, page = call(client.url, "GET", path + cursor, key=client.key)
        if status != HTTPStatus.OK:
            raise LocalStackError(f"GET {path} was answered {status}: {page}")
        listed.update(row["id"] for row in page["data"])
        if not page["has_more"]:
            return listed
        cursor = f"&cursor={page['next_cursor']}"


@dataclass(slots=True)
class ReadOutbox:
    """The outbox of a local stack, which keeps the newest messages only: read often."""

    url: str
    _seen: dict[str, tuple[str, str]] = field(default_factory=dict)

    def read(self) -> None:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{self.url}{PREFIX}.json", timeout=30) as answer:
            for message in json.load(answer):
                self._seen[message["id"]] = (message["kind"], message["to"])

    @property
    def counts(self) -> Counter[tuple[str, str]]:
        """Messages by kind and address."""
        return Counter(self._seen.values())
