"""Links: looking changes nothing, pressing acts once, and everybody is told kindly."""

import base64
import re
from collections.abc import Sequence
from datetime import timedelta

import pytest

from tests.examples import BOB, HOUR, NINE
from tests.functions.actions.holder import KEY, LINK_KEY, Holder, example
from tocsin.adapters.aws_json import AwsError
from tocsin.domain.alert import AlertStatus
from tocsin.domain.answer import Answer, Claim
from tocsin.domain.errors import TryAgainError
from tocsin.domain.ids import Actor, AlertId
from tocsin.domain.link import LINK_LIFE, LinkAction, LinkSigner, spell_link_key
from tocsin.domain.people import User
from tocsin.domain.phrase import plain
from tocsin.domain.reader import Names, Reader
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts
from tocsin.domain.wording import wording_of

BUTTONS = [LinkAction.ACKNOWLEDGE, LinkAction.SNOOZE, LinkAction.RESOLVE]
OF_ALERTS = sorted({*LinkAction} - {LinkAction.DIGEST, LinkAction.AWAKE, LinkAction.SWAP})
BY_ALICE = Actor("link:alice")
ALICE = Reader(name="alice", is_person=True, zone="Europe/Berlin")
ACTIONS_WHILE_FIRING = {"acknowledge", "snooze", "resolve"}
STATUS_AFTER = {
    LinkAction.ACKNOWLEDGE: AlertStatus.ACKNOWLEDGED,
    LinkAction.SNOOZE: AlertStatus.FIRING,
    LinkAction.RESOLVE: AlertStatus.RESOLVED,
}


def test_the_event_of_the_gateway_acknowledges(holder: Holder) -> None:
    alert_id = holder.world.opened()

    reply = holder.send(example("act"))

    assert reply.status == 303
    assert holder.world.alert(alert_id).acknowledged_by == BY_ALICE


def test_a_button_of_a_push_gets_a_sentence_and_whether_it_was_done(holder: Holder) -> None:
    first, second = (holder.world.opened(key) for key in ("one", "two"))
    links = [holder.token(LinkAction.ACKNOWLEDGE, it) for it in (first, second)]
    holder.world.resolve(second, by=Actor("link:bob"))
    bob = holder.token(LinkAction.ACKNOWLEDGE, first, by="bob")

    replies = [
        holder.press(link, LinkAction.ACKNOWLEDGE, accept="text/plain") for link in (*links, bob)
    ]

    assert [reply.status for reply in replies] == [200, 409, 409]
    assert replies[0].text.startswith("Acknowledged by Alice at ")
    assert [reply.text for reply in replies[1:]] == [
        "It is over: Bob resolved it.\n",
        "Alice has it.\n",
    ]


@pytest.mark.parametrize("action", BUTTONS)
def test_a_button_acts_and_says_so(holder: Holder, action: LinkAction) -> None:
    alert_id = holder.world.opened()
    token = holder.token(action, alert_id)

    reply = holder.press(token, action)

    assert (reply.status, reply.headers["location"]) == (303, token)
    assert "Alice" in reply.text
    banner = holder.page(token).banner
    assert banner
    assert banner.startswith("You ")
    assert holder.world.alert(alert_id).status is STATUS_AFTER[action]
    assert [change.by for change in holder.world.timeline(alert_id)][1:] == [BY_ALICE]


def test_a_snooze_lasts_an_hour(holder: Holder) -> None:
    alert_id = holder.world.opened()

    token = holder.token(LinkAction.SNOOZE, alert_id)

    reply = holder.press(token)

    snooze = holder.world.alert(alert_id).snooze
    assert snooze is not None
    assert (snooze.until - NINE).total_seconds() == 3600
    assert "2026-03-01 10:00:00 UTC" in reply.text
    assert holder.page(token).banner == "You snoozed it until 11:00. Nobody is called until then."


def test_a_longer_snooze_is_not_made_shorter(holder: Holder) -> None:
    alert_id = holder.world.opened()
    holder.press(holder.token(LinkAction.SNOOZE, alert_id))
    before = holder.world.alert(alert_id).snooze
    holder.world.now -= timedelta(minutes=1)

    reply = holder.press(holder.token(LinkAction.SNOOZE, alert_id))

    assert "already snoozed" in reply.text
    assert holder.world.alert(alert_id).snooze == before


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("action", OF_ALERTS)
def test_looking_changes_nothing_however_often(
    holder: Holder, action: LinkAction, method: str
) -> None:
    alert_id = holder.world.opened()
    before = holder.world.alert(alert_id)
    token = holder.token(action, alert_id)

    replies = [holder.look(token, method=method) for _ in range(3)]

    assert [reply.status for reply in replies] == [200, 200, 200]
    assert holder.world.alert(alert_id) == before
    assert (replies[0].text == "") == (method == "HEAD")
    assert holder.press(token, "snooze" if action is LinkAction.VIEW else None).status == 303
    assert (holder.world.alert(alert_id) == before) == (action not in {*BUTTONS, LinkAction.VIEW})


