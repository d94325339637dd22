"""Secrets in Parameter Store (moto)."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from tests.aws_calls import calls_of
from tocsin.adapters.aws_json import AwsError
from tocsin.adapters.ssm_parameters import SsmParameters

if TYPE_CHECKING:
    from mypy_boto3_ssm.client import SSMClient

NAME = "/tocsin/tocsin/admin-key"
KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.fixture
def ssm() -> "Iterator[SSMClient]":
    with mock_aws():
        yield boto3.client("ssm")


def test_the_key_is_kept_encrypted(ssm: "SSMClient") -> None:
    SsmParameters(calls_of(ssm), "of a test").put(NAME, "tocsin_x")

    shown = ssm.get_parameter(Name=NAME, WithDecryption=True)["Parameter"]
    assert (shown["Type"], shown["Value"]) == ("SecureString", "tocsin_x")
    assert ssm.get_parameter(Name=NAME)["Parameter"]["Value"] != "tocsin_x"


def test_a_key_of_ones_own_encrypts_what_is_kept(ssm: "SSMClient") -> None:
    SsmParameters(calls_of(ssm), "of a test", KEY_ID).put(NAME, "tocsin_x")

    (described,) = ssm.describe_parameters()["Parameters"]
    assert described["KeyId"] == KEY_ID


def test_another_key_takes_the_place_of_the_one_before(ssm: "SSMClient") -> None:
    parameters = SsmParameters(calls_of(ssm), "of a test")
    parameters.put(NAME, "tocsin_x")

    parameters.put(NAME, "tocsin_y")

    shown = ssm.get_parameter(Name=NAME, WithDecryption=True)["Parameter"]
    assert shown["Value"] == "tocsin_y"


def test_removing_what_is_gone_is_no_error(ssm: "SSMClient") -> None:
    parameters = SsmParameters(calls_of(ssm), "of a test")
    parameters.put(NAME, "tocsin_x")

    for _ in range(2):
        parameters.delete(NAME)

    assert ssm.describe_parameters()["Parameters"] == []


def test_a_secret_that_is_there_is_kept(ssm: "SSMClient") -> None:
    parameters = SsmParameters(calls_of(ssm), "of a test")
    assert parameters.find(NAME) is None

    assert parameters.keep(NAME, "tocsin_x") == "tocsin_x"
    assert parameters.keep(NAME, "tocsin_y") == "tocsin_x"
    assert parameters.find(NAME) == "tocsin_x"


def test_of_two_that_keep_a_secret_at_once_both_have_the_same(ssm: "SSMClient") -> None:
    call = calls_of(ssm)
    other = SsmParameters(call, "of a test")

    def raced(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        if operation == "PutParameter":
            other.put(NAME, "tocsin_x")
        return call(operation, parameters)

    assert SsmParameters(raced, "of a test").keep(NAME, "tocsin_y") == "tocsin_x"


def test_other_refusals_are_told() -> None:
    def call(operation: str, parameters: object) -> dict[str, object]:
        del operation, parameters
        raise AwsError("AccessDeniedException", "no")

    with pytest.raises(AwsError):
        SsmParameters(call, "of a test").delete(NAME)
