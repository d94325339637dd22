"""The link of a digest: looking changes nothing, one press acknowledges these and no others."""

import dataclasses
import json
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from functions.actions.digest_acting import LAST_SECONDS
from functions.actions.digest_look import LOOKED_AT_LIMIT
from functions.actions.pages.digest_page import ROWS_LIMIT
from functions.actions.people import DynamoDBPeople
from tests.examples import ALICE, BOB, HOUR, MINUTE
from tests.functions.actions.holder import Holder, Page, Reply
from tests.functions.actions.test_hostile_text import PAYLOADS
from tocsin.adapters.aws_json import AwsUnavailableError
from tocsin.adapters.dynamodb.alerts.alert_repository import DynamoDBAlerts
from tocsin.adapters.dynamodb.notifications.digest_repository import DynamoDBDigests
from tocsin.adapters.dynamodb.requests.answer_repository import DynamoDBAnswers
from tocsin.domain.alert import AlertStatus
from tocsin.domain.digest import Digest, DigestId
from tocsin.domain.ids import Actor, AlertId, Fingerprint, ulid
from tocsin.domain.link import AWAKE, LinkAction
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts
from tocsin_cli.simulated.stores import RETENTION, TABLE

DIGEST = DigestId("01KJMWTPM0SWN6QZPBR1784CMA")
OTHER = AlertId("01KJMWTPM0SWN6QZPBR1784CMB")
BY_ALICE = Actor("link:alice")


@pytest.fixture
def seven(holder: Holder) -> list[AlertId]:
    """The alerts of a digest, the worst first."""
    return frozen(holder, 7)


def frozen(holder: Holder, count: int, *, critical: int = 2) -> list[AlertId]:
    """Open alerts at two places, and freeze them."""
    ids = []
    for number in range(count):
        service = "api" if number % 7 < 5 else "db"
        facts = Facts(
            name=f"n{number}",
            summary=f"{service} number {number} is wrong",
            labels={"service": service},
            urls={"Runbook": "https://runbooks.example.com/api"} if not number else {},
        )
        severity = Severity.CRITICAL if number < critical else Severity.WARNING
        opened = holder.world.signal(f"key-{number}", facts=facts, severity=severity).alert_id
        assert opened
        ids.append(opened)
    freeze(holder, ids)
    return ids


def freeze(holder: Holder, ids: Sequence[AlertId]) -> None:
    digest = Digest(
        digest_id=DIGEST,
        target="user:alice",
        channel="sms",
        frozen_at=holder.world.now,
        alert_ids=tuple(ids),
        severity=Severity.CRITICAL,
    )
    holder.world.digests.freeze(digest, write_id=holder.world.new_write_id())


def link(holder: Holder, *, by: str = "alice", digest: str = DIGEST) -> str:
    return holder.token(LinkAction.DIGEST, AlertId(digest), by=by)


def press(holder: Holder, token: str, page: Page | None = None) -> Reply:
    """Press the button of a page, or of the page as it is now."""
    shown = page or holder.page(token)
    assert shown.buttons == ["acknowledge"]
    return holder.press(token, "acknowledge", seen=shown.seen)


def statuses(holder: Holder, ids: Sequence[AlertId]) -> list[str]:
    return [holder.world.alert(it).status.value for it in ids]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("below", ["act", "s"])
def test_looking_at_a_digest_changes_nothing_however_often(
    holder: Holder, seven: list[AlertId], method: str, below: str
) -> None:
    token = link(holder)
    if below == "s":
        token = holder.short_link(AlertId(DIGEST), action=LinkAction.DIGEST)
    before = items(holder)

    replies = [holder.look(token, method=method, below=below) for _ in range(3)]

    assert [reply.status for reply in replies] == [200, 200, 200]
    assert items(holder) == before
    assert statuses(holder, seven) == ["firing"] * 7


def items(holder: Holder) -> list[Any]:
    """All that is stored."""
    return list(holder.world.table.items)


