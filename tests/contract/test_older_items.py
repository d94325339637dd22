"""What an earlier version stored is read as what it meant."""

from datetime import timedelta

from tocsin.adapters.dynamodb.alerts.items import Item, alert_item, pack_facts
from tocsin.adapters.dynamodb.configuration.directory_items import USERS
from tocsin.adapters.dynamodb.configuration.policy_items import POLICIES
from tocsin.domain.alert import Alert
from tocsin.domain.escalation import (
    EscalationPolicy,
)
from tocsin.domain.flapping import FlappingRule
from tocsin.domain.ids import WriteId
from tocsin.domain.people import ContactMethod, User
from tocsin.domain.severity import Severity


def stored(alert: Alert) -> Item:
    packed = pack_facts(alert.facts, alert.dedup_key)
    return alert_item(alert, packed, write_id=WriteId("id"), retention=timedelta(days=90))


def test_a_policy_that_says_nothing_of_flapping_has_the_usual_rule() -> None:
    item = POLICIES.write(EscalationPolicy(name="default", steps=(), flapping=None))
    del item["flapping"]

    older = POLICIES.read(item | {"pk": {"S": "x"}, "sk": {"S": "x#default"}})

    assert older.flapping == FlappingRule()


def test_a_policy_that_was_stored_with_every_severity_keeps_them() -> None:
    every = frozenset(Severity)
    item = POLICIES.write(EscalationPolicy(name="default", steps=(), severities=every))

    assert POLICIES.read(item | {"pk": {"S": "x"}, "sk": {"S": "default"}}).severities == every


def test_a_user_who_was_stored_before_is_named_as_stored_and_has_verified_nothing() -> None:
    item = USERS.write(User(name="alice", email="alice@example.com"))
    assert not {"shown_name", "verified_email"} & item.keys()

    older = USERS.read(item | {"pk": {"S": "C#user"}, "sk": {"S": "alice"}})

    assert (older.name, older.is_verified(ContactMethod.EMAIL)) == ("alice", False)
