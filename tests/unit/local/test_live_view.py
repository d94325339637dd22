"""The lines that a person sees while the stack runs."""

import io
import json
import re
from datetime import UTC, datetime

import pytest

from local.stack.function_logs import LogLine
from local.stack.gateway import RequestServed
from local.view.alert_lines import AlertLine, MessageLine
from local.view.live_view import LiveView
from local.view.shown_messages import ShownMessage

NINE = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
REQUEST = RequestServed(
    at=NINE.timestamp(), method="POST", path="/i/0123…", status=202, milliseconds=17
)
NEWS = AlertLine(NINE, "acknowledged", "Disk full", "critical", "alice", "note on it")


@pytest.fixture
def out() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def view(out: io.StringIO) -> LiveView:
    view = LiveView(out)
    view.open()
    return view


def words(out: io.StringIO) -> list[list[str]]:
    """Line by line, without the time of day, which depends on where this runs."""
    lines = out.getvalue().splitlines()
    assert all(re.match(r"\d\d:\d\d:\d\d  ", line) for line in lines)
    return [line.split()[1:] for line in lines]


def test_a_request_shows_method_path_status_and_duration(view: LiveView, out: io.StringIO) -> None:
    view.request(REQUEST)

    assert words(out) == [["POST", "/i/0123…", "202", "17", "ms"]]


def test_a_failure_behind_an_answer_has_a_line_of_its_own(view: LiveView, out: io.StringIO) -> None:
    view.request(RequestServed(NINE.timestamp(), "GET", "/", 500, 3, failure="Error: boom"))

    assert words(out)[1] == ["Error:", "boom"]


def test_a_change_of_an_alert_shows_what_which_and_who(view: LiveView, out: io.StringIO) -> None:
    view.alert(NEWS)

    assert words(out) == [
        ["acknowledged", "critical", "Disk", "full", "by", "alice,", "note", "on", "it"]
    ]


def test_a_page_is_shown_as_a_block_with_its_links_whole(view: LiveView, out: io.StringIO) -> None:
    link = "http://127.0.0.1:8080/act/" + "x" * 200
    page = {
        "level": "INFO",
        "message": "Page",
        "channel": "here",
        "title": "CRITICAL: Disk full",
        "lines": ["Nobody has it yet."],
        "links": {"acknowledge": link},
    }

    view.log(LogLine(at=0, function="NotifierFunction", message=json.dumps(page)))

    assert words(out) == [
        ["page", "to", "here:", "CRITICAL:", "Disk", "full"],
        ["Nobody", "has", "it", "yet."],
        ["acknowledge", link],
    ]


def test_a_message_cannot_steer_the_terminal_either(view: LiveView, out: io.StringIO) -> None:
    view.message(ShownMessage(NINE, "e-mail", "\x1b[2Ja@b.c", "x\ry", ("\x1b[1A",)))

    assert not re.search(r"[\x1b\r]", out.getvalue())


def test_in_a_narrow_terminal_a_link_is_not_cut(
    out: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr(out, "isatty", lambda: True)
    view = LiveView(out)
    view.open()
    link = "http://127.0.0.1:8080/act/" + "x" * 200

    view.message(ShownMessage(NINE, "page", "here", "Disk full", links={"acknowledge": link}))

    assert link in out.getvalue()


def test_of_the_functions_logs_only_pages_and_errors_are_shown(
    view: LiveView, out: io.StringIO
) -> None:
    for level in ("INFO", "ERROR"):
        message = json.dumps({"level": level, "message": "Table is gone"})
        view.log(LogLine(at=0, function="IngestFunction", message=message))

    assert words(out) == [["ERROR", "in", "Ingest:", "Table", "is", "gone"]]


def test_nothing_is_shown_before_the_stack_is_ready(out: io.StringIO) -> None:
    LiveView(out).request(REQUEST)

    assert out.getvalue() == ""


def test_what_a_sender_wrote_cannot_steer_the_terminal(view: LiveView, out: io.StringIO) -> None:
    view.alert(AlertLine(NINE, "opened", "\x1b[2J\rDisk full", "critical", "x"))

    assert not re.search(r"[\x1b\r]", out.getvalue())


class Clock:
    """Seconds that a test lets pass."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_storm_is_one_more_line_a_second(out: io.StringIO) -> None:
    clock = Clock()
    view = LiveView(out, clock)
    view.open()
    for number in range(30):
        severity = "critical" if number % 3 else "warning"
        view.alert(AlertLine(NINE, "opened", f"node-{number}", severity, "sender"))
        view.message(ShownMessage(NINE, "page", "here", f"node-{number}", lines=("a", "b")))
    view.sum_up()
    before = len(words(out))

    clock.now += 1
    view.sum_up()
    view.sum_up()

    *_, last = words(out)
    assert len(words(out)) == before + 1
    assert before == 6 + 6 * 3, "six of each kind, and a page has three lines"
    assert " ".join(last) == "+ 24 opened, 24 pages (critical 16, warning 8)"


def test_after_a_storm_each_line_is_shown_again(out: io.StringIO) -> None:
    clock = Clock()
    view = LiveView(out, clock)
    view.open()
    for _ in range(7):
        view.request(REQUEST)
    clock.now += 1

    view.request(REQUEST)

    assert [" ".join(line) for line in words(out)[-2:]] == [
        "+ 1 request",
        "POST /i/0123… 202 17 ms",
    ]


def test_requests_hide_no_page(view: LiveView, out: io.StringIO) -> None:
    for _ in range(50):
        view.request(REQUEST)

    view.message(ShownMessage(NINE, "page", "here", "Disk full"))

    assert " ".join(words(out)[-1]) == "page to here: Disk full"


def test_a_fault_is_shown_in_a_storm(view: LiveView, out: io.StringIO) -> None:
    for _ in range(50):
        view.request(REQUEST)

    view.request(RequestServed(NINE.timestamp(), "GET", "/", 500, 3, failure="Error: boom"))

    assert words(out)[-1] == ["Error:", "boom"]


def test_a_message_that_failed_has_a_line_with_the_reason(view: LiveView, out: io.StringIO) -> None:
    view.sending(MessageLine(NINE, "page failed", "ops-hook", "Disk full", "it answered 500"))

    assert " ".join(words(out)[0]) == "page failed to ops-hook: Disk full it answered 500"
