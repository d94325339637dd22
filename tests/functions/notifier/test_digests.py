"""Digests: what each provider is asked for, and who sends none."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import Any
from urllib.parse import parse_qs

import pytest
from botocore.session import get_session
from hypothesis import given
from hypothesis import strategies as st

from functions.notifier.aws_sdk import AwsSdk
from functions.notifier.channel_senders import ChannelSenders
from functions.notifier.links import ParameterLinks, StoredShortLinks
from functions.notifier.outbound import Outbound
from tests.captured_log import captured_log
from tests.examples import BOB as BY_BOB
from tests.examples import NINE, as_read
from tests.fakes.providers import NoShortLinks
from tests.fakes.slack import Slack, expect_taken
from tests.functions.notifier.conftest import (
    KEY,
    PUBLIC_URL,
    a_delivery,
    a_message,
    a_wiring,
    at_nine,
    claimed,
    failure_of,
    parameters,
)
from tests.functions.notifier.test_email import HOSTILE, Page, as_ses_makes_it
from tests.scripted_server import ScriptedServer, reply
from tests.storms_in_words import DIGEST_ID, NOW, SEVEN, STORM, TO_OPS, an_alert, written
from tocsin.adapters.dynamodb.notifications.notification_repository import DynamoDBNotifications
from tocsin.channels.apprise import AppriseSender
from tocsin.channels.by_type import MODULES, channel_spec, is_bundled
from tocsin.channels.email import EmailSender
from tocsin.channels.email_digest import both_parts
from tocsin.channels.email_parts import HTML_LIMIT_BYTES
from tocsin.channels.plain_digest import body, headline
from tocsin.channels.ports import DigestSender
from tocsin.channels.slack import SlackSender
from tocsin.channels.slack_digest import attachment, first_line
from tocsin.channels.sms import SmsSender
from tocsin.domain.alert import Alert
from tocsin.domain.digest_message import DigestMessage
from tocsin.domain.ids import AlertId, WriteId
from tocsin.domain.link import LINK_LIFE, Link, LinkAction, LinkSigner, spell_link_key
from tocsin.domain.notification import Delivery, NotificationEvent, NotificationReason
from tocsin.domain.people import Channel
from tocsin.domain.sender_text import one_line
from tocsin.domain.short_link import stored_name
from tocsin.domain.short_message import segments
from tocsin.domain.team_storm import GROUP_SHOWN
from tocsin.html import render
from tocsin_cli.simulated.stores import Stores

TOKEN = json.dumps({"bot_token": "xoxb-canary", "signing_secret": "s"})
POSTED = reply(body={"ok": True, "channel": "C1", "ts": "1700000000.000100"})
BUNDLED = {"email", "slack", "sms", "push", "apprise"}
SETTINGS: dict[str, dict[str, Any]] = {
    "email": {"to": ["alice@example.com"]},
    "sms": {"to": ("+15550100", "+15550101")},
    "slack": {"channel": "#oncall"},
}


def a_digest(channel: str = "email", *, target: str = "user:alice") -> Delivery:
    return replace(
        a_delivery(channel, target=target),
        alert_id=AlertId(DIGEST_ID),
        event=NotificationEvent.DIGEST,
        reason=NotificationReason.BUNDLED,
        step=0,
        loop=0,
    )


def channel_of(type_: str) -> Channel:
    secret = f"/tocsin/{type_}" if type_ in {"slack", "apprise"} else None
    return Channel(name="ops", type=type_, settings=SETTINGS.get(type_, {}), secret=secret)


def taken(alerts: Sequence[Alert] = SEVEN) -> list[Alert]:
    return [as_read(alert.acknowledge(by=BY_BOB, at=NOW)) for alert in alerts]


def hostile(text: str, *, many: int = 2) -> DigestMessage:
    alerts = [
        an_alert(text or "x", service=text, place=text, key=f"{number}") for number in range(many)
    ]
    storm = replace(STORM, groups={one_line(text, GROUP_SHOWN): 34})
    return written(alerts, is_release=True, storm=storm)


# A storm of the whole team


@pytest.mark.parametrize("since", ["03:02", "[02:02 UTC]"])
def test_every_form_of_a_digest_says_that_the_team_has_a_storm(since: str) -> None:
    said = f"A storm of the whole team since {since}: 34 alerts, api 20, db 14."
    message = written(storm=STORM)
    forms = {
        "03:02": [text(message), Page(html(message)).text, body(message)],
        "[02:02 UTC]": [said_in(attachment(message)["blocks"][0])],
    }

    for form in forms[since]:
        assert said in form.replace("\N{NO-BREAK SPACE}", " ")


def test_no_form_of_a_digest_says_so_without_one() -> None:
    message = written()
    slack = said_in(attachment(message)["blocks"][0])

    assert "torm" not in text(message) + html(message) + body(message) + slack


# E-mail


def mailed(message: DigestMessage) -> Mapping[str, Any]:
    asked: list[Mapping[str, Any]] = []

    def ask_aws(service: str, operation: str, **arguments: Any) -> Mapping[str, Any]:  # noqa: ANN401 - of any operation
        assert (service, operation) == ("sesv2", "send_email")
        asked.append(arguments)
        return {"MessageId": "m-1"}

    sender = EmailSender(
        ask_aws=ask_aws,
        email_from="alerts@example.com",
        public_url=PUBLIC_URL,
        team="payments",
        render=render,
    )
    assert sender.send_digest(claimed(a_digest()), message, channel_of("email")) == "m-1"
    return asked[0]


def headers(message: DigestMessage) -> dict[str, str]:
    found = as_ses_makes_it(mailed(message)).items()
    return {name: value for name, value in found if name not in {"Content-Type", "MIME-Version"}}


def html(message: DigestMessage) -> str:
    return both_parts(message, render)[1]


def text(message: DigestMessage) -> str:
    return both_parts(message, render)[0]


def test_a_digest_by_email_has_these_headers_and_no_others() -> None:
    root = f"<digest.{DIGEST_ID}@tocsin.example.com>"

    assert headers(written()) == {
        "From": '"Tocsin (digest)" <alerts@example.com>',
        "To": "alice@example.com",
        "Subject": "2 CRITICAL of 7 alerts, firing since 03:02 (api 5, db 2)",
        "In-Reply-To": root,
        "References": root,
        "X-Tocsin-Notification": f"{DIGEST_ID}.1.0.0.user:alice.email",
        "List-Id": "Tocsin alerts of payments <payments.tocsin.example.com>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Importance": "high",
        "X-Priority": "1",
    }


@pytest.mark.parametrize(
    "alerts",
    [SEVEN[2:], taken(), [*taken(SEVEN[:2]), *SEVEN[2:]]],
    ids=["no critical", "a person has all", "a person has the criticals"],
)
def test_only_a_digest_with_a_critical_that_nobody_has_is_important(
    alerts: Sequence[Alert],
) -> None:
    assert not {"Importance", "X-Priority"} & headers(written(alerts)).keys()


def test_the_text_part_has_all_in_its_order() -> None:
    links = written().links
    assert links is not None

    assert text(written()).replace("\N{NO-BREAK SPACE}", " ") == (
        f"""2 CRITICAL of 7 alerts, firing
