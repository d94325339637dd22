"""`make console`: the console's own modules, as they lie in the repository, before a running stack.

What is changed is seen with the next load of the page: nothing is built. Whatever is no file of
the console is asked of the stack that runs on this machine, or of the one that STACK= names.
"""

import argparse
import hashlib
import os
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from functions.console.answers import ASK_FIRST, ASSETS, PAGES, File, respond
from local.ministack_gaps.gateway_answers import Answer
from local.stack.gateway import Gateway, OwnPages, RequestServed
from local.stack.places import ROOT, read_json
from local.stack.prerequisites import LocalStackError

DEFAULT_PORT: Final = 8100
SOURCE: Final = ROOT / "functions" / "console" / "src"
TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
AT_THE_ROOT: Final = {
    "/": "index.html",
    "/favicon.ico": "favicon.svg",
    "/favicon.svg": "favicon.svg",
    "/manifest.webmanifest": "manifest.webmanifest",
    "/sw.js": "sw.js",
}


class ConsoleSource:
    """The files of a folder at the addresses that they have once deployed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def find(self, address: str) -> File | None:
        """The file at an address, read anew each time; None where there is none."""
        name = AT_THE_ROOT.get(address) or address.removeprefix(ASSETS)
        path = (self._folder / name).resolve()
        if not path.is_relative_to(self._folder) or not path.is_file():
            return None
        body = path.read_bytes()
        return File(
            content_type=TYPES.get(path.suffix, "application/octet-stream"),
            cache_control=ASK_FIRST,
            tag=hashlib.sha256(body).hexdigest()[:32],
            body=body,
        )


def pages_of(find: Callable[[str], File | None]) -> OwnPages:
    """The console's answers, for a gateway; None for what is no file of the console."""

    def answer(method: str, target: str, headers: Mapping[str, str], _body: bytes) -> Answer | None:
        path = unquote(urlsplit(target).path)
        if not is_of_the_console(path):
            return None
        sent = {name.lower(): text for name, text in headers.items()}
        found = respond(method, path, sent, find)
        return Answer(found.status, list(found.headers.items()), found.body)

    return answer


def is_of_the_console(path: str) -> bool:
    return path in {*AT_THE_ROOT, PAGES} or path.startswith((ASSETS, f"{PAGES}/"))


def console_server(
    *,
    port: int,
    stack: str,
    key: str = "",
    find: Callable[[str], File | None] | None = None,
    reports: bool = False,
) -> Gateway:
    """A server of the console before a stack, not yet started.

    Args:
        port: 0 for any free one.
        stack: Address of the stack that answers all other requests.
        key: Sent along with requests that bring no credential of their own; empty for none.
        find: The console's file at an address; by default of the modules as they are.
        reports: Whether each request that the stack answered is printed.
    """
    return Gateway(
        port=port,
        target=stack,
        watcher=_report if reports else lambda _: None,
        own_pages=pages_of(find or ConsoleSource(SOURCE).find),
        added_headers={"X-API-Key": key} if key else {},
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=os.environ.get("PORT") or DEFAULT_PORT)
    parser.add_argument("--stack", default=os.environ.get("STACK", ""), help="its address")
    parser.add_argument("--key", default=os.environ.get("KEY", ""), help="an API key, or `admin`")
    arguments = parser.parse_args()
    try:
        stack, key = _stack_and_key(arguments.stack, arguments.key)
        server = console_server(port=arguments.port, stack=stack, key=key, reports=True)
    except (LocalStackError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    server.start()
    signed = "with the key of KEY=" if key else "sign in as on the stack itself, or give KEY="
    print(f"The console of {SOURCE.relative_to(ROOT)}: {server.url}\n  before {stack}; {signed}")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        server.stop()
    return 0


def _stack_and_key(stack: str, key: str) -> tuple[str, str]:
    """Of what is not given, what the running stack of this repository says.

    Raises:
        LocalStackError: None is given, and none runs.
    """
    said = read_json(ROOT / ".local" / "stack.json") or {}
    address = stack or said.get("url", "")
    if not address:
        raise LocalStackError(
            "No local stack runs: start one with `make run`, or name one: make console STACK=http://…"
        )
    return address.rstrip("/"), said.get("api_key", "") if key == "admin" else key


def _report(served: RequestServed) -> None:
    print(f"  {served.method} {served.path} {served.status} {served.milliseconds} ms", flush=True)


if __name__ == "__main__":
    sys.exit(main())
