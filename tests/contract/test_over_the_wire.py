"""The repositories through our own client and real HTTP, to moto's server."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from moto.server import ThreadedMotoServer

from tests.examples import ALICE, HOUR, NINE, PROMETHEUS, SENDER, TEN, trigger
from tocsin.adapters.aws_clients import aws_client
from tocsin.adapters.aws_json import DYNAMODB, SQS, AwsError, AwsJsonClient, Service
from tocsin.adapters.dynamodb.alerts.slot_repository import DynamoDBSlots
from tocsin.adapters.dynamodb.configuration.integration_repository import DynamoDBIntegrations
from tocsin.adapters.dynamodb.configuration.key_repository import DynamoDBKeys
from tocsin.adapters.dynamodb.requests.answer_repository import DynamoDBAnswers
from tocsin.adapters.queues import SqsTimers, timer_from
from tocsin.domain.alert import Alert, AlertStatus, ending
from tocsin.domain.answer import Answer, Claim
from tocsin.domain.credential import ApiKey, Scope, hash_secret, hash_token
from tocsin.domain.errors import IdempotencyConflictError
from tocsin.domain.ids import WriteId
from tocsin.domain.integration import Integration, IntegrationType, Token
from tocsin.domain.timers import AnyTimer, Timer
from tocsin.usecases.refusals import SlotRefusedError
from tocsin_cli.simulated.write_ids import WriteIds

pytestmark = pytest.mark.loopback

TABLE_NAME = "over-the-wire"
TOKEN = "0123456789abcdef0123456789abcdef"
NOISE = "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(20_000))
"""Packs badly, so that it has to be kept beside the alert."""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def aws(endpoint: str) -> Iterator["Aws"]:
    aws = Aws(endpoint)
    yield aws
    aws.close()


class Aws:
    """Clients of the services that moto's server is quick to start."""

    def __init__(self, endpoint: str) -> None:
        self._clients = {service: self._client(service, endpoint) for service in (DYNAMODB, SQS)}

    def __getitem__(self, service: Service) -> AwsJsonClient:
        return self._clients[service]

    def close(self) -> None:
        for client in self._clients.values():
            client.close()

    @staticmethod
    def _client(service: Service, endpoint: str) -> AwsJsonClient:
        return aws_client(
            service,
            {
                "AWS_REGION": "eu-central-1",
                "AWS_ACCESS_KEY_ID": "testing",
                "AWS_SECRET_ACCESS_KEY": "testing",
                "AWS_ENDPOINT_URL": endpoint,
            },
        )


@pytest.fixture
def dynamodb(aws: Aws, template: dict[str, Any]) -> Iterator[AwsJsonClient]:
    declared = template["Resources"]["Table"]["Properties"]
    names = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    shape = {name: declared[name] for name in names}
    aws[DYNAMODB].call("CreateTable", {"TableName": TABLE_NAME, **shape})
    yield aws[DYNAMODB]
    aws[DYNAMODB].call("DeleteTable", {"TableName": TABLE_NAME})


@pytest.fixture
def slots(dynamodb: AwsJsonClient) -> DynamoDBSlots:
    return DynamoDBSlots(dynamodb.call, TABLE_NAME, timedelta(days=90))


@pytest.fixture
def new_write_id() -> WriteIds:
    return WriteIds()


def episode(output: str = "Größe 😀", previous: Alert | None = None) -> Alert:
    signal = trigger(output)
    slot = PROMETHEUS.slot_of(signal)
    at = NINE if previous is None else TEN
    return Alert.open(
        signal, integration=PROMETHEUS.integration, slot=slot, at=at, previous=previous
    )


def test_an_alert_lives_its_life(slots: DynamoDBSlots, new_write_id: WriteIds) -> None:
    first = slots.add(episode(), write_id=new_write_id())
    counted = slots.count(trigger("new"), PROMETHEUS, at=NINE, write_id=new_write_id())
    has_it = counted.acknowledge(by=ALICE, at=NINE)
    slots.update(counted, has_it, write_id=new_write_id())
    end = ending(by=SENDER, at=TEN)
    over = slots.resolve(first.fingerprint, end, write_id=new_write_id())
    second = slots.replace(over, episode(previous=over), write_id=new_write_id())

    assert first.facts.reason == "Größe 😀"
    assert (over.status, over.occurrences, over.acknowledged_by) == (
        AlertStatus.RESOLVED,
        2,
        ALICE,
    )
    assert slots.in_slot(first.fingerprint) == second