7 alerts, 2 critical, since 03:02 (Berlin)
api 5, db 2

Newest critical: db-1: Postgres primary does not answer.
Nobody has any of them. Bob is called for these from 03:07 on unless someone acknowledges.

Acknowledge these 7 (opens the list with the button; alerts that come later are not acknowledged):
{links.acknowledge}

I'm awake (one quiet summary every 5 min in place of pages):
{links.awake}

CRITICAL  db-1: Postgres primary does not answer
          just now (03:03), newest
CRITICAL  api: 22 % of requests fail with 5xx
          since 1 min (03:02)
WARNING   db-1: 480 of 500 connections in use
          just now (03:03)
WARNING   api: <b>api-7</b> down? @channel \N{FIRE} <!here> & "now"
          just now (03:03)
WARNING   api: p99 latency is 4.2 s (limit 1 s)
          since 1 min (03:02)
and 2 more warnings

--{" "}
You get one message for these 7 because an earlier page had just been sent.
The links work for 24 hours. Opening one changes nothing; only the button on its page does.
Times are Berlin. Digest {DIGEST_ID}.
"""
    )


def test_the_html_part_says_the_same_and_has_its_buttons() -> None:
    message = written()
    assert message.links is not None
    page = Page(html(message))

    said = page.text.replace("\N{NO-BREAK SPACE}", " ")
    for fact in (
        "7 alerts, 2 critical, since 03:02 (Berlin)",
        "api 5, db 2",
        "Newest critical: db-1: Postgres primary does not answer.",
        "Only these 7: alerts that come later are not acknowledged.",
        "I'm awake: one quiet summary every 5 min in place of pages.",
        "and 2 more warnings: see all 7",
    ):
        assert fact in said
    buttons = re.finditer(r'<td class="(button|second)".*?</td>', html(message), re.DOTALL)
    assert [(it[1], Page(it[0]).text.strip()) for it in buttons] == [
        ("button", "Acknowledge these 7"),
        ("second", "Open the list"),
        ("second", "I'm awake"),
    ]
    assert page.links == [
        message.links.acknowledge,
        message.links.acknowledge,
        message.links.awake,
        "https://runbooks.example.com/db-1",
        "https://runbooks.example.com/api",
        message.links.acknowledge,
    ]


def test_a_channel_has_no_button_to_be_awake() -> None:
    assert "awake" not in html(written(reader=TO_OPS)) + text(written(reader=TO_OPS))


def test_a_digest_that_asks_for_nothing_has_no_filled_button() -> None:
    message = written(taken())

    assert 'class="button"' not in html(message)
    assert "Open the list:\nhttps://" in text(message)


def test_without_links_none_is_promised() -> None:
    whole = html(written(links=None)) + text(written(links=None))

    assert "/act/" not in whole
    assert "The links work" not in whole
    assert "Acknowledge these" not in whole


@pytest.mark.parametrize("sent", HOSTILE)
def test_a_hostile_title_adds_no_element_and_no_line(sent: str) -> None:
    message, calm = hostile(sent), hostile("calm")
    page, expected = Page(html(message)), Page(html(calm))

    assert page.shape_but_lines == expected.shape_but_lines
    assert page.links == expected.links
    assert page.comments == expected.comments
    assert len(text(message).splitlines()) == len(text(calm).splitlines())
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", html(message) + text(message))
    assert not [line for line in text(message).splitlines() if line.startswith("https://evil")]


@pytest.mark.parametrize("letter", ["a", "&", '"', "\N{FIRE}", "\u6f22"])
def test_the_longest_digest_keeps_the_limit_of_the_html(letter: str) -> None:
    runbook = f"https://runbooks.example.com/{'&' * 2_000}"
    alerts = [
        an_alert(letter * 1_024, service=letter * 90, place=letter * 90, runbook=url, key=f"{n}")
        for n, url in enumerate([runbook, runbook[:299]] * 5)
    ]

    assert len(html(written(alerts)).encode()) < HTML_LIMIT_BYTES


@pytest.mark.parametrize("sent", HOSTILE)
def test_ses_takes_every_header_of_a_digest(sent: str) -> None:
    model = get_session().get_service_model("sesv2")
    asked = mailed(hostile(sent))

    simple = asked["Content"]["Simple"]
    assert len(simple["Headers"]) <= model.shape_for("MessageHeaderList").metadata["max"]
    for header in simple["Headers"]:
        assert re.fullmatch(r"[ -~]+", header["Value"])
        assert len(header["Name"]) + len(header["Value"]) <= 996
    assert simple["Subject"]["Data"].isprintable()


def test_without_an_address_to_send_from_it_is_refused() -> None:
    sender = ChannelSenders(a_wiring())

    failed = failure_of(
        lambda: sender.send_digest(claimed(a_digest()), written(), channel_of("email"))
    )

    assert (failed.reason, failed.is_retryable) == (
        "no address to send from: deploy with EmailFrom",
        False,
    )


# Slack


def slack_sender(slack: Slack, *, ledger: DynamoDBNotifications | None = None) -> SlackSender:
    return SlackSender(
        outbound=slack,
        secrets=parameters(slack=TOKEN),
        ledger=ledger or Stores(at_nine).notifications,
        now=at_nine,
        api_url="https://slack.com/api",
        log=captured_log("notifier"),
    )


def in_slack(
    slack: Slack,
    message: DigestMessage,
    delivery: Delivery | None = None,
    *,
    place: str = "#oncall",
) -> str | None:
    sender = slack_sender(slack)
    to = replace(channel_of("slack"), settings={"channel": place})
    return sender.send_digest(
        claimed(delivery or a_digest("ops", target="channel:ops")), message, to
    )


def said_in(block: Mapping[str, Any]) -> str:
    """Texts of a block, one behind the other."""
    if block["type"] == "date":
        return f"[{block['fallback']}]"
    text = block.get("text", "")
    own = str(text["text"] if isinstance(text, dict) else text)
    return own + "".join(map(said_in, block.get("elements", ())))


def test_the_first_line_in_slack_says_how_bad_where_and_the_newest() -> None:
    assert first_line(written(), ("U02ALICE",)) == (
        "<@U02ALICE> ■ *2 CRITICAL* of 7 alerts: api 5, db 2. "
        "Newest: db-1: Postgres primary does not answer"
    )


def test_a_digest_in_slack_has_facts_buttons_lines_and_what_is_left_out() -> None:
    message = written()
    assert message.links is not None

    shown = attachment(message)
    facts, actions, lines, below = shown["blocks"]

    assert shown["color"] == "#c4162a"
    assert said_in(facts).replace("\N{NO-BREAK SPACE}", " ") == (
        "7 alerts, 2 critical: api 5, db 2\nSince [02:02 UTC]. Nobody has any of them. "
        "Bob is called for these from [02:07 UTC] on unless someone acknowledges."
    )
    assert facts["elements"][0]["elements"][0]["url"] == message.links.acknowledge
    assert [(it["text"]["text"], it["url"], it.get("style")) for it in actions["elements"]] == [
        ("Acknowledge these 7", message.links.acknowledge, "primary"),
        ("I'm awake", message.links.awake, None),
    ]
    [listed] = lines["elements"]
    assert [*map(said_in, listed["elements"])][:2] == [
        "■ Critical db-1: Postgres primary does not answer  since [02:03 UTC], newest",
        "■ Critical api: 22 % of requests fail with 5xx  since [02:02 UTC]",
    ]
    assert said_in(below) == (
        "and 2 more warnings. Only these 7: alerts that come later are not acknowledged."
    )


def test_a_storms_first_digest_is_a_message_of_its_own() -> None:
    slack = Slack()
    message = replace(written(reader=TO_OPS), mentions=("U02ALICE",))

    provider_id = in_slack(slack, message)

    [posted] = slack.posted
    assert provider_id == f"C1/{posted.timestamp}"
    assert posted.thread is None
    assert posted.text.startswith("<@U02ALICE> ■ *2 CRITICAL*")
    assert slack.names == [f"{DIGEST_ID}.1.0.0.channel:ops.ops"]
    assert posted.said["unfurl_links"] is False
    assert (posted.said["parse"], posted.said["link_names"]) == ("none", False)


def test_a_further_digest_is_a_reply_in_the_storms_thread_shown_in_the_channel_too() -> None:
    slack = Slack()
    first = in_slack(slack, written(reader=TO_OPS))
    further = replace(written(SEVEN[2:], reader=TO_OPS, thread=first), mentions=("U02ALICE",))

    provider_id = in_slack(slack, further)

    root, answer = slack.posted
    assert (answer.thread, answer.is_in_channel) == (root.timestamp, True)
    assert answer.text.startswith("<@U02ALICE> ◆ *5 WARNINGS*: api 4, db 1")
    assert provider_id == f"C1/{answer.timestamp}/{root.timestamp}"
    third = in_slack(slack, replace(further, thread=provider_id))
    assert third == f"C1/{slack.posted[2].timestamp}/{root.timestamp}"


def test_a_reply_to_a_person_names_its_reader_so_that_the_phone_rings() -> None:
    slack, to_alice = Slack(), a_digest("slack")
    first = in_slack(slack, written(), to_alice, place="U02ALICE")

    in_slack(slack, written(thread=first), to_alice, place="U02ALICE")

    assert [it.text.startswith("<@U02ALICE> ") for it in slack.posted] == [False, True]


def test_where_the_storms_first_message_is_gone_it_is_a_message_of_its_own() -> None:
    slack = Slack()
    first = in_slack(slack, written(reader=TO_OPS))
    slack.delete(slack.posted[0])

    provider_id = in_slack(slack, written(reader=TO_OPS, thread=first))

    [posted] = slack.posted
    assert provider_id == f"C1/{posted.timestamp}"


def test_a_page_of_an_alert_that_a_digest_told_leaves_the_digests_message_alone() -> None:
    slack, ledger = Slack(), Stores(at_nine).notifications
    digest = in_slack(slack, written(reader=TO_OPS))
    first = claimed(a_delivery("ops"))
    told = replace(first.sent(digest, at=NINE), bundled_into=DIGEST_ID)
    ledger.add(told, write_id=WriteId("w"))
    further = replace(first.delivery, step=2, reason=NotificationReason.ESCALATED)

    sender = slack_sender(slack, ledger=ledger)
    sender.send(claimed(further), an_alert(), a_message(), channel_of("slack"))

    assert slack.calls == ["chat.postMessage", "chat.postMessage"]
    assert [it.thread for it in slack.posted] == [None, None]


@pytest.mark.parametrize(
    ("error", "is_retryable", "refuses_credential"),
    [("ratelimited", True, False), ("invalid_auth", False, True)],
)
def test_a_reply_that_slack_refuses_for_now_is_not_posted_twice(
    error: str, *, is_retryable: bool, refuses_credential: bool
) -> None:
    slack = Slack()
    first = in_slack(slack, written(reader=TO_OPS))
    slack.refusals.append(("chat.postMessage", error))

    failed = failure_of(lambda: in_slack(slack, written(reader=TO_OPS, thread=first)))

    assert (failed.is_retryable, failed.refuses_credential) == (is_retryable, refuses_credential)
    assert len(slack.posted) == 1


@pytest.mark.loopback
def test_an_incoming_webhook_is_posted_a_digest_plainly(server: ScriptedServer) -> None:
    server.plays(reply(body=b"ok"))
    message = replace(written(reader=TO_OPS, thread="C1/1.2"), mentions=("U02ALICE",))
    sender = SlackSender(
        outbound=Outbound(allow_private=True, attempt_seconds=0.5),
        secrets=parameters(slack=f"{server.url}/services/T000/B000/hush"),
        ledger=Stores(at_nine).notifications,
        now=at_nine,
        api_url="https://unused.invalid",
        log=captured_log("notifier"),
    )
    to_ops = claimed(a_digest("ops", target="channel:ops"))

    assert sender.send_digest(to_ops, message, channel_of("slack")) is None
    to_alice = claimed(a_digest("slack"))
    failed = failure_of(lambda: sender.send_digest(to_alice, message, channel_of("slack")))

    [request] = server.requests
    posted = request.json()
    assert posted["text"] == first_line(message, ("U02ALICE",))
    assert posted["attachments"] == [attachment(message)]
    assert not {"channel", "thread_ts"} & posted.keys()
    expect_taken(posted)
    assert failed.reason.startswith("an incoming webhook cannot write to one person")


@given(
    title=st.text(max_size=3_500),
    place=st.text(max_size=500),
    total=st.integers(1, 8),
    is_taken=st.booleans(),
)
def test_no_digest_is_one_that_slack_refuses(
    *, title: str, place: str, total: int, is_taken: bool
) -> None:
    alerts = [
        an_alert(title or "x", service=place, place=place, key=f"{number}")
        for number in range(total)
    ]
    message = written(taken(alerts) if is_taken else alerts)

    said = first_line(message, ("U1",) * 50)

    expect_taken({"text": said, "attachments": [attachment(message)]})
    assert "<" not in said.replace("<@U1>", "")


# SMS


@pytest.mark.loopback
def test_a_digest_by_sms_has_a_short_link_to_the_digest(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    answered = b"<PublishResult><MessageId>m</MessageId></PublishResult>"
    published = b"<PublishResponse>" + answered + b"</PublishResponse>"
    server.plays(reply(body=published, headers={"Content-Type": "text/xml"}))
    stores, drawn = Stores(at_nine), count(1)
    links = StoredShortLinks(
        parameters=parameters(link=spell_link_key(KEY)),
        parameter_name="/tocsin/link",
        public_url=PUBLIC_URL,
        links=lambda: stores.short_links,
        now=at_nine,
        random_bytes=lambda size: next(drawn).to_bytes(size),
        new_write_id=lambda: WriteId("w"),
        log=captured_log("notifier"),
    )

    sender = SmsSender(AwsSdk("eu-central-1"), links)
    taken_as = sender.send_digest(claimed(a_digest("sms")), written(), channel_of("sms"))

    assert taken_as == "m m"
    said = [parse_qs(request.body.decode())["Message"][0] for request in server.requests]
    assert said[0] == said[1]
    assert segments(said[0]) == 1
    assert said[0].startswith("7 ALERTS, 2 CRITICAL, 1 min: api 5, db 2. Newest: db-1: ")
    characters = said[0].splitlines()[-1].removeprefix(f"{PUBLIC_URL}/s/")
    assert stores.short_links.find(stored_name(characters, KEY)) == Link(
        action=LinkAction.DIGEST,
        alert_id=AlertId(DIGEST_ID),
        by="alice",
        expires_at=NINE + LINK_LIFE,
    )


@pytest.mark.parametrize("has_links", [True, False])
def test_a_digest_by_sms_without_a_short_link_has_the_long_one(*, has_links: bool) -> None:
    published: list[str] = []

    def ask_aws(service: str, operation: str, **arguments: Any) -> Mapping[str, Any]:  # noqa: ANN401 - of any operation
        assert (service, operation) == ("sns", "publish")
        published.append(arguments["Message"])
        return {"MessageId": "m"}

    message = written() if has_links else written(links=None)
    SmsSender(ask_aws, NoShortLinks()).send_digest(
        claimed(a_digest("sms")), message, channel_of("sms")
    )

    assert ("/act/" in published[0], "\n" in published[0]) == (has_links, has_links)


# Everything else


@pytest.mark.loopback
def test_a_digest_by_apprise_is_title_and_body(server: ScriptedServer) -> None:
    url = server.url.replace("http://", "json://") + "/hook"
    sender = AppriseSender(Outbound(allow_private=True), parameters(apprise=url))
    message = written(SEVEN[2:], reader=TO_OPS)

    sender.send_digest(
        claimed(a_digest("ops", target="channel:ops")), message, channel_of("apprise")
    )

    [request] = server.requests
    sent = request.json()
    assert sent["title"] == headline(message)
    assert sent["type"] == "warning"
    assert "@channel" not in sent["message"]
    assert "Acknowledge these 5: https://tocsin.example.com/act/" in sent["message"]


def test_a_digest_in_plain_text_has_all_in_its_order() -> None:
    said = f"{headline(written())}\n{body(written())}".replace("\N{NO-BREAK SPACE}", " ")

    assert said.splitlines()[:8] == [
        "7 alerts, 2 critical, since 03:02 (Berlin)",
        "api 5, db 2",
        "Newest critical: db-1: Postgres primary does not answer.",
        (
            "Nobody has any of them. Bob is called for these from 03:07 on unless someone "
            "acknowledges."
        ),
        "",
        "Acknowledge these 7: https://tocsin.example.com/act/FQGcnNsYc1BwdHVzZ3Rfb2ZfN2FsaWNl",
        "Only these 7: alerts that come later are not acknowledged.",
        "",
    ]
    assert said.splitlines()[8] == (
        "CRITICAL db-1: Postgres primary does not answer, just now (03:03), newest"
    )
    assert said.endswith("\nand 2 more warnings")


@pytest.mark.parametrize("type_", MODULES)
def test_a_type_is_bundled_if_its_sender_sends_digests(type_: str) -> None:
    sender = channel_spec(type_).sender(a_wiring())

    assert is_bundled(type_) == isinstance(sender, DigestSender) == (type_ in BUNDLED)


def test_an_unknown_type_is_not_bundled() -> None:
    assert not is_bundled("pigeon")


@pytest.mark.parametrize(
    ("type_", "reason"),
    [
        ("webhook", "channels of type webhook send no digests"),
        ("console", "channels of type console send no digests"),
        ("pigeon", "there is no channel type pigeon"),
    ],
)
def test_a_type_that_is_never_bundled_refuses_a_digest_for_good(type_: str, reason: str) -> None:
    senders = ChannelSenders(a_wiring())

    failed = failure_of(
        lambda: senders.send_digest(claimed(a_digest()), written(), Channel(name="ops", type=type_))
    )

    assert (failed.reason, failed.is_retryable) == (reason, False)


@pytest.mark.loopback
def test_a_credential_that_is_refused_is_read_anew_for_a_digest_too(
    server: ScriptedServer,
) -> None:
    server.plays(reply(body={"ok": False, "error": "invalid_auth"}), POSTED)
    wiring = a_wiring(parameters(slack=TOKEN), allow_private=True)
    senders = ChannelSenders(replace(wiring, slack_api_url=server.url))

    sent = senders.send_digest(
        claimed(a_digest("ops", target="channel:ops")), written(), channel_of("slack")
    )

    assert sent == "C1/1700000000.000100"
    assert len(server.requests) == 2


def test_a_fault_of_ours_is_a_failed_attempt() -> None:
    def raises(template: str, **values: object) -> str:
        raise ZeroDivisionError(template, values)

    senders = ChannelSenders(replace(a_wiring(), email_from="a@example.com", render=raises))

    failed = failure_of(
        lambda: senders.send_digest(claimed(a_digest()), written(), channel_of("email"))
    )

    assert (failed.reason, failed.is_retryable) == (
        "a fault of ours in channels of type email",
        True,
    )


# Links


def links_of(**secrets: str) -> ParameterLinks:
    return ParameterLinks(
        parameters(**secrets), "/tocsin/key", PUBLIC_URL, captured_log("notifier")
    )


def read(url: str | None) -> Link:
    assert url is not None
    return LinkSigner(KEY, PUBLIC_URL).read(url.removeprefix(f"{PUBLIC_URL}/act/"), NINE)


def test_a_digest_has_a_link_to_its_list_and_a_person_one_to_be_awake() -> None:
    maker = links_of(key=spell_link_key(KEY))

    to_alice = maker.digest_links(a_digest(), at=NINE)
    to_ops = maker.digest_links(a_digest("ops", target="channel:ops"), at=NINE)

    assert to_alice is not None
    assert to_ops is not None
    assert [
        (link.action, str(link.alert_id), link.by)
        for link in map(read, (to_alice.acknowledge, to_alice.awake, to_ops.acknowledge))
    ] == [
        (LinkAction.DIGEST, DIGEST_ID, "alice"),
        (LinkAction.AWAKE, DIGEST_ID, "alice"),
        (LinkAction.DIGEST, DIGEST_ID, "ops"),
    ]
    assert to_ops.awake is None


def test_a_digest_without_links_is_better_than_none() -> None:
    assert links_of(key="c2hvcnQ=").digest_links(a_digest(), at=NINE) is None
    assert links_of().digest_links(a_digest(), at=NINE) is None
    no_key = ParameterLinks(parameters(), "", PUBLIC_URL, captured_log("notifier"))
    assert no_key.digest_links(a_digest(), at=NINE) is None


@pytest.mark.parametrize("event", NotificationEvent)
@pytest.mark.parametrize("target", ["user:alice", "channel:ops"])
def test_only_pages_to_people_have_a_link_to_be_awake(
    event: NotificationEvent, target: str
) -> None:
    delivery = replace(a_delivery(target=target), event=event)

    links = links_of(key=spell_link_key(KEY)).links(delivery, at=NINE)

    assert links is not None
    is_page = event in {NotificationEvent.PAGED, NotificationEvent.WORSENED}
    assert (links.awake is not None) == (is_page and target == "user:alice")
    if links.awake is not None:
        link = read(links.awake)
        assert (link.action, link.alert_id, link.by) == (
            LinkAction.AWAKE,
            delivery.alert_id,
            "alice",
        )
