"""Paths, queries, headers and methods that nobody should send."""

from collections.abc import Callable

import pytest

from tests.stack.client import Client, Reply, Sender
from tests.stack.hostile import expect_whole, wrong_with

ALERTS = "/api/v1/alerts"
LONG = "x" * 10_000
EIGHT_KILOBYTES = "x" * 8_192

type Wrong = dict[str, str]


def judged(replies: dict[str, Reply], *fine: int) -> Wrong:
    """What is wrong with those that were not simply served."""
    return {
        what: found
        for what, reply in replies.items()
        if reply.status not in fine and (found := wrong_with(reply))
    }


QUERIES = [
    "status=%FF%FE",
    "status=%00",
    "status=firing%00",
    "status[]=firing",
    "status=__proto__",
    "status=,,,",
    "status=firing,firing,FIRING",
    "&".join(["status=firing"] * 500),
    "severity=" + "%F0%9F%98%80" * 500,
    *(f"limit={limit}" for limit in ("0", "-1", "1e9", "1.5", "9" * 5_000, "%D9%A1", "true", "")),
    *(f"cursor={cursor}" for cursor in ("x", "%00", "e30", "W10", "bnVsbA", "%3D%3D", "x" * 5_000)),
    *(f"from={at}" for at in ("yesterday", "9" * 400, "2026-13-45T99:99:99Z", "0001-01-01", "-1")),
    "from=9999-12-31T23:59:59.999999%2B14:00&to=0001-01-01T00:00:00-14:00",
    "q=%00%1B%5B2J",
    f"q={'a%20' * 2_000}",
    "q=%E2%80%AE%ED%A0%BD",
    "sort=;DROP%20TABLE",
    "snoozed=maybe",
    "label.=x",
    "label.a.b.c=%00",
    f"label.{'n' * 5_000}=v",
    "dedup_key=" + "k" * 5_000,
    "integration=../../etc/passwd",
    "%",
    "%=%",
    "&&&===&&&",
    "a=1;b=2",
    "=" * 3_000,
    "+++%2B",
    "__class__=x&constructor=y",
    f"unknown={'u' * 8_000}",
]


@pytest.mark.parametrize(
    "path", [ALERTS, "/api/v1/incidents", "/api/v1/integrations", "/api/v1/keys"]
)
def test_a_query_that_makes_no_sense_is_refused_or_ignored(path: str, api: Client) -> None:
    replies = {query[:200]: api.get(f"{path}?{query}") for query in QUERIES}

    assert judged(replies, 200) == {}


def test_a_query_on_one_alert_is_refused_or_ignored(rest: Sender, api: Client) -> None:
    alert_id = rest.send(name="asked strangely")["alert_id"]

    replies = {
        f"{below} {query[:200]}": api.get(f"{ALERTS}/{alert_id}{below}?{query}")
        for query in QUERIES
        for below in ("", "/timeline")
    }

    assert judged(replies, 200) == {}


def test_a_query_on_an_integration_url_changes_nothing(rest: Sender, api: Client) -> None:
    anybody = api.with_key(None)
    statuses = {
        anybody.post(f"{rest.path}?{query}", {"name": "asked strangely"}).status
        for query in QUERIES
    }

    assert statuses == {202}


HEADERS: dict[str, dict[str, str]] = {
    "an unknown one of 8 KB": {"X-Whatever": EIGHT_KILOBYTES},
    "a type of 8 KB": {"Content-Type": EIGHT_KILOBYTES},
    "no type that there is": {"Content-Type": ";;;=,\t/"},
    "a type of another time": {"Content-Type": "application/json; charset=utf-7"},
    "an Idempotency-Key of 8 KB": {"Idempotency-Key": EIGHT_KILOBYTES},
    "an empty Idempotency-Key": {"Idempotency-Key": ""},
    "a strange Idempotency-Key": {"Idempotency-Key": "\xff\xfe ../%00"},
    "an encoding of 8 KB": {"Accept-Encoding": EIGHT_KILOBYTES},
    "a strange encoding": {"Accept-Encoding": "gzip;q=x, *;q=-1, ;;"},
    "letters of another alphabet": {"User-Agent": "\xe9\xff" * 100},
    "another host": {"Host": "169.254.169.254"},
    "somebody else's address": {"X-Forwarded-For": "127.0.0.1, " * 500},
    "another method": {"X-HTTP-Method-Override": "DELETE"},
    "a cookie of 8 KB": {"Cookie": f"a={EIGHT_KILOBYTES}"},
    "a compressed body that is none": {"Content-Encoding": "gzip"},
}