@pytest.mark.parametrize("action", OF_ALERTS)
def test_a_page_offers_what_its_link_allows(holder: Holder, action: LinkAction) -> None:
    token = holder.token(action, holder.world.opened())

    offered = holder.look(token).page.buttons

    allowed = ACTIONS_WHILE_FIRING if action is LinkAction.VIEW else {action}
    assert {value.partition(":")[0] for value in offered if value} == allowed & ACTIONS_WHILE_FIRING


@pytest.mark.parametrize("action", BUTTONS)
def test_a_link_to_view_acts_by_each_of_its_buttons(holder: Holder, action: LinkAction) -> None:
    alert_id = holder.world.opened()

    holder.press(holder.token(LinkAction.VIEW, alert_id), action)

    assert holder.world.alert(alert_id).status is STATUS_AFTER[action]


@pytest.mark.parametrize(
    ("action", "asked"),
    [
        pytest.param(LinkAction.ACKNOWLEDGE, "resolve", id="what another link is for"),
        pytest.param(LinkAction.VIEW, None, id="nothing, by a link to view"),
        pytest.param(LinkAction.VIEW, "view", id="what is no action"),
        pytest.param(LinkAction.VIEW, "delete", id="what nobody knows"),
        pytest.param(LinkAction.RESOLVE, "x" * 2_000, id="too much"),
        pytest.param(LinkAction.ACKNOWLEDGE, "unacknowledge", id="to give back"),
        pytest.param(LinkAction.SNOOZE, "snooze:2h", id="a snooze that is not offered"),
        pytest.param(LinkAction.SNOOZE, "snooze:", id="half a snooze"),
        pytest.param(LinkAction.VIEW, "resolve:1h", id="an action with a time"),
    ],
)
def test_a_link_does_nothing_else(holder: Holder, action: LinkAction, asked: str | None) -> None:
    alert_id = holder.world.opened()

    reply = holder.press(holder.token(action, alert_id), asked)

    assert reply.status == 400
    assert holder.world.happened(alert_id) == ["fired"]


def test_the_page_says_what_where_how_bad_since_when_whose_and_what_next(holder: Holder) -> None:
    facts = Facts(
        name="DiskFull",
        summary="Disk full on db-1",
        reason="98 % of /var",
        object="db-1",
        source="prometheus",
        threshold=90,
        labels={"team": "web"},
        urls={"Runbook": "https://example.com/disk"},
    )
    alert_id = holder.world.signal(facts=facts, value=98, severity=Severity.CRITICAL).alert_id
    assert alert_id
    holder.world.now += timedelta(minutes=12)
    alert = holder.world.alert(alert_id)
    words = wording_of(alert, reader=ALICE, names=Names(), at=holder.world.now)

    page = holder.page(holder.token(LinkAction.VIEW, alert_id))

    for text in (
        "CRITICAL",
        words.state,
        plain(words.heading),
        "Disk full on db-1",
        words.where,
        plain(words.who),
        plain(words.next),
        plain(words.if_acknowledged),
        plain(words.if_resolved),
        "98 % of /var",
        "team=web",
        "It began",
        words.as_of,
        words.reference,
    ):
        assert " ".join(text.split()) in page.shown


def test_the_page_leads_to_the_alert_in_the_console_also_when_it_is_over(holder: Holder) -> None:
    alert_id = holder.world.opened()
    token = holder.token(LinkAction.VIEW, alert_id)
    firing = holder.page(token)
    holder.world.resolve(alert_id, by=BOB)
    over = holder.page(token)

    for page in (firing, over):
        assert page.links["Open in the console"] == f"/console/alerts/{alert_id}"


def test_the_state_is_in_the_title_and_in_the_heading(holder: Holder) -> None:
    alert_id = holder.world.opened()
    token = holder.token(LinkAction.VIEW, alert_id)
    seen = []

    def note() -> None:
        page = holder.page(token)
        alert = holder.world.alert(alert_id)
        words = wording_of(alert, reader=ALICE, names=Names(), at=holder.world.now)
        assert page.heading == " ".join(f"{plain(words.heading)}{words.title}".split())
        seen.append(page.title)

    note()
    holder.world.acknowledge(alert_id, by=BOB)
    note()
    holder.world.snooze(alert_id, timedelta(hours=1), by=BOB)
    note()
    holder.world.resolve(alert_id, by=BOB)
    note()

    assert seen == [
        "Firing: disk-full · Tocsin",
        "Bob has it: disk-full · Tocsin",
        "Snoozed: disk-full · Tocsin",
        "Over: disk-full · Tocsin",
    ]


