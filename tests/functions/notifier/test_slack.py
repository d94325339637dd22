"""Slack: how a message looks, what is asked of Slack, and what its refusals mean."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.notifier.outbound import Outbound
from tests.captured_log import captured_log
from tests.examples import ALICE, BOB, HOUR, NINE
from tests.fakes.slack import expect_taken
from tests.functions.notifier.conftest import (
    KEY,
    PUBLIC_URL,
    SLACK_API_URL,
    a_delivery,
    a_message,
    an_alert,
    at_nine,
    claimed,
    failure_of,
    parameters,
)
from tests.scripted_server import ScriptedServer, cut_after, reply
from tocsin.adapters.dynamodb.notifications.notification_repository import DynamoDBNotifications
from tocsin.channels.slack import SlackSender
from tocsin.channels.slack_blocks import attachment, first_line
from tocsin.channels.slack_blocks import reply as reply_text
from tocsin.domain.alert import Alert, AlertStatus, Snooze
from tocsin.domain.ids import WriteId
from tocsin.domain.link import LinkAction, LinkSigner
from tocsin.domain.message import TEST_SUBJECT, Message
from tocsin.domain.notification import Delivery, NotificationEvent, NotificationReason
from tocsin.domain.people import Channel
from tocsin.domain.phrase import Span
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts
from tocsin.domain.snooze_presets import Preset
from tocsin.domain.wording import Band
from tocsin.usecases.refusals import DeliveryFailedError
from tocsin_cli.simulated.stores import Stores

pytestmark = pytest.mark.loopback

TOKEN = "xoxb-canary"
SECRET = json.dumps({"bot_token": TOKEN, "signing_secret": "8f742231b10e8888abcd99yyyzzz85a5"})
POSTED = reply(body={"ok": True, "channel": "C1", "ts": "1700000000.000100"})
AT_0258 = datetime(2026, 11, 27, 1, 58, tzinfo=UTC)
AT_0306 = datetime(2026, 11, 27, 2, 6, tzinfo=UTC)
HOSTILE = '<b>api-7</b> down? @channel \N{FIRE} <!here> & "now"'


def chat(**settings: str) -> Channel:
    known = {"channel": "#oncall"} | settings
    return Channel(name="ops-chat", type="slack", settings=known, secret="/tocsin/slack")


def sender(
    api_url: str, secret: str = SECRET, *, ledger: DynamoDBNotifications | None = None
) -> SlackSender:
    return SlackSender(
        outbound=Outbound(allow_private=True, attempt_seconds=0.5),
        secrets=parameters(slack=secret),
        ledger=ledger or Stores(at_nine).notifications,
        now=at_nine,
        api_url=api_url,
        log=captured_log("notifier"),
    )


def page() -> Delivery:
    return a_delivery("ops-chat")


def send(
    server: ScriptedServer,
    alert: Alert | None = None,
    *,
    secret: str = SECRET,
    delivery: Delivery | None = None,
    ledger: DynamoDBNotifications | None = None,
) -> str | None:
    alert, delivery = alert or an_alert(), delivery or page()
    return sender(server.url, secret, ledger=ledger).send(
        claimed(delivery), alert, a_message(alert, delivery), chat()
    )


def a_worded(**words: Any) -> Message:  # noqa: ANN401 - fields of a wording
    """A critical page, in these words."""
    said = a_message(an_alert(), page())
    wording = replace(
        said.wording,
        **{
            "severity": Severity.CRITICAL,
            "status": AlertStatus.FIRING,
            "band": Band.CRITICAL,
            "mark": "■",
            "word": "CRITICAL",
            "state": "Nobody has it",
            "title": "Checkout: 8.4 % of requests fail with 5xx",
            "where": "checkout in prod-eu-1, says prod-prometheus",
            "since_clock": (Span("Since "), Span("02:58", at=AT_0258), Span(".")),
            "who": (Span("Nobody has it yet.", is_strong=True),),
            "next": (
                Span("Alice is being called; Bob is called at "),
                Span("03:06", at=AT_0306),
                Span(" unless someone acknowledges."),
            ),
            "if_resolved": (
                Span("Is it over for everybody? If it fires again, it is a new page."),
            ),
            "runbook": "https://runbooks.example.com/checkout-5xx",
            "dashboard": "https://grafana.example.com/d/checkout/overview?from=now-1h",
            "details": "5xx ratio is 8.4 %\n  checkout-7c9f-abc12   412 errors",
            "labels": (("service", "checkout"), ("team", "payments")),
            "presets": (Preset("15m", "15 min"), Preset("1h", "1 h"), Preset("09:00", "tomorrow")),
            **words,
        },
    )
    return replace(said, wording=wording)


def acknowledged(**words: Any) -> Message:  # noqa: ANN401 - fields of a wording
    return a_worded(
        **{
            "status": AlertStatus.ACKNOWLEDGED,
            "band": Band.DONE,
            "mark": "✓",
            "word": "ACKNOWLEDGED",
            "state": "Bob has it",
            "severity_mark": "□",
            "if_given_back": (Span("Then nobody has it: step 1 is called again at once."),),
            **words,
        }
    )


def elements_of(message: Message, *, by_buttons: bool = True) -> dict[str, dict[str, Any]]:
    """Buttons and menus, by their names."""
    return {
        element["action_id"]: element
        for block in attachment(message, by_buttons=by_buttons)["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
    }


def posted(server: ScriptedServer) -> dict[str, Any]:
    [request] = server.requests
    body: dict[str, Any] = request.json()
    return body


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


# How it looks


def test_the_first_line_says_how_bad_and_what_and_mentions_who_is_asked() -> None:
    assert first_line(a_worded(), ("U02ALICE", "U03BOB")) == (
        "<@U02ALICE> <@U03BOB> ■ *CRITICAL* Checkout: 8.4 % of requests fail with 5xx"
    )


def test_the_facts_are_a_title_that_links_then_where_then_sentences_with_times() -> None:
    message = a_worded()
    assert message.links is not None

    [section] = attachment(message, by_buttons=True)["blocks"][0]["elements"]

    assert section == {
        "type": "rich_text_section",
        "elements": [
            {
                "type": "link",
                "url": message.links.view,
                "text": "Checkout: 8.4 % of requests fail with 5xx",
                "style": {"bold": True},
            },
            {"type": "text", "text": "\ncheckout in prod-eu-1, says prod-prometheus\nSince "},
            {
                "type": "date",
                "timestamp": 1795744680,
                "format": "{time}",
                "fallback": "01:58 UTC",
            },
            {"type": "text", "text": ". "},
            {"type": "text", "text": "Nobody has it yet.", "style": {"bold": True}},
            {"type": "text", "text": " Alice is being called; Bob is called at "},
            {
                "type": "date",
                "timestamp": 1795745160,
                "format": "{time}",
                "fallback": "02:06 UTC",
            },
            {"type": "text", "text": " unless someone acknowledges."},
        ],
    }


def test_details_are_preformatted_and_labels_in_context() -> None:
    *_, details, labels = attachment(a_worded(), by_buttons=True)["blocks"]

    text = {"type": "text", "text": "5xx ratio is 8.4 %\n  checkout-7c9f-abc12   412 errors"}
    preformatted = {"type": "rich_text_preformatted", "border": 0, "elements": [text]}
    assert details == {"type": "rich_text", "elements": [preformatted]}
    assert labels == {"type": "context", "elements": [plain("service=checkout  team=payments")]}


def test_labels_that_are_left_out_are_counted() -> None:
    labels = tuple((f"label-{number}", "x") for number in range(25))

    block = attachment(a_worded(labels=labels), by_buttons=True)["blocks"][-1]

    assert block["elements"][0]["text"].endswith("label-19=x  and 5 more")


def test_a_time_on_another_day_says_the_day() -> None:
    tomorrow = (Span("Quiet until "), Span("tomorrow, 09:00", at=AT_0306), Span("."))

    [section] = attachment(a_worded(next=tomorrow), by_buttons=True)["blocks"][0]["elements"]

    assert section["elements"][-2] == {
        "type": "date",
        "timestamp": 1795745160,
        "format": "{date_short_pretty}, {time}",
        "fallback": "27 Nov, 02:06 UTC",
    }


@pytest.mark.parametrize(
    ("message", "colour", "line"),
    [
        pytest.param(a_worded(), "#c4162a", "■ *CRITICAL* ", id="critical"),
        pytest.param(
            a_worded(severity=Severity.WARNING, band=Band.WARNING, mark="◆", word="WARNING"),
            "#f0b132",
            "◆ *WARNING* ",
            id="warning",
        ),
        pytest.param(
            a_worded(severity=Severity.INFO, band=Band.INFO, mark="●", word="INFO"),
            "#40709f",
            "● *INFO* ",
            id="info",
        ),
        pytest.param(
            acknowledged(), "#17673a", "✓ *Acknowledged*, Bob has it · □ critical · ", id="taken"
        ),
        pytest.param(
            a_worded(
                status=AlertStatus.RESOLVED,
                band=Band.OVER,
                mark="✓",
                word="RESOLVED",
                state="was critical",
            ),
            "#868f9a",
            "✓ *Resolved* · was critical · ",
            id="over",
        ),
        pytest.param(
            a_worded(
                band=Band.OVER,
                mark="□",
                severity_mark="□",
                word="SNOOZED",
                state="until 09:00",
                city="Berlin",
            ),
            "#868f9a",
            "□ *Snoozed*, until 09:00 (Berlin) · critical · ",
            id="snoozed",
        ),
    ],
)
def test_state_and_severity_are_words_and_the_colour_only_repeats_them(
    message: Message, colour: str, line: str
) -> None:
    shown = attachment(message, by_buttons=True)

    assert shown["color"] == colour
    assert first_line(message) == f"{line}Checkout: 8.4 % of requests fail with 5xx"
    assert message.wording.state in shown["fallback"]


def test_a_firing_alert_offers_acknowledge_links_snooze_and_resolve() -> None:
    message = a_worded()
    offered = elements_of(message)

    assert list(offered) == ["acknowledge", "open_runbook", "open_dashboard", "snooze", "resolve"]
    assert offered["acknowledge"]["style"] == "primary"
    assert offered["open_runbook"]["url"] == "https://runbooks.example.com/checkout-5xx"
    assert offered["snooze"]["type"] == "static_select"
    assert [option["value"] for option in offered["snooze"]["options"]] == ["15m", "1h", "09:00"]
    assert offered["snooze"]["options"][-1]["text"] == plain("until 09:00, my time")
    assert offered["resolve"]["confirm"] == {
        "title": plain("Resolve?"),
        "text": plain("Is it over for everybody? If it fires again, it is a new page."),
        "confirm": plain("Yes, resolve"),
        "deny": plain("No"),
    }


def test_an_acknowledged_alert_offers_to_give_it_back() -> None:
    offered = elements_of(acknowledged())

    assert list(offered) == [
        "open_runbook",
        "open_dashboard",
        "snooze",
        "unacknowledge",
        "resolve",
    ]
    assert offered["unacknowledge"]["confirm"]["text"] == plain(
        "Then nobody has it: step 1 is called again at once."
    )


def test_a_snoozed_alert_offers_to_wake_it() -> None:
    snoozed = an_alert().snoozed(Snooze(until=NINE + HOUR), by=ALICE, at=NINE)
    offered = elements_of(a_message(snoozed, page()))

    assert list(offered) == ["acknowledge", "snooze", "unsnooze", "resolve"]
    assert offered["unsnooze"]["confirm"] == {
        "title": plain("Wake now?"),
        "text": plain("Then the snooze is over, and the first step is called at once."),
        "confirm": plain("Yes, wake it now"),
        "deny": plain("No"),
    }


def test_a_resolved_alert_offers_links_only_and_shows_no_details() -> None:
    message = replace(a_worded(status=AlertStatus.RESOLVED, band=Band.OVER), links=None)

    assert list(elements_of(message)) == ["open_runbook", "open_dashboard"]
    assert len(attachment(message, by_buttons=True)["blocks"]) == 2


def test_buttons_and_the_menu_carry_the_link_that_shows_the_alert() -> None:
    message = a_worded()
    [actions] = [
        block
        for block in attachment(message, by_buttons=True)["blocks"]
        if block["type"] == "actions"
    ]

    tokens = {
        actions["block_id"],
        *(element["value"] for element in actions["elements"] if "value" in element),
    }

    [token] = tokens
    link = LinkSigner(KEY, PUBLIC_URL).read(token, NINE)
    assert (link.action, link.alert_id) == (LinkAction.VIEW, an_alert().alert_id)


@pytest.mark.parametrize(
    ("message", "label"), [(a_worded(), "Acknowledge"), (acknowledged(), "Open")]
)
def test_without_a_signing_secret_one_button_leads_to_the_page(
    message: Message, label: str
) -> None:
    assert message.links is not None
    offered = elements_of(message, by_buttons=False)

    assert list(offered) == ["open", "open_runbook", "open_dashboard"]
    assert offered["open"]["text"] == plain(label)
    assert offered["open"]["url"] == message.links.view


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://x", "https://x y", "", "https://" + "x" * 3_000]
)
def test_an_address_that_slack_would_refuse_is_no_button(url: str) -> None:
    assert "open_runbook" not in elements_of(a_worded(runbook=url))


def test_a_test_says_so_and_asks_to_confirm() -> None:
    test = replace(
        a_worded(),
        event=NotificationEvent.TEST,
        subject=TEST_SUBJECT,
        lead=(Span("Nothing is wrong."),),
        links=None,
        confirm=f"{PUBLIC_URL}/act/confirms",
    )

    shown = attachment(test, by_buttons=True)

    assert first_line(test) == TEST_SUBJECT
    assert elements_of(test)["open"]["url"] == f"{PUBLIC_URL}/act/confirms"
    assert "CRITICAL" not in json.dumps(shown)


def test_a_reply_at_the_end_says_that_nothing_is_left_to_do() -> None:
    alert = an_alert().resolve(by=BOB, at=NINE)
    delivery = replace(a_delivery(), event=NotificationEvent.RESOLVED)

    assert reply_text(a_message(alert, delivery)).endswith(" Nothing is left to do.")


def test_a_reply_says_what_happened_with_times_in_each_readers_zone() -> None:
    lead = (Span("Bob acknowledged it at ", is_strong=True), Span("03:06", at=AT_0306), Span("."))
    message = replace(acknowledged(), event=NotificationEvent.ACKNOWLEDGED, lead=lead)

    assert reply_text(message) == ("Bob acknowledged it at <!date^1795745160^{time}|02:06 UTC>.")


def test_no_city_stands_behind_a_time_that_is_in_each_readers_zone() -> None:
    lead = (Span("Acknowledged at "), Span("03:06", at=AT_0306), Span(" (Berlin), for Berlin."))
    message = replace(
        acknowledged(city="Berlin", next=lead), event=NotificationEvent.ACKNOWLEDGED, lead=lead
    )

    assert reply_text(message).endswith("UTC>, for Berlin.")
    assert "(Berlin)" not in json.dumps(attachment(message, by_buttons=True))


def test_a_reply_that_asks_has_the_first_line_too() -> None:
    lead = (Span("Alice did not answer."),)

    assert reply_text(replace(a_worded(), lead=lead), ("U03BOB",)) == (
        "<@U03BOB> ■ *CRITICAL* Checkout: 8.4 % of requests fail with 5xx. Alice did not answer."
    )


# Hostile texts


def test_the_fallback_of_a_phone_has_no_text_unescaped() -> None:
    message = a_worded(title=HOSTILE)

    assert first_line(message) == (
        '■ *CRITICAL* &lt;b&gt;api-7&lt;/b&gt; down? @channel \N{FIRE} &lt;!here&gt; &amp; "now"'
    )
    assert "<" not in attachment(message, by_buttons=True)["fallback"]


def test_in_blocks_a_text_stays_as_it_is() -> None:
    shown = attachment(a_worded(title=HOSTILE, where=HOSTILE, details=HOSTILE), by_buttons=True)

    title = shown["blocks"][0]["elements"][0]["elements"][0]
    assert title["text"] == HOSTILE
    assert shown["blocks"][2]["elements"][0]["elements"] == [{"type": "text", "text": HOSTILE}]


texts = st.one_of(
    st.text(max_size=3_500),
    st.sampled_from(["<!channel>", "&", "<@U1>", "a\nb\rc\0\x1b[31m", "*_~`", ":tada:"]).map(
        lambda piece: piece * 500
    ),
)


@given(title=texts, other=texts, name=st.sampled_from([*NotificationEvent]))
def test_no_text_makes_a_message_that_slack_refuses(
    title: str, other: str, name: NotificationEvent
) -> None:
    facts = Facts(name=title, summary=other, reason=other, object=title, labels={title: other})
    said = a_message(replace(an_alert(), facts=facts), page())
    wording = replace(
        said.wording,
        where=other,
        who=(Span(title), Span("03:06", at=AT_0306), Span("")),
        next=(Span(other),),
        if_resolved=(Span(other),),
        if_given_back=(Span(title),),
        labels=((title, other),) * 30,
        runbook=other,
        state=title,
    )
    for status in AlertStatus:
        message = replace(
            said,
            event=name,
            wording=replace(wording, status=status),
            lead=(Span(other), Span(title)),
        )
        for by_buttons in (True, False):
            shown = attachment(message, by_buttons=by_buttons)
            expect_taken({"text": first_line(message), "attachments": [shown]})
        for text in (first_line(message), reply_text(message)):
            assert "<" not in text.replace("<!date^", "")
        expect_taken({"text": reply_text(message, ("U1",))})


@pytest.mark.parametrize("mention", ["!channel", "U1> <!here", "", "u1", "U" * 40])
def test_only_ids_of_people_are_mentioned(mention: str) -> None:
    assert first_line(a_worded(), (mention,)).startswith("■")


def test_a_crowd_is_not_mentioned_beyond_the_limit() -> None:
    line = first_line(a_worded(), [f"U{number}" for number in range(200)])

    assert line.count("<@") == 40


# What is asked of Slack


def test_a_page_is_posted_to_the_channel(server: ScriptedServer) -> None:
    server.plays(POSTED)

    provider_id = send(server)

    [request] = server.requests
    body = request.json()
    assert request.line == "POST /chat.postMessage HTTP/1.1"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert (provider_id, body["channel"]) == ("C1/1700000000.000100", "#oncall")
    assert body["metadata"]["event_payload"] == {"notification_id": page().key}
    assert (body["parse"], body["link_names"]) == ("none", False)
    assert (body["unfurl_links"], body["unfurl_media"]) == (False, False)
    expect_taken(body)


def ledger_with_page(provider_id: str = "C1/1700000000.000100") -> DynamoDBNotifications:
    ledger = Stores(at_nine).notifications
    ledger.add(claimed(page()), write_id=WriteId("w-1"))
    sent = claimed(page()).sent(provider_id, at=NINE)
    ledger.update(claimed(page()), sent, write_id=WriteId("w-2"))
    return ledger


def update(event: NotificationEvent) -> Delivery:
    return replace(page(), event=event, reason=NotificationReason.CHANGED, version=3)


def test_an_update_rewrites_the_message_of_the_page_and_replies_to_it(
    server: ScriptedServer,
) -> None:
    server.plays(POSTED)
    alert = an_alert().acknowledge(by=ALICE, at=NINE)
    told = update(NotificationEvent.ACKNOWLEDGED)

    provider_id = send(server, alert, delivery=told, ledger=ledger_with_page())

    rewriting, replying = server.requests
    assert rewriting.line == "POST /chat.update HTTP/1.1"
    assert (rewriting.json()["channel"], rewriting.json()["ts"]) == ("C1", "1700000000.000100")
    assert replying.line == "POST /chat.postMessage HTTP/1.1"
    assert replying.json()["thread_ts"] == "1700000000.000100"
    assert replying.json()["reply_broadcast"] is False
    ids = [it.json()["metadata"]["event_payload"]["notification_id"] for it in server.requests]
    assert ids == [told.key, f"{told.key}.thread"]
    assert provider_id == "C1/1700000000.000100"


def test_a_correction_rewrites_and_tells_nothing_again(server: ScriptedServer) -> None:
    server.plays(POSTED)
    told = replace(update(NotificationEvent.ACKNOWLEDGED), after="1.1")

    send(server, delivery=told, ledger=ledger_with_page())

    assert posted(server)["ts"] == "1700000000.000100"


def test_a_correction_of_a_reply_rewrites_the_first_message(server: ScriptedServer) -> None:
    server.plays(POSTED)
    told = replace(update(NotificationEvent.ACKNOWLEDGED), after="1.1")

    send(server, delivery=told, ledger=ledger_with_page("C1/1700000000.000300/1700000000.000100"))

    assert posted(server)["ts"] == "1700000000.000100"


@pytest.mark.parametrize("provider_id", ["", "C1", "C1/", "C1//1", "C1/1/2/3"])
def test_a_message_without_a_name_cannot_be_rewritten(
    server: ScriptedServer, provider_id: str
) -> None:
    told = update(NotificationEvent.ACKNOWLEDGED)

    failed = failure_of(lambda: send(server, delivery=told, ledger=ledger_with_page(provider_id)))

    assert not failed.is_retryable
    assert not server.requests


def test_an_update_rewrites_the_message_that_it_became_worse(server: ScriptedServer) -> None:
    server.plays(POSTED)
    ledger = ledger_with_page()
    worse = claimed(replace(page(), event=NotificationEvent.WORSENED, version=2))
    ledger.add(worse, write_id=WriteId("w-3"))
    sent = worse.sent("C1/1700000000.000200", at=NINE)
    ledger.update(worse, sent, write_id=WriteId("w-4"))
    told = replace(update(NotificationEvent.RESOLVED), of_version=2, after="v2")

    send(server, an_alert().resolve(by=ALICE, at=NINE), delivery=told, ledger=ledger)

    assert server.requests[0].line == "POST /chat.update HTTP/1.1"
    assert posted(server)["ts"] == "1700000000.000200"


def test_that_an_alert_became_worse_is_posted(server: ScriptedServer) -> None:
    """Slack shows nobody a rewritten message, and the claimer may have had none."""
    server.plays(POSTED)
    alert = an_alert().acknowledge(by=ALICE, at=NINE)
    worse = replace(update(NotificationEvent.WORSENED), reason=NotificationReason.WORSENED)

    send(server, alert, delivery=worse)

    assert server.requests[0].line == "POST /chat.postMessage HTTP/1.1"
    assert posted(server)["channel"] == "#oncall"


def test_a_message_that_was_never_posted_cannot_be_rewritten(server: ScriptedServer) -> None:
    failed = failure_of(lambda: send(server, delivery=update(NotificationEvent.ACKNOWLEDGED)))

    assert not failed.is_retryable
    assert not server.requests


@pytest.mark.parametrize(
    "error", ["invalid_auth", "channel_not_found", "not_in_channel", "is_archived", "token_revoked"]
)
def test_a_final_error_of_slack_is_final(server: ScriptedServer, error: str) -> None:
    server.plays(reply(body={"ok": False, "error": error}))

    failed = failure_of(lambda: send(server))

    assert (failed.reason, failed.is_retryable) == (f"Slack refused: {error}", False)


@pytest.mark.parametrize("error", ["ratelimited", "internal_error", "service_unavailable"])
def test_a_temporary_error_of_slack_is_tried_again(server: ScriptedServer, error: str) -> None:
    server.plays(reply(body={"ok": False, "error": error}, headers={"Retry-After": "30"}))

    failed = failure_of(lambda: send(server))

    assert failed.is_retryable
    assert failed.retry_after == timedelta(seconds=30)


def test_too_many_requests_wait_as_long_as_slack_says(server: ScriptedServer) -> None:
    server.plays(reply(429, b"", {"Retry-After": "12"}))

    failed = failure_of(lambda: send(server))

    assert (failed.is_retryable, failed.retry_after) == (True, timedelta(seconds=12))


@pytest.mark.parametrize(
    "step",
    [
        reply(500),
        cut_after(),
        cut_after(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{"),
        reply(body=b"[]"),
    ],
    ids=["an error", "a dropped connection", "half an answer", "no object"],
)
def test_a_bad_moment_is_tried_again(server: ScriptedServer, step: Any) -> None:  # noqa: ANN401 - a step
    server.plays(step)

    failed = failure_of(lambda: send(server))

    assert failed.is_retryable


def test_an_error_that_is_no_word_is_not_shown(server: ScriptedServer) -> None:
    server.plays(reply(body={"ok": False, "error": "token xoxb-canary\r\nis bad"}))

    failed = failure_of(lambda: send(server))

    assert failed.reason == "Slack refused: unknown_error"


@pytest.mark.parametrize(
    "secret", ["", "{", "{}", '{"bot_token": ""}', '{"bot_token": "a\\nb"}', "a\nb"]
)
def test_a_bad_secret_is_reported_by_its_name_and_never_quoted(
    server: ScriptedServer, secret: str
) -> None:
    failed = failure_of(lambda: send(server, secret=secret))

    assert failed.reason == "the secret /tocsin/slack holds no bot_token"
    assert not server.requests


# Another API, and incoming webhooks

HOOK = "https://hooks.slack.com/services/T000/B000/hush"


def test_a_stack_may_ask_another_api(server: ScriptedServer) -> None:
    server.plays(POSTED)

    sender(f"{server.url}/api").send(claimed(page()), an_alert(), a_message(), chat())

    assert server.requests[0].line == "POST /api/chat.postMessage HTTP/1.1"


def test_an_api_without_tls_is_asked_only_where_private_addresses_are_allowed(
    server: ScriptedServer,
) -> None:
    careful = replace(sender(server.url), outbound=Outbound(allow_private=False))

    failed = failure_of(lambda: careful.send(claimed(page()), an_alert(), a_message(), chat()))

    assert (failed.reason, failed.is_retryable) == (
        "not sent: the URL does not begin with https://",
        False,
    )
    assert not server.requests


def test_a_channels_own_setting_leads_nowhere_else(server: ScriptedServer) -> None:
    asked: list[str] = []

    def resolve(name: str, _port: int) -> list[str]:
        asked.append(name)
        return ["127.0.0.1"]

    outbound = Outbound(allow_private=False, resolve=resolve)
    careful = replace(sender(SLACK_API_URL), outbound=outbound)
    with pytest.raises(DeliveryFailedError):
        careful.send(claimed(page()), an_alert(), a_message(), chat(api_url=server.url))

    assert asked == ["slack.com"]
    assert not server.requests


def by_webhook(
    server: ScriptedServer, delivery: Delivery | None = None, message: Message | None = None
) -> str | None:
    """The server stands for Slack's, where private addresses are allowed."""
    url = f"{server.url}/services/T000/B000/hush"
    return sender("https://unused.invalid", url).send(
        claimed(delivery or page()), an_alert(), message or a_worded(), chat()
    )


