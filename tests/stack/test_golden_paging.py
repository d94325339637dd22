"""The golden scenarios about paging, through the public interfaces of the deployed template."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from local.stack.start import Stack
from local.stack.warm_up import NOTHING_TO_DO
from tests.stack.client import Client, eventually
from tests.stack.faulty_line import Fault, FaultyLine, StorageRequest, rerouted
from tests.stack.team import LONG, Team, of_type
from tests.stack.webhook_receiver import TAKE, Answer, Attempt, Hook, drop, held, status
from tocsin.domain.notification import LEASE

SOON = timedelta(seconds=3)
FORM = "application/x-www-form-urlencoded"


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.fixture
def line(stack: Stack) -> Iterator[FaultyLine]:
    """What the notifier reaches DynamoDB by."""
    with FaultyLine(stack.aws.endpoint).running() as line:
        with rerouted(stack, ["NotifierFunction"], line.url):
            start_notifier(stack)
            yield line
        start_notifier(stack)


def start_notifier(stack: Stack) -> None:
    """One process before there is work: each message that comes meanwhile would start another."""
    name = stack.deployment.functions["NotifierFunction"].name
    answer = stack.aws.client("lambda").invoke(FunctionName=name, Payload=NOTHING_TO_DO)
    assert "FunctionError" not in answer


def after_the_claim(act: Callable[[], object], *, is_lost: bool = False) -> Fault:
    """Let something happen after a claim was written, and before the notifier hears of it."""

    def fault(handler: Any, request: StorageRequest) -> None:  # noqa: ANN401 - the line's own
        answer = handler.forward(request)
        act()
        if is_lost:
            handler.hang_up()
        else:
            handler.answer(*answer)

    return fault


def once_at_a_claim(fault: Fault) -> Callable[[StorageRequest], Fault | None]:
    left = [fault]

    def choose(request: StorageRequest) -> Fault | None:
        is_claim = request.operation == "PutItem" and b'"claimed"' in request.body
        return left.pop() if is_claim and left else None

    return choose


def test_8_an_acknowledgement_between_claim_and_sending_means_no_page_and_a_reason(
    team: Team, api: Client, line: FaultyLine
) -> None:
    hook = team.hook()
    sender = team.sender(([hook], LONG))
    name = team.name("disk")
    opened: dict[str, str] = {}
    is_open = threading.Event()

    def acknowledge() -> None:
        assert is_open.wait(10)
        api.post(f"/api/v1/alerts/{opened['id']}/ack").expect(HTTPStatus.OK)

    with line.having(once_at_a_claim(after_the_claim(acknowledge))):
        opened["id"] = team.opened(sender, name=name)
        is_open.set()
        timeline = team.told(opened["id"], "notification_skipped")

    [skipped] = of_type(timeline, "notification_skipped")
    assert skipped["reason"].startswith("already acknowledged by ")
    assert skipped["channel"] == hook.name
    [notification] = team.notifications(opened["id"])
    assert (notification["state"], notification["attempts"]) == ("skipped", 1)
    assert hook.received == []


def test_9_two_channels_in_one_step_are_two_deliveries(team: Team) -> None:
    first, second = team.hook(), team.hook()

    alert_id = team.opened(team.sender(([first, second], LONG)))

    pages = [*first.told(1), *second.told(1)]
    assert {page.alert_id for page in pages} == {alert_id}
    assert len({page.id for page in pages}) == 2
    timeline = team.told(alert_id, "notification_sent", "notification_sent")
    sent = of_type(timeline, "notification_sent")
    assert {entry["channel"] for entry in sent} == {first.name, second.name}
    assert {entry["notification_id"] for entry in sent} == {page.id for page in pages}


def test_10_a_repeated_page_within_five_minutes_is_delivered(team: Team) -> None:
    hook = team.hook()

    team.opened(team.sender(([hook], "2s"), repeat=1))

    first, again = hook.told(2)
    assert again.at - first.at < timedelta(seconds=2) + SOON
    assert first.id != again.id
    assert [page.notification["reason"] for page in (first, again)] == ["first", "repeated"]
    assert [page.notification["loop"] for page in (first, again)] == [1, 2]


def never(handler: Any) -> None:  # noqa: ANN401 - the receiver's own
    """No answer for as long as anybody waits for one."""
    held(threading.Event(), drop)(handler)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param(status(500), "the receiver answered 500", id="a 500"),
        pytest.param(drop, "the host closed the connection", id="accepts and hangs up"),
        pytest.param(never, "no answer in time", id="never answers"),
    ],
)
def test_11_what_a_provider_refuses_is_retried_and_told_without_a_duplicate(
    team: Team, answer: Answer, reason: str
) -> None:
    hook = team.hook()
    hook.answers_with(answer, TAKE)

    alert_id = team.opened(team.sender(([hook], LONG)))

    timeline = team.told(alert_id, "notification_failed", "notification_sent", seconds=40)
    first, second = hook.told(2)
    assert first.id == second.id
    assert [page.notification["attempt"] for page in (first, second)] == [1, 2]
    failed, sent = of_type(timeline, "notification_failed", "notification_sent")
    assert [failed["type"], sent["type"]] == ["notification_failed", "notification_sent"]
    assert failed["reason"].startswith(reason)
    assert sent["notification_id"] == failed["notification_id"] == first.id
    assert [row["state"] for row in team.notifications(alert_id)] == ["sent"]


def workers_of(stack: Stack, logical_id: str) -> list[int]:
    """The processes of one function, among those that this test run has started."""
    name = stack.deployment.functions[logical_id].name
    wanted = f"AWS_LAMBDA_FUNCTION_NAME={name}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            is_wanted = wanted in (process / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if is_wanted and parent_of(parent_of(int(process.name))) == os.getpid():
            found.append(int(process.name))
    return found


def parent_of(process_id: int) -> int:
    stat = Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8")
    return int(stat.rpartition(")")[2].split()[1])


@pytest.fixture
def quick_queue(stack: Stack) -> Iterator[timedelta]:
    """A queue that brings back what was not finished soon after the lease, and not in minutes."""
    sqs, url = stack.aws.client("sqs"), stack.deployment.ids["DeliveriesQueue"]
    name = "VisibilityTimeout"
    deployed = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name]
    back_after = LEASE + timedelta(seconds=5)
    sqs.set_queue_attributes(
        QueueUrl=url, Attributes={name: str(round(back_after.total_seconds()))}
    )
    yield back_after
    sqs.set_queue_attributes(QueueUrl=url, Attributes={name: deployed})


def test_12_what_was_claimed_by_a_process_that_died_is_sent_exactly_once_later(
    stack: Stack, team: Team, line: FaultyLine, quick_queue: timedelta
) -> None:
    hook = team.hook()
    sender = team.sender(([hook], LONG))
    killed: list[int] = []

    def kill() -> None:
        for process_id in workers_of(stack, "NotifierFunction"):
            os.kill(process_id, signal.SIGKILL)
            killed.append(process_id)

    with line.having(once_at_a_claim(after_the_claim(kill, is_lost=True))):
        alert_id = team.opened(sender)
        eventually(lambda: killed, bool)
        [claimed] = team.notifications(alert_id)
        timeline = team.told(
            alert_id, "notification_sent", seconds=quick_queue.total_seconds() + 30
        )

    assert (claimed["state"], claimed["attempts"]) == ("claimed", 1)
    [page] = hook.told(1)
    assert page.notification["attempt"] == 2
    assert page.at - instant(claimed["created_at"]) >= LEASE
    assert len(of_type(timeline, "notification_sent")) == 1
    [sent] = team.notifications(alert_id)
    assert (sent["state"], sent["attempts"]) == ("sent", 2)


def test_14_a_policy_stops_after_its_last_repeat_and_says_so(team: Team, api: Client) -> None:
    hook = team.hook()

    alert_id = team.opened(team.sender(([hook], "1s"), ([hook], "1s"), repeat=2))

    timeline = team.told(alert_id, "escalation_exhausted", *["notification_sent"] * 6, seconds=40)
    assert [page.notification["loop"] for page in hook.told(6)] == [1, 1, 2, 2, 3, 3]
    assert len({page.id for page in hook.pages}) == 6
    assert len(of_type(timeline, "escalation_exhausted")) == 1
    alert = api.alert(alert_id)
    assert alert["next_action"]["kind"] == "none"
    assert "nobody acknowledged" in alert["next_action"]["why"]
    assert alert["notification_count"] == 6


def test_15_a_step_that_reaches_nobody_leads_on_at_once_with_a_warning(
    team: Team, api: Client
) -> None:
    hook, nobody = team.hook(), team.name("nobody")
    api.put(f"/api/v1/users/{nobody}", {}).expect(HTTPStatus.CREATED)
    sent_at = datetime.now(UTC)

    alert_id = team.opened(team.sender(([{"user": nobody}], LONG), ([hook], LONG)))

    [page] = hook.told(1)
    assert page.at - sent_at < 2 * SOON
    assert (page.notification["step"], page.notification["step_name"]) == (2, "step-2")
    timeline = team.told(alert_id, "notification_skipped", "escalated")
    [skipped] = of_type(timeline, "notification_skipped")
    [escalated] = of_type(timeline, "escalated")
    assert skipped["reason"] == f"{nobody} has no contact method"
    assert escalated["reason"] == "nobody in the step was reached"


def test_15_a_step_whose_only_channel_fails_for_good_leads_on_at_once(team: Team) -> None:
    gone, hook = team.hook(), team.hook()
    gone.answers_with(status(410))

    alert_id = team.opened(team.sender(([gone], LONG), ([hook], LONG)))

    [refused], [page] = gone.told(1), hook.told(1)
    assert page.at - refused.at < 2 * SOON
    [failed] = of_type(team.told(alert_id, "notification_failed"), "notification_failed")
    assert failed["reason"] == "the receiver answered 410"


def test_18_a_missed_heartbeat_is_an_alert_that_pages_and_a_ping_resolves_it(
    team: Team, api: Client
) -> None:
    hook, name = team.hook(), team.name("backup")
    policy = team.policy(([hook], LONG))
    body = {"period": "30s", "grace": "0s", "severity": "warning", "escalation_policy": policy}
    made = api.put(f"/api/v1/heartbeats/{name}", body).expect(HTTPStatus.CREATED).data
    ping = urlsplit(made["url"]).path
    api.with_key(None).post(ping).expect(HTTPStatus.ACCEPTED, HTTPStatus.OK)
    heard = api.get(f"/api/v1/heartbeats/{name}").expect(HTTPStatus.OK).data
    deadline = instant(heard["deadline"])
    assert heard["status"] == "healthy"

    # A tick comes every minute, and this deadline is nearer than that: the stream sends its timer.
    [page] = hook.told(1, seconds=120)
    assert deadline <= page.at < deadline + 2 * SOON
    assert api.get(f"/api/v1/heartbeats/{name}").expect(HTTPStatus.OK).data["status"] == "overdue"
    alert = api.alert(page.alert_id)
    assert (alert["status"], alert["severity"]) == ("firing", "warning")

    ended = api.with_key(None).get(ping).expect(HTTPStatus.ACCEPTED).data
    assert (ended["alert_id"], ended["outcome"]) == (page.alert_id, "resolved")
    assert api.alert(page.alert_id)["status"] == "resolved"
    assert api.get(f"/api/v1/heartbeats/{name}").expect(HTTPStatus.OK).data["status"] == "healthy"
    assert [told.type for told in hook.told(2)] == ["alert.paged", "alert.resolved"]


def test_23_a_scanner_that_follows_the_links_of_a_page_changes_nothing_and_the_post_acts_once(
    team: Team, api: Client
) -> None:
    hook = team.hook()
    alert_id = team.opened(team.sender(([hook], LONG)))
    [page] = hook.told(1)
    phone = api.with_key(None)

    for url in page.links.values():
        for method in ("GET", "HEAD"):
            phone.send(method, urlsplit(url).path, None).expect(HTTPStatus.OK)
    assert api.alert(alert_id)["status"] == "firing"
    assert api.alert(alert_id)["snoozed_until"] is None

    press = urlsplit(page.links["acknowledge"]).path
    for _ in range(2):
        phone.post(press, b"", Content_Type=FORM).expect(HTTPStatus.SEE_OTHER)

    alert = api.alert(alert_id)
    assert alert["status"] == "acknowledged"
    assert alert["acknowledged_by"] == hook.name
    assert len(of_type(team.told(alert_id, "acknowledged"), "acknowledged")) == 1
    assert [told.type for told in hook.told(2)] == ["alert.paged", "alert.acknowledged"]


def test_25_a_snooze_that_ends_pages_again_on_time(team: Team, api: Client) -> None:
    hook = team.hook()
    alert_id = team.opened(team.sender(([hook], LONG)))
    hook.told(1)
    until = datetime.now(UTC) + timedelta(seconds=4)
    body = {"until": until.isoformat()}

    snoozed = api.post(f"/api/v1/alerts/{alert_id}/snooze", body).expect(HTTPStatus.OK)
    assert snoozed.data["next_action"]["kind"] == "wake"

    eventually(lambda: hook.pages, lambda pages: len(pages) == 2, seconds=30)
    first, again = hook.pages
    assert until - timedelta(milliseconds=1) <= again.at < until + SOON
    assert [page.notification["reason"] for page in (first, again)] == ["first", "restarted"]
    assert first.id != again.id
    [woken] = of_type(team.told(alert_id, "woken"), "woken")
    assert (woken["reason"], woken["by"]) == ("the snooze ended", "auto")
    assert api.alert(alert_id)["snoozed_until"] is None


def test_a_page_comes_within_seconds_its_second_step_in_time_and_its_link_stops_it(
    team: Team, api: Client
) -> None:
    first, second, third = team.hook(), team.hook(), team.hook()
    delay = timedelta(seconds=3)
    sender = team.sender(([first], "3s"), ([second], "3s"), ([third], LONG))
    sent_at = datetime.now(UTC)
    alert_id = team.opened(sender)

    page = page_of(first, alert_id)
    assert page.at - sent_at < SOON
    page = page_of(second, alert_id)
    assert delay <= page.at - instant(api.alert(alert_id)["fired_at"]) < delay + SOON

    forgotten = team.opened(sender)
    link = urlsplit(page.links["acknowledge"]).path
    api.with_key(None).post(link, b"", Content_Type=FORM).expect(HTTPStatus.SEE_OTHER)

    # The other alert began later, goes the same way, and nobody stops it.
    page_of(third, forgotten)
    assert [it.alert_id for it in third.pages] == [forgotten]
    assert api.alert(alert_id)["current_escalation_step"] == "step-2"
    api.post(f"/api/v1/alerts/{forgotten}/ack").expect(HTTPStatus.OK)


def page_of(hook: Hook, alert_id: str) -> Attempt:
    """The page of one alert; a process that has to start for it may take its time here."""

    def found() -> list[Attempt]:
        return [it for it in hook.pages if it.alert_id == alert_id]

    [page] = eventually(found, bool, seconds=60)
    return page