def test_the_page_of_an_alert_that_another_person_has_asks_with_that_persons_name(
    holder: Holder,
) -> None:
    alert_id = holder.world.opened()
    holder.world.acknowledge(alert_id, by=BOB)

    page = holder.page(holder.token(LinkAction.VIEW, alert_id))

    assert page.banner is None
    assert "Bob acknowledged" in page.shown
    assert page.shown.count("Bob has it. ") == 2
    assert page.buttons[:2] == ["resolve", "unacknowledge"]
    assert "acknowledge" not in page.buttons


def test_the_page_of_ones_own_alert_offers_to_resolve_give_back_and_snooze(holder: Holder) -> None:
    alert_id = holder.world.opened()
    holder.world.acknowledge(alert_id, by=Actor("alice"))

    page = holder.page(holder.token(LinkAction.VIEW, alert_id))

    assert page.banner == "You acknowledged it at 10:00. Nobody else is called."
    assert page.buttons[:3] == ["resolve", "unacknowledge", "snooze:15m"]


def test_the_page_of_a_snoozed_alert_offers_other_times_and_to_wake_it(holder: Holder) -> None:
    alert_id = holder.world.opened()
    holder.world.snooze(alert_id, timedelta(hours=1), by=BOB)

    page = holder.page(holder.token(LinkAction.VIEW, alert_id))

    assert {"unsnooze", "snooze:15m", "snooze:1h", "snooze:4h"} <= set(page.buttons)
    assert "acknowledge" not in page.buttons


def test_the_page_of_an_alert_that_is_over_has_no_button(holder: Holder) -> None:
    alert_id = holder.world.opened()
    holder.world.resolve(alert_id, by=BOB)

    page = holder.page(holder.token(LinkAction.VIEW, alert_id))

    assert "RESOLVED" in page.shown
    assert "Bob resolved it" in page.shown
    assert page.buttons == []


@pytest.mark.parametrize(
    ("actor", "subject"),
    [
        pytest.param("alice", "You", id="the reader, by the API"),
        pytest.param("link:alice", "You", id="the reader, by a link"),
        pytest.param("bob", "Bob", id="another person"),
        pytest.param("link:bob", "Bob", id="another, by a link"),
        pytest.param("slack:U9", "A person in Slack", id="a stranger in Slack"),
        pytest.param("slack:U1", "You", id="the reader, in Slack"),
        pytest.param("key:ci", "The key ci", id="a key"),
        pytest.param("integration:x", "x", id="an integration"),
        pytest.param("link:ops-hook", "A reader of ops-hook", id="a channel"),
    ],
)
@pytest.mark.parametrize("reader", ["alice", "ops-hook"])
def test_each_reader_reads_who_did_what_to_an_alert_in_each_state(
    holder: Holder, actor: str, subject: str, reader: str
) -> None:
    holder.people.known["alice"] = User(
        name="alice", full_name="Alice", slack_id="U1", time_zone="Europe/Berlin"
    )
    if reader == "ops-hook":
        subject = subject.replace("You", "Alice")
    is_own = subject == "You" or actor == "link:ops-hook" == f"link:{reader}"
    alert_id = holder.world.opened()
    token = holder.token(LinkAction.VIEW, alert_id, by=reader)
    by = Actor(actor)

    def said() -> str:
        page = holder.page(token)
        assert actor not in page.text_in("dl") or ":" not in actor
        assert (page.banner is not None) == is_own
        return page.shown

    holder.world.acknowledge(alert_id, by=by)
    assert f"{subject} acknowledged" in said()
    holder.world.snooze(alert_id, timedelta(hours=1), by=by)
    assert f"{subject} snoozed it until 1" in said()
    holder.world.unsnooze(alert_id, by=by)
    assert f"{subject} ended the snooze" in said()
    holder.world.unacknowledge(alert_id, by=by)
    assert f"{subject} gave it back" in said()
    holder.world.resolve(alert_id, by=by)
    text = said()
    if actor == "integration:x":
        assert "Resolved: prod-prometheus reported recovery" in text
    else:
        assert f"{subject} resolved it" in text


@pytest.mark.parametrize("action", BUTTONS)
def test_pressing_again_shows_the_same_page_and_nothing_more_happens(
    holder: Holder, action: LinkAction
) -> None:
    alert_id = holder.world.opened()
    token = holder.token(action, alert_id)
    seen = holder.page(token).seen
    first = holder.press(token, action, seen=seen)
    banner = holder.page(token).banner
    happened = holder.world.happened(alert_id)
    holder.world.now += timedelta(minutes=5)

    again = holder.press(token, action, seen=seen)

    assert (again.status, again.text, again.headers) == (first.status, first.text, first.headers)
    assert holder.page(token).banner == banner
    assert holder.world.happened(alert_id) == happened


