"""IntegrationRepository."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.conftest import TABLE_NAME
from tests.examples import HOUR, NINE
from tests.lost_replies import losing_replies
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb.alerts.items import number
from tocsin.adapters.dynamodb.configuration.integration_repository import DynamoDBIntegrations
from tocsin.domain.credential import hash_secret, hash_token
from tocsin.domain.errors import ConcurrentUpdateError, IntegrationNotFoundError
from tocsin.domain.ids import WriteId
from tocsin.domain.intake_checks import (
    Basic,
    HeaderToken,
    IntakeChecks,
    Signature,
    SignatureAlgorithm,
)
from tocsin.domain.integration import Integration, IntegrationType, Token
from tocsin.usecases.ports import IntegrationRepository

FIRST = "0123456789abcdef0123456789abcdef"
SECOND = "fedcba9876543210fedcba9876543210"

MINIMAL = Integration(
    name="prod-prometheus",
    type=IntegrationType.REST,
    created_at=NINE,
    tokens=(Token.of(FIRST),),
)
WITH_EVERYTHING = Integration(
    name="payments",
    type=IntegrationType.MONITOR,
    resolve_after=timedelta(milliseconds=90_500),
    severity_map={"major": "critical", "status": "ok"},
    wakes_on_output=True,
    paused=True,
    escalation_policy="default",
    managed_by="team file",
    mapping={"name": "job.name", "labels": "tags"},
    topic_arn="arn:aws:sns:eu-west-1:123456789012:alarms",
    checks=IntakeChecks(
        signature=Signature(
            header="x-signature",
            algorithm=SignatureAlgorithm.SHA512,
            prefix="sha512=",
            timestamp_header="x-timestamp",
            secret="Größe 😀",
        ),
        basic=Basic(user="cloud", password_hash=hash_secret("correct horse battery")),
        header_token=HeaderToken(header="x-token", token_hash=hash_secret("0123456789abcdef")),
        allowed_cidrs=("198.51.100.0/24", "2001:db8::/32"),
    ),
    created_at=NINE,
    tokens=(Token.of(SECOND), replace(Token.of(FIRST), valid_until=NINE + HOUR)),
)


@pytest.fixture
def integrations(call: Call) -> IntegrationRepository:
    return DynamoDBIntegrations(call, TABLE_NAME)


@pytest.mark.parametrize("integration", [MINIMAL, WITH_EVERYTHING], ids=["minimal", "full"])
def test_an_integration_is_read_as_it_was_written(
    integrations: IntegrationRepository, integration: Integration
) -> None:
    stored = integrations.put(None, integration, write_id=WriteId("w1"))

    assert stored == integration
    assert integrations.get(integration.name) == integration
    assert integrations.by_token(hash_token(FIRST), at=NINE) == integration


@pytest.mark.parametrize("name", ["prod-prometheus", "", "x" * 1025, "é" * 513, "x" * 10_000])
def test_an_unknown_name_is_not_found(integrations: IntegrationRepository, name: str) -> None:
    with pytest.raises(IntegrationNotFoundError):
        integrations.get(name)


def test_an_unknown_token_leads_nowhere(integrations: IntegrationRepository) -> None:
    integrations.put(None, MINIMAL, write_id=WriteId("w1"))

    assert integrations.by_token(hash_token(SECOND), at=NINE) is None


def test_a_change_makes_the_next_version(integrations: IntegrationRepository) -> None:
    before = integrations.put(None, MINIMAL, write_id=WriteId("w1"))

    stored = integrations.put(before, replace(before, paused=True), write_id=WriteId("w2"))

    assert stored == replace(MINIMAL, paused=True, version=2)
    assert integrations.by_token(hash_token(FIRST), at=NINE) == stored


def test_the_second_of_two_concurrent_changes_is_refused(
    integrations: IntegrationRepository,
) -> None:
    ours = theirs = integrations.put(None, MINIMAL, write_id=WriteId("w1"))
    integrations.put(theirs, replace(theirs, paused=True), write_id=WriteId("w2"))

    with pytest.raises(ConcurrentUpdateError):
        integrations.put(ours, replace(ours, tokens=(Token.of(SECOND),)), write_id=WriteId("w3"))

    assert integrations.by_token(hash_token(SECOND), at=NINE) is None


def test_the_second_of_two_with_one_name_is_refused(integrations: IntegrationRepository) -> None:
    integrations.put(None, MINIMAL, write_id=WriteId("w1"))

    with pytest.raises(ConcurrentUpdateError):
        integrations.put(None, replace(MINIMAL, tokens=()), write_id=WriteId("w2"))


def test_a_namesake_made_after_a_removal_is_not_mistaken_for_the_first(
    integrations: IntegrationRepository,
) -> None:
    first = integrations.put(None, MINIMAL, write_id=WriteId("w1"))
    integrations.delete(first, write_id=WriteId("w2"))
    namesake = replace(MINIMAL, created_at=NINE + HOUR, tokens=(Token.of(SECOND),))
    integrations.put(None, namesake, write_id=WriteId("w3"))

    with pytest.raises(ConcurrentUpdateError):
        integrations.put(first, replace(first, paused=True), write_id=WriteId("w4"))
    with pytest.raises(ConcurrentUpdateError):
        integrations.delete(first, write_id=WriteId("w5"))


def test_an_old_token_works_until_its_overlap_ends(integrations: IntegrationRepository) -> None:
    before = integrations.put(None, MINIMAL, write_id=WriteId("w1"))

    rotated = before.rotated(Token.of(SECOND), at=NINE, overlap=HOUR)
    stored = integrations.put(before, rotated, write_id=WriteId("w2"))

    an_instant_before = NINE + HOUR - timedelta(milliseconds=1)
    assert integrations.by_token(hash_token(FIRST), at=an_instant_before) == stored
    assert integrations.by_token(hash_token(FIRST), at=NINE + HOUR) is None
    assert integrations.by_token(hash_token(SECOND), at=NINE + HOUR) == stored


def test_a_rotation_without_overlap_ends_the_old_token_at_once(
    integrations: IntegrationRepository,
) -> None:
    before = integrations.put(None, MINIMAL, write_id=WriteId("w1"))

    rotated = before.rotated(Token.of(SECOND), at=NINE, overlap=timedelta())
    integrations.put(before, rotated, write_id=WriteId("w2"))

    assert integrations.by_token(hash_token(FIRST), at=NINE) is None


def test_a_removed_integration_is_gone_with_its_tokens(
    integrations: IntegrationRepository,
) -> None:
    stored = integrations.put(None, WITH_EVERYTHING, write_id=WriteId("w1"))

    integrations.delete(stored, write_id=WriteId("w2"))

    assert integrations.list() == ()
    assert integrations.by_token(hash_token(FIRST), at=NINE) is None
    assert integrations.by_token(hash_token(SECOND), at=NINE) is None


def test_a_writer_whose_reply_was_lost_still_wins(call: Call) -> None:
    integrations = DynamoDBIntegrations(losing_replies(call), TABLE_NAME)

    made = integrations.put(None, MINIMAL, write_id=WriteId("w1"))
    changed = integrations.put(made, replace(made, paused=True), write_id=WriteId("w2"))
    integrations.delete(changed, write_id=WriteId("w3"))

    assert integrations.list() == ()


def test_only_hashes_of_tokens_are_stored(call: Call) -> None:
    integrations = DynamoDBIntegrations(call, TABLE_NAME)

    integrations.put(None, MINIMAL, write_id=WriteId("w1"))

    assert FIRST not in str(call("Scan", {"TableName": TABLE_NAME})["Items"])


def test_what_a_token_that_ran_out_leads_to_is_deleted_some_day(call: Call) -> None:
    integrations = DynamoDBIntegrations(call, TABLE_NAME)
    before = integrations.put(None, MINIMAL, write_id=WriteId("w1"))

    rotated = before.rotated(Token.of(SECOND), at=NINE, overlap=HOUR)
    integrations.put(before, rotated, write_id=WriteId("w2"))

    items = call("Scan", {"TableName": TABLE_NAME})["Items"]
    expiring = [item["expires_at"] for item in items if "expires_at" in item]
    assert expiring == [number(int((NINE + HOUR).timestamp()))]
