"""The outbox keeps what comes to it, and shows each message without letting it act."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from local.ministack_gaps.gateway_answers import Answer
from local.outbox.front import OutboxFront
from local.outbox.kept_messages import LIMIT, MAILS, TEXTS, KeptMessage, Outbox
from local.outbox.pages import parts_of
from local.outbox.push_receiver import subscription
from tests.storms_in_words import SEVEN, written
from tocsin.channels.push_cipher import encrypted
from tocsin.channels.slack_digest import attachment

HOSTILE = "<script>alert(1)</script>"
MAIL = {
    "MessageId": "m-1@email.amazonses.com",
    "Source": "Tocsin <tocsin@example.com>",
    "To": ["alice@example.com"],
    "CC": [],
    "BCC": [],
    "Subject": "CRITICAL Disk full",
    "BodyText": f"Nobody has it. {HOSTILE}",
    "BodyHtml": "<h1>Disk full</h1>",
    "Timestamp": 1_000.0,
}
SMS = {
    "MessageId": "s-1",
    "Message": "CRITICAL Disk full\nhttps://x.example/s/7",
    "Timestamp": 3_000.0,
}


class Stored:
    """What the embedded AWS tells."""

    def __init__(self) -> None:
        self.is_away = False

    def __call__(self, path: str) -> Any:  # noqa: ANN401 - as ministack answers
        if self.is_away:
            raise ConnectionRefusedError
        return {
            MAILS: {"messages": {"000000000000": [MAIL]}},
            TEXTS: {"sms_messages": {"+4915112345678": [SMS]}},
        }[path]


class Front:
    """The outbox with a clock that stands, and the subscriptions that it confirmed."""

    def __init__(self, file: Path) -> None:
        self.stored = Stored()
        self.confirmed: list[tuple[str, str]] = []
        self.outbox = Outbox(file, self.stored)
        self.front = OutboxFront(
            self.outbox,
            confirm=lambda topic, token: self.confirmed.append((topic, token)),
            now=lambda: 2_000.0,
        )

    def get(self, path: str) -> str:
        answer = self.answer("GET", path)
        assert answer.status == 200, answer
        return answer.body.decode()

    def post(self, path: str, sent: object) -> Mapping[str, Any]:
        answer = self.answer("POST", path, json.dumps(sent).encode())
        told: Mapping[str, Any] = json.loads(answer.body)
        return told

    def answer(self, method: str, path: str, body: bytes = b"", **more: str) -> Answer:
        headers = {"Webhook-Id": "w-1", "Host": "127.0.0.1:8080", **more}
        answer = self.front.answer(method, path, headers, body)
        assert answer is not None
        return answer


@pytest.fixture
def front(tmp_path: Path) -> Front:
    return Front(tmp_path / "outbox.jsonl")


@pytest.mark.parametrize("path", ["/", "/api/v1/alerts", "/_outboxes", "/i/_outbox"])
def test_other_paths_are_the_api_s(front: Front, path: str) -> None:
    assert front.front.answer("GET", path, {}, b"") is None


def test_it_lists_everything_newest_first(front: Front) -> None:
    front.post("/_outbox/hooks/ops", {"type": "alert.paged"})

    messages = json.loads(front.get("/_outbox.json"))

    assert [(it["kind"], it["to"]) for it in messages] == [
        ("sms", "+4915112345678"),
        ("webhook", "ops"),
        ("e-mail", "alice@example.com"),
    ]
    page = front.get("/_outbox")
    assert page.index("CRITICAL Disk full") < page.index("alert.paged")


def test_an_empty_outbox_says_what_would_fill_it(front: Front) -> None:
    front.stored.is_away = True

    assert "Nothing was sent yet" in front.get("/_outbox")


def test_an_e_mail_is_shown_as_html_that_cannot_act_and_as_text(front: Front) -> None:
    page = front.get("/_outbox/m-1")
    assert 'src="/_outbox/m-1/html"' in page
    assert HOSTILE not in page

    mail = front.answer("GET", "/_outbox/m-1/html")
    policy = dict(mail.headers)["Content-Security-Policy"]
    assert mail.body == b"<h1>Disk full</h1>"
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy


def test_an_sms_says_how_many_parts_it_takes(front: Front) -> None:
    page = front.get("/_outbox/s-1")

    assert '<a href="https://x.example/s/7"' in page
    assert "units of GSM-7: 1 part<" in page


@pytest.mark.parametrize(
    ("text", "alphabet", "units", "parts"),
    [
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("[" * 80, "GSM-7", 160, 1),
        ("ж" * 70, "UCS-2", 70, 1),
        ("ж" * 71, "UCS-2", 71, 2),
    ],
)
def test_parts_of_an_sms(text: str, alphabet: str, units: int, parts: int) -> None:
    assert parts_of(text) == (units, alphabet, parts)


def test_slack_s_calls_are_answered_and_an_update_rewrites(front: Front) -> None:
    posted = front.post(
        "/_outbox/slack/chat.postMessage", {"channel": "C1", "text": "firing", "attachments": []}
    )
    assert (posted["ok"], posted["channel"]) == (True, "C1")

    updated = front.post(
        "/_outbox/slack/chat.update",
        {
            "channel": "C1",
            "ts": posted["ts"],
            "text": "acknowledged",
            "attachments": [
                {
                    "color": "#17673a",
                    "blocks": [
                        {
                            "type": "rich_text",
                            "elements": [
                                {
                                    "type": "rich_text_section",
                                    "elements": [
                                        {"type": "text", "text": HOSTILE},
                                        {"type": "link", "url": "javascript:x", "text": "odd"},
                                    ],
                                }
                            ],
                        }
                    ],
                }
            ],
        },
    )

    assert updated["ts"] == posted["ts"]
    slack = [it for it in json.loads(front.get("/_outbox.json")) if it["kind"] == "slack"]
    assert [it["title"] for it in slack] == ["acknowledged"]
    page = front.get(f"/_outbox/slack-{posted['ts']}")
    assert HOSTILE not in page
    assert 'href="javascript:' not in page
    assert "#17673a" in page


def test_each_alert_of_a_digest_in_slack_has_a_line(front: Front) -> None:
    sent = {"channel": "C1", "text": "2 alerts", "attachments": [attachment(written(SEVEN[:2]))]}
    posted = front.post("/_outbox/slack/chat.postMessage", sent)

    page = front.get(f"/_outbox/slack-{posted['ts']}")

    lines = page.partition("\N{BULLET}")[2].split("\N{BULLET}")
    assert len(lines) == 2
    assert all("<br>" in line for line in lines)
    assert "Postgres primary does not answer" in lines[0]
    assert "22 % of requests fail with 5xx" in lines[1]


def test_slack_s_other_calls_are_refused_as_slack_does(front: Front) -> None:
    assert front.post("/_outbox/slack/users.list", {}) == {"ok": False, "error": "unknown_method"}


def test_a_webhook_is_shown_with_its_own_headers(front: Front) -> None:
    front.post("/_outbox/hooks/ops", {"type": "alert.paged", "data": {"name": HOSTILE}})

    (message,) = [it for it in json.loads(front.get("/_outbox.json")) if it["kind"] == "webhook"]
    assert message["headers"] == {"webhook-id": "w-1"}
    page = front.get(f"/_outbox/{message['id']}")
    assert "webhook-id: w-1" in page
    assert HOSTILE not in page


def test_the_topic_s_subscription_is_confirmed_and_its_messages_are_kept(front: Front) -> None:
    arn = "arn:aws:sns:us-east-1:000000000000:backstop"
    front.post(
        "/_outbox/topic", {"Type": "SubscriptionConfirmation", "TopicArn": arn, "Token": "t"}
    )
    front.post("/_outbox/topic", {"Type": "Notification", "TopicArn": arn, "Message": "No tick"})

    assert front.confirmed == [(arn, "t")]
    (message,) = [it for it in json.loads(front.get("/_outbox.json")) if it["kind"] == "topic"]
    assert (message["to"], message["title"]) == ("backstop", "No tick")


def test_a_later_run_has_what_came_before_and_only_the_newest(front: Front, tmp_path: Path) -> None:
    for number in range(5 * LIMIT + 5):
        front.outbox.add(
            KeptMessage(id=f"w-{number}", at=number, kind="webhook", to="a", title="b")
        )

    later = Front(tmp_path / "outbox.jsonl")
    later.stored.is_away = True
    kept = later.outbox.all()

    lines = (tmp_path / "outbox.jsonl").read_text().splitlines()
    assert len(lines) < 5 * LIMIT
    assert (len(kept), kept[0].id, kept[-1].id) == (
        LIMIT,
        f"w-{5 * LIMIT + 4}",
        f"w-{4 * LIMIT + 5}",
    )


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/_outbox/none", b"", 404),
        ("DELETE", "/_outbox", b"", 405),
        ("POST", "/_outbox/hooks/ops", b"{", 400),
        ("POST", "/_outbox/hooks/ops", b"[]", 400),
        ("POST", "/_outbox/elsewhere", b"{}", 404),
    ],
)
def test_what_it_does_not_take_is_refused(
    front: Front, method: str, path: str, body: bytes, status: int
) -> None:
    assert front.answer(method, path, body).status == status


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example.com:8080"},
        {"Host": "127.0.0.1.evil.example.com"},
        {"Host": ""},
        {"Origin": "https://evil.example.com"},
        {"Origin": "null"},
        {"Host": "evil.example.com:8080", "Origin": "http://evil.example.com:8080"},
    ],
)
def test_a_page_of_another_site_reads_and_sends_nothing(
    front: Front, headers: dict[str, str]
) -> None:
    assert front.answer("POST", "/_outbox/hooks/x", b"{}", **headers).status == 403
    assert front.answer("GET", "/_outbox.json", b"", **headers).status == 403
    assert [it["kind"] for it in json.loads(front.get("/_outbox.json"))] == ["sms", "e-mail"]


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "[::1]:8080", "192.0.2.1"])
def test_it_answers_at_addresses_of_this_machine(front: Front, host: str) -> None:
    assert front.answer("GET", "/_outbox", Host=host).status == 200
    own = {"Host": host, "Origin": f"http://{host}"}
    assert front.answer("POST", "/_outbox/hooks/x", b"{}", **own).status == 200


@pytest.mark.parametrize("body", [b'{"x": "' + b"x" * 1_048_576 + b'"}', b"[" * 100_000])
def test_what_is_too_large_or_too_deep_is_refused(front: Front, body: bytes) -> None:
    assert front.answer("POST", "/_outbox/hooks/x", body).status == 400


@pytest.mark.parametrize(
    "odd",
    [
        {"attachments": [1]},
        {"attachments": 1},
        {"blocks": {"a": 1}},
        {"blocks": [{"type": "context", "elements": 1}]},
        {
            "blocks": [
                {
                    "type": "rich_text",
                    "elements": [{"elements": [{"type": "date", "timestamp": "9e99"}]}],
                }
            ]
        },
    ],
)
def test_what_slack_would_not_take_is_shown_as_it_was_sent(
    front: Front, odd: Mapping[str, object]
) -> None:
    front.post("/_outbox/slack/chat.postMessage", {"channel": "C1", "text": "odd", **odd})

    assert "As sent" in front.get("/_outbox/slack-2000.000000")


def test_a_push_for_the_outbox_is_opened_and_shown(front: Front) -> None:
    told: list[KeptMessage] = []
    front.front = OutboxFront(
        front.outbox, confirm=lambda *_: None, tell=told.append, now=lambda: 2_000.0
    )
    keys = subscription("http://127.0.0.1:8080/_outbox/push/alice")["keys"]
    said = {"title": "CRITICAL: Disk full", "body": f"Nobody has it. {HOSTILE}"}
    body = encrypted(json.dumps(said).encode(), p256dh=keys["p256dh"], auth=keys["auth"])

    answer = front.answer("POST", "/_outbox/push/alice", body, TTL="300", Urgency="high")

    assert answer.status == 201
    (message,) = [it for it in front.outbox.all() if it.kind == "push"]
    assert (message.to, message.title) == ("alice", "CRITICAL: Disk full")
    assert message.headers == {"ttl": "300", "urgency": "high"}
    assert told == [message]
    page = front.get(f"/_outbox/{message.id}")
    assert "Nobody has it." in page
    assert HOSTILE not in page


@pytest.mark.parametrize(
    ("body", "status"), [(b"", 400), (b"{}", 400), (b"x" * 200, 400), (b"x" * 4_097, 413)]
)
def test_what_is_not_encrypted_for_the_outbox_is_refused(
    front: Front, body: bytes, status: int
) -> None:
    assert front.answer("POST", "/_outbox/push/alice", body).status == status
