"""Secrets of Parameter Store: remembered for a while, read anew when they did not fit (moto)."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from tests.aws_calls import calls_of
from tests.examples import NINE
from tocsin.adapters.aws_json import AwsError, AwsUnavailableError
from tocsin.adapters.ssm_secrets import KEPT_FOR, READ_AGAIN_AFTER, SsmSecrets

if TYPE_CHECKING:
    from mypy_boto3_ssm.client import SSMClient

NAME = "/tocsin/tocsin/link-key"


@pytest.fixture
def ssm() -> "Iterator[SSMClient]":
    with mock_aws():
        client = boto3.client("ssm")
        write(client, "one")
        yield client


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def secrets(ssm: "SSMClient", asked: list[str]) -> SsmSecrets:
    call = calls_of(ssm)

    def noted(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        asked.append(parameters["Name"])
        return call(operation, parameters)

    return SsmSecrets(noted)


def write(ssm: "SSMClient", value: str) -> None:
    ssm.put_parameter(Name=NAME, Value=value, Type="SecureString", Overwrite=True)


def test_a_secret_is_decrypted_and_remembered(secrets: SsmSecrets, asked: list[str]) -> None:
    read = [secrets.get(NAME, at=NINE + timedelta(minutes=minute)) for minute in range(5)]

    assert read == ["one"] * 5
    assert asked == [NAME]


def test_after_five_minutes_one_that_was_changed_is_used_no_more(
    secrets: SsmSecrets, ssm: "SSMClient"
) -> None:
    secrets.get(NAME, at=NINE)
    write(ssm, "two")

    assert secrets.get(NAME, at=NINE + KEPT_FOR) == "two"


def test_one_that_was_changed_is_read_anew_when_asked_for(
    secrets: SsmSecrets, ssm: "SSMClient"
) -> None:
    secrets.get(NAME, at=NINE)
    write(ssm, "two")
    later = NINE + READ_AGAIN_AFTER

    assert secrets.get_anew(NAME, at=later) == "two"
    assert secrets.get(NAME, at=later) == "two"


def test_a_flood_of_forgeries_reads_no_more_than_once_in_ten_seconds(
    secrets: SsmSecrets, asked: list[str]
) -> None:
    for second in range(21):
        secrets.get_anew(NAME, at=NINE + timedelta(seconds=second))

    assert len(asked) == 3


def test_one_that_is_not_there_is_told(secrets: SsmSecrets) -> None:
    with pytest.raises(AwsError) as refusal:
        secrets.get("/tocsin/none", at=NINE)

    assert refusal.value.code == "ParameterNotFound"


class Moody:
    """Parameter Store, which answers or not."""

    def __init__(self) -> None:
        self.answers = True

    def __call__(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        del operation, parameters
        if not self.answers:
            raise AwsUnavailableError
        return {"Parameter": {"Value": "one"}}


def test_while_it_cannot_be_read_what_is_known_goes_on() -> None:
    store = Moody()
    secrets = SsmSecrets(store)
    secrets.get(NAME, at=NINE)
    store.answers = False
    later = NINE + timedelta(hours=1)

    assert [secrets.get(NAME, at=later), secrets.get_anew(NAME, at=later)] == ["one", "one"]
    with pytest.raises(AwsUnavailableError):
        secrets.get("/tocsin/other", at=later)
