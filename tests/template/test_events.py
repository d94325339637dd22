"""What starts the escalator, and what becomes of what it cannot do."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.simulated_aws.stream import pattern
from tests.template.intrinsics import Template, short
from tocsin.domain.notification import DeliveryState

WIRE = Path(__file__).parents[1] / "data/wire/eventbridge"
NO_VALUE = {"Ref": "AWS::NoValue"}
FOURTEEN_DAYS = 1_209_600
DEAD_LETTER_QUEUES = {
    "DeliveriesDeadLetterQueue",
    "EventFailuresQueue",
    "TableChangeFailuresQueue",
    "TickFailuresQueue",
    "TimersDeadLetterQueue",
}
SETTING_ASIDE = {
    "TableChangeFunction": "TableChangeFailuresQueue",
    "TimerFunction": "TimersDeadLetterQueue",
    "NotifierFunction": "DeliveriesDeadLetterQueue",
}
WORKERS = {"TimersQueue": "TimerFunction", "DeliveriesQueue": "NotifierFunction"}


@pytest.fixture(scope="module")
def stream(deployed: Template) -> dict[str, Any]:
    return mappings(deployed)["TableChangeFunctionTableChange"]


@pytest.fixture(params=sorted(WORKERS))
def queue_name(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def queue(deployed: Template, queue_name: str) -> dict[str, Any]:
    return deployed.of_type("AWS::SQS::Queue")[queue_name]


@pytest.fixture
def polling(deployed: Template, queue_name: str) -> dict[str, Any]:
    (mapping,) = [
        each for each in mappings(deployed).values() if short(each["EventSourceArn"]) == queue_name
    ]
    return mapping


def mappings(deployed: Template) -> dict[str, dict[str, Any]]:
    return deployed.of_type("AWS::Lambda::EventSourceMapping")


def delivered(stream: dict[str, Any], event: dict[str, Any]) -> bool:
    filters = stream["FilterCriteria"]["Filters"]
    return any(pattern(json.loads(each["Pattern"]))(event) for each in filters)


def change(event_name: str, sort_key: str) -> dict[str, Any]:
    keys = {"pk": {"S": "A#0123456789ABCDEF"}, "sk": {"S": sort_key}}
    image = {**keys, "state": {"S": "firing"}}
    return {"eventName": event_name, "dynamodb": {"Keys": keys, "NewImage": image}}


def ledger_change(event_name: str, state: str, partition: str = "L#01J0") -> dict[str, Any]:
    keys = {"pk": {"S": partition}, "sk": {"S": "1#0#0#user:alice#email"}}
    image = {} if event_name == "REMOVE" else {"NewImage": {**keys, "state": {"S": state}}}
    return {"eventName": event_name, "dynamodb": {"Keys": keys, **image}}


def test_only_stream_and_queue_are_polled(deployed: Template) -> None:
    sources = {short(mapping["EventSourceArn"]) for mapping in mappings(deployed).values()}

    assert sources == {"Table.StreamArn", *WORKERS}


def test_a_batch_fails_record_by_record(deployed: Template) -> None:
    for mapping in mappings(deployed).values():
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_no_change_made_before_the_first_poll_is_missed(stream: dict[str, Any]) -> None:
    assert stream["StartingPosition"] == "TRIM_HORIZON"


def test_a_change_that_crashes_the_function_is_cut_out_of_its_batch(stream: dict[str, Any]) -> None:
    assert stream["BisectBatchOnFunctionError"] is True


def test_an_outage_of_storage_uses_up_no_tries_of_a_change(stream: dict[str, Any]) -> None:
    assert stream["MaximumRetryAttempts"] == -1, "no limit, in Lambda's words"


def test_a_change_is_given_up_while_the_stream_still_has_it(stream: dict[str, Any]) -> None:
    hours_to_read_it_again = (86_400 - stream["MaximumRecordAgeInSeconds"]) / 3_600

    assert hours_to_read_it_again == 4


def test_a_change_given_up_is_kept(stream: dict[str, Any]) -> None:
    destination = stream["DestinationConfig"]["OnFailure"]["Destination"]

    assert short(destination) == "TableChangeFailuresQueue"


@pytest.mark.parametrize(
    ("event_name", "sort_key", "wanted"),
    [
        pytest.param("INSERT", "LIVE", True, id="an alert fires"),
        pytest.param("MODIFY", "LIVE", True, id="an alert changes"),
        pytest.param("REMOVE", "LIVE", False, id="an alert expires"),
        pytest.param("INSERT", "T#01J0#0", False, id="the timeline grows"),
        pytest.param("INSERT", "E#01J0", False, id="an older episode moves aside"),
        pytest.param("MODIFY", "KEY", False, id="a key was used"),
        pytest.param("INSERT", "INCIDENT", True, id="an incident is opened"),
        pytest.param("MODIFY", "INCIDENT", True, id="an incident changes"),
        pytest.param("MODIFY", "STORM", True, id="a storm goes on"),
        pytest.param("INSERT", "activity#1772355600000#0", True, id="the configuration changed"),
        pytest.param("REMOVE", "activity#1772355600000#0", False, id="activity expires"),
        pytest.param("INSERT", "acted#1772355600000#0", False, id="the stream notes an act"),
        pytest.param("MODIFY", "CHANGES", False, id="the stream counts what it followed"),
        pytest.param("MODIFY", "backup", False, id="a heartbeat is heard"),
    ],
)
def test_only_what_has_consequences_or_is_shown_by_pages_is_delivered(
    stream: dict[str, Any], event_name: str, sort_key: str, *, wanted: bool
) -> None:
    assert delivered(stream, change(event_name, sort_key)) is wanted


@pytest.mark.parametrize(
    "state", [state for state in DeliveryState if state not in {"waiting", "claimed"}]
)
def test_the_outcome_of_a_notification_is_delivered(
    stream: dict[str, Any], state: DeliveryState
) -> None:
    assert delivered(stream, ledger_change("INSERT", state))
    assert delivered(stream, ledger_change("MODIFY", state))


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(ledger_change("INSERT", "waiting"), id="a message is planned"),
        pytest.param(ledger_change("MODIFY", "claimed"), id="a message is claimed"),
        pytest.param(ledger_change("REMOVE", "sent"), id="the ledger expires"),
        pytest.param(ledger_change("MODIFY", "sent", "G#ops"), id="a gate counts"),
    ],
)
def test_other_changes_of_the_ledger_are_not_delivered(
    stream: dict[str, Any], event: dict[str, Any]
) -> None:
    assert not delivered(stream, event)


def test_a_shard_is_read_by_several_instances_at_once(stream: dict[str, Any]) -> None:
    assert 1 < stream["ParallelizationFactor"] <= 10, "what Lambda takes"


def test_filters_are_few_enough_for_lambda(stream: dict[str, Any]) -> None:
    assert len(stream["FilterCriteria"]["Filters"]) <= 5


def test_a_message_is_not_delivered_again_while_it_is_worked_on(
    deployed: Template, queue_name: str, queue: dict[str, Any], polling: dict[str, Any]
) -> None:
    function = deployed.of_type("AWS::Lambda::Function")[WORKERS[queue_name]]
    window = polling.get("MaximumBatchingWindowInSeconds", 0)

    assert queue["VisibilityTimeout"] >= 6 * function["Timeout"] + window


def test_messages_are_not_collected_before_they_are_delivered(polling: dict[str, Any]) -> None:
    assert polling.get("MaximumBatchingWindowInSeconds", 0) == 0


def test_a_message_outlives_a_day_on_which_storage_refuses(
    queue_name: str, queue: dict[str, Any]
) -> None:
    redrive = queue["RedrivePolicy"]
    dead_letters = queue_name.replace("Queue", "DeadLetterQueue")

    assert redrive["maxReceiveCount"] * queue["VisibilityTimeout"] >= 86_400
    assert redrive["maxReceiveCount"] <= 1_000, "what SQS takes"
    assert short(redrive["deadLetterTargetArn"]) == dead_letters


@pytest.mark.parametrize("worker", SETTING_ASIDE)
def test_a_function_sets_aside_where_the_dead_letters_of_its_input_go(
    deployed: Template, worker: str
) -> None:
    function = deployed.of_type("AWS::Lambda::Function")[worker]

    told = function["Environment"]["Variables"]["FAILURES_QUEUE_URL"]

    assert short(told) == SETTING_ASIDE[worker]


def test_a_message_reaches_its_last_try_before_it_expires(queue: dict[str, Any]) -> None:
    longest_delay = 900
    tries = queue["RedrivePolicy"]["maxReceiveCount"] * queue["VisibilityTimeout"]

    assert queue["MessageRetentionPeriod"] >= 2 * (longest_delay + tries)


def test_a_storm_of_notifications_leaves_instances_for_intake(deployed: Template) -> None:
    scaling = mappings(deployed)["NotifierFunctionDelivery"]["ScalingConfig"]
    allowed = deployed.parameters["NotifierMaximumConcurrency"]

    assert short(scaling["MaximumConcurrency"]) == "NotifierMaximumConcurrency"
    assert (allowed["MinValue"], allowed["MaxValue"]) == (2, 1_000), "what Lambda takes"


def test_a_queue_either_has_a_dead_letter_queue_or_is_one(deployed: Template) -> None:
    assert deployed.dead_letter_queues == DEAD_LETTER_QUEUES


@pytest.mark.parametrize("name", sorted(DEAD_LETTER_QUEUES - {"TickFailuresQueue"}))
def test_dead_letters_are_kept_as_long_as_possible(deployed: Template, name: str) -> None:
    queue = deployed.of_type("AWS::SQS::Queue")[name]

    assert queue["MessageRetentionPeriod"] == FOURTEEN_DAYS


def test_one_failed_tick_rings_for_an_hour_and_leaves_nothing_to_clear(deployed: Template) -> None:
    queue = deployed.of_type("AWS::SQS::Queue")["TickFailuresQueue"]

    assert queue["MessageRetentionPeriod"] == 3_600


def test_every_queue_is_encrypted(deployed: Template) -> None:
    for queue in deployed.of_type("AWS::SQS::Queue").values():
        assert queue["SqsManagedSseEnabled"] is True


def test_the_tick_comes_every_minute_in_a_schedule_of_this_stack(deployed: Template) -> None:
    schedule = deployed.of_type("AWS::Scheduler::Schedule")["TickFunctionMinute"]

    assert schedule["ScheduleExpression"] == "rate(1 minute)"
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert "Name" not in schedule, "a second stack of the account would find the name taken"


def test_a_tick_is_given_up_once_the_next_one_is_due(deployed: Template) -> None:
    schedule = deployed.of_type("AWS::Scheduler::Schedule")["TickFunctionMinute"]["Target"]
    function = deployed.of_type("AWS::Lambda::EventInvokeConfig")["TickFunctionEventInvokeConfig"]

    assert schedule["RetryPolicy"] == {"MaximumEventAgeInSeconds": 60, "MaximumRetryAttempts": 2}
    assert short(schedule["DeadLetterConfig"]["Arn"]) == "TickFailuresQueue"
    assert function["MaximumEventAgeInSeconds"] == 60
    assert function["MaximumRetryAttempts"] == 0, "it would wait for a minute first"
    assert short(function["DestinationConfig"]["OnFailure"]["Destination"]) == "TickFailuresQueue"


def test_alarms_come_from_eventbridge_only_where_that_is_asked_for(deployed: Template) -> None:
    conditional = ("AlarmEventsRule", "AlarmEventsPermission", "EventFailuresQueuePolicy")

    conditions = {deployed.resources[name]["Condition"] for name in conditional}

    assert deployed.parameters["AlarmEvents"]["Default"] == "off"
    assert conditions == {"TakesAlarmEvents"}


def test_the_rule_of_alarms_lets_alarms_through_and_nothing_else(deployed: Template) -> None:
    rule = deployed.of_type("AWS::Events::Rule")["AlarmEventsRule"]
    alarm = json.loads((WIRE / "cloudwatch-alarm-state-change.json").read_text())
    (target,) = rule["Targets"]

    passes = pattern(rule["EventPattern"])
    assert passes(alarm)
    assert not passes({**alarm, "source": "aws.ec2"})
    assert short(target["Arn"]) == "IngestFunctionAliaslive"
    assert short(target["DeadLetterConfig"]["Arn"]) == "EventFailuresQueue"


def test_only_the_rule_of_alarms_may_start_ingest(deployed: Template) -> None:
    permission = deployed.of_type("AWS::Lambda::Permission")["AlarmEventsPermission"]

    assert permission["Principal"] == "events.amazonaws.com"
    assert short(permission["SourceArn"]) == "AlarmEventsRule"
    assert short(permission["FunctionName"]) == "IngestFunctionAliaslive"


def test_an_event_that_ingest_cannot_take_is_tried_for_hours_and_then_kept(
    deployed: Template,
) -> None:
    configured = deployed.of_type("AWS::Lambda::EventInvokeConfig")
    function = configured["IngestFunctionEventInvokeConfig"]

    assert (function["MaximumRetryAttempts"], function["MaximumEventAgeInSeconds"]) == (2, 21_600)
    assert short(function["DestinationConfig"]["OnFailure"]["Destination"]) == "EventFailuresQueue"


def test_ticks_do_not_pile_up(deployed: Template) -> None:
    assert deployed.of_type("AWS::Lambda::Function")["TickFunction"]["Timeout"] < 60


def test_the_first_admin_key_is_made_by_its_own_function(deployed: Template) -> None:
    key = deployed.resources["FirstAdminKey"]["Properties"]

    assert short(key["ServiceToken"]) == "FirstKeyFunction"
    assert short(key["Generation"]) == "AdminKeyGeneration", "by which another one is asked for"
    assert short(key["ParameterName"]) == short(
        deployed.body["Outputs"]["AdminKeyParameter"]["Value"]
    )


@pytest.mark.parametrize("name", ["FirstAdminKey", "LinkKey"])
def test_a_secret_is_made_once_its_key_may_be_used(deployed: Template, name: str) -> None:
    policy = deployed.resources[name]["Properties"]["KeyPolicy"]

    assert policy == {"Fn::If": ["HasSecretsKey", {"Ref": "SecretsKeyWriting"}, NO_VALUE]}


def test_a_silent_maker_of_the_first_key_fails_the_deployment_soon(deployed: Template) -> None:
    timeout = deployed.of_type("AWS::Lambda::Function")["FirstKeyFunction"]["Timeout"]

    assert timeout < deployed.resources["FirstAdminKey"]["Properties"]["ServiceTimeout"] <= 300


def test_the_key_of_pushes_is_made_where_it_is_read_and_its_public_one_is_told(
    deployed: Template,
) -> None:
    key = deployed.resources["PushKey"]["Properties"]
    functions = deployed.of_type("AWS::Lambda::Function")
    notifier = functions["NotifierFunction"]["Environment"]["Variables"]
    api = functions["AlertsApiFunction"]["Environment"]["Variables"]

    assert short(key["ServiceToken"]) == "FirstKeyFunction"
    assert key["ParameterName"] == notifier["PUSH_KEY_PARAMETER"]
    assert key["Generation"] == {"Ref": "PushKeyGeneration"}
    assert api["PUSH_PUBLIC_KEY"] == {"Fn::GetAtt": ["PushKey", "PublicKey"]}
    both = [{"Ref": "SecretsKeyReading"}, {"Ref": "SecretsKeyWriting"}]
    assert key["KeyPolicies"] == {"Fn::If": ["HasSecretsKey", both, NO_VALUE]}


def test_the_link_key_is_made_where_it_is_read(deployed: Template) -> None:
    key = deployed.resources["LinkKey"]["Properties"]
    told = deployed.of_type("AWS::Lambda::Function")["ActionsFunction"]["Environment"]["Variables"]

    assert short(key["ServiceToken"]) == "FirstKeyFunction"
    assert key["ParameterName"] == told["LINK_KEY_PARAMETER"]
    assert key["Generation"] == {"Ref": "LinkKeyGeneration"}
    assert (
        key["ServiceTimeout"] == deployed.resources["FirstAdminKey"]["Properties"]["ServiceTimeout"]
    )
