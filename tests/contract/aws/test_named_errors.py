"""Each error that AWS's own models name for what we ask: retried, handled or given up, by name."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.notifier.aws_sdk import ask
from tests.held_requests import service_model
from tocsin.adapters.aws_json import AwsError, _read, _TransientError
from tocsin.adapters.http_connection import Reply
from tocsin.usecases.refusals import DeliveryFailedError

ROOT = Path(__file__).parents[3]
ADAPTERS = ROOT / "layers/common/tocsin/adapters"
SERVICES = ("dynamodb", "sqs", "ssm")
BY_THE_SDK = {("sesv2", "SendEmail"), ("sns", "Publish")}

RETRIED = {
    *("InternalServerError", "KmsThrottled", "ProvisionedThroughputExceededException"),
    *("ReplicatedWriteConflictException", "RequestLimitExceeded", "RequestThrottled"),
    *("ThrottlingException", "TooManyUpdates", "TransactionConflictException"),
    "TransactionInProgressException",
}
"""Nothing was done, or is found by its write id: another attempt is right."""
HANDLED = {
    "ConditionalCheckFailedException": "dynamodb/transactions.py",
    "TransactionCanceledException": "dynamodb/transactions.py",
    "ParameterNotFound": "ssm_parameters.py",
}
"""And the adapter that knows what it means."""
GIVEN_UP = {
    "the stack is not whole, or a person changed it by hand": {
        *("InvalidAddress", "InvalidKeyId", "QueueDoesNotExist", "ResourceNotFoundException"),
        *("KmsAccessDenied", "KmsDisabled", "KmsInvalidKeyUsage", "KmsInvalidState"),
        *("KmsNotFound", "KmsOptInRequired", "InvalidSecurity"),
    },
    "we never ask like that": {
        *("BatchEntryIdsNotDistinct", "BatchRequestTooLong", "EmptyBatchRequest"),
        *("InvalidBatchEntryId", "InvalidMessageContents", "TooManyEntriesInBatchRequest"),
        *("UnsupportedOperation", "IdempotentParameterMismatchException"),
        *("ItemCollectionSizeLimitExceededException", "ParameterVersionNotFound"),
        *("HierarchyLevelLimitExceededException", "HierarchyTypeMismatchException"),
        *("IncompatiblePolicyException", "InvalidAllowedPatternException"),
        *("InvalidPolicyAttributeException", "InvalidPolicyTypeException"),
        *("ParameterAlreadyExists", "ParameterPatternMismatchException"),
        *("PoliciesLimitExceededException", "UnsupportedParameterType"),
    },
    "a limit of the account, which waiting does not raise": {
        *("ParameterLimitExceeded", "ParameterMaxVersionLimitExceeded"),
    },
}
"""By why no other attempt helps."""

RETRIED_BY_THE_NOTIFIER = {
    *("InternalErrorException", "KMSThrottlingException"),
    *("LimitExceededException", "TooManyRequestsException"),
}
GIVEN_UP_BY_THE_NOTIFIER = {
    *("AccountSuspendedException", "AuthorizationErrorException", "BadRequestException"),
    *("EndpointDisabledException", "InvalidParameterException", "InvalidParameterValueException"),
    *("InvalidSecurityException", "KMSAccessDeniedException", "KMSDisabledException"),
    *("KMSInvalidStateException", "KMSNotFoundException", "KMSOptInRequired"),
    *("MailFromDomainNotVerifiedException", "MessageRejected", "NotFoundException"),
    *("PlatformApplicationDisabledException", "SendingPausedException", "ValidationException"),
}


def used() -> set[tuple[str, str]]:
    """The operations that the code names, by service."""
    text = "\n".join(path.read_text() for path in ADAPTERS.rglob("*.py"))
    named = set(re.findall(r'"([A-Z][A-Za-z]+)"', text))
    return {
        (service, operation)
        for service in SERVICES
        for operation in service_model(service).operation_names
        if operation in named
    }


def declared(operations: set[tuple[str, str]]) -> dict[str, tuple[str, int]]:
    """The errors of some operations by name: their codes on the wire, and their statuses."""
    return {
        shape.name: (
            shape.metadata.get("error", {}).get("code", shape.name),
            shape.metadata.get("error", {}).get("httpStatusCode", 400),
        )
        for service, operation in operations
        for shape in service_model(service).operation_model(operation).error_shapes
    }


def test_the_operations_that_we_know_of_are_found() -> None:
    assert {
        ("dynamodb", "TransactWriteItems"),
        ("sqs", "SendMessageBatch"),
        ("ssm", "PutParameter"),
    } <= used()


def test_every_error_that_aws_names_has_a_place() -> None:
    places = [RETRIED, HANDLED.keys(), *GIVEN_UP.values()]

    assert sorted(name for place in places for name in place) == sorted(declared(used()))


@pytest.mark.parametrize("name", sorted(declared(used())))
def test_what_is_to_be_tried_again_is(name: str) -> None:
    reply = Reply("HTTP/1.1 400 Bad Request\r\n")
    reply.body = json.dumps({"__type": f"com.amazonaws.service#{name}"}).encode()

    with pytest.raises(AwsError) as error:
        _read(reply)

    assert (error.type is _TransientError) == (name in RETRIED)
    assert error.value.code == name


@pytest.mark.parametrize(("name", "module"), HANDLED.items())
def test_what_is_handled_is_known_to_its_adapter(name: str, module: str) -> None:
    assert f'"{name}"' in (ADAPTERS / module).read_text()


def test_every_error_of_mail_and_sms_has_a_place() -> None:
    named = [*RETRIED_BY_THE_NOTIFIER, *GIVEN_UP_BY_THE_NOTIFIER]

    assert sorted(named) == sorted(declared(BY_THE_SDK))


@pytest.mark.parametrize(("name", "wire"), declared(BY_THE_SDK).items())
def test_a_message_is_tried_again_where_that_can_help(name: str, wire: tuple[str, int]) -> None:
    code, status = wire

    def refuse() -> dict[str, Any]:
        answer: Any = {
            "Error": {"Code": code, "Message": ""},
            "ResponseMetadata": {"HTTPStatusCode": status},
        }
        raise ClientError(answer, "Send")

    with pytest.raises(DeliveryFailedError) as failed:
        ask(refuse)

    assert failed.value.is_retryable == (name in RETRIED_BY_THE_NOTIFIER)
