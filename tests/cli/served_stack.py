"""A stack's API on a port of this machine, so that the command line sends real requests."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import NamedTuple


class Served(NamedTuple):
    status: int
    body: str
    content_type: str = "application/json"


type Work = Callable[[str, str, bytes | None, Mapping[str, str]], Served]
"""Takes the method, the path with its query, the body and the headers."""


@contextmanager
def served(work: Work) -> Iterator[str]:
    """Answer requests one by one; gives the address."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            body = self.rfile.read(length) if length else None
            headers = {name.lower(): text for name, text in self.headers.items()}
            reply = work(self.command, self.path, body, headers)
            content = reply.body.encode()
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def __getattr__(self, name: str) -> Callable[[], None]:
            """Answer every method alike: the server looks for do_GET, do_POST, …"""
            if name.startswith("do_"):
                return self.answer
            raise AttributeError(name)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
