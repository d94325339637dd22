"""PagerDuty's Events API v2, as its clients send to it and as it answers."""

import gzip
import json
import time
from typing import Any

import pytest

from tests.functions.ingest.gateway import TOKEN, Gateway, raising
from tests.functions.ingest.test_answering import lines_of
from tests.sender_states import wire
from tests.wire import sample
from tocsin.domain.alert import AlertStatus

PATH = "/v2/enqueue"
BELOW = f"/i/{TOKEN}/v2/enqueue"
TRIGGER = wire("pagerduty-docs/v2-trigger")


def event(**members: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    return {**TRIGGER, "routing_key": TOKEN, "dedup_key": "db-1/disk", **members}


@pytest.mark.parametrize("path", [PATH, f"{PATH}/", BELOW, f"{BELOW}/"])
def test_an_alert_lives_by_its_clients_events(rest: Gateway, path: str) -> None:
    fired, acknowledged, resolved = (
        rest.replay(sample(f"pagerduty-python/{case}"), path=path)
        for case in ("trigger-full", "acknowledge", "resolve")
    )

    for reply in (fired, acknowledged, resolved):
        assert reply.status == 202
        assert reply.json == {
            "status": "success",
            "message": "Event processed",
            "dedup_key": "db-1/disk",
        }
    assert rest.only_alert.status is AlertStatus.RESOLVED
    assert rest.only_alert.acknowledged_by == "integration:prod"


def test_a_trigger_without_a_key_is_answered_with_one_that_resolves_it(rest: Gateway) -> None:
    fired = rest.replay(sample("pagerduty-python/trigger-no-dedup-key"))
    key = fired.json["dedup_key"]

    rest.post(event(event_action="resolve", dedup_key=key), path=PATH)

    assert rest.only_alert.status is AlertStatus.RESOLVED


def test_a_form_that_is_json_is_read_as_json(rest: Gateway) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}

    assert rest.post(event(), path=PATH, headers=form).status == 202


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
def test_an_event_about_an_unknown_dedup_key_is_no_error(rest: Gateway, action: str) -> None:
    assert rest.post(event(event_action=action), path=PATH).status == 202
    assert rest.alerts() == []


def test_an_unknown_severity_is_no_error(rest: Gateway) -> None:
    payload = {**TRIGGER["payload"], "severity": "page-me"}

    assert rest.post(event(payload=payload), path=PATH).status == 202


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        pytest.param(b"{", 400, "Unrecognized object", id="not JSON"),
        pytest.param([event()], 400, "Unrecognized object", id="a list"),
        pytest.param(event(routing_key="0" * 32), 400, "invalid event", id="an unknown key"),
        pytest.param(event(routing_key=7), 400, "invalid event", id="a key that is no text"),
        pytest.param(event(event_action="close"), 400, "invalid event", id="an unknown action"),
        pytest.param(event(payload={}), 400, "invalid event", id="no summary"),
        pytest.param(
            event(event_action="resolve", dedup_key=None), 400, "invalid event", id="no dedup key"
        ),
        pytest.param(b" " * 1_100_000, 413, "error", id="too large"),
    ],
)
def test_a_refusal_is_spelled_as_pagerduty_does(
    rest: Gateway, body: object, status: int, words: str
) -> None:
    reply = rest.post(body, path=PATH)

    assert (reply.status, reply.json["status"]) == (status, words)
    assert reply.json["errors"]
    assert rest.alerts() == []


def test_only_posts_are_events(rest: Gateway) -> None:
    reply = rest.post(event(), path=PATH, method="GET")

    assert (reply.status, reply.headers["allow"]) == (405, "POST")


def test_below_an_unknown_token_no_body_is_read(rest: Gateway) -> None:
    reply = rest.post(b"\xff" * 2_000_000, path=f"/i/{'0' * 32}/v2/enqueue")

    assert (reply.status, reply.json["status"]) == (400, "invalid event")


def strangers() -> dict[str, tuple[bytes, str]]:
    """Bodies, and their content types, without a key."""
    part = b"--x\r\nContent-Disposition: form-data; name="
    form = "multipart/form-data; boundary=x"
    return {
        "brackets in a part's header": (part + b"a " + b"(" * 1_000 + b"\r\n\r\n{}\r\n--x--", form),
        "brackets in the request's header": (b"{", f"multipart/form-data; boundary={'(' * 900}"),
        "many parameters": (part + b"a; b=c" * 20_000 + b"\r\n\r\n{}\r\n--x--", form),
        "many parts": (b"--x\r\n\r\n" * 100_000, form),
        "encoded words": (part + b"=?utf-8?q?a?= " * 30_000 + b"\r\n\r\n{}", form),
        "parts in parts": (
            b"".join(
                b"--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" for _ in range(2_000)
            ),
            form,
        ),
        "brackets": (b"[" * 1_000_000, "application/json"),
        "many fields": (b"a=b&" * 250_000, "application/x-www-form-urlencoded"),
        "compressed zeros": (gzip.compress(b"0" * 20_000_000), "a/b"),
        "secret words": (b'{"routing_key": "' + b"token" * 200_000 + b'"}', "application/json"),
    }


@pytest.mark.parametrize(
    "path", [PATH, "/v2/change/enqueue", "/generic/2010-04-15/create_event.json"]
)
@pytest.mark.parametrize("case", strangers())
def test_a_stranger_gets_a_refusal_at_once(gateway: Gateway, path: str, case: str) -> None:
    body, content_type = strangers()[case]
    began = time.thread_time()
    reply = gateway.post(body, path=path, headers={"content-type": content_type})
    took = time.thread_time() - began

    assert 400 <= reply.status < 500
    assert took < 1


def test_a_form_of_parts_is_read_once_a_header_tells_whose_it_is(rest: Gateway) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="payload"\r\n\r\n'
    body += json.dumps(event()).encode() + b"\r\n--x--"
    headers = {"content-type": "multipart/form-data; boundary=x"}

    refused = rest.post(body, path=PATH, headers=headers)
    unknown = rest.post(body, path=PATH, headers={**headers, "x-routing-key": "0" * 32})
    taken = rest.post(body, path=PATH, headers={**headers, "x-routing-key": TOKEN})

    assert (refused.status, unknown.status, taken.status) == (400, 400, 202)


def test_a_fault_is_logged_with_where_it_came_from(
    rest: Gateway, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("functions.ingest.compat.pagerduty.read_event", raising(ZeroDivisionError))

    assert rest.post(event(), path=PATH).status == 500
    line = lines_of(capsys)[0]
    assert line["exception_name"] == "ZeroDivisionError"
    assert any("compat/pagerduty.py" in it for it in line["stack"])
