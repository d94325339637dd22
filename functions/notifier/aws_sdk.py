"""SES and SNS, which speak no JSON, by boto3; loaded with the first e-mail or SMS."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class AwsSdk:
    """Implements `AskAws`; for several threads, as boto3's clients are."""

    region: str
    _clients: dict[str, Any] = field(default_factory=dict)

    def __call__(self, service: str, operation: str, **arguments: Any) -> Mapping[str, Any]:  # noqa: ANN401 - of any operation
        client = self._clients.get(service)
        if client is None:
            client = self._clients.setdefault(service, self._client(service))
        return ask(getattr(client, operation), **arguments)

    def _client(self, service: str) -> Any:  # noqa: ANN401 - made at run time
        """Make a client that does not retry: the ledger does."""
        config = Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            retries={"total_max_attempts": 1},
        )
        session = boto3.session.Session(region_name=self.region)
        return session.client(service, config=config)  # type: ignore[call-overload] # any service


def ask(call: Any, **arguments: Any) -> Mapping[str, Any]:  # noqa: ANN401 - of any operation
    """Call an operation.

    Raises:
        DeliveryFailedError: With AWS's code, and not its text, which quotes addresses.
    """
    try:
        answer: Mapping[str, Any] = call(**arguments)
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", "Unknown"))
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        is_retryable = code in _RETRIED or status >= _SERVER_ERROR
        raise DeliveryFailedError(f"AWS refused: {code}", is_retryable=is_retryable) from error
    except BotoCoreError as error:
        name = type(error).__name__
        raise DeliveryFailedError(f"AWS did not answer: {name}", is_retryable=True) from error
    return answer