def test_reloading_asks_nothing_and_changes_nothing(holder: Holder) -> None:
    alert_id = holder.world.opened()
    token = holder.token(LinkAction.VIEW, alert_id)
    done = holder.press_on(holder.page(token), token, "acknowledge")
    happened = holder.world.happened(alert_id)

    assert [holder.page(token).banner for _ in range(3)] == [done.banner] * 3
    assert holder.world.happened(alert_id) == happened


def test_one_link_gives_back_and_acknowledges_again(holder: Holder) -> None:
    alert_id = holder.world.opened()
    token = holder.token(LinkAction.VIEW, alert_id)
    page = holder.page(token)

    for number, action in enumerate(("acknowledge", "unacknowledge") * 3):
        holder.world.now += timedelta(minutes=number)
        page = holder.press_on(page, token, action)

    assert holder.world.happened(alert_id) == ["fired", *("acknowledged", "unacknowledged") * 3]
    assert page.banner
    assert page.banner.startswith("You gave it back at ")


def test_each_preset_snoozes_from_the_page_that_shows_the_one_before(holder: Holder) -> None:
    alert_id = holder.world.opened()
    token = holder.token(LinkAction.VIEW, alert_id)
    page = holder.page(token)
    ends = []

    for preset in ("snooze:4h", "snooze:15m", "snooze:1h"):
        page = holder.press_on(page, token, preset)
        snooze = holder.world.alert(alert_id).snooze
        ends.append(snooze and snooze.until)

    assert ends == [NINE + timedelta(minutes=minutes) for minutes in (240, 15, 60)]
    holder.press_on(page, token, "unsnooze")
    assert holder.world.alert(alert_id).snooze is None


def test_a_snooze_until_nine_is_until_nine_where_the_reader_is(holder: Holder) -> None:
    alert_id = holder.world.opened()
    token = holder.token(LinkAction.VIEW, alert_id)

    holder.press(token, "snooze:09:00", seen=0)

    snooze = holder.world.alert(alert_id).snooze
    assert snooze is not None
    assert snooze.until == NINE + timedelta(hours=23)
    assert holder.page(token).banner == (
        "You snoozed it until tomorrow, 09:00. Nobody is called until then."
    )


def test_a_snooze_until_nine_waits_for_the_reader_to_be_readable(holder: Holder) -> None:
    alert_id = holder.world.opened()
    token = holder.token(LinkAction.VIEW, alert_id)
    holder.people.error = TryAgainError()

    assert holder.press(token, "snooze:09:00", seen=0).status == 503
    assert holder.world.happened(alert_id) == ["fired"]


def test_a_press_of_a_page_that_was_sent_before_it_was_given_back_does_nothing(
    holder: Holder,
) -> None:
    alert_id = holder.world.opened()
    token = holder.token(LinkAction.VIEW, alert_id)
    holder.press(token, "acknowledge", seen=0)
    holder.world.unacknowledge(alert_id, by=BOB)

    late = holder.press(token, "acknowledge", seen=0)

    assert late.status == 303
    assert holder.world.alert(alert_id).status is AlertStatus.FIRING
    holder.press_on(holder.page(token), token, "acknowledge")
    assert holder.world.alert(alert_id).acknowledged_by == BY_ALICE


@pytest.mark.parametrize(
    ("action", "prepare", "meanwhile"),
    [
        pytest.param("unacknowledge", "acknowledge", "acknowledge", id="give back"),
        pytest.param("unsnooze", "snooze", "snooze", id="wake"),
        pytest.param("snooze:15m", "snooze", "snooze", id="snooze for less"),
    ],
)
def test_a_page_of_an_earlier_state_undoes_nothing_that_was_done_since(
    holder: Holder, action: str, prepare: str, meanwhile: str
) -> None:
    def do(what: str, by: Actor) -> None:
        if what == "snooze":
            holder.world.snooze(alert_id, timedelta(hours=2), by=by)
        else:
            holder.world.acknowledge(alert_id, by=by)

    alert_id = holder.world.opened()
    token = holder.token(LinkAction.VIEW, alert_id)
    do(prepare, Actor("alice"))
    page = holder.page(token)
    if prepare == "acknowledge":
        holder.world.unacknowledge(alert_id, by=BOB)
    do(meanwhile, BOB)
    happened = holder.world.happened(alert_id)

    after = holder.press_on(page, token, action)

    assert holder.world.happened(alert_id) == happened
    assert after.banner
    assert after.banner.startswith("Bob ")
    assert after.banner.endswith(", before you. Nothing was changed.")


