"""People of a team, their policy and their keys, for stories that need to know who is called."""

import itertools
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from playwright.sync_api import Page

from tests.browser.conftest import DESK, SCOPES, PageOf, Size, Theme, sign_in
from tests.stack.client import Client, Sender, eventually

STORY: Final = "crew"
"""The label by which a route finds the policy of this team."""
STEP: Final = "9m"
PEOPLE: Final = ("ann", "ben", "cleo")
LABELS: Final = {"story": STORY, "service": "checkout-api", "cluster": "eu-1"}
URLS: Final = {
    "Runbook": "https://runbooks.example.com/pay",
    "Mail": "mailto:pay@example.com",
}
_numbers = itertools.count(1)
_gathered: list[Client] = []
_keys: dict[tuple[str, str], str] = {}
"""By user and role: each is a session, and the door lets few in at a time."""


@dataclass
class Crew:
    """Ann is paged first, then Ben, then Cleo."""

    api: Client
    rest: Sender
    url: str
    page_of: PageOf

    def gather(self) -> None:
        """Register them, once for all stories: none changes them."""
        if self.api in _gathered:
            return
        for name in PEOPLE:
            body = {"email": f"{name}@example.com", "full_name": name.capitalize(), "bundle": 0}
            self.api.put(f"/api/v1/users/{name}", body).expect(200, 201)
        steps = [{"targets": [{"user": name}], "delay": STEP} for name in PEOPLE]
        self.api.put(f"/api/v1/escalation-policies/{STORY}", {"steps": steps}).expect(200, 201)
        route = {"match": [f"story={STORY}"], "escalation_policy": STORY, "position": 1}
        if self.api.put(f"/api/v1/routes/{STORY}", route).expect(200, 201).status == 201:
            # Who has just read the routes misses a new one for half a minute.
            eventually(self._is_routed, bool, seconds=60)
        _gathered.append(self.api)

    def opens(self, **more: Any) -> str:  # noqa: ANN401 - fields of a sender
        """A sender reports something new; the alert's id."""
        number = next(_numbers)
        body = {
            "dedup_key": f"crew {uuid4()}",
            "name": "PayErrors",
            "summary": f"Error rate {number} % on POST /pay",
            "severity": "critical",
            "object": "checkout-api",
            "labels": LABELS,
            "urls": URLS,
        }
        return str(self.rest.send(**{**body, **more})["alert_id"])

    def _is_routed(self) -> bool:
        alert_id = self.opens()
        policy = self.api.alert(alert_id)["escalation_policy"]
        self.api.post(f"/api/v1/alerts/{alert_id}/resolve").expect(200)
        return bool(policy == STORY)

    def page_as(
        self, user: str | None, role: str = "responder", size: Size = DESK, theme: Theme = "light"
    ) -> Page:
        """A page of a person, with a key of theirs."""
        page = self.page_of("nobody", size, theme)
        sign_in(page.context, self.url, self._key(user or "", role))
        return page

    def _key(self, user: str, role: str) -> str:
        if (user, role) not in _keys:
            body: dict[str, Any] = {"name": f"{user or 'nobody'} {role}", "scopes": SCOPES[role]}
            if user:
                body["user"] = user
            made = self.api.post("/api/v1/keys", body).expect(201).data
            _keys[user, role] = made["key"]
        return _keys[user, role]


def sentence(spans: list[dict[str, Any]]) -> str:
    """A sentence of the API, as it is read."""
    return "".join(str(part["text"]) for part in spans)
