"""What an earlier version stored is read as what it meant."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.contract.alerts_in_store import EVERYTHING_ABOUT_FLAPPING
from tests.examples import ALICE, HOUR, MINUTE, NINE, as_read, firing, snoozed
from tocsin.adapters.dynamodb.escalation_text import escalation_from
from tocsin.adapters.dynamodb.items import Item, alert_from, alert_item, pack_facts
from tocsin.adapters.dynamodb.policy_items import POLICIES
from tocsin.domain.alert import Alert
from tocsin.domain.escalation import (
    Escalation,
    EscalationPolicy,
    Step,
    Target,
    TargetKind,
    advance,
)
from tocsin.domain.flapping import Flapping, FlappingRule, Reopening
from tocsin.domain.ids import WriteId, milliseconds
from tocsin.domain.next_action import next_action
from tocsin.domain.severity import Severity


def stored(alert: Alert) -> Item:
    packed = pack_facts(alert.facts, alert.dedup_key)
    return alert_item(alert, packed, write_id=WriteId("id"), retention=timedelta(days=90))


def test_a_snooze_without_a_severity_is_against_that_of_its_alert() -> None:
    item = stored(snoozed())
    fields = json.loads(item["snooze"]["S"])
    del fields["severity"]

    older = item | {"snooze": {"S": json.dumps(fields)}}

    assert as_read(alert_from(older)).snooze == snoozed().snooze


@pytest.mark.parametrize("flaps", [False, True])
def test_flapping_of_before_policies_had_a_say_was_never_told(*, flaps: bool) -> None:
    item = stored(replace(firing(), flapping=EVERYTHING_ABOUT_FLAPPING))
    times = [milliseconds(NINE - MINUTE), milliseconds(NINE)]
    older = item | {"flapping": {"S": json.dumps([times, times[1] if flaps else None])}}

    assert alert_from(older).flapping == Flapping(
        reopenings=(
            Reopening(at=NINE - MINUTE, steady=timedelta()),
            Reopening(at=NINE, steady=timedelta()),
        ),
        count=2 if flaps else 0,
        within=HOUR if flaps else timedelta(),
    )


def test_a_policy_that_says_nothing_of_flapping_has_the_usual_rule() -> None:
    item = POLICIES.write(EscalationPolicy(name="default", steps=(), flapping=None))
    del item["flapping"]

    older = POLICIES.read(item | {"pk": {"S": "x"}, "sk": {"S": "x#default"}})

    assert older.flapping == FlappingRule()


def older_escalation(**fields: object) -> Escalation:
    began = {"policy": "default", "step": 2, "name": "boss", "loop": 1}
    return escalation_from(json.dumps(began | fields))


def test_an_escalation_of_before_marks_were_kept_begins_its_policy_anew() -> None:
    """It would ask for a step under the key of one that was asked before: nobody would be paged."""
    older = older_escalation(next=3, at=milliseconds(NINE))
    targets = (Target(TargetKind.USER, "alice"),)
    step = Step(name="primary", targets=targets, delay=MINUTE)
    policy = EscalationPolicy(name="default", steps=(step, step, step))

    after = advance(older, policy, Severity.CRITICAL, NINE)

    assert (after.loop, after.step, after.targets) == (2, 1, ("user:alice",))


def test_an_acknowledgement_of_before_policies_were_noted_needs_no_timer() -> None:
    acknowledged = firing().acknowledge(by=ALICE, at=NINE)

    assert next_action(replace(acknowledged, escalation=older_escalation())).at is None