def test_a_page_that_was_left_open_acknowledges_resolves_and_snoozes_for_longer(
    holder: Holder,
) -> None:
    for action in ("acknowledge", "resolve", "snooze:4h"):
        alert_id = holder.world.opened(action)
        token = holder.token(LinkAction.VIEW, alert_id)
        page = holder.page(token)
        holder.world.snooze(alert_id, timedelta(hours=1), by=BOB)

        after = holder.press_on(page, token, action)

        assert after.banner
        assert after.banner.startswith("You ")


def test_two_people_who_press_one_after_the_other_both_read_who_has_it(holder: Holder) -> None:
    alert_id = holder.world.opened()
    tokens = {by: holder.token(LinkAction.VIEW, alert_id, by=by) for by in ("alice", "bob")}
    pages = {by: holder.page(token) for by, token in tokens.items()}

    first = holder.press_on(pages["bob"], tokens["bob"], "acknowledge")
    second = holder.press_on(pages["alice"], tokens["alice"], "acknowledge")

    assert first.banner == "You acknowledged it at 10:00. Nobody else is called."
    assert second.banner == "Bob acknowledged it at 10:00, before you. Nothing was changed."
    assert holder.world.happened(alert_id) == ["fired", "acknowledged"]


def test_a_refusal_is_no_longer_shown_once_the_state_is_another(holder: Holder) -> None:
    alert_id = holder.world.opened()
    holder.world.acknowledge(alert_id, by=BOB)
    token = holder.token(LinkAction.ACKNOWLEDGE, alert_id)
    holder.press(token)
    assert holder.page(token).banner

    holder.world.unacknowledge(alert_id, by=BOB)
    assert holder.page(token).banner is None
    holder.world.acknowledge(alert_id, by=BOB)
    assert holder.page(token).banner is None


@pytest.mark.parametrize("seen", ["-1", "x", "1.0", "9" * 13, "٣"])
def test_a_state_that_no_page_sends_is_refused(holder: Holder, seen: str) -> None:
    alert_id = holder.world.opened()

    reply = holder.press(holder.token(LinkAction.VIEW, alert_id), "resolve", seen=seen)

    assert (reply.status, holder.world.happened(alert_id)) == (400, ["fired"])


def test_a_used_link_does_not_acknowledge_again_after_unacknowledge_without_its_page(
    holder: Holder,
) -> None:
    alert_id = holder.world.opened()
    token = holder.token(LinkAction.ACKNOWLEDGE, alert_id)
    holder.press(token)
    holder.world.unacknowledge(alert_id)

    assert holder.press(token).status == 303
    assert holder.world.alert(alert_id).status is AlertStatus.FIRING


@pytest.mark.parametrize(
    ("end", "told", "banner"),
    [
        pytest.param(
            "acknowledge",
            "Bob already acknowledged this alert at",
            "Bob acknowledged it at 10:00, before you. Nothing was changed.",
            id="has it",
        ),
        pytest.param(
            "resolve",
            "This alert is over: resolved by Bob at",
            "Bob resolved it at 10:00, before you. Nothing was changed.",
            id="closed it",
        ),
    ],
)
def test_the_page_after_a_late_press_names_who_was_first(
    holder: Holder, end: str, told: str, banner: str
) -> None:
    alert_id = holder.world.opened()
    getattr(holder.world, end)(alert_id, by=BOB)
    happened = holder.world.happened(alert_id)
    token = holder.token(LinkAction.ACKNOWLEDGE, alert_id)
    assert holder.page(token).banner is None

    reply = holder.press(token)

    assert reply.status == 303
    assert f"{told} 2026-03-01 09:00:00 UTC" in reply.text
    assert holder.page(token).banner == banner
    assert holder.world.happened(alert_id) == happened


def test_a_link_that_came_late_works_when_the_alert_fires_again(holder: Holder) -> None:
    alert_id = holder.world.opened()
    holder.world.acknowledge(alert_id, by=BOB)
    token = holder.token(LinkAction.ACKNOWLEDGE, alert_id)
    holder.press(token)
    holder.world.unacknowledge(alert_id, by=BOB)

    holder.press(token)

    assert holder.world.alert(alert_id).acknowledged_by == BY_ALICE


def test_a_link_is_for_its_episode_only(holder: Holder) -> None:
    first = holder.world.opened()
    holder.world.resolve(first, by=BOB)
    holder.world.now += timedelta(minutes=1)
    second = holder.world.opened()

    token = holder.token(LinkAction.RESOLVE, first)
    reply = holder.press(token)

    assert "This alert is over" in reply.text
    assert holder.page(token).banner == "Bob resolved it at 10:00, before you. Nothing was changed."
    assert holder.world.alert(second).status is AlertStatus.FIRING


