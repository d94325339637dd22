"""What the function answers: files, compressed or plain, or that a browser has them already."""

import base64
import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from functions.console.answers import Answer, File, respond
from functions.console.join import join, write
from functions.console.site import read_site
from functions.console.to_gateway import to_gateway

FOR_EVER = "public, max-age=31536000, immutable"


@pytest.fixture
def site(source: Path, tmp_path: Path) -> Mapping[str, File]:
    write(join(source), tmp_path / "site")
    return read_site(tmp_path / "site")


def asked(
    site: Mapping[str, File], path: str, method: str = "GET", headers: Mapping[str, str] = {}
) -> Answer:
    return respond(method, path, headers, site.get)


def asset(site: Mapping[str, File], kind: str) -> str:
    (found,) = [address for address in site if address.endswith(kind) and "/app-" in address]
    return found


@pytest.mark.parametrize("path", ["/", "/console", "/console/alerts/01", "/console/a/b/c"])
def test_every_page_is_the_one_document_and_asked_for_each_time(
    site: Mapping[str, File], path: str
) -> None:
    answer = asked(site, path)

    assert (answer.status, answer.body) == (200, site["/"].body)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("kind", [".js", ".css"])
def test_a_file_with_its_hash_in_its_name_is_kept_for_ever(
    site: Mapping[str, File], kind: str
) -> None:
    assert asked(site, asset(site, kind)).headers["cache-control"] == FOR_EVER


def test_a_service_worker_is_never_kept_and_may_serve_everything(site: Mapping[str, File]) -> None:
    answer = asked(site, "/sw.js")

    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["service-worker-allowed"] == "/"
    assert answer.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize("path", ["/", "/assets", "/favicon.svg"])
@pytest.mark.parametrize("sent", [{}, {"accept-encoding": "gzip"}])
def test_a_browser_that_has_a_file_is_told_so_without_it(
    site: Mapping[str, File], path: str, sent: dict[str, str]
) -> None:
    path = asset(site, ".js") if path == "/assets" else path
    first = asked(site, path, headers=sent)
    again = asked(site, path, headers={**sent, "if-none-match": f'"x", {first.headers["etag"]}'})

    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["cache-control"] == first.headers["cache-control"]
    assert asked(site, path, headers={**sent, "if-none-match": '"x"'}).status == 200


@pytest.mark.parametrize(
    ("accepted", "is_packed"),
    [
        ("gzip", True),
        ("br, GZIP;q=0.8, deflate", True),
        ("*", True),
        ("gzip;q=0.001", True),
        ("", False),
        ("br", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip; q=0.0", False),
        ("*, gzip;q=0", False),
    ],
)
def test_a_file_goes_compressed_to_whom_takes_that(
    site: Mapping[str, File], accepted: str, *, is_packed: bool
) -> None:
    answer = asked(site, "/favicon.svg", headers={"accept-encoding": accepted})

    assert (answer.headers.get("content-encoding") == "gzip") is is_packed
    body = gzip.decompress(answer.body) if is_packed else answer.body
    assert body == site["/favicon.svg"].body
    assert answer.headers["vary"] == "accept-encoding"


def test_each_form_has_a_tag_of_its_own(site: Mapping[str, File]) -> None:
    plain = asked(site, "/favicon.svg")
    packed = asked(site, "/favicon.svg", headers={"accept-encoding": "gzip"})

    assert plain.headers["etag"] != packed.headers["etag"]


def test_a_picture_is_never_compressed(site: Mapping[str, File]) -> None:
    (icon,) = [address for address in site if address.endswith(".png")]
    answer = asked(site, icon, headers={"accept-encoding": "gzip"})

    assert "content-encoding" not in answer.headers
    assert "vary" not in answer.headers


@pytest.mark.parametrize(
    ("path", "status"), [("/", 200), ("/assets/none.js", 404), ("/sw.js", 200)]
)
def test_head_says_what_get_says_without_a_body(
    site: Mapping[str, File], path: str, status: int
) -> None:
    head, whole = asked(site, path, "HEAD"), asked(site, path)

    assert (head.status, head.body) == (status, b"")
    assert head.headers == whole.headers
    assert whole.body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_a_file_can_only_be_read(site: Mapping[str, File], method: str) -> None:
    answer = asked(site, "/", method)

    assert answer.status == 405
    assert answer.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", ["/assets/../site.json", "/consoles", "/site.json", "/assets/"])
def test_what_is_no_file_of_the_console_is_not_found(site: Mapping[str, File], path: str) -> None:
    answer = asked(site, path)

    assert answer.status == 404
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("GET", "/assets/none"), ("POST", "/"), ("HEAD", "/sw.js")]
)
def test_every_answer_carries_the_policies(
    site: Mapping[str, File], method: str, path: str
) -> None:
    headers = asked(site, path, method).headers
    policy = dict(each.split(" ", 1) for each in headers["content-security-policy"].split("; "))

    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert policy["trusted-types"] == "tocsin"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]


def test_a_gateway_is_given_bytes_in_base64(site: Mapping[str, File]) -> None:
    answer = asked(site, "/favicon.svg", headers={"accept-encoding": "gzip"})
    sent: dict[str, Any] = to_gateway(answer)

    assert sent["isBase64Encoded"] is True
    assert base64.b64decode(sent["body"]) == answer.body
    assert sent["headers"]["content-encoding"] == "gzip"