@pytest.mark.parametrize("what", HEADERS)
def test_strange_headers_are_refused_or_ignored(
    what: str, api: Client, new_integration: Callable[..., Sender]
) -> None:
    sender = new_integration()
    headers = {name.replace("-", "_"): value for name, value in HEADERS[what].items()}
    alert_id = sender.send(name="strange headers")["alert_id"]

    replies = {
        "intake": sender.post({"name": "strange headers"}, **headers),
        "a list": api.get(f"{ALERTS}?integration={sender.name}", **headers),
        "an action": api.post(f"{ALERTS}/{alert_id}/ack", {"note": "x"}, **headers),
        "an event": api.post("/api/v1/events", {"event_action": "trigger"}, **headers),
    }

    assert judged(replies, 200, 202) == {}
    assert len(expect_whole(api, sender.name)) == 1


@pytest.mark.parametrize(
    "credential",
    [
        pytest.param({"Authorization": f"Bearer {EIGHT_KILOBYTES}"}, id="a key of 8 KB"),
        pytest.param({"Authorization": "Bearer"}, id="no key"),
        pytest.param({"Authorization": "Bearer \xff\xfe"}, id="a key of strange letters"),
        pytest.param({"Authorization": "Basic dXNlcjpwYXNz"}, id="name and password"),
        pytest.param({"Authorization": EIGHT_KILOBYTES}, id="8 KB of nothing"),
        pytest.param({"X_API_Key": EIGHT_KILOBYTES}, id="another header of 8 KB"),
        pytest.param({"X_API_Key": ""}, id="an empty one"),
    ],
)
def test_a_strange_credential_is_no_credential(credential: dict[str, str], api: Client) -> None:
    anybody = api.with_key(None)

    replies = [anybody.get(ALERTS, **credential), anybody.post("/api/v1/events", {}, **credential)]

    for reply in replies:
        assert reply.expect(401).error_code == "unauthorized"
        assert reply.headers["www-authenticate"] == "Bearer"
        assert len(reply.text) < 1_000


IDS = {
    "10,000 characters": LONG,
    "10,000 letters that are escaped": "%C3%A9" * 1_600,
    "a NUL": "%00",
    "no letters": "%FF%FE",
    "a key of the table": "A%23SLOT",
    "dots": "..",
    "an expression": "$%7Bjndi:ldap:x%7D",
    "a negative number": "-1",
    "a line break": "%0D%0ASet-Cookie:%20a=b",
    "zeros": "0" * 26,
    "the last id there is": "7" + "Z" * 25,
    "an id beyond": "8" + "Z" * 25,
}


@pytest.mark.parametrize("what", IDS)
def test_a_strange_id_belongs_to_nothing(what: str, api: Client) -> None:
    strange = IDS[what]
    codes = {
        f"{ALERTS}/{strange}": "alert_not_found",
        f"{ALERTS}/{strange}/timeline": "alert_not_found",
        f"/api/v1/incidents/{strange}": "incident_not_found",
        f"/api/v1/integrations/{strange}": "integration_not_found",
        f"/api/v1/keys/{strange}": "key_not_found",
    }

    answered = {path: api.get(path).expect(404).error_code for path in codes}
    unopened = api.with_key(None).post(f"/i/{strange}", {"name": "x"})

    assert answered == codes
    assert unopened.expect(404).json["error"]["details"] == []


@pytest.mark.parametrize("name", [LONG, "UPPER", "a_b", "a%20b", "%00", "%C3%A9", "-" * 65])
def test_a_strange_name_for_an_integration_is_refused(name: str, api: Client) -> None:
    refused = api.put(f"/api/v1/integrations/{name}", {"type": "rest"}).expect(422)

    assert refused.error_code == "invalid_request"
    assert len(refused.text) < 1_000


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "HEAD", "BREW"])
def test_an_integration_url_takes_posts_only(method: str, rest: Sender, api: Client) -> None:
    reply = api.with_key(None).send(method, rest.path, {"name": "by another method"})

    assert reply.expect(405).headers["allow"] == "POST"
    assert method == "HEAD" or reply.error_code == "method_not_allowed"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", ALERTS, "GET, HEAD"),
        ("DELETE", f"{ALERTS}/x", "GET, HEAD"),
        ("GET", f"{ALERTS}/x/ack", "POST"),
        ("GET", "/api/v1/events", "POST"),
        ("PUT", "/api/v1/events", "POST"),
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


@pytest.mark.parametrize(
    "path", ["/", "/api", "/api/v1", "/api/v2/alerts", "/i", "/i/", f"/{LONG}"]
)
def test_where_nothing_is_nothing_is_found(path: str, api: Client) -> None:
    refused = api.get(path)

    assert wrong_with(refused) is None
    assert refused.status in {404, 405}