def test_the_page_says_how_many_how_bad_where_since_when_and_lists_them(
    holder: Holder, seven: list[AlertId]
) -> None:
    holder.world.now += 2 * MINUTE

    page = holder.page(link(holder))

    assert page.title == "Firing: 7 alerts, 2 critical · Tocsin"
    assert page.heading == ("Firing since 2 min (10:00 Berlin)7 alerts, 2 critical: api 5, db 2")
    assert page.banner is None
    assert "2 CRITICAL 7 alerts, firing" in page.shown
    assert "Nobody has any of them." in page.shown
    assert "Acknowledge these 7" in page.shown
    assert "Only these 7: alerts that came later stay as they are" in page.shown
    assert rows(page) == [
        *(f"api number {it} is wrong Critical · Firing · since 10:00" for it in (0, 1)),
        *(f"api number {it} is wrong Warning · Firing · since 10:00" for it in (2, 3, 4)),
        *(f"db number {it} is wrong Warning · Firing · since 10:00" for it in (5, 6)),
    ]
    assert page.buttons == ["acknowledge"]
    assert len(seven) == 7


def rows(page: Page) -> list[str]:
    """What is listed, without the links at its end."""
    return [text.removesuffix("Runbook").strip() for text in page.all_of("li")]


def test_one_press_acknowledges_these_and_says_what_became_of_each(
    holder: Holder, seven: list[AlertId]
) -> None:
    token = link(holder)
    page = holder.page(token)
    holder.world.resolve(seven[5], by=BOB)
    holder.world.now += 4 * MINUTE
    new = holder.world.opened("came-since")

    reply = press(holder, token, page)

    assert (reply.status, reply.headers["location"]) == (303, token)
    assert reply.text == "Acknowledged 6 of 7 alerts.\n"
    done = holder.page(token)
    assert done.banner == "You acknowledged 6 of these 7 at 10:04. 1 was over already."
    assert done.title == "Nobody is asked: 7 alerts, 2 critical · Tocsin"
    assert done.buttons == []
    assert done.links["Open in the console"] == f"/console/digests/{DIGEST}"
    assert rows(done)[0] == "api number 0 is wrong Critical · you have it"
    assert rows(done)[5] == "db number 5 is wrong Warning · Bob resolved it at 10:00"
    assert holder.world.alert(new).status is AlertStatus.FIRING
    for alert_id in seven[:5]:
        assert holder.world.happened(alert_id) == ["fired", "acknowledged"]
        assert holder.world.alert(alert_id).acknowledged_by == BY_ALICE


def test_pressing_twice_acts_once_and_answers_the_same(
    holder: Holder, seven: list[AlertId]
) -> None:
    token = link(holder)
    page = holder.page(token)
    first = press(holder, token, page)
    holder.world.unacknowledge(seven[0], by=BOB)

    again = press(holder, token, page)

    assert (again.status, again.text) == (303, first.text)
    assert statuses(holder, seven) == ["firing", *["acknowledged"] * 6]
    press(holder, token)
    assert holder.world.alert(seven[0]).acknowledged_by == BY_ALICE
    assert holder.world.done_to(seven[1]).count("acknowledged") == 1


def test_a_program_may_press_without_a_page_and_acts_once_in_the_links_life(
    holder: Holder, seven: list[AlertId]
) -> None:
    token = link(holder)

    assert holder.press(token).text == "Acknowledged 7 of 7 alerts.\n"
    holder.world.unacknowledge(seven[0], by=BOB)

    assert holder.press(token).text == "Acknowledged 7 of 7 alerts.\n"
    assert holder.world.alert(seven[0]).status is AlertStatus.FIRING


def test_what_others_have_is_snoozed_or_over_stays_as_it_is(
    holder: Holder, seven: list[AlertId]
) -> None:
    holder.world.acknowledge(seven[0], by=BOB)
    holder.world.snooze(seven[1], HOUR, by=BOB)
    holder.world.resolve(seven[2], by=BOB)
    before = [holder.world.alert(it) for it in seven[:3]]
    token = link(holder)
    page = holder.page(token)

    press(holder, token, page)

    assert "Bob has 1 of these 7, 1 is snoozed, 1 is over; nobody has the other 4." in page.shown
    assert "Acknowledge the 4 that nobody has" in page.shown
    assert [holder.world.alert(it) for it in seven[:3]] == before
    done = holder.page(token)
    assert done.banner == "You acknowledged 4 of these 7 at 10:00. 1 was over already."
    assert rows(done)[0].endswith("Critical · Bob has it")
    assert rows(done)[1].endswith("Critical · snoozed until 11:00")


