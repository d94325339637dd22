"""Each role may do with the table what its function does there, and nothing that it never does."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest

from tests.aws_calls import calls_of
from tests.conftest import TABLE_NAME
from tests.faults.runs import tell
from tests.faults.stories import STORIES
from tests.functions.whole_stack import (
    ADMIN_KEY,
    LINK_KEY,
    PREFIX,
    PUBLIC_URL,
    WholeStack,
    unavailable,
    whole_stack,
)
from tests.role_oracle import RECORD, Right, Statement, statements
from tocsin.adapters.dynamodb.notifications.digest_repository import (
    IDS_IN_AN_ITEM,
    DynamoDBDigests,
)
from tocsin.domain.digest import Digest, DigestId
from tocsin.domain.ids import AlertId, Fingerprint, WriteId, ulid
from tocsin.domain.link import LinkAction, LinkSigner, read_link_key
from tocsin.domain.people import ContactMethod, User
from tocsin.domain.severity import Severity
from tocsin.domain.sign_in import SignInSigner
from tocsin.domain.verification import VerificationSigner

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

CONFIGURATION: dict[str, dict[str, Any]] = {
    "channels/console": {"type": "console"},
    "channels/hook": {"type": "webhook", "url": "https://hooks.example.com/tocsin"},
    "channels/slack": {"type": "slack", "channel": "C1", "secret": f"{PREFIX}/slack"},
    "users/alice": {
        "email": "alice@example.com",
        "slack_id": "U1",
        "notify": [{"by": "email"}],
    },
    "users/bob": {"email": "bob@example.com"},
    "schedules/primary": {
        "layers": [{"rotation": "daily", "start": "2026-01-05", "users": ["alice", "bob"]}]
    },
    "escalation-policies/default": {
        "steps": [{"targets": [{"user": "alice"}, {"channel": "hook"}], "delay": "5m"}]
    },
    "routes/default": {"escalation_policy": "default"},
    "integrations/rest": {"type": "rest"},
    "integrations/genie": {"type": "opsgenie"},
    "integrations/alerta": {"type": "alerta"},
    "integrations/prometheus": {"type": "alertmanager"},
    "heartbeats/backup": {"period": "24h", "integrations": ["genie", "alerta"]},
    "silences/other": {"match": ['name="other"'], "duration": "1h", "reason": "Known"},
    "maintenance-windows/other": {"match": ['name="other"'], "duration": "1h", "reason": "Deploy"},
}
LARGE_ANSWER = "an answer of more than 350 KB lies in parts: tests/contract/test_answers.py"
GATHERING = "several steps begin together while a digest gathers: tests/scenarios/test_storms.py"
POLICY_GONE = (
    "the policy of an alert was removed on its way: tests/scenarios/test_edited_policies.py"
)
DEVICE_GONE = "a push service says that a device is gone: tests/functions/notifier/test_push.py"
MANY_ALERTS = [{"labels": {"alertname": "Many"}}] * 40
"""As many as are taken in by several threads; one after the other, as they are one condition."""
SILENCE = {
    "matchers": [{"name": "alertname", "value": "Other", "isRegex": False}],
    "startsAt": datetime.now(UTC).isoformat(),
    "endsAt": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
    "createdBy": "carol",
    "comment": "Known",
}
BIG = {
    "details": {
        f"detail-{number}": chr(0x4E00 + number * 7919 % 20_000) * 300 for number in range(40)
    }
}
"""Does not fit into the item of its alert."""


@pytest.fixture(scope="module")
def used(template: dict[str, Any]) -> set[tuple[str, Right]]:
    """What the functions ask for in all stories, and nothing else before them."""
    before, RECORD.used = RECORD.used, set()
    for story in STORIES:
        tell(story, template)
    used, RECORD.used = RECORD.used, before
    return used


@pytest.fixture
def stack(table: "Table") -> Iterator[WholeStack]:  # noqa: ARG001 - must exist first
    with whole_stack() as stack:
        yield stack


def configure(stack: WholeStack) -> Mapping[str, str]:
    """Make one of everything, read it and change it; the paths of the URLs that were told."""
    paths: dict[str, str] = {}
    for name, body in CONFIGURATION.items():
        made = stack.api("PUT", f"/api/v1/{name}", body)
        assert made.status == 201, made.body
        if url := made.data.get("url"):
            paths[name] = url.removeprefix(PUBLIC_URL)
    for name, body in CONFIGURATION.items():
        kind, _, _ = name.partition("/")
        for method, path, sent in (
            ("GET", kind, None),
            ("GET", name, None),
            ("PUT", name, body),
            ("PATCH", name, {}),
        ):
            assert stack.api(method, f"/api/v1/{path}", sent).status == 200, (method, path)
    for method in ("GET", "PUT", "PATCH"):
        assert stack.api(method, "/api/v1/settings", {}).status == 200, method
    for path in ("storm", "changes", "activity?kind=user"):
        assert stack.api("GET", f"/api/v1/{path}").status == 200, path
    return paths


def send_all_kinds(stack: WholeStack, paths: Mapping[str, str]) -> list[str]:
    """Let tools send, and other products' clients ask; the ids of alerts of the first."""
    rest, genie, alerta = (paths[f"integrations/{it}"] for it in ("rest", "genie", "alerta"))
    first = {"name": "Disk full", "dedup_key": "disk", "severity": "critical"}
    opened = [
        stack.send("POST", rest, {**first, "dedup_key": key}).data["results"][0]["alert_id"]
        for key in ("disk", "queue", "load", "fan")
    ]
    answers = [
        stack.send("POST", rest, first),
        stack.send("POST", rest, [{**first, "dedup_key": f"{it}"} for it in range(40)]),
        stack.send("POST", rest, {**first, "severity": "ok"}),
        stack.send("POST", rest, first),
        stack.send("POST", f"{paths['heartbeats/backup']}"),
        stack.send("POST", f"{genie}/v2/alerts", {"message": "m", "alias": "a"}),
        stack.send("POST", f"{genie}/v2/alerts", {"message": "m", "alias": "big", **BIG}),
        *(
            stack.send("POST", f"{genie}/v2/alerts/a/{action}?identifierType=alias", {"note": "n"})
            for action in ("notes", "acknowledge", "unacknowledge", "close")
        ),
        *(
            stack.send("GET", f"{genie}/v2/alerts{path}")
            for path in (
                "",
                "?query=status%3Aclosed",
                "/count",
                "/a?identifierType=alias",
                "/a/notes?identifierType=alias",
            )
        ),
        stack.send("GET", f"{genie}/v2/heartbeats/backup/ping"),
        stack.send("GET", f"{genie}/v2/heartbeats"),
        stack.send(
            "POST",
            f"{alerta}/alert",
            {"event": "Down", "resource": "web", "environment": "Production", "severity": "major"},
        ),
        stack.send("GET", f"{alerta}/alerts"),
        stack.send("POST", f"{alerta}/heartbeat?name=backup", {"state": "fail"}),
        stack.send("GET", f"{paths['integrations/prometheus']}/api/v2/alerts"),
        stack.send("POST", f"{paths['integrations/prometheus']}/api/v2/silences", SILENCE),
    ]
    assert not [it for it in answers if it.status >= 300]
    many = f"{paths['integrations/prometheus']}/api/v2/alerts"
    with unavailable("UpdateItem", after=20):
        broken_off = stack.send("POST", many, MANY_ALERTS)
    went_on = stack.send("POST", many, MANY_ALERTS)
    assert (broken_off.status, went_on.status) == (503, 200)
    return opened


