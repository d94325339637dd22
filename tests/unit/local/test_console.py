"""The console's own modules before a running stack."""

import http.client
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest

from functions.console.answers import POLICY
from local.console import ConsoleSource, console_server

pytestmark = pytest.mark.loopback


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "src"
    (folder / "core").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Tocsin</title>")
    (folder / "core" / "view.js").write_text("export const a = 1;\n")
    (folder / "sw.js").write_text("// nothing\n")
    (tmp_path / "secret.txt").write_text("not of the console")
    return folder


@pytest.fixture
def stack() -> Iterator[str]:
    """Stands for the running stack: answers what it was asked, and with which key."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(
                {
                    "path": self.path,
                    "key": self.headers.get_all("X-API-Key"),
                    "authorization": self.headers["Authorization"],
                }
            ).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def console(source: Path, stack: str) -> Iterator[str]:
    server = console_server(port=0, stack=stack, key="one-key", find=ConsoleSource(source).find)
    server.start()
    yield server.url
    server.stop()


def get(url: str, path: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
    connection.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


@pytest.mark.parametrize(
    "path", ["/", "/?status=firing", "/console", "/console/alerts/01", "/console/set-up/users/a"]
)
def test_each_address_of_a_page_shows_the_one_document(console: str, path: str) -> None:
    answer, body = get(console, path)

    assert answer.status == 200
    assert body.startswith(b"<!doctype html>")
    assert answer.headers["Content-Security-Policy"] == POLICY


def test_modules_are_served_as_they_lie_there_and_as_they_are_now(
    console: str, source: Path
) -> None:
    answer, body = get(console, "/assets/core/view.js")
    assert body == b"export const a = 1;\n"
    assert answer.headers["Content-Type"].startswith("text/javascript")

    (source / "core" / "view.js").write_text("export const a = 2;\n")
    answer, body = get(console, "/assets/core/view.js", if_none_match=answer.headers["ETag"])
    assert (answer.status, body) == (200, b"export const a = 2;\n")


def test_the_service_worker_may_serve_every_address(console: str) -> None:
    answer, _ = get(console, "/sw.js")

    assert answer.headers["Service-Worker-Allowed"] == "/"


@pytest.mark.parametrize("path", ["/assets/../../secret.txt", "/assets/%2e%2e/%2e%2e/secret.txt"])
def test_nothing_beside_the_console_is_served(console: str, path: str) -> None:
    answer, body = get(console, path)

    assert b"not of the console" not in body
    assert answer.status == 404


@pytest.mark.parametrize("path", ["/api/v1/me", "/alerts", "/docs", "/session/doors"])
def test_all_else_is_asked_of_the_stack_with_the_key(console: str, path: str) -> None:
    _, body = get(console, path)

    assert json.loads(body) == {"path": path, "key": ["one-key"], "authorization": None}


def test_a_credential_of_the_request_is_left_alone(console: str) -> None:
    _, body = get(console, "/api/v1/me", authorization="Bearer other")

    assert json.loads(body)["key"] is None
    assert json.loads(body)["authorization"] == "Bearer other"


def test_a_folder_is_no_file(source: Path) -> None:
    assert ConsoleSource(source).find("/assets/core") is None