@pytest.mark.parametrize("event", [NotificationEvent.PAGED, NotificationEvent.WORSENED])
def test_a_page_to_a_person_has_a_link_to_be_awake(event: NotificationEvent) -> None:
    page_to_alice = awake_in(replace(a_worded(), event=event))

    shown = attachment(page_to_alice, by_buttons=True)

    [block] = [it for it in shown["blocks"] if "awake" in str(it)]
    [section] = block["elements"]
    assert section["elements"] == [
        {"type": "link", "url": AWAKE, "text": "I'm awake"},
        {"type": "text", "text": ": one quiet summary every 5 min in place of pages"},
    ]
    expect_taken({"text": first_line(page_to_alice), "attachments": [shown]})
    assert AWAKE not in str(attachment(awake_in(acknowledged_update()), by_buttons=True))


AWAKE = f"{PUBLIC_URL}/act/awake"


def awake_in(message: Message) -> Message:
    assert message.links is not None
    return replace(message, links=replace(message.links, awake=AWAKE))


def acknowledged_update() -> Message:
    return replace(acknowledged(), event=NotificationEvent.ACKNOWLEDGED)


def test_an_incoming_webhook_is_posted_the_same_look_with_links(server: ScriptedServer) -> None:
    server.plays(reply(body=b"ok"))
    message = replace(a_worded(), mentions=("U02ALICE",))

    assert by_webhook(server, message=message) is None

    [request] = server.requests
    assert request.line == "POST /services/T000/B000/hush HTTP/1.1"
    assert "authorization" not in request.headers
    body = request.json()
    assert body["text"] == first_line(message, ("U02ALICE",))
    assert body["attachments"] == [attachment(message, by_buttons=False)]
    assert "channel" not in body
    expect_taken(body)