def send_by_key(stack: WholeStack) -> None:
    made = stack.api("POST", "/api/v1/keys", {"name": "ci", "scopes": ["events", "config:read"]})
    assert made.status == 201, made.body
    key = {"authorization": f"Bearer {made.data['key']}"}
    event = {"event_action": "trigger", "payload": {"summary": "Deploy failed", "source": "ci"}}
    for _ in range(2):
        taken = stack.send("POST", "/api/v1/events", event, **key, idempotency_key="once")
        assert taken.status == 202, taken.body
    tried = stack.send("POST", "/api/v1/integrations/rest/try", {"name": "n"}, **key)
    assert tried.status == 200, tried.body


def work_on(stack: WholeStack, ids: list[str]) -> None:
    """Do over the API all that can be done with alerts and incidents."""
    first, second, third = (f"/api/v1/alerts/{it}" for it in ids[:3])
    requests: list[tuple[str, str, object]] = [
        ("POST", f"{second}/ack", {}),
        ("POST", f"{second}/unack", {}),
        ("POST", f"{second}/snooze", {"duration": "1h"}),
        ("POST", f"{second}/unsnooze", {}),
        ("POST", f"{second}/notes", {"note": "looking"}),
        ("POST", f"{third}/resolve", {}),
        ("POST", "/api/v1/alerts/bulk", {"action": "ack", "ids": ids[:2]}),
        *(("GET", f"{second}{path}", None) for path in ("", "/timeline", "/raw", "/notifications")),
        ("GET", first, None),
        ("GET", "/api/v1/alerts?limit=1", None),
        ("GET", "/api/v1/alerts?status=firing", None),
        ("GET", "/api/v1/me", None),
        ("GET", "/api/v1/incidents", None),
        ("GET", "/api/v1/channels/console", None),
        ("GET", "/api/v1/reachability", None),
        ("POST", "/api/v1/users/alice/test", {}),
        ("POST", "/api/v1/channels/console/test", {}),
    ]
    for method, path, body in requests:
        answer = stack.api(method, path, body)
        assert answer.status < 300, (method, path, answer.body)
    with unavailable("UpdateItem"):
        later = stack.api("POST", f"{second}/resolve", {}, idempotency_key="later")
    assert later.status == 503
    opened = stack.api("POST", f"{second}/create-incident", {}, idempotency_key="incident")
    again = stack.api("POST", f"{second}/create-incident", {}, idempotency_key="incident")
    assert (opened.status, again.status) == (201, 201), (opened.body, again.body)
    incident = f"/api/v1/incidents/{opened.data['id']}"
    for method, path, body in (
        ("POST", f"{incident}/alerts", {"alert_ids": ids[:1]}),
        ("POST", f"{incident}/updates", {"message": "found"}),
        ("PATCH", incident, {"title": "Queue"}),
        ("GET", incident, None),
        ("POST", f"{incident}/resolve", {"resolve_alerts": True}),
        ("GET", "/api/v1/incidents", None),
    ):
        answer = stack.api(method, path, body)
        assert answer.status < 300, (method, path, answer.body)