def test_a_digest_that_others_dealt_with_asks_for_nothing(
    holder: Holder, seven: list[AlertId]
) -> None:
    for alert_id in seven:
        holder.world.acknowledge(alert_id, by=BOB)
    page = holder.page(link(holder))

    assert page.buttons == []
    assert page.banner is None
    assert "ACKNOWLEDGED 7 alerts, none firing" in page.shown
    assert "Bob has all 7." in page.shown

    for alert_id in seven:
        holder.world.resolve(alert_id, by=BOB)
    page = holder.page(link(holder))

    assert page.title == "Over: 7 alerts, 2 critical · Tocsin"
    assert "RESOLVED 7 alerts, all over" in page.shown
    assert "Nothing is left to do." in page.shown


def test_the_band_is_of_those_that_nobody_has(holder: Holder, seven: list[AlertId]) -> None:
    for alert_id in seven[:2]:
        holder.world.acknowledge(alert_id, by=BOB)

    page = holder.page(link(holder))

    assert "5 WARNINGS 7 alerts, 5 firing" in page.shown
    assert ("meta", {"name": "theme-color", "content": "#f0b132"}) in page.elements


def test_an_alert_that_became_critical_since_comes_first(
    holder: Holder, seven: list[AlertId]
) -> None:
    holder.world.signal("key-6", severity=Severity.CRITICAL)

    listed = rows(holder.page(link(holder)))

    assert [row.rpartition("is wrong ")[2][:8] for row in listed].index("Warning ") == 3
    assert len(seven) == 7


def test_the_reader_of_a_channels_link_acts_as_the_channel(
    holder: Holder, seven: list[AlertId]
) -> None:
    token = link(holder, by="ops-hook")

    press(holder, token)

    page = holder.page(token)
    assert holder.world.alert(seven[0]).acknowledged_by == Actor("link:ops-hook")
    assert page.banner == "A reader of ops-hook acknowledged all 7 of these at 09:00."
    assert "This link is for ops-hook and works until tomorrow, 09:00." in page.shown
    assert holder.page(link(holder)).banner is None


def test_a_thousand_alerts_are_acknowledged_by_one_press_and_200_are_listed(
    holder: Holder,
) -> None:
    ids = frozen(holder, 1_000, critical=3)
    token = link(holder)
    page = holder.page(token)

    assert len(rows(page)) == ROWS_LIMIT
    assert "and 800 more warnings" in page.shown
    assert "Acknowledge these 1,000" in page.shown
    assert press(holder, token, page).text == "Acknowledged 1,000 of 1,000 alerts.\n"
    assert set(statuses(holder, ids)) == {"acknowledged"}
    assert holder.page(token).banner == "You acknowledged all 1,000 of these at 10:00."


def test_what_time_does_not_suffice_for_is_left_for_the_next_press(
    holder: Holder, seven: list[AlertId]
) -> None:
    token = link(holder)
    page = holder.page(token)
    times = iter([9.0] * 5)
    in_time = holder.digest_work
    holder.digest_work = dataclasses.replace(
        in_time, seconds_left=lambda: next(times, LAST_SECONDS / 2)
    )

    reply = press(holder, token, page)

    assert reply.text == "Acknowledged 4 of 7 alerts. 3 are left: press again for the rest.\n"
    assert statuses(holder, seven) == ["acknowledged"] * 4 + ["firing"] * 3
    between = holder.page(token)
    assert between.banner == (
        "You acknowledged 4 of these 7 at 10:00. 3 are left: press again for the rest."
    )
    holder.digest_work = in_time
    assert press(holder, token, page).text == "Acknowledged 3 of 7 alerts.\n"
    assert {tuple(holder.world.happened(it)) for it in seven} == {("fired", "acknowledged")}


