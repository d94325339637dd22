"""`tocsin alerts` on the real API, over a real connection."""

import json

import pytest

from tests.cli.conftest import Tocsin, add_key
from tests.examples import MINUTE
from tests.fakes.world import World
from tocsin.domain.alert import AlertStatus
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts

pytestmark = [pytest.mark.loopback, pytest.mark.usefixtures("stack")]


def test_open_alerts_are_listed_newest_first_with_what_happens_next(
    world: World, tocsin: Tocsin
) -> None:
    world.user("alice")
    world.user("bob")
    world.escalation_policy(("user:alice", 5 * MINUTE), ("user:bob", 5 * MINUTE))
    first = world.opened("disk-full")
    world.pass_time(minutes=3)
    second = world.opened("certificate", severity=Severity.WARNING)

    done = tocsin("alerts", "list")

    assert done.code == 0
    assert [line.split()[:3] for line in done.lines] == [
        ["ID", "SEVERITY", "STATE"],
        [second, "warning", "firing"],
        [first, "critical", "firing"],
    ]
    assert "3 min ago" in done.lines[2]
    assert done.lines[2].endswith("bob called in 2 min")


def test_a_list_is_json_or_markdown_on_request(world: World, tocsin: Tocsin) -> None:
    alert_id = world.opened()

    as_json = json.loads(tocsin("alerts", "list", "--output", "json").out)
    as_markdown = tocsin("alerts", "list", "-o", "markdown").lines

    assert [it["id"] for it in as_json] == [alert_id]
    assert as_markdown[0].startswith("| ID | SEVERITY |")
    assert as_markdown[2].startswith(f"| {alert_id} | critical |")


def test_a_long_list_is_read_from_page_to_page_up_to_the_limit(
    world: World, tocsin: Tocsin
) -> None:
    for number in range(7):
        world.opened(f"disk-{number}")
        world.pass_time(seconds=1)

    listed = json.loads(tocsin("alerts", "list", "--limit", "5", "-o", "json").out)

    assert [it["dedup_key"] for it in listed] == [f"disk-{number}" for number in range(6, 1, -1)]


def test_filters_of_the_list_are_the_apis(world: World, tocsin: Tocsin) -> None:
    world.opened("disk-full")
    world.opened("certificate", severity=Severity.WARNING)

    done = tocsin("alerts", "list", "--severity", "critical", "-q", "disk", "-o", "json")

    assert [it["dedup_key"] for it in json.loads(done.out)] == ["disk-full"]


def test_a_label_without_a_value_is_wrong_usage(tocsin: Tocsin) -> None:
    done = tocsin("alerts", "list", "--label", "env")

    assert done.code == 64
    assert done.err == "tocsin: --label env is no NAME=VALUE.\n"


def test_no_alerts_are_said_to_be_none(tocsin: Tocsin) -> None:
    assert tocsin("alerts", "list").out == "No alerts.\n"
    assert tocsin("alerts", "list", "-o", "json").out == "[]\n"


def test_an_alert_is_shown_with_its_timeline(world: World, tocsin: Tocsin) -> None:
    facts = Facts(name="Disk full", summary="Disk full", reason="97 % full", object="db-1")
    alert_id = world.signal(facts=facts).alert_id
    assert alert_id is not None
    world.note(alert_id, "Cleaning * up_")

    done = tocsin("alerts", "show", alert_id)

    assert done.code == 0
    assert done.lines[:2] == ["CRITICAL  db-1: Disk full", "97 % full"]
    assert "  Sun 1 Mar, UTC" in done.lines
    assert "  09:00:00  Alice noted: Cleaning * up_" in done.lines


def test_a_timeline_is_markdown_for_a_post_mortem(world: World, tocsin: Tocsin) -> None:
    alert_id = world.opened()
    world.acknowledge(alert_id)

    done = tocsin("alerts", "show", alert_id, "--markdown")

    assert done.code == 0
    assert done.lines[0].startswith("# ")
    assert "acknowledged" in done.out


def test_acknowledging_says_who_has_it_and_again_that_it_was_acknowledged(
    world: World, tocsin: Tocsin
) -> None:
    alert_id = world.opened()

    first = tocsin("alerts", "ack", alert_id, "--note", "On it")
    again = tocsin("alerts", "ack", alert_id)

    assert world.alert(alert_id).status is AlertStatus.ACKNOWLEDGED
    assert first.out == f"{alert_id}  disk-full: alice has it now\n"
    assert again.out == f"{alert_id}  disk-full: alice has it already\n"
    assert (first.code, again.code) == (0, 0)


def test_what_can_be_done_is_done_although_one_of_many_is_refused(
    world: World, tocsin: Tocsin
) -> None:
    alert_id = world.opened()

    done = tocsin("alerts", "resolve", "nothing", alert_id)

    assert world.alert(alert_id).status is AlertStatus.RESOLVED
    assert done.code == 1
    assert done.out == f"{alert_id}  disk-full: resolved\n"
    assert done.err.startswith("tocsin: nothing: There is no alert")


def test_a_snooze_says_until_when(world: World, tocsin: Tocsin) -> None:
    alert_id = world.opened()

    done = tocsin("alerts", "snooze", alert_id, "--for", "2h", "--reason", "deploying")

    assert done.out == f"{alert_id}  disk-full: snoozed until Sun 1 Mar 11:00 UTC\n"
    assert tocsin("alerts", "list").lines[1].split()[2] == "snoozed"


@pytest.mark.parametrize("said", [(), ("--for", "1h", "--until", "2026-03-01T10:00:00Z")])
def test_a_snooze_needs_one_end(said: tuple[str, ...], tocsin: Tocsin) -> None:
    done = tocsin("alerts", "snooze", "anything", *said)

    assert done.code == 64
    assert "either --for or --until" in done.err


def test_an_ids_dots_and_slashes_lead_to_no_other_path(tocsin: Tocsin) -> None:
    assert tocsin("alerts", "show", "..").code == 64
    assert tocsin("alerts", "show", "../users").code == 1


def test_a_key_that_may_only_read_is_not_allowed_to_act(
    world: World, tocsin: Tocsin, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_key(world, "tocsin_reads", "alerts:read")
    monkeypatch.setenv("TOCSIN_API_KEY", "tocsin_reads")

    done = tocsin("alerts", "ack", world.opened())

    assert done.code == 77
    assert "alerts:write" in done.err


def test_watching_shows_what_is_open_and_then_each_change(
    world: World, tocsin: Tocsin, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = world.opened("disk-full")
    happens = iter(
        (
            lambda: world.opened("certificate"),
            lambda: world.acknowledge(old),
            lambda: None,
            lambda: world.resolve(old),
            lambda: (_ for _ in ()).throw(KeyboardInterrupt),
        )
    )
    monkeypatch.setattr("tocsin_cli.watch.time.sleep", lambda _: next(happens)())

    done = tocsin("alerts", "watch")

    assert done.code == 130
    assert [line.split()[1:-1] for line in done.lines] == [
        ["open", "critical", "disk-full"],
        ["opened", "critical", "certificate"],
        ["alice", "has", "it", "critical", "disk-full"],
        ["resolved", "by", "alice", "critical", "disk-full"],
    ]