def act_from_notifications(stack: WholeStack, ids: list[str]) -> None:
    signer = LinkSigner(read_link_key(stack.secret(LINK_KEY)), PUBLIC_URL)
    for number, press in enumerate((press_link, press_button)):
        token = signer.token(
            LinkAction.ACKNOWLEDGE, AlertId(ids[-1 - number]), by="alice", at=datetime.now(UTC)
        )
        press(stack, token)


def look_at_a_digest(stack: WholeStack, ids: list[str]) -> None:
    """Over the API and by its link; so long a one that not all its ids are in its item."""
    unknown = (Fingerprint(f"{number:016}") for number in range(IDS_IN_AN_ITEM))
    at = datetime.now(UTC)
    digest = Digest(
        digest_id=DigestId(ulid(at, Fingerprint("0" * 16))),
        target="user:alice",
        channel="email",
        frozen_at=at,
        alert_ids=(AlertId(ids[1]), *(AlertId(ulid(at, it)) for it in unknown)),
        severity=Severity.CRITICAL,
    )
    call = calls_of(boto3.client("dynamodb"))
    DynamoDBDigests(call, TABLE_NAME, timedelta(days=90)).freeze(digest, write_id=WriteId("w"))
    signer = LinkSigner(read_link_key(stack.secret(LINK_KEY)), PUBLIC_URL)
    token = signer.token(LinkAction.DIGEST, AlertId(digest.digest_id), by="alice", at=at)

    assert stack.api("GET", f"/api/v1/digests/{digest.digest_id}").status == 200
    assert stack.look(token) == 200
    assert stack.act(token, "acknowledge") == 303
    assert stack.api("GET", f"/api/v1/alerts/{ids[1]}").data["status"] == "acknowledged"


def be_awake(stack: WholeStack, ids: list[str]) -> None:
    signer = LinkSigner(read_link_key(stack.secret(LINK_KEY)), PUBLIC_URL)
    token = signer.token(LinkAction.AWAKE, AlertId(ids[1]), by="alice", at=datetime.now(UTC))
    assert stack.look(token) == 200
    assert stack.act(token, "awake:1h") == 303
    assert len(stack.api("GET", "/api/v1/awake").data) == 1
    assert stack.act(token, "asleep") == 303


def change_shifts(stack: WholeStack) -> None:
    """Take a shift, swap two by a link, and read the calendar of it all."""
    primary = "/api/v1/schedules/primary"
    coming = stack.api("GET", f"{primary}/shifts").data[2:4]
    spans = {it["people"][0]: {"from": it["from"], "to": it["to"]} for it in coming}
    asked = stack.api(
        "POST",
        f"{primary}/swaps",
        {"user": "alice", "with": "bob", "gives": spans["alice"], "takes": spans["bob"]},
    )
    assert asked.status == 201, asked.body
    signer = LinkSigner(read_link_key(stack.secret(LINK_KEY)), PUBLIC_URL)
    swap = AlertId(asked.data["id"])
    token = signer.token(LinkAction.SWAP, swap, by="bob", at=datetime.now(UTC))
    assert stack.look(token) == 200
    assert stack.act(token, "accept") == 303
    taker = coming[1]["people"][0]
    assert stack.api("POST", f"{primary}/take", {"user": taker}).status in {201, 409}
    for path in (f"{primary}/feed", "/api/v1/users/bob/feed"):
        url = stack.api("POST", path).data["url"]
        assert "BEGIN:VEVENT" in stack.calendar(url).body
        assert stack.api("DELETE", path).status == 204
        assert stack.calendar(url).status == 404
    assert stack.api("GET", "/api/v1/on-call").status == 200