def test_an_incoming_webhook_is_posted_further_pages_in_whole(server: ScriptedServer) -> None:
    server.plays(reply(body=b"ok"))
    further = replace(page(), step=2, reason=NotificationReason.ESCALATED)

    by_webhook(server, further)

    assert "attachments" in posted(server)
    assert "thread_ts" not in posted(server)


@pytest.mark.parametrize(
    ("delivery", "reason"),
    [
        (
            a_delivery("slack", target="user:alice"),
            "an incoming webhook cannot write to one person",
        ),
        (update(NotificationEvent.RESOLVED), "an incoming webhook cannot rewrite a message"),
    ],
)
def test_what_an_incoming_webhook_cannot_do_is_said(
    server: ScriptedServer, delivery: Delivery, reason: str
) -> None:
    failed = failure_of(lambda: by_webhook(server, delivery))

    assert (failed.reason.startswith(reason), failed.is_retryable) == (True, False)
    assert not server.requests


@pytest.mark.parametrize(
    ("status", "is_retryable", "refuses_credential"),
    [
        pytest.param(404, False, True, id="removed"),
        pytest.param(403, False, True, id="forbidden"),
        pytest.param(410, False, True, id="archived"),
        pytest.param(400, False, False, id="not understood"),
        pytest.param(429, True, False, id="too many"),
        pytest.param(500, True, False, id="a fault"),
    ],
)
def test_a_refusal_of_an_incoming_webhook(
    server: ScriptedServer, status: int, *, is_retryable: bool, refuses_credential: bool
) -> None:
    server.plays(reply(status, b"no_service"))

    failed = failure_of(lambda: by_webhook(server))

    assert (failed.is_retryable, failed.refuses_credential) == (is_retryable, refuses_credential)
    assert "hush" not in failed.reason


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.slack.com/services/T/B/x",
        "https://hooks.slack.com.evil.example/services/T/B/x",
        "https://user@hooks.slack.com/services/T/B/x",
        "https://hooks.slack.com/triggers/T/B/x",
        "https://hooks.slack.com:8443/services/T/B/x",
        "https://[::1",
        "https://example.com/services/T/B/x",
    ],
)
def test_a_url_of_another_host_gets_nothing_and_is_not_quoted(
    server: ScriptedServer, url: str
) -> None:
    careful = replace(sender(server.url, url), outbound=Outbound(allow_private=False))

    failed = failure_of(lambda: careful.send(claimed(page()), an_alert(), a_message(), chat()))

    assert failed.reason == (
        "the secret /tocsin/slack holds a URL that is no incoming webhook of Slack"
    )
    assert not failed.is_retryable


@pytest.mark.parametrize("host", ["hooks.slack.com", "hooks.slack-gov.com"])
def test_both_of_slacks_hosts_are_posted_to(host: str) -> None:
    asked: list[str] = []

    def resolve(name: str, _port: int) -> list[str]:
        asked.append(name)
        raise OSError

    outbound = Outbound(allow_private=False, resolve=resolve)
    url = f"https://{host}/services/T000/B000/hush"
    careful = replace(sender(SLACK_API_URL, url), outbound=outbound)

    failed = failure_of(lambda: careful.send(claimed(page()), an_alert(), a_message(), chat()))

    assert (asked, failed.is_retryable) == ([host], True)
