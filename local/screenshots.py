"""`make screenshots`: what people see, in a real browser, at several widths and in both themes.

Starts a stack of its own, lets alerts fire and be acknowledged, and writes `.local/screenshots`;
with `--keep` also the pictures of README and docs, `docs/images`.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from local.browser import Chromium, find_chromium
from local.console_pictures import take_console
from local.outbox.front import PREFIX
from local.stack.api_calls import call, reason
from local.stack.places import ROOT
from local.stack.prerequisites import LocalStackError
from local.stack.start import Options, start

WIDTHS: Final = (360, 1280)
THEMES: Final = {"dark": 0, "light": 1}
"""Values of Chromium's setting `preferredColorScheme`."""
KEPT: Final = {
    "page-phone.png": "page-360-light.png",
    "e-mail.png": "e-mail-640-light.png",
    "console.png": "console/alerts-1440-light.png",
    "console-phone.png": "console/alert-360-dark.png",
}
SECONDS: Final = 120
STORM: Final = 14
"""Alerts; the first digest goes early when ten wait."""
_CALLED: Final = {"email": "alice@example.com", "phone": "+4915112345678"}

ALERT: Final = {
    "name": "Checkout: 8.4 % of requests fail with 5xx",
    "severity": "critical",
    "object": "checkout",
    "source": "prod-eu-1",
    "output": (
        "5xx ratio is 8.4 % of 212 requests a second; limit 1 % over 5 min.\n"
        "Top pods:\n"
        "  checkout-7c9f-abc12   412 errors\n"
        "  checkout-7c9f-qq7x1   398 errors\n"
        "  checkout-7c9f-m2k8d     3 errors\n"
        "Last deploy: checkout 2026.11.26-3, by carol, 02:51"
    ),
    "additional_fields": {"service": "checkout", "team": "payments", "env": "prod"},
    "additional_urls": {
        "runbook": "https://runbooks.example.com/checkout-5xx",
        "dashboard": "https://grafana.example.com/d/checkout/overview",
        "logs": "https://logs.example.com/checkout",
    },
}
PEOPLE: Final[Mapping[str, Any]] = {
    "users/alice": {**_CALLED, "time_zone": "Europe/Berlin"},
    "users/bob": {"email": "bob@example.com", "time_zone": "Europe/Berlin"},
    "escalation-policies/default": {
        "steps": [
            {"name": "first", "targets": [{"user": "alice"}], "delay": "5m"},
            {"name": "second", "targets": [{"user": "bob"}], "delay": "10m"},
        ],
        "ack_timeout": "1h",
    },
}
SET_UP: Final[Mapping[str, Any]] = {
    "channels/ops": {"type": "webhook", "url": "https://hooks.example.com/ops"},
    "schedules/primary": {
        "time_zone": "Europe/Berlin",
        "layers": [
            {
                "rotation": "weekly",
                "handoff": "mon 09:00",
                "start": "2026-01-05",
                "users": ["alice", "bob"],
            }
        ],
    },
    "routes/db-flaps": {
        "match": ['service="db"', 'severity="critical"'],
        "escalation_policy": "default",
        "hold": "2m",
        "close_after": "12h",
    },
    "heartbeats/nightly-backup": {"period": "24h", "grace": "30m"},
    "silences/deploy": {
        "match": ['service="billing"'],
        "to": (datetime.now(UTC) + timedelta(hours=2)).isoformat(timespec="seconds"),
        "reason": "Deployment of billing",
    },
    "maintenance-windows/nightly": {
        "match": ['job="backup"'],
        "rrule": "FREQ=DAILY",
        "start": "2026-03-01T02:30:00",
        "time_zone": "Europe/Berlin",
        "duration": "2h",
        "reason": "Backups",
    },
}
"""What the console's pages show besides."""


@dataclass(frozen=True)
class Camera:
    """Args: folder: Where pictures go."""

    browser: Chromium
    folder: Path

    def take(self, name: str, url: str, *, width: int, height: int, theme: str) -> Path:
        picture = self.folder / f"{name}-{width}-{theme}.png"
        with tempfile.TemporaryDirectory(prefix="tocsin-browser-") as profile:
            subprocess.run(
                [
                    *(self.browser.program, "--headless", "--no-sandbox", "--disable-gpu"),
                    *("--hide-scrollbars", "--disable-background-networking"),
                    f"--user-data-dir={profile}",
                    f"--window-size={width},{height}",
                    f"--blink-settings=preferredColorScheme={THEMES[theme]}",
                    *(f"--screenshot={picture}", url),
                ],
                check=True,
                capture_output=True,
                env={**os.environ, **self.browser.environment},
                timeout=SECONDS,
            )
        return picture


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", action="store_true", help="write docs/images too")
    keeps = parser.parse_args().keep
    try:
        camera = Camera(find_chromium(), ROOT / ".local" / "screenshots")
        camera.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="tocsin-") as state:
            _take_all(camera, Path(state))
    except LocalStackError as error:
        print(error, file=sys.stderr)
        return 1
    if keeps:
        images = ROOT / "docs" / "images"
        images.mkdir(exist_ok=True)
        for name, taken in KEPT.items():
            shutil.copy(camera.folder / taken, images / name)
    return 0