def verify_an_address(stack: WholeStack) -> None:
    signer = VerificationSigner(read_link_key(stack.secret(LINK_KEY)), PUBLIC_URL)
    alice = User(name="alice", email="alice@example.com")
    url = signer.url(alice, ContactMethod.EMAIL, at=datetime.now(UTC))
    assert url is not None
    assert [stack.verify(url, case=case) for case in ("look", "act")] == [200, 200]
    verified = stack.api("GET", "/api/v1/users/alice").data["verified"]
    assert verified == {"email": True, "slack": False}


def sign_in(stack: WholeStack, monkeypatch: pytest.MonkeyPatch) -> None:
    """By each door, and out; a session that is used, listed and ended."""
    by_key = stack.door("POST", "/session", {"api_key": stack.secret(ADMIN_KEY)})
    (cookie,) = by_key.cookies
    monkeypatch.setattr("tocsin.domain.session.USE_RESOLUTION", timedelta(0))
    for path in ("me", "sessions"):
        assert stack.signed_in("alerts_api", "GET", f"/api/v1/{path}", cookie).status == 200
    tried = "/api/v1/integrations/rest/try"
    assert stack.signed_in("ingest", "POST", tried, cookie, {"name": "Disk full"}).status < 500
    assert stack.door("GET", "/session/doors").data["slack"] is True
    assert stack.door("POST", "/session/link", {"email": "alice@example.com"}).status == 202
    signer = SignInSigner(read_link_key(stack.secret(LINK_KEY)), PUBLIC_URL)
    alice = User(name="alice", email="alice@example.com")
    asked_at = datetime.now(UTC)
    link_id = ulid(asked_at, Fingerprint("0" * 16))
    url = signer.url(link_id, alice, ContactMethod.EMAIL, asked_at=asked_at)
    opened = stack.door("POST", "/session/link/confirm", {"token": url.partition("#")[2]})
    assert opened.status == 204, opened.body
    assert stack.signed_in("alerts_api", "GET", "/api/v1/me", opened.cookies[0]).status == 200
    (other,) = [
        it["id"]
        for it in stack.signed_in("alerts_api", "GET", "/api/v1/sessions", cookie).data
        if it["user"] == "alice"
    ]
    ended = stack.signed_in("alerts_api", "DELETE", f"/api/v1/sessions/{other}", cookie)
    assert ended.status == 204
    go_to_the_provider(stack, monkeypatch)
    assert stack.door("DELETE", "/session", cookie=cookie).status == 204
    told = stack.api("GET", "/api/v1/activity?kind=session").data
    assert sorted((it["action"], it["by"] == "alice", it["via"]) for it in told) == [
        *(("created", False, "console"), ("created", True, "console")),
        *(("deleted", False, "console"), ("deleted", False, "console")),
    ]


