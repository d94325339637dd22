"""Pages, e-mail and SMS, as the terminal shows them."""

import json
from datetime import UTC, datetime

import pytest

from local.stack.function_logs import LogLine
from local.view.log_lines import LogEntry, read_log_line
from local.view.shown_messages import ShownMessage, mail_of, page_of, sms_of

NINE = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
SECONDS = NINE.timestamp()


def entry(function: str = "NotifierFunction", message: str = "Page", **more: object) -> LogEntry:
    told = {"level": "INFO", "message": message, "service": "notifier", **more}
    read = read_log_line(LogLine(int(SECONDS * 1000), function, json.dumps(told)))
    assert read
    return read


def test_a_page_shows_its_channel_what_is_wrong_and_its_links() -> None:
    links = {"acknowledge": "http://here/act/1", "view": None}

    page = page_of(entry(channel="here", title="Disk full", lines=["Since 3 min."], links=links))

    assert page == ShownMessage(
        NINE, "page", "here", "Disk full", ("Since 3 min.",), {"acknowledge": "http://here/act/1"}
    )


def test_a_page_may_come_without_links() -> None:
    page = page_of(entry(channel="here", title="Resolved", lines=[]))

    assert page is not None
    assert page.links == {}


def test_other_lines_of_the_log_are_no_pages() -> None:
    assert page_of(entry(message="Delivery worked on")) is None
    assert page_of(entry(function="IngestFunction")) is None


def test_mail_shows_everybody_it_went_to() -> None:
    record = {
        "MessageId": "m-1",
        "To": ["alice@example.com"],
        "CC": [],
        "BCC": ["bob@example.com"],
        "Subject": "Disk full",
        "BodyText": "Since: nine\r\n\r\nAcknowledge: http://here/act/1\r\n",
        "Timestamp": SECONDS,
    }

    assert mail_of(record) == ShownMessage(
        NINE,
        "e-mail",
        "alice@example.com, bob@example.com",
        "Disk full",
        ("Since: nine", "Acknowledge: http://here/act/1"),
    )


def test_mail_without_a_text_shows_its_subject() -> None:
    record = {"To": ["a@b.c"], "CC": [], "BCC": [], "Subject": "x", "BodyText": None}

    assert mail_of({**record, "Timestamp": NINE.isoformat()}).lines == ()


def test_a_text_message_shows_its_number_and_all_of_it() -> None:
    sms = sms_of("+15550100", {"MessageId": "s-1", "Message": "Disk full\nhttp://here/act/1"})

    assert (sms.kind, sms.to, sms.title) == ("SMS", "+15550100", "Disk full")
    assert sms.lines == ("http://here/act/1",)


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ("alert.paged", "page"),
        ("alert.worsened", "page"),
        ("alert.acknowledged", "update"),
        ("alert.resolved", "update"),
        ("channel.test", "test"),
    ],
)
def test_an_update_is_no_page(event: str, kind: str) -> None:
    page = page_of(entry(event=event))

    assert page is not None
    assert page.kind == kind
