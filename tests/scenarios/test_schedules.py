"""A step asks a schedule: whoever is on call at that second is paged."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.examples import HOUR, MINUTE, NINE
from tests.fakes.world import World
from tests.on_call import daily, following, made
from tocsin.domain.errors import ConflictError, InvalidInputError
from tocsin.domain.hours import Hours
from tocsin.domain.ids import AlertId
from tocsin.domain.notification import DeliveryState
from tocsin.domain.on_call.schedule import OverrideKind
from tocsin.domain.timeline import ChangeType
from tocsin.usecases.change_on_call import Taking, take_shift

DAY = 24 * HOUR
SECOND = timedelta(seconds=1)
PRIMARY, NEXT = "schedule:primary", "schedule:primary/next"


@pytest.fixture
def on_call(world: World) -> World:
    """Alice is on call from 09:00 today, Bob from 09:00 tomorrow; then Carol is asked."""
    for name in ("alice", "bob", "carol"):
        world.user(name)
    world.schedule(daily("alice", "bob"))
    world.escalation_policy((PRIMARY, 5 * MINUTE), ("user:carol", 5 * MINUTE))
    return world


def skipped(world: World, alert_id: AlertId) -> list[str | None]:
    return [it.reason for it in world.pages(alert_id) if it.state is DeliveryState.SKIPPED]


def test_the_second_of_the_handoff_decides_who_is_paged(on_call: World) -> None:
    on_call.pass_time(seconds=(DAY - SECOND).total_seconds())
    on_call.opened("before")
    assert on_call.paged() == ["alice"]

    on_call.pass_time(seconds=1)
    on_call.opened("after")
    assert on_call.paged() == ["bob"]


def test_each_step_asks_who_is_on_call_when_it_comes(world: World) -> None:
    for name in ("alice", "bob"):
        world.user(name)
    world.schedule(daily("alice", "bob"))
    world.escalation_policy((PRIMARY, 5 * MINUTE), repeat=1)
    world.pass_time(seconds=(DAY - MINUTE).total_seconds())

    world.opened()
    world.pass_time(minutes=5)

    assert world.paged() == ["alice", "bob"]


def test_a_step_may_ask_who_is_next(on_call: World) -> None:
    on_call.escalation_policy((PRIMARY, 5 * MINUTE), (NEXT, 5 * MINUTE))

    on_call.opened()
    on_call.pass_time(minutes=5)

    assert on_call.paged() == ["alice", "bob"]


def test_a_schedule_that_follows_another_asks_those_who_come_later_in_its_list(
    on_call: World,
) -> None:
    on_call.schedule(following("secondary"))
    on_call.escalation_policy(((PRIMARY, "schedule:secondary"), 5 * MINUTE))

    on_call.opened()

    assert on_call.paged() == ["alice", "bob"]


def test_people_who_are_on_call_together_are_paged_together(on_call: World) -> None:
    on_call.schedule(daily(("alice", "bob"), "carol"))

    on_call.opened()

    assert on_call.paged() == ["alice", "bob"]


def test_who_is_asked_by_name_and_by_a_schedule_is_paged_once(on_call: World) -> None:
    on_call.escalation_policy(((PRIMARY, "user:alice"), 5 * MINUTE))

    on_call.opened()

    assert on_call.paged() == ["alice"]


def test_where_nobody_is_on_call_the_next_step_comes_at_once_and_the_timeline_says_why(
    on_call: World,
) -> None:
    on_call.schedule(daily("alice", "bob", only=(Hours(begins=NINE.time()),)))
    on_call.pass_time(hours=15, minutes=1)

    alert_id = on_call.opened()

    assert on_call.paged() == ["carol"]
    assert skipped(on_call, alert_id) == ["nobody is on call by schedule primary"]
    [told] = [it for it in on_call.timeline(alert_id) if it.type is ChangeType.NOTIFICATION_SKIPPED]
    assert told.details["schedule"] == "primary"


def test_where_nobody_is_next_the_timeline_says_so(on_call: World) -> None:
    on_call.schedule(daily("alice"))
    on_call.escalation_policy((NEXT, 5 * MINUTE), ("user:carol", 5 * MINUTE))

    alert_id = on_call.opened()

    assert on_call.paged() == ["carol"]
    assert skipped(on_call, alert_id) == ["nobody comes next by schedule primary"]


def test_a_schedule_that_does_not_exist_is_a_step_that_reaches_nobody(on_call: World) -> None:
    on_call.escalation_policy(("schedule:tertiary", 5 * MINUTE), ("user:carol", 5 * MINUTE))

    on_call.opened()

    assert on_call.paged() == ["carol"]


def test_ledger_and_timeline_say_by_which_schedule_a_person_was_told(on_call: World) -> None:
    alert_id = on_call.opened()

    [page] = on_call.pages(alert_id)
    assert (page.delivery.target, page.delivery.schedule) == ("user:alice", "primary")
    [sent] = [it for it in on_call.timeline(alert_id) if it.type is ChangeType.NOTIFICATION_SENT]
    assert sent.details["schedule"] == "primary"


def test_the_message_names_who_will_be_on_call_when_the_next_step_comes(world: World) -> None:
    for name in ("alice", "bob"):
        world.user(name)
    world.channel("ops")
    world.schedule(daily("alice", "bob"))
    world.escalation_policy(("channel:ops", 5 * MINUTE), (PRIMARY, 5 * MINUTE))
    world.pass_time(seconds=(DAY - MINUTE).total_seconds())

    world.opened()

    said = "".join(span.text for span in world.providers.received[-1].message.wording.next)
    assert said.startswith("Bob is called at 09:04")


@pytest.mark.parametrize(
    ("day", "handoff_utc"),
    [("2026-03-28", 8), ("2026-03-29", 7), ("2026-10-24", 7), ("2026-10-25", 8)],
    ids=["before spring", "spring", "before autumn", "autumn"],
)
def test_a_handoff_is_by_the_clock_on_the_wall_through_daylight_saving(
    day: str, handoff_utc: int
) -> None:
    handoff = datetime.fromisoformat(day).replace(hour=handoff_utc, tzinfo=UTC)
    world = World(handoff - SECOND)
    for name in ("alice", "bob"):
        world.user(name)
    world.schedule(daily("alice", "bob", zone="Europe/Paris"))
    world.escalation_policy((PRIMARY, 5 * MINUTE))

    world.opened("before")
    world.pass_time(seconds=1)
    world.opened("after")

    assert sorted(world.paged()) == ["alice", "bob"], "the second in which it changes"


def test_an_override_pages_another_for_its_time_alone(on_call: World) -> None:
    on_call.override(made("carol", NINE + MINUTE, NINE + 2 * MINUTE))

    for number in range(3):
        on_call.opened(f"disk-{number}")
        on_call.pass_time(minutes=1)

    assert on_call.paged() == ["alice", "carol", "alice"]


@pytest.mark.parametrize(
    ("kind", "user", "paged"),
    [
        (OverrideKind.ADD, "bob", ["alice", "bob"]),
        (OverrideKind.REPLACE, "bob", ["bob"]),
        (OverrideKind.REMOVE, "alice", ["carol"]),
    ],
)
def test_an_override_replaces_adds_or_removes(
    on_call: World, kind: OverrideKind, user: str, paged: list[str]
) -> None:
    on_call.override(made(user, NINE, NINE + HOUR, kind=kind))

    on_call.opened()

    assert on_call.paged() == paged


def taking(user: str, at: datetime, **instead: object) -> Taking:
    fields: dict[str, object] = {
        "schedule": "primary",
        "user": user,
        "instead_of": None,
        "until": None,
        "reason": None,
        "override_id": "01KJM5ZZ00DRQ5V1N9YH3KW2TB",
        "by": user,
        "at": at,
    }
    return Taking(**{**fields, **instead})  # type: ignore[arg-type]


def test_a_shift_that_was_taken_pages_the_taker_until_it_ends(on_call: World) -> None:
    on_call.escalation_policy((PRIMARY, 5 * MINUTE))
    override = take_shift(taking("carol", on_call.now), on_call.on_call_work)
    assert (override.begins, override.ends) == (NINE, NINE + DAY)

    on_call.opened("now")
    assert on_call.paged() == ["carol"]

    on_call.pass_time(days=1)
    on_call.opened("tomorrow")
    assert on_call.paged() == ["bob"]


def test_who_is_relieved_is_told_by_slack_or_e_mail_and_nobody_is_paged(on_call: World) -> None:
    take_shift(taking("carol", on_call.now), on_call.on_call_work)

    on_call.pass_time(seconds=1)

    assert on_call.paged() == []
    [told] = on_call.providers.notices
    assert (told.target, told.by) == ("user:alice", "email")
    assert told.notice.title == "Carol took your shift in primary"
    assert told.notice.lines == ("Carol is on call in your place until tomorrow, 09:00 (UTC).",)


def test_nobody_takes_their_own_shift(on_call: World) -> None:
    with pytest.raises(ConflictError, match="alice is on call in primary already"):
        take_shift(taking("alice", on_call.now), on_call.on_call_work)


def test_nobody_is_relieved_who_is_not_on_call(on_call: World) -> None:
    with pytest.raises(ConflictError, match="bob is not on call in primary now"):
        take_shift(taking("carol", on_call.now, instead_of="bob"), on_call.on_call_work)


def test_a_shift_without_an_end_is_taken_until_a_time(on_call: World) -> None:
    on_call.schedule(daily("alice"))

    with pytest.raises(InvalidInputError) as refusal:
        take_shift(taking("carol", on_call.now), on_call.on_call_work)
    assert refusal.value.details[0].field == "until"

    until = on_call.now + HOUR
    assert take_shift(taking("carol", on_call.now, until=until), on_call.on_call_work).ends == until