def _take_all(camera: Camera, state: Path) -> None:
    with start(Options(state=state)) as stack:
        for path, body in PEOPLE.items():
            _call(stack.url, stack.api_key, "PUT", path, body)
        _post(stack.integrations["example-rest"].url, ALERT)
        mail = _wait(lambda: _newest(stack.url, "e-mail"))
        link = _link_in(mail)
        shots = {
            "page": (link, 1500),
            "e-mail": (f"{stack.url}{PREFIX}/{mail['id']}/html", 1300),
            "outbox": (f"{stack.url}{PREFIX}", 900),
            "docs": (f"{stack.url}/docs", 1600),
        }
        _take(camera, shots)
        camera.take("e-mail", shots["e-mail"][0], width=640, height=900, theme="light")
        _press(link, b"action=acknowledge")
        _take(camera, {"page-done": (link, 1500)})
        for number in range(1, STORM + 1):
            _post(stack.integrations["example-rest"].url, {**ALERT, **_of_storm(number)})
        digest = _wait(lambda: _newest(stack.url, "e-mail", "Acknowledge these"))
        acknowledge, awake = _link_in(digest), _link_in(digest, "/act/GA")
        _take(
            camera,
            {
                "digest": (acknowledge, 1500),
                "digest-e-mail": (f"{stack.url}{PREFIX}/{digest['id']}/html", 1300),
                "awake": (awake, 900),
            },
        )
        _press(acknowledge, b"action=acknowledge")
        _press(awake, b"action=awake")
        _take(camera, {"digest-done": (acknowledge, 1500), "awake-done": (awake, 900)})
        for path, body in SET_UP.items():
            _call(stack.url, stack.api_key, "PUT", path, body)
        incident = _call(stack.url, stack.api_key, "POST", "incidents", {"title": "Slow checkout"})
        over = f"incidents/{incident['id']}/resolve"
        _call(stack.url, stack.api_key, "POST", over, {"message": "The deployment is rolled back."})
        for picture in take_console(stack.url, stack.api_key, camera.folder / "console"):
            print(picture, flush=True)


def _take(camera: Camera, shots: Mapping[str, tuple[str, int]]) -> None:
    for name, (url, height) in shots.items():
        for width in WIDTHS:
            for theme in THEMES:
                print(camera.take(name, url, width=width, height=height, theme=theme), flush=True)


def _call(url: str, key: str, method: str, path: str, body: Any) -> Any:  # noqa: ANN401 - JSON
    status, answer = call(url, method, f"/api/v1/{path}", key=key, body=body)
    if status >= HTTPStatus.BAD_REQUEST:
        raise LocalStackError(f"{path} was refused: {status} {reason(answer)}")
    return answer["data"]


def _post(url: str, body: Any) -> None:  # noqa: ANN401 - JSON
    base, _, path = url.partition("/i/")
    call(base, "POST", f"/i/{path}", key="", body=body)


def _of_storm(number: int) -> Mapping[str, Any]:
    host = f"db-{number}"
    return {
        "name": f"{host}: replication is {number * 12} s behind",
        "severity": "critical" if number % 3 else "warning",
        "object": host,
        "additional_fields": {"service": "db" if number % 4 else "api", "team": "payments"},
    }


def _press(link: str, form: bytes) -> None:
    request = urllib.request.Request(link, data=form, method="POST")  # noqa: S310 - ours
    with urllib.request.urlopen(request, timeout=SECONDS):  # noqa: S310 - ours
        return


def _newest(url: str, kind: str, having: str = "") -> Mapping[str, Any] | None:
    _, messages = call(url, "GET", f"{PREFIX}.json", key="")
    found = (it for it in messages if it["kind"] == kind and having in it["text"])
    return next(found, None)


def _link_in(mail: Mapping[str, Any], part: str = "/act/") -> str:
    links = [word for word in mail["text"].split() if part in word]
    if not links:
        raise LocalStackError("The e-mail holds no link.")
    return str(links[0])


def _wait[T](ask: Callable[[], T | None]) -> T:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if (found := ask()) is not None:
            return found
        time.sleep(0.2)
    raise LocalStackError("No page came.")


if __name__ == "__main__":
    sys.exit(main())
