"""AWS services that speak no JSON, by AWS's own SDK; loaded only when one is needed."""

from collections.abc import Mapping
from typing import Any, Final

import boto3.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tocsin.usecases.refusals import DeliveryFailedError

_CONNECT_SECONDS: Final = 3
_READ_SECONDS: Final = 8
_RETRIED: Final = frozenset(
    (
        *("Throttling", "ThrottlingException", "Throttled", "ThrottledException"),
        *("TooManyRequestsException", "LimitExceededException", "RequestLimitExceeded"),
        *("InternalError", "InternalErrorException", "InternalFailure", "ServiceUnavailable"),
        *("KMSThrottling", "RequestTimeout", "RequestTimeoutException"),
    )
)
_SERVER_ERROR: Final = 500


def sdk_client(service: str, aws: Mapping[str, str]) -> Any:  # noqa: ANN401 - made at run time
    """Make a client, which several threads may use; the ledger retries, not the SDK."""
    config = Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"total_max_attempts": 1},
    )
    session = boto3.session.Session(region_name=aws["AWS_REGION"])
    return session.client(service, config=config)  # type: ignore[call-overload] # any service


def ask(call: Any, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401 - of any operation
    """Call an operation.

    Raises:
        DeliveryFailedError: With AWS's code, and not its text, which quotes addresses.
    """
    try:
        answer: dict[str, Any] = call(**arguments)
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", "Unknown"))
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        is_retryable = code in _RETRIED or status >= _SERVER_ERROR
        raise DeliveryFailedError(f"AWS refused: {code}", is_retryable=is_retryable) from error
    except BotoCoreError as error:
        name = type(error).__name__
        raise DeliveryFailedError(f"AWS did not answer: {name}", is_retryable=True) from error
    return answer


def addresses_of(settings: Mapping[str, object]) -> list[str]:
    """To whom a channel writes.

    Raises:
        DeliveryFailedError: To nobody.
    """
    to = settings.get("to", ())
    found = [to] if isinstance(to, str) else [str(each) for each in to]  # type: ignore[attr-defined]
    if not found:
        raise DeliveryFailedError("the channel has no address", is_retryable=False)
    return found