def test_a_press_that_storage_refuses_is_not_used_up(holder: Holder, seven: list[AlertId]) -> None:
    token = link(holder)
    page = holder.page(token)
    working = holder.digest_work
    away = DynamoDBAlerts(_unavailable, TABLE, RETENTION)
    holder.digest_work = dataclasses.replace(working, alerts=away)

    assert press(holder, token, page).status == 503

    holder.digest_work = working
    assert press(holder, token, page).status == 303
    assert statuses(holder, seven) == ["acknowledged"] * 7


def _unavailable(_: str, __: object) -> dict[str, Any]:
    raise AwsUnavailableError


def test_an_alert_that_is_not_kept_any_more_is_counted_and_stops_nothing(holder: Holder) -> None:
    alert_id = holder.world.opened()
    freeze(holder, [alert_id, OTHER])
    token = link(holder)
    page = holder.page(token)

    assert "1 of them is not kept any more." in page.shown
    assert press(holder, token, page).text == "Acknowledged 1 of 2 alerts.\n"
    assert holder.page(token).banner == "You acknowledged 1 of these 2 at 10:00."


def test_two_episodes_of_one_condition_are_two_alerts(holder: Holder) -> None:
    first = holder.world.opened()
    holder.world.resolve(first, by=ALICE)
    second = holder.world.opened()
    freeze(holder, [first, second])
    token = link(holder)

    press(holder, token)

    assert statuses(holder, [first, second]) == ["resolved", "acknowledged"]


