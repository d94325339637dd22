"""A small signed client for AWS services that speak JSON: DynamoDB, SQS and SSM.

Why not boto3: its import and first client cost several times what a whole function needs to
start, and each call several times what DynamoDB itself takes (docs/adr/0003-no-boto3.md has
the figures). Tests check the signature against botocore's own signer.
"""

import json
import math
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tocsin.adapters.aws_signature import Credentials, Signer
from tocsin.adapters.http_connection import BrokenReplyError, HttpConnection, Reply, split_url
from tocsin.domain.errors import TryAgainError

type Call = Callable[[str, Mapping[str, Any]], dict[str, Any]]
"""An operation and its parameters as AWS documents them; returns the answer."""

ATTEMPTS: Final = 4
BACKOFF_SECONDS: Final = 0.05
"""Doubled with each attempt, with full jitter."""
TIMEOUT_SECONDS: Final = 3.0
"""For connecting and for each read; DynamoDB answers in milliseconds or not at all."""

_RETRIED_CODES: Final = frozenset(
    (
        *("Throttling", "ThrottlingException", "ThrottledException", "SlowDown", "KmsThrottled"),
        *("RequestThrottled", "RequestThrottledException", "TooManyRequestsException"),
        *("RequestLimitExceeded", "LimitExceededException", "BandwidthLimitExceeded"),
        *("ProvisionedThroughputExceededException", "TransactionInProgressException"),
        *("TransactionConflictException", "ReplicatedWriteConflictException", "TooManyUpdates"),
        *("InternalServerError", "InternalFailure", "ServiceUnavailable"),
        *("RequestTimeout", "RequestTimeoutException", "PriorRequestNotComplete"),
    )
)
_RETRIED_REASONS: Final = frozenset(
    ("TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded")
)
_AMAZON_ROOTS: Final = __file__.removesuffix("aws_json.py") + "amazon_roots.pem"
_OK: Final = 200
_TOO_MANY_REQUESTS: Final = 429
_SERVER_ERROR: Final = 500
_LEAST_SECONDS: Final = 0.01


class AwsError(Exception):
    """AWS refused a request, and a retry would not help."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        item: dict[str, Any] | None = None,
        reasons: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.item = item
        """The item that failed the condition, if the request asked for it."""
        self.reasons = tuple(reasons)
        """One for each action of a cancelled transaction."""


class AwsUnavailableError(TryAgainError):
    """AWS throttled, failed or could not be reached, in all attempts.

    The cause is the error of the last attempt.
    """


class _TransientError(AwsError):
    """Another attempt may help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The protocol of one service."""

    name: str
    target: str
    content_type: str


DYNAMODB: Final = Service(
    name="dynamodb", target="DynamoDB_20120810", content_type="application/x-amz-json-1.0"
)
SQS: Final = Service(name="sqs", target="AmazonSQS", content_type="application/x-amz-json-1.0")
SSM: Final = Service(name="ssm", target="AmazonSSM", content_type="application/x-amz-json-1.1")


class AwsJsonClient:
    """One service in one region, over one kept connection; not thread-safe."""

    def __init__(
        self,
        service: Service,
        *,
        region: str,
        credentials: Callable[[], Credentials],
        endpoint: str | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
        self._host, self._path, is_secure = split_url(
            endpoint or f"https://{service.name}.{region}.{suffix}"
        )
        self._service = service
        self._credentials = credentials
        self._signer = Signer(service=service.name, region=region)
        tls = ssl.create_default_context(cafile=_AMAZON_ROOTS) if is_secure else None
        self._connection = HttpConnection(self._host, tls)
        self._trusts_machine = False
        self._timeout_seconds = timeout_seconds
        self._until = math.inf

    def allow(self, seconds: float) -> None:
        """Limit the time of all calls from now on, together.

        A function that Lambda stops cannot report its failure.
        """
        self._until = time.monotonic() + seconds

    def call(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Send one request and read its answer to the end.

        Retries if a retry can help. After a lost reply the write may have been made: give each
        write an id of its own, and look for it when the condition fails.

        Raises:
            AwsError: Refused; a retry would not help.
            AwsUnavailableError: Not answered or throttled, in all attempts.
        """
        body = json.dumps(parameters, separators=(",", ":")).encode()
        met: Exception | None = None
        for attempt in range(ATTEMPTS):
            is_first_after_a_cut = attempt == 1 and not self._connection.is_open
            if attempt and not is_first_after_a_cut:
                self._pause(attempt)
            if time.monotonic() >= self._until:
                break
            try:
                return _read(self._send(operation, body))
            except ssl.SSLCertVerificationError as error:
                self._trust_machine()
                met = error
            except (_TransientError, BrokenReplyError, OSError) as error:
                met = error
        raise AwsUnavailableError from met

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        self._connection.close()

    def _pause(self, attempt: int) -> None:
        from random import uniform

        pause = uniform(0, BACKOFF_SECONDS * 2**attempt)  # noqa: S311 - jitter
        time.sleep(max(0, min(pause, self._until - time.monotonic())))

    def _trust_machine(self) -> None:
        """Use the machine's store of certificates; reading it takes longer than connecting."""
        if not self._trusts_machine:
            self._connection = HttpConnection(self._host, ssl.create_default_context())
            self._trusts_machine = True

    def _send(self, operation: str, body: bytes) -> Reply:
        headers = {
            "content-type": self._service.content_type,
            "host": self._host,
            "x-amz-target": f"{self._service.target}.{operation}",
        }
        signed = self._signer.sign(self._path, headers, body, self._credentials())
        left_seconds = self._until - time.monotonic()
        timeout_seconds = max(_LEAST_SECONDS, min(self._timeout_seconds, left_seconds))
        return self._connection.request(
            "POST", self._path, signed, body, timeout_seconds=timeout_seconds
        )


def _read(reply: Reply) -> dict[str, Any]:
    """Read a reply.

    Raises:
        _TransientError: Another attempt may help.
        AwsError: It would not.
    """
    try:
        answer = json.loads(reply.body) if reply.body else {}
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise _TransientError("NotJson", f"status {reply.status}")
    if reply.status == _OK:
        return answer
    name = answer.get("__type") or answer.get("code") or reply.header("x-amzn-errortype")
    code = _shape(str(name or reply.status))
    reasons = answer.get("CancellationReasons") or ()
    is_transient = (
        reply.status >= _SERVER_ERROR
        or reply.status == _TOO_MANY_REQUESTS
        or code in _RETRIED_CODES
        or _is_transient(reasons)
    )
    error = _TransientError if is_transient else AwsError
    message = str(answer.get("message") or answer.get("Message") or "")
    raise error(code, message, item=answer.get("Item"), reasons=reasons)


def _shape(name: str) -> str:
    """The name of an error in `com.amazonaws.sqs#Name` or `Name:http://...`."""
    return name.partition(":")[0].rpartition("#")[2]


def _is_transient(reasons: Sequence[Mapping[str, Any]]) -> bool:
    """Whether it was cancelled by conflicts or throttling only, not by a failed condition."""
    codes = {reason.get("Code") for reason in reasons} - {"None", None}
    return bool(codes) and codes <= _RETRIED_REASONS