def test_a_channel_acts_in_its_own_name(holder: Holder) -> None:
    alert_id = holder.world.opened()

    holder.press(holder.token(LinkAction.ACKNOWLEDGE, alert_id, by="ops-hook"))

    assert holder.world.alert(alert_id).acknowledged_by == Actor("link:ops-hook")


def test_a_resolution_by_link_is_by_hand(holder: Holder) -> None:
    alert_id = holder.world.opened()

    holder.press(holder.token(LinkAction.RESOLVE, alert_id))

    assert holder.world.alert(alert_id).was_resolved_by_hand


class DyingAnswers:
    """Answers of a process that ends before it keeps one."""

    def __init__(self, holder: Holder) -> None:
        self._working = holder.answers

    def claim(self, claim: Claim) -> Answer | None:
        answer: Answer | None = self._working.claim(claim)
        return answer

    def keep(self, claim: Claim, answer: Answer) -> None:
        del claim, answer
        raise KeyboardInterrupt

    def release(self, claim: Claim) -> None:
        del claim


def test_a_crash_after_the_claim_frees_the_link_after_half_a_minute(holder: Holder) -> None:
    alert_id = holder.world.opened()
    token = holder.token(LinkAction.ACKNOWLEDGE, alert_id)
    working = holder.answers
    holder.answers = DyingAnswers(holder)
    with pytest.raises(KeyboardInterrupt):
        holder.press(token)
    holder.answers = working

    busy = holder.press(token)
    holder.world.now += timedelta(seconds=31)
    again = holder.press(token)

    assert (busy.status, busy.headers["retry-after"]) == (503, "5")
    assert "Acknowledged by Alice at 2026-03-01 09:00:00 UTC" in again.text
    assert holder.world.happened(alert_id) == ["fired", "acknowledged"]


class BusyAlerts:
    """Storage that refuses for now."""

    def __getattr__(self, name: str) -> object:
        def refuse(*_: object, **__: object) -> None:
            raise TryAgainError

        return refuse


def test_busy_storage_is_a_page_and_the_same_press_works_later(holder: Holder) -> None:
    alert_id = holder.world.opened()
    token = holder.token(LinkAction.ACKNOWLEDGE, alert_id)
    holder.alerts = BusyAlerts()
    assert [holder.press(token).status, holder.look(token).status] == [503, 503]
    holder.alerts = None

    assert holder.press(token).status == 303
    assert holder.world.alert(alert_id).acknowledged_by == BY_ALICE


class WithoutTimeline:
    """Storage that has the alert and no more."""

    def __init__(self, holder: Holder, error: Exception) -> None:
        self._alerts = holder.world.alerts
        self._error = error

    def __getattr__(self, name: str) -> object:
        return getattr(self._alerts, name)

    def newest_changes(self, *_: object, **__: object) -> tuple[()]:
        raise self._error


@pytest.mark.parametrize("error", [TryAgainError(""), AwsError("AccessDeniedException", "")])
def test_a_page_without_people_and_timeline_still_acknowledges(
    holder: Holder, error: Exception
) -> None:
    alert_id = holder.world.opened()
    token = holder.token(LinkAction.VIEW, alert_id)
    holder.people.error = error
    holder.alerts = WithoutTimeline(holder, error)

    after = holder.press_on(holder.page(token), token, "acknowledge")

    assert holder.world.alert(alert_id).acknowledged_by == BY_ALICE
    assert after.banner == "Alice acknowledged it at 09:00. Nobody else is called."
    assert "It began" in after.shown
    warned = {message for level, message, _ in holder.log.lines if level == "warning"}
    assert warned == {"Users cannot be read", "Timeline cannot be read"}


class AnswersOfPressesOnly:
    """Storage that refuses to note a refusal."""

    def __init__(self, holder: Holder) -> None:
        self._answers = holder.answers

    def __getattr__(self, name: str) -> object:
        return getattr(self._answers, name)

    def claim(self, claim: Claim) -> Answer | None:
        if claim.key.startswith("refused"):
            raise TryAgainError
        answer: Answer | None = self._answers.claim(claim)
        return answer


def test_a_refusal_that_cannot_be_noted_is_a_page_all_the_same(holder: Holder) -> None:
    alert_id = holder.world.opened()
    holder.world.acknowledge(alert_id, by=BOB)
    token = holder.token(LinkAction.VIEW, alert_id)

    holder.answers = AnswersOfPressesOnly(holder)

    assert holder.press(token, "acknowledge", seen=0).status == 303
    assert "Bob has it" in holder.page(token).shown


