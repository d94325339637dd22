"""What an earlier version stored is read as what it meant."""

from datetime import timedelta

from tocsin.adapters.dynamodb.alerts.items import Item, alert_item, pack_facts
from tocsin.adapters.dynamodb.configuration.policy_items import POLICIES
from tocsin.domain.alert import Alert
from tocsin.domain.escalation import (
    EscalationPolicy,
)
from tocsin.domain.flapping import FlappingRule
from tocsin.domain.ids import WriteId


def stored(alert: Alert) -> Item:
    packed = pack_facts(alert.facts, alert.dedup_key)
    return alert_item(alert, packed, write_id=WriteId("id"), retention=timedelta(days=90))


def test_a_policy_that_says_nothing_of_flapping_has_the_usual_rule() -> None:
    item = POLICIES.write(EscalationPolicy(name="default", steps=(), flapping=None))
    del item["flapping"]

    older = POLICIES.read(item | {"pk": {"S": "x"}, "sk": {"S": "x#default"}})

    assert older.flapping == FlappingRule()
