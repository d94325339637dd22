"""What every test stands on: no AWS within reach, and the table as template.yaml declares it."""

import gc
import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import boto3
import hypothesis
import pytest
from moto import mock_aws

from tests.aws_calls import calls_of
from tests.held_requests import hold
from tests.role_oracle import RECORD, role_on_the_stack
from tests.template_file import read_template
from tocsin.adapters.aws_json import AwsJsonClient, Call

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.service_resource import DynamoDBServiceResource, Table

TABLE_NAME = "tocsin"
DYNAMODB_LOCAL = os.environ.get("DYNAMODB_LOCAL_URL")
"""Where Amazon's own emulator answers in moto's place: see `make dynamodb-local`."""

# Tests share their machine with a build or a whole local stack: time says nothing about the code.
hypothesis.settings.register_profile("tocsin", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("tocsin")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Open the loopback addresses to those who ask, and run the local stack's tests last."""
    for item in items:
        is_marked = item.get_closest_marker("stack") or item.get_closest_marker("loopback")
        if is_marked or DYNAMODB_LOCAL:
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1", "::1", "localhost"]))
    items.sort(key=lambda item: item.get_closest_marker("stack") is not None)


@pytest.fixture(autouse=True, scope="session")
def aws_environment() -> Iterator[None]:
    """Credentials that open nothing, so that a mistake in a test cannot cost money."""
    with pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            environment.delenv(name)
        environment.setenv("AWS_ACCESS_KEY_ID", "testing")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        environment.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        environment.setenv("AWS_REGION", "eu-central-1")
        environment.setenv("AWS_CONFIG_FILE", os.devnull)
        environment.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        environment.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield


@pytest.fixture(autouse=True)
def what_others_left() -> Iterator[None]:
    """Keep the collector from what other tests left: a function has no such heap."""
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True, scope="session")
def held_requests() -> Iterator[None]:
    """The functions' own client asks for nothing that AWS would not understand."""
    call = AwsJsonClient.call

    def held(
        client: AwsJsonClient, operation: str, parameters: Mapping[str, Any]
    ) -> dict[str, Any]:
        if role_on_the_stack() is not None:
            hold(client._service.name, operation, parameters)
        return call(client, operation, parameters)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AwsJsonClient, "call", held)
        yield


@pytest.fixture(autouse=True)
def permissions() -> Iterator[None]:
    """Roles of template.yaml allow what the functions ask for: one that asks for more fails."""
    yield
    refused, RECORD.refused = RECORD.refused, []
    assert not refused


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    """template.yaml with None in place of intrinsic functions: read it, never change it."""
    return read_template()


@pytest.fixture(scope="module")
def dynamodb(aws_environment: None) -> "Iterator[DynamoDBServiceResource]":  # noqa: ARG001 - no AWS within reach
    """DynamoDB in moto: once a module, since its client takes longer to make than a test."""
    with nullcontext() if DYNAMODB_LOCAL else mock_aws():
        yield boto3.resource("dynamodb", endpoint_url=DYNAMODB_LOCAL)


@pytest.fixture(scope="module")
def dynamodb_client(dynamodb: "DynamoDBServiceResource") -> "DynamoDBClient":  # noqa: ARG001 - in the same moto
    return boto3.client("dynamodb", endpoint_url=DYNAMODB_LOCAL)


@pytest.fixture
def table(dynamodb: "DynamoDBServiceResource", template: dict[str, Any]) -> "Iterator[Table]":
    """The table of template.yaml, empty, in moto."""
    declared = template["Resources"]["Table"]["Properties"]
    shape: dict[str, Any] = {
        name: declared[name]
        for name in ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    }
    # CloudFormation takes StreamEnabled from the presence of the section.
    shape["StreamSpecification"] = {"StreamEnabled": True, **declared["StreamSpecification"]}
    table = dynamodb.create_table(TableName=TABLE_NAME, **shape)
    yield table
    table.delete()


@pytest.fixture
def call(moto_call: Call) -> Call:
    """DynamoDB as repositories call it: `call("UpdateItem", {"TableName": TABLE_NAME, ...})`."""
    return moto_call


@pytest.fixture
def moto_call(table: "Table", dynamodb_client: "DynamoDBClient") -> Call:  # noqa: ARG001 - must exist first
    """DynamoDB in moto."""
    ask, test = calls_of(dynamodb_client), uuid.uuid4()

    def call(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        token = parameters.get("ClientRequestToken")
        if DYNAMODB_LOCAL and token is not None:
            # It remembers tokens for ten minutes, those of a table that is gone as well.
            parameters = {**parameters, "ClientRequestToken": str(uuid.uuid5(test, token))}
        return ask(operation, parameters)

    return call
