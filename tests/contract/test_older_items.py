"""What an earlier version stored is read as what it meant."""

import json
from datetime import timedelta

from tests.examples import as_read, snoozed
from tocsin.adapters.dynamodb.items import Item, alert_from, alert_item, pack_facts
from tocsin.domain.alert import Alert
from tocsin.domain.ids import WriteId


def stored(alert: Alert) -> Item:
    packed = pack_facts(alert.facts, alert.dedup_key)
    return alert_item(alert, packed, write_id=WriteId("id"), retention=timedelta(days=90))


def test_a_snooze_without_a_severity_is_against_that_of_its_alert() -> None:
    item = stored(snoozed())
    fields = json.loads(item["snooze"]["S"])
    del fields["severity"]

    older = item | {"snooze": {"S": json.dumps(fields)}}

    assert as_read(alert_from(older)).snooze == snoozed().snooze