def test_a_refused_write_is_told_what_it_met(slots: DynamoDBSlots, new_write_id: WriteIds) -> None:
    first = slots.add(episode(), write_id=new_write_id())

    with pytest.raises(SlotRefusedError) as refusal:
        slots.add(episode("other"), write_id=new_write_id())

    assert refusal.value.current == first


def test_a_refused_transaction_is_told_what_it_met(
    slots: DynamoDBSlots, new_write_id: WriteIds
) -> None:
    first = slots.add(episode(), write_id=new_write_id())

    with pytest.raises(SlotRefusedError) as refusal:
        slots.add(episode(NOISE), write_id=new_write_id())

    assert refusal.value.current == first


def test_a_big_output_is_kept_beside_the_alert(
    slots: DynamoDBSlots, new_write_id: WriteIds
) -> None:
    alert = slots.add(episode(NOISE), write_id=new_write_id())

    kept = slots.in_slot(alert.fingerprint)

    assert kept is not None
    assert kept.overflow == alert.overflow is not None
    assert NOISE.startswith(kept.facts.reason[:-1])


def test_a_token_leads_to_its_integration(dynamodb: AwsJsonClient, new_write_id: WriteIds) -> None:
    integrations = DynamoDBIntegrations(dynamodb.call, TABLE_NAME)
    integration = Integration(
        name="prod",
        type=IntegrationType.EVENTS,
        severity_map={"größer": "critical"},
        created_at=NINE,
        tokens=(Token.of(TOKEN),),
    )
    stored = integrations.put(None, integration, write_id=new_write_id())

    assert integrations.by_token(hash_token(TOKEN), at=TEN) == stored
    integrations.delete(stored, write_id=new_write_id())
    assert integrations.by_token(hash_token(TOKEN), at=TEN) is None


def test_a_key_is_found_by_its_hash(dynamodb: AwsJsonClient, new_write_id: WriteIds) -> None:
    keys = DynamoDBKeys(dynamodb.call, TABLE_NAME)
    key = ApiKey(
        key_id="01K",
        name="ci",
        scopes=frozenset((Scope.EVENTS,)),
        created_at=NINE,
        created_by=ALICE,
        secret_hash=hash_secret("tocsin_x"),
    )
    keys.add(key, write_id=new_write_id())

    keys.mark_used(key, at=TEN)

    found = keys.by_hash(key.secret_hash)
    assert found is not None
    assert found.last_used_at == TEN


@pytest.mark.parametrize("body", ['{"data":{}}', NOISE * 10], ids=["small", "big"])
def test_an_answer_is_kept(dynamodb: AwsJsonClient, body: str) -> None:
    answers = DynamoDBAnswers(dynamodb.call, TABLE_NAME)
    first = Claim(caller=ALICE, key="k", request_hash="h", at=NINE, write_id=WriteId("w1"))
    again = Claim(caller=ALICE, key="k", request_hash="h", at=TEN, write_id=WriteId("w2"))
    other = Claim(caller=ALICE, key="k", request_hash="o", at=TEN, write_id=WriteId("w3"))
    answer = Answer(status=202, body=body)

    assert answers.claim(first) is None
    answers.keep(first, answer)

    assert answers.claim(again) == answer
    with pytest.raises(IdempotencyConflictError):
        answers.claim(other)


def test_timers_come_out_of_the_queue_as_they_went_in(aws: Aws) -> None:
    sqs = aws[SQS]
    url = sqs.call("CreateQueue", {"QueueName": "timers"})["QueueUrl"]
    timers = [
        Timer(slot=PROMETHEUS.slot_of(trigger(dedup_key=str(number))), due_at=NINE)
        for number in range(12)
    ]

    SqsTimers(sqs.call, url).send(timers, now=NINE + HOUR)

    received: list[AnyTimer] = []
    while messages := sqs.call("ReceiveMessage", {"QueueUrl": url, "MaxNumberOfMessages": 10}).get(
        "Messages"
    ):
        received += [timer_from(message["Body"]) for message in messages]
    assert sorted(received, key=repr) == sorted(timers, key=repr)


@pytest.mark.parametrize(
    ("service", "operation", "request_", "code"),
    [
        (DYNAMODB, "DescribeTable", {"TableName": "none"}, "ResourceNotFoundException"),
        (SQS, "GetQueueUrl", {"QueueName": "none"}, "QueueDoesNotExist"),
    ],
    ids=["DynamoDB", "SQS"],
)
def test_what_does_not_exist_is_refused_by_name(
    aws: Aws, service: Service, operation: str, request_: dict[str, Any], code: str
) -> None:
    with pytest.raises(AwsError) as refusal:
        aws[service].call(operation, request_)

    assert refusal.value.code == code
