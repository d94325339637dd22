"""Storage refuses for now: 503 with a time to come back, nothing half done, and then it works."""

import time
from collections.abc import Callable, Iterator

import pytest

from local.stack.start import Stack
from tests.stack.client import Client, Reply, Sender
from tests.stack.faulty_line import (
    Fault,
    FaultyLine,
    always,
    error,
    from_call,
    lost_reply,
    once_each_write,
    rerouted,
    stalled,
    unreachable,
)
from tests.stack.work import READS, WRITES, Act, Work, footprint, shape

type NewName = Callable[[str], str]

REFUSALS: dict[str, Fault] = {
    "throttled": error(400, "ProvisionedThroughputExceededException"),
    "over its limit": error(400, "RequestLimitExceeded"),
    "failing": error(500, "InternalServerError"),
    "unreachable": unreachable,
}
THROTTLED = REFUSALS["throttled"]
MOST_CALLS = 12
DONE = {200, 201, 202, 204}


@pytest.fixture(scope="module")
def line(stack: Stack) -> Iterator[FaultyLine]:
    """What the two functions that answer requests reach DynamoDB by."""
    with (
        FaultyLine(stack.aws.endpoint).running() as line,
        rerouted(stack, ["IngestFunction", "AlertsApiFunction"], line.url),
    ):
        yield line


@pytest.fixture
def new_work(
    api: Client, new_integration: Callable[..., Sender], new_name: NewName
) -> Callable[[], Work]:
    def make() -> Work:
        work = Work(api, new_integration(), new_name("trouble"))
        work.alert_id = work.repeat().expect(202).data["results"][0]["alert_id"]
        return work

    return make


def expect_try_again(reply: Reply) -> None:
    assert reply.expect(503).error_code == "try_again"
    assert int(reply.headers["retry-after"]) >= 1
    assert "secret" not in reply.text


@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize("act", [Work.open, Work.acknowledge, Work.read_list])
def test_a_refused_request_is_told_when_to_come_again(
    line: FaultyLine, new_work: Callable[[], Work], act: Act, refusal: str
) -> None:
    work = new_work()

    with line.having(always(REFUSALS[refusal])):
        expect_try_again(act(work))

    act(work).expect(*DONE)


@pytest.mark.parametrize("what", READS)
def test_a_read_that_storage_refused_works_later(
    line: FaultyLine, new_work: Callable[[], Work], what: str
) -> None:
    work = new_work()

    for number in range(1, MOST_CALLS):
        with line.having(from_call(number, THROTTLED)):
            reply = READS[what](work)
        if reply.status in DONE:
            break
        expect_try_again(reply)

    READS[what](work).expect(200)
    assert number > 1


@pytest.mark.parametrize("what", WRITES)
def test_wherever_it_breaks_off_nothing_is_half_done_and_the_same_request_works_later(
    line: FaultyLine, new_work: Callable[[], Work], what: str
) -> None:
    act, calm = WRITES[what], new_work()
    before = footprint(calm)
    reply = act(calm).expect(*DONE)
    status, after = reply.status, footprint(calm)
    refused: list[Work] = []

    for number in range(1, MOST_CALLS):
        work = new_work()
        with line.having(from_call(number, THROTTLED)):
            reply = act(work)
            has_written = line.has_written
        if reply.status in DONE:
            break
        expect_try_again(reply)
        assert not has_written or footprint(work) == before, f"half done at call {number}"
        assert act(work).status == status
        refused.append(work)

    assert footprint(refused[-1]) == after
    assert reply.status == status, "still refused where nothing was left to refuse"


@pytest.mark.parametrize("what", WRITES)
def test_a_write_whose_reply_was_lost_is_done_once_and_answered_as_ever(
    line: FaultyLine, new_work: Callable[[], Work], what: str
) -> None:
    act, calm, work = WRITES[what], new_work(), new_work()
    expected = act(calm).expect(*DONE)

    with line.having(once_each_write(lost_reply)):
        reply = act(work)

    assert any(line.requests.count(request) > 1 for request in line.requests)
    assert reply.status == expected.status
    assert shape(reply.json) == shape(expected.json)
    assert footprint(work) == footprint(calm)


def test_a_new_key_and_a_new_url_work_although_replies_were_lost(
    line: FaultyLine, new_work: Callable[[], Work]
) -> None:
    work = new_work()

    with line.having(once_each_write(lost_reply)):
        key = work.new_key().expect(201).data["key"]
        made, rotated = work.new_integration().data["url"], work.rotate().data["url"]

    work.api.with_key(key).get("/api/v1/alerts").expect(200)
    for url in (made, rotated):
        Sender(work.api, url).post({"name": "x"}).expect(202)


def test_a_storage_that_never_answers_is_given_up_in_time(
    line: FaultyLine, new_work: Callable[[], Work]
) -> None:
    work = new_work()
    began = time.monotonic()

    with line.having(always(stalled)):
        expect_try_again(work.open())

    assert time.monotonic() - began < 15
    work.open().expect(202)


def test_a_permission_that_is_missing_is_our_fault_and_tells_nothing(
    line: FaultyLine, new_work: Callable[[], Work]
) -> None:
    work = new_work()

    with line.having(always(error(400, "AccessDeniedException"))):
        reply = work.open().expect(500)

    assert reply.error_code == "internal_error"
    assert "Access" not in reply.text
    assert "secret" not in reply.text
    work.open().expect(202)
