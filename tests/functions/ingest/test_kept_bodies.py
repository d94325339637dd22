"""What is kept of a body: as sent, but for its secrets and what is too much."""

import json
import time

import pytest

from functions.ingest.kept_body import KEPT_BYTES, kept_body
from functions.ingest.senders import Sent
from tests.examples import NINE
from tests.functions.ingest.gateway import TOKEN, Gateway, raising
from tests.functions.ingest.hostile import corpus
from tests.functions.ingest.test_answering import lines_of
from tocsin.adapters.dynamodb.alerts.slot_repository import DynamoDBSlots
from tocsin.domain.errors import TryAgainError
from tocsin.domain.ids import AlertId
from tocsin.domain.integration import IntegrationType
from tocsin.domain.sent_body import SentBodies, SentBody

SPACED = b'{ "name" : "Disk full",\n\t"severity":"critical" }\r\n'


def kept(body: bytes, content_type: str = "application/json") -> SentBody:
    return kept_body(Sent(body=body, headers={"content-type": content_type}, at=NINE))


def bodies(gateway: Gateway, alert_id: str) -> SentBodies:
    return gateway.world.alerts.sent_bodies(AlertId(alert_id))


def test_a_body_is_kept_to_its_last_space(rest: Gateway) -> None:
    reply = rest.post(SPACED, headers={"content-type": "text/plain; charset=utf-8"})

    assert bodies(rest, reply.result["alert_id"]).first == SentBody(
        text=SPACED.decode(),
        content_type="text/plain; charset=utf-8",
        received_at=rest.world.now,
        size_bytes=len(SPACED),
    )


def test_of_several_alerts_each_keeps_its_part(rest: Gateway) -> None:
    disk, cpu = {"name": "Disk full", "token": "t"}, {"name": "CPU hot"}

    reply = rest.post([disk, cpu])

    texts = [
        (bodies(rest, it["alert_id"]).first or pytest.fail("nothing kept")).text
        for it in reply.results
    ]
    assert list(map(json.loads, texts)) == [{**disk, "token": "[masked]"}, cpu]


def test_a_recovery_is_the_last_and_a_repeat_is_not(rest: Gateway) -> None:
    opened = rest.post({"name": "Disk full", "output": "1"})
    rest.post({"name": "Disk full", "output": "2"})
    rest.post({"name": "Disk full", "output": "3", "severity": "ok"})

    kept_bodies = bodies(rest, opened.result["alert_id"])

    assert kept_bodies.first is not None
    assert kept_bodies.last is not None
    assert json.loads(kept_bodies.first.text)["output"] == "1"
    assert json.loads(kept_bodies.last.text)["output"] == "3"


def test_other_products_endpoints_keep_it_without_the_key(rest: Gateway) -> None:
    event = {"routing_key": TOKEN, "event_action": "trigger", "payload": {"summary": "Disk full"}}

    rest.post(event, path="/v2/enqueue")

    first = bodies(rest, rest.only_alert.alert_id).first
    assert first is not None
    assert json.loads(first.text) == {**event, "routing_key": "[masked]"}


@pytest.mark.parametrize(
    "name",
    [
        *("authorization", "Authorization", "X-Authorization", "token", "accessToken", "api_key"),
        *("apikey", "API-Key", "secret", "client_secret", "password", "db.passwd", "routing_key"),
        *("service_key", "integrationKey", "signature", "X-Hub-Signature", "cookie", "Set-Cookie"),
        *("credentials", "private_key", "\\u0074oken", "pwd", "db_pass", "auth", "jwt"),
    ],
)
@pytest.mark.parametrize("value", ['"hush"', '["hush"]', '{"is": "hush"}', '"a hush b"'])
def test_a_secret_is_masked_by_its_name_wherever_it_is(name: str, value: str) -> None:
    text = kept(f'{{"a": [{{"b": {{"{name}": {value}}}}}], "name": "x"}}'.encode()).text

    assert "hush" not in text
    assert json.loads(text)["name"] == "x"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("name=x&token=hush&severity=critical", "application/x-www-form-urlencoded"),
        ("name=x&pass%77ord=hush&b=2", "application/x-www-form-urlencoded"),
        ("api%5Fkey=hush", "application/x-www-form-urlencoded"),
        ("<a><password>hush</password></a>", "application/xml"),
        ('<a secret="hush"/>', "application/xml"),
        ("it said: api_key: hush", "text/plain"),
        ('{"name": "x", "token": "hush"', "application/json"),
        ('{"url": "https://example.com/?Token=hush&b=1"}', "application/json"),
        ('{"inner": "{\\"token\\": \\"hush\\"}"}', "application/json"),
        ('{"header": "Bearer hush1234567"}', "application/json"),
        ("<a><password><![CDATA[hush]]></password></a>", "application/xml"),
        ('{"env": [{"name": "DB_PASSWORD", "value": "hush"}]}', "application/json"),
        ('{"dsn": "postgres://app:hush@db-1/shop"}', "application/json"),
        ('{"seen": "tocsin_hush4567890123456789012345678901234567890"}', "application/json"),
        ('{"link": "https://x/act/hush.4567890123456789012345"}', "application/json"),
        ('{"header": "Basic hush1234567=="}', "application/json"),
        ('{"seen": "Authorization: Bearer hush1234567hush1234567"}', "application/json"),
    ],
)
def test_a_secret_within_a_text_is_masked(body: str, content_type: str) -> None:
    assert "hush" not in kept(body.encode(), content_type).text


