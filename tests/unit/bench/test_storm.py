"""What `make storm` says of a storm follows from ledger, digests, outbox and counts."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench import report
from bench.figures import Verdict
from bench.samples import Samples
from bench.storm.__main__ import BEGIN, END, report_parts
from bench.storm.consumed import Asked, Consumed, Runs, asked_in, runs_in
from bench.storm.outcome import Outcome, place_cells
from bench.storm.reading import digest_from, has_ended, page_from
from bench.storm.sending import Accepted, labels_of, service_of
from bench.storm.storm_bill import StormBill
from bench.storm.storm_team import receiving_end
from bench.storm.told import Digest, Page, Place, Told, in_order, named_at, told_at

SLACK = Place("channel:storm-slack", "storm-slack")
ALICE = Place("user:alice", "email")
BOB = Place("user:bob", "email")


def page(alert_id: str, at: float | None, into: str | None = None, **more: Any) -> Page:  # noqa: ANN401 - its fields
    state = "waiting" if at is None else "sent"
    fields: dict[str, Any] = {"place": ALICE, "run": (1, 1), "state": state, **more}
    return Page(alert_id=alert_id, sent_at=at, bundled_into=into, **fields)


def digest(name: str, at: float | None, *alert_ids: str, state: str = "sent") -> Digest:
    return Digest(
        digest_id=name, place=ALICE, state=state, sent_at=at, alert_ids=frozenset(alert_ids)
    )


def told(
    pages: Sequence[Page], digests: Sequence[Digest] = (), *, accepted: Sequence[str] = "abc"
) -> Told:
    """Of Alice; the alerts were accepted at 0, 1, 2 ... seconds."""
    times = {alert_id: float(second) for second, alert_id in enumerate(accepted)}
    return told_at(ALICE, times, pages, digests, arrived=0)


def test_an_alert_is_named_by_its_own_message_or_by_a_digest_that_lists_it() -> None:
    of_alice = told(
        [page("a", 3), page("b", 60, "D"), page("c", 60, "D")], [digest("D", 60, "b", "c")]
    )

    assert (of_alice.messages, of_alice.digests, of_alice.first) == (2, 1, 3)
    assert of_alice.named.milliseconds == [3_000, 59_000, 58_000]
    assert (of_alice.lost, of_alice.twice) == (0, 0)


@pytest.mark.parametrize(
    ("pages", "digests"),
    [
        pytest.param([], [], id="no page was planned"),
        pytest.param([page("a", None)], [], id="it still waits"),
        pytest.param([page("a", None, state="failed")], [], id="it failed"),
        pytest.param([page("a", None, "D")], [digest("D", None, "a", state="waiting")], id="held"),
        pytest.param([page("a", 60, "D")], [digest("D", 60, "b")], id="its digest leaves it out"),
        pytest.param([page("a", 3, place=BOB)], [], id="another was told"),
    ],
)
def test_an_alert_that_nothing_names_is_lost(pages: list[Page], digests: list[Digest]) -> None:
    assert told(pages, digests, accepted="a").lost == 1


@pytest.mark.parametrize(
    "digests",
    [
        pytest.param([digest("D", None, "a", state="skipped")], id="it was the only one left"),
        pytest.param([digest("D", 60, "b")], id="its digest had been written before"),
        pytest.param([], id="its digest was never frozen"),
    ],
)
def test_a_page_that_left_its_digest_and_went_alone_is_a_message(digests: list[Digest]) -> None:
    of_alice = told([page("a", 70, "D")], digests, accepted="a")

    assert of_alice.messages - of_alice.digests == 1
    assert (of_alice.named.milliseconds, of_alice.lost) == ([70_000], 0)


@pytest.mark.parametrize(
    ("pages", "digests"),
    [
        pytest.param([page("a", 3)], [digest("D", 60, "a")], id="alone and in a digest"),
        pytest.param(
            [page("a", 60, "D")], [digest("D", 60, "a"), digest("E", 90, "a")], id="in two digests"
        ),
        pytest.param([page("a", 3), page("a", 4)], [], id="two lines of one step and run"),
    ],
)
def test_what_is_told_again_for_the_same_step_and_run_is_told_twice(
    pages: list[Page], digests: list[Digest]
) -> None:
    assert told(pages, digests, accepted="a").twice == 1


def test_each_step_and_each_run_may_tell_it_once() -> None:
    pages = [page("a", 3), page("a", 60, "D", run=(2, 1)), page("a", 90, run=(1, 2))]

    of_alice = told(pages, [digest("D", 60, "a")], accepted="a")

    assert (of_alice.twice, of_alice.named.milliseconds) == (0, [3_000])


def test_the_first_telling_counts() -> None:
    pages = [page("a", 90, run=(1, 2)), page("a", 60, "D")]

    assert named_at(pages, {"D": digest("D", 60, "a")}) == {"a": 60}


@pytest.mark.parametrize(
    ("named", "part"),
    [
        pytest.param([], 1, id="nothing"),
        pytest.param([5], 1, id="one"),
        pytest.param([1, 2, 3], 1, id="as they came"),
        pytest.param([3, 3, 3], 1, id="all together"),
        pytest.param([3, 2, 1], 0, id="turned around"),
        pytest.param([1, 3, 2], 2 / 3, id="one overtakes another"),
        pytest.param([9, 1, 1, 1], 1 / 2, id="three overtake the first"),
    ],
)
def test_order_is_the_part_of_pairs_that_were_named_as_they_came(
    named: list[float], part: float
) -> None:
    assert in_order(named) == pytest.approx(part)


def test_percentiles_are_those_of_the_sorted_samples() -> None:
    samples = Samples([float(number) for number in range(1_000, 0, -1)])

    assert (samples.p95, samples.p99) == (951, 991)
    assert Samples([7.0]).p99 == 7


ROWS = [
    ["ingest", "TransactWriteItems", "A+C", 2, 12.0, 0],
    ["notifier", "UpdateItem", "G", 3, 4.0, 0],
    ["notifier", "TransactWriteItems", "G+L", 1, 6.0, 0],
    ["notifier", "GetItem", "G", 2, 0, 2.0],
    ["notifier", "SendMessage", "", 5, 0, 0],
    ["notifier", "SendMessageBatch", "", 1, 0, 0],
    ["notifier", "GetQueueAttributes", "", 1, 0, 0],
    ["api", "Query", "L", 9, 0, 9.0],
]
COUNTED = {"ingest": "IngestFunction", "notifier": "NotifierFunction"}


def test_what_functions_asked_is_added_up_without_the_measuring_itself() -> None:
    assert asked_in(ROWS, COUNTED) == Asked(
        requests=8,
        write_units=22,
        read_units=2,
        gate_turns=6,
        gate_write_units=10,
        sends=6,
        write_units_of={"IngestFunction": 12, "NotifierFunction": 10},
    )


def test_what_was_asked_before_the_storm_is_no_part_of_it() -> None:
    before, after = asked_in(ROWS[:2], COUNTED), asked_in(ROWS, COUNTED)

    during = after - before

    assert (during.requests, during.gate_turns, during.write_units) == (3, 3, 6)
    assert during.write_units_of == {"IngestFunction": 0, "NotifierFunction": 6}


def last_line(milliseconds: int, megabytes: int) -> str:
    return (
        f"REPORT RequestId: 1\tDuration: {milliseconds} ms\tBilled Duration: {milliseconds} ms\t"
        f"Memory Size: {megabytes} MB\tMax Memory Used: 90 MB"
    )


def test_runs_are_counted_by_their_last_line_and_logs_by_their_bytes() -> None:
    lines = [
        {"function": "NotifierFunction", "message": "é"},
        {"function": "NotifierFunction", "message": last_line(500, 1024)},
        {"function": "NotifierFunction", "message": last_line(1500, 1024)},
        {"function": "IngestFunction", "message": last_line(100, 512)},
        {"function": "AlertsApiFunction", "message": last_line(100, 512)},
    ]

    runs, logged = runs_in(lines)

    assert runs["NotifierFunction"] == Runs(count=2, gigabyte_seconds=2.0)
    assert runs["IngestFunction"] == Runs(count=1, gigabyte_seconds=0.05)
    assert sum(it.count for it in runs.values()) == 3
    assert logged == 2 + sum(len(str(line["message"])) for line in lines[1:4])


def bill() -> StormBill:
    runs = {
        "IngestFunction": Runs(count=1_000, gigabyte_seconds=50),
        "TimerFunction": Runs(),
        "NotifierFunction": Runs(count=100, gigabyte_seconds=100),
    }
    asked = Asked(write_units=40_000, read_units=16_000, sends=800)
    consumed = Consumed(asked=asked, runs=runs, logged_bytes=2 * 1024**3)
    return StormBill.of(consumed, 1_020)


def test_a_storm_costs_what_the_published_prices_say() -> None:
    of_storm = bill()

    assert of_storm.queue_requests == 800 + 2 * 100
    assert of_storm.table == pytest.approx(40_000 * 0.625e-6 + 16_000 * 0.125e-6)
    assert of_storm.functions == pytest.approx(1_100 * 0.20e-6 + 150 * 0.0000133334)
    assert of_storm.queues == pytest.approx(1_000 * 0.40e-6)
    assert of_storm.gateway == pytest.approx(1_020e-6)
    assert of_storm.logs == pytest.approx(1.0)
    assert of_storm.whole == pytest.approx(0.0270 + 0.00222 + 0.0004 + 0.00102 + 1, abs=1e-5)


def place_told(place: Place, **more: Any) -> Told:  # noqa: ANN401 - its fields
    usual: dict[str, Any] = {
        "messages": 3,
        "digests": 2,
        "arrived": 3,
        "first": 0.5,
        "named": Samples([500.0, 60_000.0]),
        "in_order": 1.0,
        "lost": 0,
        "twice": 0,
    }
    return Told(place=place, **(usual | more))


def outcome(*told: Told, **more: Any) -> Outcome:  # noqa: ANN401 - its fields
    asked = Asked(gate_turns=15, gate_write_units=30, write_units=100, requests=50)
    usual: dict[str, Any] = {
        "severity": "critical",
        "accepted": [Accepted("a", 0, 0.25, 1), Accepted("b", 0, 0.5, 2)],
        "listed": 2,
        "bystanders": 1,
        "bystander": Samples([3_000.0]),
        "told": told or [place_told(ALICE), place_told(SLACK, messages=2, arrived=2)],
        "consumed": Consumed(asked=asked, runs={}, logged_bytes=0),
        "bill": replace(bill(), logged_bytes=0),
    }
    return Outcome(**(usual | more))


def missed(of_storm: Outcome) -> list[str]:
    return [it.measure for it in of_storm.figures() if it.verdict is Verdict.MISSED]


def test_a_storm_at_its_limits_meets_every_target() -> None:
    # Two alerts at one line and one of a bystander make three passages.
    at_limits = outcome(place_told(ALICE, messages=20, arrived=20))

    assert missed(at_limits) == []
    assert at_limits.is_met
    assert at_limits.turns_an_alert == 5


@pytest.mark.parametrize(
    ("changed", "measure"),
    [
        pytest.param(
            {"told": [place_told(ALICE, named=Samples([60_001.0]))]},
            "every critical named, from its acceptance",
            id="a critical named late",
        ),
        pytest.param(
            {"told": [place_told(ALICE), place_told(SLACK, named=Samples([]))]},
            "every critical named, from its acceptance",
            id="nothing named at a channel",
        ),
        pytest.param(
            {"bystander": Samples([3_001.0])}, "a bystander's page, p99", id="a late bystander"
        ),
        pytest.param({"bystanders": 2}, "a bystander's page, p99", id="a bystander not told"),
        pytest.param(
            {"told": [place_told(ALICE, messages=21, arrived=21)]},
            "messages to a person by one method",
            id="too many messages",
        ),
        pytest.param(
            {"told": [place_told(ALICE), place_told(SLACK, lost=1)]},
            "lost: accepted and not listed; never named",
            id="an alert never named",
        ),
        pytest.param(
            {"listed": 1}, "lost: accepted and not listed; never named", id="an alert not stored"
        ),
        pytest.param({"told": [place_told(ALICE, twice=1)]}, "told twice", id="told twice"),
        pytest.param(
            {"told": [place_told(ALICE, arrived=4)]}, "arrived as the ledger says", id="came twice"
        ),
        pytest.param(
            {"consumed": Consumed(asked=Asked(gate_turns=26), runs={}, logged_bytes=0)},
            "turns at a line, for each alert and destination",
            id="too many turns",
        ),
        pytest.param(
            {"bill": replace(bill(), logged_bytes=0, write_units=90_000)},
            "our own cost of the storm",
            id="too dear",
        ),
    ],
)
def test_each_target_can_be_missed(changed: dict[str, Any], measure: str) -> None:
    assert missed(outcome(**changed)) == [measure]


def test_warnings_have_no_minute_to_be_named_in() -> None:
    of_warnings = outcome(place_told(ALICE, named=Samples([110_000.0])), severity="warning")

    assert of_warnings.is_met


def test_intake_is_told_in_requests_also_those_that_were_refused_for_now() -> None:
    assert outcome().requests_a_second == 6


def test_a_destination_that_was_never_told_says_so() -> None:
    cells = place_cells(place_told(SLACK, first=None, named=Samples([]), messages=0, lost=2))

    assert cells[:2] == ("storm-slack", "-")
    assert cells[5:9] == ("never", "never", "never", "never")


def test_ten_alerts_are_seven_of_one_service_and_three_of_another() -> None:
    services = [service_of(number) for number in range(20)]

    assert services.count("api") == 14
    assert services.count("db") == 6
    assert {"api", "db"} == set(services[:3])


def test_every_alert_of_a_storm_has_a_key_of_its_own() -> None:
    labels = [labels_of(number, "critical") for number in range(100)]

    assert len({tuple(it.items()) for it in labels}) == 100


ROW: dict[str, Any] = {
    "event": "alert.paged",
    "step": 1,
    "loop": 2,
    "target": "user:alice",
    "channel": "sms+5m",
    "state": "sent",
    "sent_at": "1970-01-01T00:01:00.500Z",
    "bundled_into": "D",
}


def test_a_line_of_the_ledger_is_read_as_the_api_has_it() -> None:
    assert page_from("a", ROW) == Page(
        alert_id="a",
        place=Place("user:alice", "sms"),
        run=(1, 2),
        state="sent",
        sent_at=60.5,
        bundled_into="D",
    )


def test_a_digest_is_read_with_its_whole_set() -> None:
    row = {"id": "D", "target": "user:alice", "channel": "email", "state": "waiting"}

    read = digest_from({**row, "sent_at": None, "alert_ids": ["a", "b"], "alerts": [{"id": "a"}]})

    assert read == digest("D", None, "a", "b", state="waiting")


@pytest.mark.parametrize(
    ("pages", "is_over"),
    [
        pytest.param([], False, id="nothing planned yet"),
        pytest.param([page("a", 3), page("a", None)], False, id="one waits"),
        pytest.param([page("a", 3), page("a", None, state="failed")], True, id="all ended"),
    ],
)
def test_a_ledger_has_ended_when_each_of_its_pages_has(pages: list[Page], is_over: bool) -> None:  # noqa: FBT001
    assert has_ended(pages) is is_over


def test_messages_are_looked_for_where_they_arrive() -> None:
    ends = [receiving_end(Place("user:storm-2", method)) for method in ("sms", "email")]

    assert ends == [("sms", "+15550100002"), ("e-mail", "storm-2@example.com")]
    assert receiving_end(Place("user:storm-2", "email")) == ("e-mail", "storm-2@example.com")


def test_new_figures_take_the_place_of_those_between_their_marks_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = tmp_path / "performance.md"
    written = report.DOCUMENT.read_text(encoding="utf-8")
    document.write_text(written, encoding="utf-8")
    monkeypatch.setattr(report, "DOCUMENT", document)

    report.replace_between(BEGIN, END, report_parts(outcome(), alerts=1_000, people=3))

    before, after = written.split(BEGIN)[0], written.split(END)[1]
    renewed = document.read_text(encoding="utf-8")
    assert renewed.startswith(before + BEGIN)
    assert renewed.endswith(END + after)
    assert "not measured yet" not in renewed.split(BEGIN)[1].split(END)[0]
    assert "| accepted alerts that were lost | 0 of up to 18,002 | 0 of 2 |" in renewed
