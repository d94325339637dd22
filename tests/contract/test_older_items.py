"""What an earlier version stored is read as what it meant."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.conftest import TABLE_NAME
from tests.examples import NINE, firing, snoozed
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.escalation_text import escalation_from, write_escalation
from tocsin.adapters.dynamodb.alerts.items import (
    Item,
    alert_from,
    alert_item,
    expiry,
    pack_facts,
    time,
)
from tocsin.adapters.dynamodb.configuration.directory_items import CHANNELS, USERS
from tocsin.adapters.dynamodb.configuration.policy_items import POLICIES, ROUTES
from tocsin.adapters.dynamodb.notifications.channel_gate import DynamoDBGate
from tocsin.adapters.dynamodb.notifications.notification_items import (
    notification_from,
    notification_item,
)
from tocsin.adapters.dynamodb.transactions import IS_NEW, put
from tocsin.adapters.queues import delivery_from, written_delivery
from tocsin.domain.alert import Alert
from tocsin.domain.escalation import Escalation, EscalationPolicy, Step, Target, TargetKind
from tocsin.domain.flapping import FlappingRule, Inherited
from tocsin.domain.gate import BURST, Passage
from tocsin.domain.ids import AlertId, WriteId
from tocsin.domain.next_action import next_action
from tocsin.domain.notification import Delivery, Notification, NotificationReason
from tocsin.domain.people import Channel, ContactMethod, NotificationRule, User
from tocsin.domain.routing import Route
from tocsin.domain.severity import Severity

SECOND = timedelta(seconds=1)
TO_ALICE = Delivery(
    alert_id=AlertId("01KJM5ZZ00DRQ5V1N9YH3KW2TB"),
    episode=1,
    step=1,
    loop=1,
    target="user:alice",
    channel="email",
    reason=NotificationReason.FIRST,
    asked_at=NINE,
    due_at=NINE,
)


def stored(alert: Alert) -> Item:
    packed = pack_facts(alert.facts, alert.dedup_key)
    return alert_item(alert, packed, write_id=WriteId("id"), retention=timedelta(days=90))


@pytest.mark.parametrize("missing", [{"flapping"}, {"has_own_flapping"}], ids=["none", "usual"])
def test_a_policy_without_a_chosen_rule_of_flapping_has_the_teams(missing: set[str]) -> None:
    rule = FlappingRule()
    item = POLICIES.write(EscalationPolicy(name="default", steps=(), flapping=rule))
    stored = {name: value for name, value in item.items() if name not in missing}

    older = POLICIES.read(stored | {"pk": {"S": "x"}, "sk": {"S": "x#default"}})

    assert older.flapping is Inherited.TEAM
    assert older.flapping_rule == FlappingRule()


@pytest.mark.parametrize("rule", [None, FlappingRule(after=2)], ids=["off", "a rule"])
def test_a_rule_of_flapping_that_was_chosen_before_stays(rule: FlappingRule | None) -> None:
    item = POLICIES.write(EscalationPolicy(name="default", steps=(), flapping=rule))
    del item["has_own_flapping"]

    older = POLICIES.read(item | {"pk": {"S": "x"}, "sk": {"S": "x#default"}})

    assert older.flapping == rule


def test_a_step_begun_before_targets_of_the_next_were_kept_calls_unknown_ones() -> None:
    written = '{"p":"default","k":1,"s":2,"to":["user:bob"],"a":"1 2","l":1,"x":3,"e":60000}'

    older = escalation_from(written)

    assert (older.first_targets, older.next_targets) == ((), ())
    assert next_action(replace(firing(), escalation=older)).targets == ()


@pytest.mark.parametrize(
    ("escalation", "size"),
    [
        pytest.param(Escalation(step=1, targets=("user:alice",)), 0, id="no further step"),
        pytest.param(
            Escalation(step=1, targets=("user:alice",), next_targets=("user:bob",)),
            len(',"nx":"u:bob"'),
            id="another person",
        ),
        pytest.param(
            Escalation(step=1, targets=("channel:ops",), next_targets=("channel:ops",)),
            len(',"nx":"="'),
            id="the same once more",
        ),
    ],
)
def test_targets_of_other_steps_take_few_bytes(escalation: Escalation, size: int) -> None:
    """Each repeat rewrites them, and lists read them."""
    of_a_first_step = replace(escalation, first_targets=escalation.targets)
    without = replace(of_a_first_step, next_targets=())

    written, shorter = map(write_escalation, (of_a_first_step, without))

    assert written is not None
    assert shorter is not None
    assert len(written) - len(shorter) == size
    assert escalation_from(written) == of_a_first_step


def test_an_alert_stored_without_subject_and_snoozer_is_read() -> None:
    item = stored(snoozed())
    del item["subj"]
    item["snooze"] = {"S": item["snooze"]["S"].replace(',"by":"alice"', "")}

    older = alert_from(item)

    assert older.subject == ""
    assert older.snooze is not None
    assert older.snooze.by is None


def test_a_subject_that_its_facts_give_is_not_stored() -> None:
    """Each repeat would rewrite it."""
    alert = firing()
    item = stored(alert)

    assert "subject" not in item
    assert len(item["subj"]["B"]) == 4
    assert alert_from(item) == alert


def test_a_subject_that_was_stored_although_its_facts_give_it_is_read() -> None:
    item = stored(firing())
    del item["subj"]

    older = alert_from(item | {"subject": {"S": "WARNING the title at its opening"}})

    assert older.subject == "WARNING the title at its opening"


def test_a_policy_that_was_stored_with_every_severity_keeps_them() -> None:
    every = frozenset(Severity)
    item = POLICIES.write(EscalationPolicy(name="default", steps=(), severities=every))

    assert POLICIES.read(item | {"pk": {"S": "x"}, "sk": {"S": "default"}}).severities == every


@pytest.mark.parametrize(("stored", "read"), [(60, None), (61, 61), (1, 1)])
def test_a_channel_that_was_stored_with_the_old_default_rate_has_its_providers(
    stored: int, read: int | None
) -> None:
    item = CHANNELS.write(Channel(name="ops", type="console", rate_per_minute=stored))
    del item["has_own_rate"]

    older = CHANNELS.read(item | {"pk": {"S": "C#channel"}, "sk": {"S": "ops"}})

    assert older.rate_per_minute == read
    assert older.bundle is None


def test_a_channel_without_a_rate_is_stored_so_that_the_version_before_reads_it() -> None:
    assert CHANNELS.write(Channel(name="ops", type="console"))["rate_per_minute"] == {"N": "60"}


def test_a_user_who_was_stored_before_is_named_as_stored_and_has_verified_nothing() -> None:
    item = USERS.write(User(name="alice", email="alice@example.com"))
    assert not {"shown_name", "verified_email"} & item.keys()

    older = USERS.read(item | {"pk": {"S": "C#user"}, "sk": {"S": "alice"}})

    assert (older.name, older.is_verified(ContactMethod.EMAIL)) == ("alice", False)


def test_a_message_stored_before_there_were_digests_is_of_none() -> None:
    waiting = Notification.waiting(TO_ALICE, at=NINE)
    item = notification_item(waiting, write_id=WriteId("id"), retention=timedelta(days=90))
    assert "bundled_into" not in item

    assert notification_from(item) == waiting


def test_a_message_queued_before_messages_named_their_group_is_read() -> None:
    fields = json.loads(written_delivery(TO_ALICE))
    del fields["group"], fields["severity"]

    older = delivery_from(json.dumps(fields))

    assert (older, older.may_be_bundled) == (TO_ALICE, True)


def test_an_alert_stored_before_silences_and_settings_of_routes_has_neither() -> None:
    written = '{"p":"default","k":1,"s":2,"to":["user:bob"],"a":"1 2","l":1,"x":3,"e":60000}'

    escalation = escalation_from(written)
    older = alert_from(stored(replace(firing(), escalation=escalation)))

    assert (older.hold, older.silence, older.routed) == (None, None, None)
    assert (older.escalation.released_at, older.escalation.held_by_route) == (None, None)
    assert older.escalation.waits_for_step is None


def test_what_was_configured_before_there_were_hours_has_none() -> None:
    route = ROUTES.write(Route(name="all", match=(), escalation_policy="default"))
    step = Step(name="first", targets=(Target(TargetKind.USER, "bob"),), delay=SECOND)
    policy = POLICIES.write(EscalationPolicy(name="default", steps=(step,)))
    user = USERS.write(User(name="bob", notify=(NotificationRule(by=ContactMethod.EMAIL),)))
    [written] = policy["steps"]["L"]
    [rule] = user["notify"]["L"]

    for fields in (route, policy, written["M"], rule["M"]):
        assert not {"only", "hours"} & fields.keys()
    assert not {"time_zone"} & (route.keys() | policy.keys())
    key = {"pk": {"S": "C#route"}, "sk": {"S": "all"}}
    assert ROUTES.read(route | key).only == ()
    assert POLICIES.read(policy | key).steps == (step,)
    assert USERS.read(user | key).notify[0].only == ()


def test_a_gate_kept_by_the_version_before_delays_as_it_did(call: Call) -> None:
    """It had one line for urgent and other messages, and none at rest."""
    channel = Channel(name="ops-hook", type="webhook", rate_per_minute=60)
    free_at = NINE + 8 * SECOND
    item = keys.gate_key(channel.name) | {
        "entity": {"S": "gate"},
        "free_at": time(free_at),
        "line_until": time(free_at + SECOND),
        "failures": {"N": "0"},
        "expires_at": expiry(NINE, timedelta(days=1)),
    }
    call("PutItem", put(TABLE_NAME, item, IS_NEW)["Put"])
    gate = DynamoDBGate(call, TABLE_NAME)

    others = gate.enter(channel, is_urgent=False, at=NINE)
    urgent = gate.enter(channel, is_urgent=True, at=NINE)

    assert others.opens_at == free_at - (BURST - 1) * SECOND
    assert urgent == Passage()