@pytest.mark.parametrize(
    ("steps", "spared"),
    [
        pytest.param(("user:alice", "user:bob"), "Bob is not called.", id="the next step"),
        pytest.param(
            ("user:alice", ("user:bob", "user:carol")),
            "Bob and Carol are not called.",
            id="of several",
        ),
        pytest.param(("user:alice", "channel:ops"), "#ops is not told.", id="a channel"),
        pytest.param(("user:alice",), "Nobody else is called.", id="the last step"),
        pytest.param(("user:bob", "user:alice"), "Nobody else is called.", id="the reader"),
    ],
)
def test_after_an_acknowledgement_the_page_says_who_is_not_called(
    holder: Holder, steps: Sequence[str | tuple[str, ...]], spared: str
) -> None:
    for name in ("alice", "bob", "carol"):
        holder.world.user(name)
    holder.world.channel("ops")
    holder.world.escalation_policy(*((targets, HOUR) for targets in steps))
    token = holder.token(LinkAction.VIEW, holder.world.opened())

    after = holder.press_on(holder.page(token), token, "acknowledge")

    assert after.banner == f"You acknowledged it at 10:00. {spared}"


def test_an_old_link_says_that_it_is_too_old(holder: Holder) -> None:
    alert_id = holder.world.opened()
    token = holder.token(LinkAction.ACKNOWLEDGE, alert_id, at=NINE - LINK_LIFE)

    replies = [holder.look(token), holder.press(token)]

    assert [reply.status for reply in replies] == [410, 410]
    assert "It worked until 09:00 (UTC)" in replies[0].page.text
    assert holder.world.happened(alert_id) == ["fired"]


def test_an_old_link_says_until_when_it_worked_in_the_teams_zone(holder: Holder) -> None:
    holder.zone = "Europe/Berlin"
    at = NINE - LINK_LIFE - timedelta(hours=30)
    old = holder.token(LinkAction.VIEW, holder.world.opened(), at=at)

    assert "It worked until Sat 04:00 (Berlin)" in holder.look(old).page.text


UNKNOWN = AlertId("01ARZ3NDEKTSV4RRFFQ69G5FAV")


def test_forged_cut_and_unknown_links_get_one_and_the_same_page(holder: Holder) -> None:
    alert_id = holder.world.opened()
    token = holder.token(LinkAction.ACKNOWLEDGE, alert_id)
    forger = LinkSigner(bytes(32), "")
    bad = [
        forger.token(LinkAction.ACKNOWLEDGE, alert_id, by="alice", at=NINE),
        forger.token(LinkAction.ACKNOWLEDGE, alert_id, by="alice", at=NINE - 2 * LINK_LIFE),
        holder.token(LinkAction.ACKNOWLEDGE, UNKNOWN),
        token[:-1],
        token + "A",
        "x",
        "%00",
        "é",
        "x" * 5_000,
    ]

    replies = [answer for each in bad for answer in (holder.look(each), holder.press(each))]

    assert {reply.status for reply in replies} == {404}
    assert len({reply.text for reply in replies}) == 1
    assert holder.world.happened(alert_id) == ["fired"]


def test_another_key_ends_the_links_of_the_one_before_without_a_restart(holder: Holder) -> None:
    alert_id = holder.world.opened()
    old = holder.token(LinkAction.ACKNOWLEDGE, alert_id)
    assert holder.look(old).status == 200

    holder.secrets.stored[LINK_KEY] = spell_link_key(bytes(32))
    holder.signer = LinkSigner(bytes(32), "")
    new = holder.token(LinkAction.ACKNOWLEDGE, alert_id)

    assert holder.look(new).status == 200
    assert holder.look(old).status == 404


def test_the_link_key_is_read_again_only_for_a_link_that_it_did_not_sign(holder: Holder) -> None:
    token = holder.token(LinkAction.VIEW, holder.world.opened())

    for _ in range(3):
        holder.look(token)
    assert holder.secrets.reads == 1

    holder.look("forged")
    assert holder.secrets.reads == 2


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"origin": "https://evil.example"}, id="another site"),
        pytest.param({"origin": "https://tocsin.example.com.evil.example"}, id="a longer name"),
        pytest.param({"origin": "http://tocsin.example.com"}, id="without TLS"),
        pytest.param({"origin": "null", "sec_fetch_site": "cross-site"}, id="another, unnamed"),
        pytest.param({"origin": "null", "sec_fetch_site": "same-site"}, id="a neighbour"),
    ],
)
def test_a_press_on_another_sites_page_is_refused(holder: Holder, headers: dict[str, str]) -> None:
    alert_id = holder.world.opened()

    reply = holder.press(holder.token(LinkAction.ACKNOWLEDGE, alert_id), None, **headers)

    assert reply.status == 403
    assert holder.world.happened(alert_id) == ["fired"]


