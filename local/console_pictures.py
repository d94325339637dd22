"""Pictures of the console's pages, at three widths and in both themes.

Part of `make screenshots`. For pages that are being written, of a stack that runs already:
`python -m local.console_pictures --stack http://127.0.0.1:8080 --key KEY [--only alerts]`.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from local.browser import browser
from local.stack.api_calls import call
from local.stack.places import ROOT
from local.stack.prerequisites import LocalStackError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

FOLDER: Final = ROOT / ".local" / "screenshots" / "console"
SIZES: Final = {360: 740, 768: 1024, 1440: 900}
"""Height of the window by its width, in pixels."""
THEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
PAGES: Final = {
    "alerts": "/",
    "on-call": "/console/on-call",
    "incidents": "/console/incidents",
    "incidents-resolved": "/console/incidents?status=resolved",
    "reachability": "/console/reachability",
    "set-up": "/console/set-up",
    "settings": "/console/set-up/settings",
    "new-integration": "/console/set-up/integrations?new=alertmanager",
    "activity": "/console/activity",
    "me": "/console/me",
    "phone": "/console/me/phone",
    "nothing": "/console/nowhere",
}
NOUNS: Final = (
    *("users", "channels", "integrations", "heartbeats", "escalation-policies", "routes"),
    *("schedules", "silences", "maintenance-windows", "keys"),
)
"""Of Set-up: a page each, and one for the first of each."""
SIGNED_OUT: Final = {"sign-in": "/console/sign-in"}
QUIET_SECONDS: Final = 0.6
"""After the last request: fonts, countdowns and skeletons have settled."""


def take_console(url: str, key: str, folder: Path = FOLDER, only: str = "") -> Iterator[Path]:
    """Take each page; gives the path of each picture.

    Args:
        url: Of the stack, or of the console before it.
        key: Someone who may see everything.
        folder: Where pictures go.
        only: The one page to take; empty for all.

    Raises:
        LocalStackError: There is no browser, or the key is refused.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shown = {**PAGES, **_of_one(url, key)}
    with browser() as running:
        for theme in THEMES:
            for width in SIZES:
                for pages, signs_in in ((shown, True), (SIGNED_OUT, False)):
                    context = _context(running, url, width, theme)
                    if signs_in:
                        sign_in(context, url, key)
                    for name, path in pages.items():
                        if only in {"", name}:
                            yield _take(context, path, folder / f"{name}-{width}-{theme}.png")
                    context.close()


def sign_in(context: "BrowserContext", url: str, key: str) -> None:
    """Open a session with a key.

    Raises:
        LocalStackError: It is refused.
    """
    said = context.request.post(
        f"{url}/session", data={"api_key": key}, headers={"origin": url}
    ).status
    if said != HTTPStatus.NO_CONTENT:
        raise LocalStackError(f"{url} refused the key: {said}.")


def _of_one(url: str, key: str) -> Mapping[str, str]:
    """Addresses of pages about one thing: the newest, or the first by name."""
    found = {noun: f"/console/set-up/{noun}" for noun in NOUNS}
    for noun in NOUNS:
        for first in _listed(url, key, f"{noun}?limit=1"):
            found[f"{noun}-one"] = f"/console/set-up/{noun}/{first.get('id') or first['name']}"
    for name, plural in (("alert", "alerts"), ("incident", "incidents")):
        for newest in _listed(url, key, f"{plural}?limit=1"):
            found[name] = f"/console/{plural}/{newest['id']}"
    for alert in _listed(url, key, "alerts?limit=20"):
        for page in _listed(url, key, f"alerts/{alert['id']}/notifications"):
            if page.get("bundled_into"):
                found["digest"] = f"/console/digests/{page['bundled_into']}"
                return found
    return found


def _listed(url: str, key: str, path: str) -> Sequence[Mapping[str, Any]]:
    """Raises LocalStackError: The key may not read it."""
    status, answer = call(url, "GET", f"/api/v1/{path}", key=key)
    if status != HTTPStatus.OK:
        raise LocalStackError(f"{path} was refused: {status}.")
    listed: Sequence[Mapping[str, Any]] = answer["data"]
    return listed


def _context(
    running: "Browser", url: str, width: int, theme: Literal["light", "dark"]
) -> "BrowserContext":
    return running.new_context(
        base_url=url,
        viewport={"width": width, "height": SIZES[width]},
        color_scheme=theme,
        locale="en-GB",
        timezone_id="Europe/Berlin",
        reduced_motion="reduce",
    )


def _take(context: "BrowserContext", path: str, picture: Path) -> Path:
    page = context.new_page()
    page.goto(path)
    page.locator("h1").first.wait_for()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(QUIET_SECONDS * 1000)
    page.screenshot(path=picture)
    page.close()
    return picture


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stack", required=True, help="its address")
    parser.add_argument("--key", required=True, help="an API key that may see everything")
    parser.add_argument("--only", default="", help="the one page to take")
    arguments = parser.parse_args()
    try:
        for picture in take_console(arguments.stack, arguments.key, only=arguments.only):
            print(picture, flush=True)
    except LocalStackError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
