"""What the gateway alone can change on the way: long and odd bodies, paths, queries and headers.

What functions make of odd requests is said by their own tests, for all that a body may hold by
tests/functions/ingest/test_hostile_bodies.py and tests/openapi.
"""

import json
from collections.abc import Callable, Mapping
from functools import partial

import pytest

from tests.functions.ingest.hostile import NOISE, REST
from tests.stack.client import Client, Reply, Sender

ALERTS = "/api/v1/alerts"
LONG = "x" * 10_000
EIGHT_KILOBYTES = "x" * 8_192
MEBIBYTE = 1_048_576
REFUSED = {400, 401, 404, 405, 409, 413, 415, 422}
LONGEST_REFUSAL = 5_000


def expect_clear(replies: Mapping[str, Reply], *served: int) -> None:
    """Expect each to be served, or refused in the one shape that refusals have."""
    for what, reply in replies.items():
        if reply.status not in served:
            assert reply.status in REFUSED, f"{what}: {reply.status} {reply.text[:200]}"
            error = reply.json["error"]
            assert error.keys() == {"code", "message", "request_id", "details"}, what
            assert error["message"] and error["request_id"], what  # noqa: PT018 - a text and an id
            assert len(reply.text) <= LONGEST_REFUSAL, what


@pytest.fixture
def alert_id(rest: Sender, new_name: Callable[[str], str]) -> str:
    return str(rest.send(name=new_name("asked strangely"))["alert_id"])


def test_a_body_of_more_than_a_mebibyte_is_refused_and_other_bytes_arrive(
    rest: Sender, api: Client, alert_id: str
) -> None:
    posts: list[Callable[[bytes], Reply]] = [
        rest.post,
        partial(api.post, "/api/v1/events"),
        partial(api.post, f"{ALERTS}/{alert_id}/ack"),
    ]
    for post in posts:
        too_long = post(b" " * (MEBIBYTE + 1)).expect(413)

        assert too_long.error_code == "payload_too_large"
        assert post(NOISE).expect(400).error_code == "bad_request"


@pytest.mark.parametrize(
    ("output", "told"),
    [
        pytest.param("ö" * 250_000, "kept 65536 of 500000 bytes", id="500 KB of two-byte letters"),
        pytest.param("x" * (MEBIBYTE - 1_000), "kept 65536 of 1047576 bytes", id="nearly 1 MiB"),
    ],
)
def test_a_long_body_arrives_whole(
    new_integration: Callable[..., Sender], api: Client, output: str, told: str
) -> None:
    body = json.dumps({**REST, "output": output}, ensure_ascii=False).encode()

    (result,) = new_integration().post(body).expect(202).data["results"]

    assert told in " ".join(result["truncated"])
    assert api.alert(result["alert_id"])["truncated"] == result["truncated"]


QUERIES = [
    *("status=%FF%FE", "status=firing%00", "status[]=firing", "&".join(["status=firing"] * 500)),
    *("from=9999-12-31T23:59:59.999999%2B14:00", "q=%00%1B%5B2J", f"q={'a%20' * 2_000}"),
    *("q=%E2%80%AE%ED%A0%BD", "label.a.b.c=%00", "%", "%=%", "&&&===&&&", "a=1;b=2", "+++%2B"),
    *("=" * 3_000, f"unknown={'u' * 8_000}"),
]


def test_an_odd_query_is_refused_or_ignored(rest: Sender, api: Client, alert_id: str) -> None:
    for path in (ALERTS, f"{ALERTS}/{alert_id}/timeline"):
        expect_clear({query[:200]: api.get(f"{path}?{query}") for query in QUERIES}, 200)
    for query in QUERIES:
        rest.api.with_key(None).post(f"{rest.path}?{query}", {"name": "asked"}).expect(202)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"X-Unknown": EIGHT_KILOBYTES}, id="an unknown one of 8 KB"),
        pytest.param({"Authorization": f"Bearer {EIGHT_KILOBYTES}"}, id="a key of 8 KB"),
        pytest.param({"Authorization": "Bearer \xff\xfe"}, id="a key of another alphabet"),
        pytest.param({"Accept-Encoding": "gzip;q=x, *;q=-1, ;;"}, id="an odd encoding"),
        pytest.param({"User-Agent": "\xe9\xff" * 100}, id="letters of another alphabet"),
        pytest.param({"Host": "169.254.169.254"}, id="another host"),
        pytest.param({"X-Forwarded-For": "127.0.0.1, " * 500}, id="the address of another client"),
        pytest.param({"X-HTTP-Method-Override": "DELETE"}, id="another method"),
        pytest.param({"Cookie": f"a={EIGHT_KILOBYTES}"}, id="a cookie of 8 KB"),
        pytest.param({"Content-Encoding": "gzip"}, id="an encoding that the body does not have"),
    ],
)
def test_an_odd_header_is_refused_or_ignored(
    headers: Mapping[str, str], rest: Sender, api: Client, alert_id: str
) -> None:
    spelled = {name.replace("-", "_"): value for name, value in headers.items()}

    replies = {
        "intake": rest.post({"name": "odd header"}, **spelled),
        "a list": api.get(ALERTS, **spelled),
        "an action": api.post(f"{ALERTS}/{alert_id}/ack", {"note": "x"}, **spelled),
    }

    expect_clear(replies, 200, 202)


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(LONG, id="10,000 characters"),
        pytest.param("%C3%A9" * 1_600, id="letters that are escaped"),
        pytest.param("%00", id="a NUL"),
        pytest.param("%FF%FE", id="no letters"),
        pytest.param("A%23SLOT", id="a key of the table"),
        pytest.param("..", id="dots"),
        pytest.param("%0D%0ASet-Cookie:%20a=b", id="a line break"),
    ],
)
def test_an_odd_id_belongs_to_nothing(odd: str, api: Client) -> None:
    codes = {
        f"{ALERTS}/{odd}": "alert_not_found",
        f"{ALERTS}/{odd}/timeline": "alert_not_found",
        f"/api/v1/incidents/{odd}": "incident_not_found",
        f"/api/v1/integrations/{odd}": "integration_not_found",
        f"/api/v1/keys/{odd}": "key_not_found",
    }

    assert {path: api.get(path).expect(404).error_code for path in codes} == codes
    unopened = api.with_key(None).post(f"/i/{odd}", {"name": "x"})
    assert unopened.expect(404).json["error"]["details"] == []


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "HEAD", "BREW"])
def test_an_integration_url_takes_posts_only(method: str, rest: Sender, api: Client) -> None:
    reply = api.with_key(None).send(method, rest.path, {"name": "by another method"})

    assert reply.expect(405).headers["allow"] == "POST"
    assert method == "HEAD" or reply.error_code == "method_not_allowed"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", f"{ALERTS}/x", "GET, HEAD"),
        ("GET", "/api/v1/events", "POST"),
        ("BREW", "/api/v1/keys", "GET, HEAD, POST"),
        ("POST", "/health", "GET, HEAD"),
    ],
)
def test_another_method_is_refused_with_those_that_there_are(
    method: str, path: str, allowed: str, api: Client
) -> None:
    refused = api.send(method, path, None).expect(405)

    assert refused.error_code == "method_not_allowed"
    assert set(refused.headers["allow"].split(", ")) == set(allowed.split(", "))


@pytest.mark.parametrize("path", ["/api", "/api/v1", "/api/v2/alerts", "/i", "/i/", f"/{LONG}"])
def test_a_path_that_leads_nowhere_is_refused(path: str, api: Client) -> None:
    refused = api.get(path)

    expect_clear({path[:200]: refused})
    assert refused.status in {404, 405}