def test_the_url_of_an_integration_is_masked() -> None:
    text = kept(f'{{"receiver": "https://x/i/{TOKEN}/v2/enqueue"}}'.encode()).text

    assert TOKEN not in text


@pytest.mark.parametrize(
    "body",
    [
        '{"dedup_key": "a/b", "monkey": "b", "keyboard": "c", "author": "d"}',
        '{"progress": "93 %", "path": "C:\\\\users"}',
        '{"token": null}',
        '{"bypass": "a", "passed": "b", "author": "c", "authentic": "d", "name": "x", "value": 1}',
        '{"url": "https://example.com:8080/a@b"}',
    ],
)
def test_a_text_that_is_no_secret_stays(body: str) -> None:
    assert kept(body.encode()).text == body


def test_a_long_body_is_cut_between_letters() -> None:
    body = kept(json.dumps({"name": "😀" * 10_000}, ensure_ascii=False).encode())

    assert body.is_cut
    assert KEPT_BYTES - 4 < len(body.text.encode()) <= KEPT_BYTES
    assert body.text.endswith("😀…")
    assert body.size_bytes == 40_012


def test_a_body_is_masked_before_it_is_cut() -> None:
    body = kept(b'{"token": "' + b"hush" * 100_000 + b'"}')

    assert body.text == '{"token": "[masked]"}'


@pytest.mark.parametrize("case", corpus(IntegrationType.REST))
def test_a_part_of_any_body_is_kept(case: str) -> None:
    body = kept(corpus(IntegrationType.REST)[case])

    assert len(body.text.encode()) <= KEPT_BYTES


def test_a_body_that_could_not_be_kept_is_logged(
    rest: Gateway, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rest.post({"name": "Disk full"})
    monkeypatch.setattr(DynamoDBSlots, "keep_last_body", raising(TryAgainError))
    capsys.readouterr()

    reply = rest.post({"name": "Disk full", "severity": "ok"})

    assert reply.outcomes == ["resolved"]
    line = lines_of(capsys)[0]
    assert (line["message"], line["alert_id"]) == ("Body not kept", reply.result["alert_id"])


def test_an_alert_is_taken_although_its_body_cannot_be_masked(
    rest: Gateway, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("functions.ingest.kept_body.kept_body", raising(RecursionError))

    opened = rest.post({"name": "Disk full"})
    resolved = rest.post({"name": "Disk full", "severity": "ok"})

    assert (opened.outcomes, resolved.outcomes) == (["opened"], ["resolved"])
    assert bodies(rest, opened.result["alert_id"]).first is None
    assert lines_of(capsys)[0]["message"] == "Body not kept"


@pytest.mark.parametrize(
    "text",
    [
        "token" * 200_000,
        "disk at 97 % " + "a" * 1_000_000,
        "digests % " + ("f" * 64 + " ") * 15_000,
        "token-" + "a-" * 500_000,
        "api " * 250_000,
        "password " + " " * 1_000_000,
        "token=" * 160_000,
        "Bearer " * 140_000,
    ],
    ids=lambda text: text[:12],
)
def test_a_mebibyte_of_anything_is_masked_at_once(text: str) -> None:
    began = time.thread_time()
    kept(json.dumps({"name": "Disk full", "output": text}).encode())
    took = time.thread_time() - began

    assert took < 1.5  # a third of it on a machine with nothing else to do