def test_what_another_person_takes_while_the_button_works_stays_with_that_person(
    holder: Holder, seven: list[AlertId]
) -> None:
    token = link(holder)
    page = holder.page(token)

    def meanwhile(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        answer = holder.world.call(operation, parameters)
        if operation == "BatchGetItem":
            holder.world.acknowledge(seven[0], by=BOB)
            holder.world.resolve(seven[1], by=BOB)
            holder.world.signal("key-2", severity=Severity.CRITICAL)
        return answer

    alerts = DynamoDBAlerts(meanwhile, TABLE, RETENTION)
    holder.digest_work = dataclasses.replace(holder.digest_work, alerts=alerts)

    assert press(holder, token, page).text == "Acknowledged 5 of 7 alerts.\n"

    assert statuses(holder, seven) == ["acknowledged", "resolved", *["acknowledged"] * 5]
    assert holder.world.alert(seven[0]).acknowledged_by == BOB
    assert holder.world.alert(seven[2]).acknowledged_by == BY_ALICE


def test_a_very_long_digest_counts_its_beginning_and_acknowledges_all(holder: Holder) -> None:
    first, last = holder.world.opened("first"), holder.world.opened("last")
    slots = (Fingerprint(f"{number:016}") for number in range(LOOKED_AT_LIMIT))
    freeze(holder, [first, *(AlertId(ulid(holder.world.now, it)) for it in slots), last])
    token = link(holder)
    page = holder.page(token)

    assert "What is said here is said of the first 1." in page.shown
    assert "Acknowledge these 2,002" in page.shown
    press(holder, token, page)
    assert statuses(holder, [first, last]) == ["acknowledged"] * 2


def test_a_digest_that_is_gone_says_so(holder: Holder) -> None:
    holder.world.opened()
    token = link(holder)

    for reply in (holder.look(token), holder.press(token)):
        assert (reply.status, reply.page.heading) == (410, "This list is gone")


def test_a_link_that_is_forged_leads_nowhere(holder: Holder, seven: list[AlertId]) -> None:
    token = link(holder)
    forged = token[:-1] + ("A" if token[-1] != "A" else "B")

    assert [holder.look(forged).status, holder.press(forged).status] == [404, 404]
    assert statuses(holder, seven) == ["firing"] * 7


def test_a_link_that_is_too_old_says_so_and_does_nothing(
    holder: Holder, seven: list[AlertId]
) -> None:
    token = link(holder)
    holder.world.now += timedelta(hours=25)

    for reply in (holder.look(token), holder.press(token)):
        assert (reply.status, reply.page.heading) == (410, "This link is too old")
    assert statuses(holder, seven) == ["firing"] * 7


@pytest.mark.parametrize(
    ("action", "seen"),
    [("resolve", None), ("snooze:1h", None), ("digest", None), ("x" * 2_000, None)]
    + [("acknowledge", seen) for seen in ("0", "A" * 16, "a" * 17)],
)
def test_the_link_of_a_digest_does_nothing_else(
    holder: Holder, seven: list[AlertId], action: str, seen: str | None
) -> None:
    reply = holder.press(link(holder), action, seen=seen)

    assert reply.status == 400
    assert statuses(holder, seven) == ["firing"] * 7


def test_a_press_from_another_site_does_nothing(holder: Holder, seven: list[AlertId]) -> None:
    reply = holder.press(link(holder), "acknowledge", origin="https://evil.example")

    assert reply.status == 403
    assert statuses(holder, seven) == ["firing"] * 7


def test_the_link_of_an_alert_cannot_act_on_a_digest(holder: Holder, seven: list[AlertId]) -> None:
    token = holder.token(LinkAction.VIEW, seven[0])

    assert [holder.press(token, it).status for it in ("digest", "awake")] == [400, 400]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_titles_are_text(holder: Holder, payload: str) -> None:
    facts = Facts(
        name="n", summary=payload, labels={"service": payload}, urls={"Runbook": "javascript:x"}
    )
    alert_id = holder.world.signal(facts=facts).alert_id
    assert alert_id
    freeze(holder, [alert_id, holder.world.opened("harmless")])

    page = holder.page(link(holder))

    tags = {tag for tag, _ in page.elements}
    assert tags <= {
        *("html", "head", "meta", "title", "style", "body", "main", "div", "svg", "path", "span"),
        *("section", "h1", "h2", "p", "b", "form", "input", "button", "ul", "li", "a", "footer"),
    }
    names = {name for _, attributes in page.elements for name in attributes}
    assert not [name for name in names if name.startswith("on") or name == "src"]
    assert page.links.keys() == {"Open in the console", AWAKE}
    assert page.links["Open in the console"] == f"/console/digests/{DIGEST}"


def test_a_button_in_slack_acknowledges_these_and_tells_the_person(
    holder: Holder, seven: list[AlertId]
) -> None:
    holder.world.resolve(seven[6], by=BOB)

    reply = holder.click(link(holder))

    assert reply.status == 200
    assert [said for _, said in holder.told] == ["Acknowledged 6 of 7 alerts."]
    assert holder.world.alert(seven[0]).acknowledged_by == Actor("slack:alice")


def test_a_button_in_slack_whose_digest_is_gone_says_that_nothing_was_changed(
    holder: Holder,
) -> None:
    holder.click(link(holder))
    holder.click(holder.token(LinkAction.AWAKE, AlertId(DIGEST)))

    assert [said for _, said in holder.told] == [
        "This button does not work any more. Nothing was changed."
    ] * 2


def test_a_page_takes_three_requests_and_a_press_four_and_one_an_alert(
    holder: Holder, seven: list[AlertId]
) -> None:
    asked: list[str] = []

    def noted(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        asked.append(operation)
        return holder.world.call(operation, parameters)

    holder.alerts = DynamoDBAlerts(noted, TABLE, RETENTION)
    holder.answers = DynamoDBAnswers(noted, TABLE)
    holder.people = DynamoDBPeople(noted, TABLE)
    holder.digest_work = dataclasses.replace(
        holder.digest_work,
        digests=DynamoDBDigests(noted, TABLE, RETENTION),
        alerts=holder.alerts,
    )
    token = link(holder)

    page = holder.page(token)
    assert asked == ["GetItem", "BatchGetItem", "Query"]
    asked.clear()
    press(holder, token, page)

    updates = ["UpdateItem"] * len(seven)
    assert asked == ["GetItem", "PutItem", "BatchGetItem", *updates, "UpdateItem"]


def test_the_log_has_the_digest_and_the_count_and_never_the_token(
    holder: Holder, seven: list[AlertId]
) -> None:
    token = link(holder)
    press(holder, token)

    _, _, facts = holder.log.lines[-1]

    assert (facts["digest_id"], facts["acknowledged"], facts["left"]) == (DIGEST, 7, 0)
    assert token not in json.dumps(holder.log.lines, default=str)
    assert re.fullmatch(r"[A-Z0-9]+", DIGEST)
    assert len(seven) == 7