def go_to_the_provider(stack: WholeStack, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(*_: object) -> Mapping[str, Any]:
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        return {"issuer": "https://login.example.com"} | dict.fromkeys(names, "https://x.example")

    app = stack.apps["session"]
    monkeypatch.setattr(app, "ports", replace(app.ports, fetch=lambda: fetch))
    left = stack.door("GET", "/session/oidc")
    state = parse_qs(urlsplit(left.headers["location"]).query)["state"][0]
    back = stack.door("GET", f"/session/oidc/callback?code=1&state={state}", cookie=left.cookies[0])
    assert back.headers["location"] == "/console/sign-in?problem=refused"


def press_link(stack: WholeStack, token: str) -> None:
    assert stack.look(token) == 200
    assert stack.look("7HQ2K9XW4MBT") == 404
    with unavailable("UpdateItem"):
        assert stack.act(token, "acknowledge") == 503
    for _ in range(2):
        assert stack.act(token, "acknowledge") == 303
    assert stack.look(token) == 200


def press_button(stack: WholeStack, token: str) -> None:
    secret = json.dumps({"bot_token": "xoxb-1", "signing_secret": "signs"})
    boto3.client("ssm").put_parameter(
        Name=f"{PREFIX}/slack", Value=secret, Type="SecureString", Overwrite=True
    )
    assert stack.click(token, "slack", "signs") == 200


def deploy_files(stack: WholeStack) -> None:
    """A whole file, one with another rotation, and one without anything."""
    everything = dict.fromkeys(
        (
            *("settings", "users", "channels", "schedules", "escalation_policies"),
            *("integrations", "heartbeats", "routes", "maintenance_windows"),
        ),
    )
    assert stack.deploy_file("one") == "SUCCESS"
    assert stack.deploy_file("two", schedules=[OTHER_ROTATION]) == "SUCCESS"
    assert stack.deploy_file("three", **everything) == "SUCCESS"


OTHER_ROTATION: Mapping[str, Any] = {
    "name": "filed",
    "time_zone": "Europe/Berlin",
    "layers": [
        {
            "rotation": "daily",
            "handoff": "09:00",
            "start": "2026-01-05",
            "users": ["second", "filed"],
        }
    ],
}


def remove_all(stack: WholeStack) -> None:
    key = stack.api("POST", "/api/v1/keys", {"name": "script", "scopes": ["admin"]})
    assert key.status == 201, key.body
    one = f"/api/v1/keys/{key.data['id']}"
    for method, path, body in (
        ("GET", "/api/v1/keys", None),
        ("GET", one, None),
        ("PATCH", one, {"name": "other"}),
        ("DELETE", one, None),
        ("POST", "/api/v1/integrations/rest/rotate", {}),
        *(("DELETE", f"/api/v1/{name}", None) for name in reversed(CONFIGURATION)),
    ):
        answer = stack.api(method, path, body)
        assert answer.status < 300, (method, path, answer.body)


UNUSED: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("AlertsApiRole", "Query"): {"I#*": LARGE_ANSWER},
    ("IngestRole", "Query"): {"I#*": LARGE_ANSWER},
    ("NotifierRole", "UpdateItem"): {"C#user": DEVICE_GONE},
    ("TableChangeRole", "GetItem"): {"C#integration": POLICY_GONE},
    ("TableChangeRole", "UpdateItem"): {"G#*": GATHERING},
    ("TickRole", "GetItem"): {"C#integration": POLICY_GONE},
}
"""Partitions that a role needs where no test gets on real items, each with the reason."""


def test_no_role_may_do_what_its_function_never_does(
    stack: WholeStack, used: set[tuple[str, Right]]
) -> None:
    used = used | go_through_all(stack)

    unused = defaultdict[tuple[str, str], set[str]](set)
    for role, statement, action in allowed_actions():
        for pattern in patterns_of(statement):
            if not any(is_use(it, role, action, statement, pattern) for it in used):
                unused[role, action].add(pattern)
    assert dict(unused) == {right: set(patterns) for right, patterns in UNUSED.items()}


def go_through_all(stack: WholeStack) -> set[tuple[str, Right]]:
    """Everything that the functions do that answer requests; what they asked for."""
    before, RECORD.used = RECORD.used, set()
    stack.custom_resource("create")
    stack.custom_resource("create_link_key")
    stack.custom_resource("create_push_key")
    paths = configure(stack)
    ids = send_all_kinds(stack, paths)
    send_by_key(stack)
    act_from_notifications(stack, ids)
    look_at_a_digest(stack, ids)
    be_awake(stack, ids)
    change_shifts(stack)
    verify_an_address(stack)
    with pytest.MonkeyPatch.context() as patch:
        sign_in(stack, patch)
    work_on(stack, ids)
    remove_all(stack)
    for change in ("create_owner", "update_owner"):
        stack.custom_resource(change)
    stack.custom_resource("update")
    stack.custom_resource("delete")
    deploy_files(stack)
    used, RECORD.used = RECORD.used, before | RECORD.used
    return used


def allowed_actions() -> Iterator[tuple[str, Statement, str]]:
    for role, given in statements().items():
        for statement in given:
            if not statement.is_deny and statement.resources != ("Table.StreamArn",):
                for action in sorted(statement.actions):
                    yield role, statement, action.removeprefix("dynamodb:")


def patterns_of(statement: Statement) -> tuple[str, ...]:
    return statement.partitions or ("*",)


def is_use(
    use: tuple[str, Right], role: str, action: str, statement: Statement, pattern: str
) -> bool:
    asking, right = use
    return (
        (asking, right.action) == (role, action)
        and right.resource in statement.resources
        and any(fnmatchcase(it, pattern) for it in right.partitions)
    )
