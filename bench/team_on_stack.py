"""A local stack of the bench's own, and its team, set up by the public API."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from local.stack.api_calls import call
from local.stack.places import Json
from local.stack.prerequisites import LocalStackError
from local.stack.start import Options, Stack, Watchers, start

MOST_A_MINUTE: Final = 6_000
"""The highest rate that a channel may have."""


@dataclass(frozen=True, slots=True)
class StackClient:
    url: str
    key: str

    def ask(self, method: str, path: str, body: Json = None) -> Any:  # noqa: ANN401 - as it answers
        """Give the answer's data.

        Raises:
            LocalStackError: It was refused.
        """
        status, answer = call(self.url, method, path, key=self.key, body=body)
        if status >= HTTPStatus.BAD_REQUEST or not isinstance(answer, dict):
            raise LocalStackError(f"{method} {path} was answered {status}: {answer}")
        return answer["data"]

    def new_integration(self, name: str, **settings: Json) -> str:
        """Register an integration of type alertmanager. Returns the path of its URL."""
        body: Json = {"type": "alertmanager", **settings}
        path: str = urlsplit(self.ask("PUT", f"/api/v1/integrations/{name}", body)["url"]).path
        return path

    def page_to(self, policy: str, url: str) -> None:
        hook: Json = {"type": "webhook", "url": url, "rate_per_minute": MOST_A_MINUTE}
        step: Json = {"name": "only", "targets": [{"channel": policy}], "delay": "24h"}
        self.ask("PUT", f"/api/v1/channels/{policy}", hook)
        self.ask("PUT", f"/api/v1/escalation-policies/{policy}", {"steps": [step]})

    def fire(self, path: str, names: Sequence[str]) -> list[str]:
        """Fire all at once. Returns the alerts' ids."""
        alerts: Json = [{"status": "firing", "labels": {"alertname": name}} for name in names]
        results = self.ask("POST", path, {"version": "4", "alerts": alerts})["results"]
        return [result["alert_id"] for result in results]


@contextmanager
def local_stack(say: Callable[[str], None]) -> Iterator[StackClient]:
    """Start one without policies; its state is deleted at the end."""
    with started_stack(say) as stack:
        yield StackClient(stack.url, stack.api_key)


@contextmanager
def started_stack(say: Callable[[str], None], *, counts_requests: bool = False) -> Iterator[Stack]:
    """Likewise, with all that a stack tells."""
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        options = Options(state=Path(folder), fresh=True, counts_requests=counts_requests)
        with start(options, Watchers(step=say)) as stack:
            yield stack
