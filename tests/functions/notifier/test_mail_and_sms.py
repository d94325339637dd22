"""E-mail, as SES is asked for it over the wire."""

from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from functions.notifier.aws_sdk import AwsSdk
from tests.functions.notifier.conftest import (
    PUBLIC_URL,
    a_delivery,
    a_message,
    an_alert,
    claimed,
    failure_of,
)
from tests.scripted_server import ScriptedServer, cut_after, reply
from tocsin.channels.email import EmailSender, html_body
from tocsin.domain.people import Channel
from tocsin.domain.signal import Facts

pytestmark = pytest.mark.loopback

MAIL = Channel(name="@email", type="email", settings={"to": ["alice@example.com"]})


def refusal(code: str, status: int = 400) -> Any:  # noqa: ANN401 - a step
    return reply(
        status,
        {"message": "alice@example.com is not verified"},
        {"x-amzn-ErrorType": code, "Content-Type": "application/json"},
    )


@pytest.fixture(autouse=True)
def at_the_server(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)


def mail(email_from: str = "tocsin@example.com", facts: Facts | None = None) -> str | None:
    alert = replace(an_alert(), facts=facts or an_alert().facts)
    sender = EmailSender(AwsSdk("eu-central-1"), email_from)
    delivery = a_delivery("email", target="user:alice")
    return sender.send(claimed(delivery), alert, a_message(alert, delivery), MAIL)


def test_an_email_has_both_bodies_and_the_links(server: ScriptedServer) -> None:
    server.plays(reply(body={"MessageId": "m-1"}))

    assert mail() == "m-1"

    [request] = server.requests
    body = request.json()
    simple = body["Content"]["Simple"]
    assert request.line == "POST /v2/email/outbound-emails HTTP/1.1"
    assert body["FromEmailAddress"] == "tocsin@example.com"
    assert body["Destination"] == {"ToAddresses": ["alice@example.com"]}
    assert simple["Subject"]["Data"] == "WARNING: Disk full on db-1"
    assert "Next: 2026-03-01 09:05:00 UTC: step 2 of default" in simple["Body"]["Text"]["Data"]
    for part in ("Text", "Html"):
        assert f"{PUBLIC_URL}/act/" in simple["Body"][part]["Data"]
    key = a_delivery("email", target="user:alice").key
    assert simple["Headers"] == [{"Name": "X-Tocsin-Notification", "Value": key}]


class Tags(HTMLParser):
    """Every tag of a page, with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "</table></body><iframe src=//evil.example.com>",
        "<a href='javascript:alert(1)'>Acknowledge</a>",
        "&lt;script&gt; &amp;",
        "a\r\nBcc: evil@example.com\r\n\r\nbody",
    ],
)
def test_hostile_text_adds_nothing_to_an_email(server: ScriptedServer, hostile: str) -> None:
    server.plays(reply(body={"MessageId": "m-1"}))

    mail(facts=Facts(name=hostile, summary=hostile, reason=hostile, object=hostile, source=hostile))

    simple = server.requests[0].json()["Content"]["Simple"]
    tags = Tags()
    tags.feed(simple["Body"]["Html"]["Data"])
    assert tags.seen == {"html", "body", "h1", "table", "tr", "th", "td", "p", "a"}
    assert tags.attributes == {"style", "href"}
    assert simple["Subject"]["Data"].isprintable()


def test_an_email_without_links_has_none() -> None:
    assert "href" not in html_body(replace(a_message(), links=None))


def test_nothing_is_sent_from_nowhere(server: ScriptedServer) -> None:
    failed = failure_of(lambda: mail(email_from=""))

    assert (failed.is_retryable, server.requests) == (False, [])
    assert failed.reason == "no address to send from: deploy with EmailFrom"


@pytest.mark.parametrize("code", ["MessageRejected", "MailFromDomainNotVerifiedException"])
def test_a_refusal_of_ses_is_final_and_quotes_no_address(server: ScriptedServer, code: str) -> None:
    server.plays(refusal(code))

    failed = failure_of(mail)

    assert (failed.reason, failed.is_retryable) == (f"AWS refused: {code}", False)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "step",
    [
        refusal("TooManyRequestsException", 429),
        refusal("LimitExceededException"),
        refusal("InternalFailure", 500),
        cut_after(),
    ],
    ids=["too many", "a limit", "a fault", "a dropped connection"],
)
def test_a_bad_moment_of_ses_is_tried_again(server: ScriptedServer, step: Any) -> None:  # noqa: ANN401 - a step
    server.plays(step)

    assert failure_of(mail).is_retryable
    assert len(server.requests) == 1, "the ledger retries, not the SDK"