@pytest.mark.parametrize(
    "origin",
    [
        pytest.param("null", id="as browsers say without referrer"),
        pytest.param("https://tocsin.example.com", id="the public address"),
        pytest.param(
            "https://abcde12345.execute-api.eu-central-1.amazonaws.com", id="the gateway's own"
        ),
    ],
)
def test_a_press_on_our_own_page_acts(holder: Holder, origin: str) -> None:
    alert_id = holder.world.opened()

    holder.press(holder.token(LinkAction.ACKNOWLEDGE, alert_id), None, origin=origin)

    assert holder.world.alert(alert_id).acknowledged_by == BY_ALICE


def test_a_client_that_is_no_browser_says_nothing_of_origin_and_acts(holder: Holder) -> None:
    alert_id = holder.world.opened()
    event = example("act")
    del event["headers"]["origin"], event["headers"]["sec-fetch-site"]

    holder.send(event)

    assert holder.world.alert(alert_id).acknowledged_by == BY_ALICE


@pytest.mark.parametrize("case", ["good", "forged", "expired"])
def test_every_page_is_harmless(holder: Holder, case: str) -> None:
    alert_id = holder.world.opened()
    at = NINE - LINK_LIFE if case == "expired" else NINE
    token = holder.token(LinkAction.VIEW, alert_id, at=at)
    if case == "forged":
        token = token[:-2]

    headers = holder.look(token).headers

    policy = dict(
        part.partition(" ")[::2] for part in headers["content-security-policy"].split("; ")
    )
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert re.fullmatch(r"'sha256-[A-Za-z0-9+/]{43}='", policy["style-src"])
    assert "script-src" not in policy
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert headers["x-robots-tag"].startswith("noindex")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-type"] == "text/html; charset=utf-8"


def test_no_line_of_the_log_holds_a_token_or_the_key(holder: Holder) -> None:
    alert_id = holder.world.opened()
    tokens = [holder.token(action, alert_id) for action in LinkAction]
    for token in tokens:
        holder.look(token)
        holder.press(token, "resolve")
        holder.look(token[:-1])
    holder.click(tokens[0])
    holder.alerts = object()
    holder.look(tokens[0])

    logged = repr(holder.log.lines)
    assert "Request failed" in logged
    assert "/act/{token}" in logged
    assert not [token for token in tokens if token[:-1] in logged]
    assert base64.b64encode(KEY).decode() not in logged


def test_a_fault_of_ours_is_a_page_that_tells_nothing_but_an_id(holder: Holder) -> None:
    token = holder.token(LinkAction.VIEW, holder.world.opened())
    holder.alerts = object()

    reply = holder.look(token)

    assert reply.status == 500
    assert "Zb1XyhQ8FiAEJ3A=" in reply.page.text
    assert "object" not in reply.text
    assert "default-src 'none'" in reply.headers["content-security-policy"]


def test_a_key_that_is_missing_is_our_fault(holder: Holder) -> None:
    token = holder.token(LinkAction.VIEW, holder.world.opened())
    holder.secrets.stored.clear()

    assert holder.look(token).status == 500


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param("PUT", "/act/x", 405, id="another method"),
        pytest.param("PUT", "/s/7HQ2K9XW4MBT", 405, id="another method for a short link"),
        pytest.param("GET", "/s/7HQ2K9XW4MBT/y", 404, id="more than a short link"),
        pytest.param("GET", "/slack/ops-slack/actions", 405, id="looking at Slack's address"),
        pytest.param("POST", "/slack/ops-slack", 404, id="half an address"),
        pytest.param("GET", "/act", 404, id="no token"),
        pytest.param("GET", "/act/x/y", 404, id="more than a token"),
    ],
)
def test_other_requests_are_refused(holder: Holder, method: str, path: str, status: int) -> None:
    event = example("look")
    event["requestContext"]["http"]["method"] = method
    event["rawPath"] = path

    reply = holder.send(event)

    assert (reply.status, reply.headers["x-content-type-options"]) == (status, "nosniff")


@pytest.mark.parametrize("actor", ["key:01KEY", "auto", "slack:U9", "integration:x", "link:bob"])
def test_the_page_names_a_person_a_key_or_an_integration_in_words(
    holder: Holder, actor: str
) -> None:
    alert_id = holder.world.opened()
    holder.world.acknowledge(alert_id, by=Actor(actor))
    token = holder.token(LinkAction.ACKNOWLEDGE, alert_id)

    told = holder.press(token).text
    banner = holder.page(token).banner

    assert "already acknowledged this alert" in told
    assert banner
    assert banner.endswith(" acknowledged it at 10:00, before you. Nothing was changed.")
    assert actor not in told + banner
