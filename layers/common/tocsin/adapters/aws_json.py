"""A small signed client for AWS services that speak JSON: DynamoDB, SQS and SSM.

Why not boto3: its import and first client cost several times what a whole function needs to
start, and each call several times what DynamoDB itself takes (docs/adr/0003-no-boto3.md has
the figures). Tests check the signature against botocore's own signer.
"""

import hashlib
import hmac
import http.client
import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from tocsin.domain.errors import TryAgainError

type Call = Callable[[str, Mapping[str, Any]], dict[str, Any]]
"""Takes an operation and its parameters as AWS documents them, returns the answer."""

ATTEMPTS: Final = 4
BACKOFF_SECONDS: Final = 0.05
"""Grows twofold with each attempt, with full jitter."""
TIMEOUT_SECONDS: Final = 3.0
"""For connecting and for each read; DynamoDB answers in milliseconds or not at all."""

_RETRIED_CODES: Final = frozenset(
    (
        *("ThrottlingException", "ProvisionedThroughputExceededException", "Throttling"),
        *("RequestLimitExceeded", "InternalServerError", "InternalFailure", "ServiceUnavailable"),
        *("TransactionInProgressException", "RequestThrottled", "LimitExceededException"),
    )
)
_RETRIED_REASONS: Final = frozenset(
    ("TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded")
)
_SERVER_ERROR: Final = 500


class AwsError(Exception):
    """AWS refused a request for a reason that a retry does not change."""

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
        """What a failed condition met, where the request asked for it."""
        self.reasons = tuple(reasons)
        """One for each action of a cancelled transaction."""


class AwsUnavailableError(TryAgainError):
    """AWS throttled, failed or could not be reached, until patience ran out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """How one service wants to be spoken to."""

    name: str
    target: str
    content_type: str


DYNAMODB: Final = Service(
    name="dynamodb", target="DynamoDB_20120810", content_type="application/x-amz-json-1.0"
)
SQS: Final = Service(name="sqs", target="AmazonSQS", content_type="application/x-amz-json-1.0")
SSM: Final = Service(name="ssm", target="AmazonSSM", content_type="application/x-amz-json-1.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What signs a request, and until when."""

    access_key: str
    secret_key: str
    session_token: str | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    body: bytes


class AwsJsonClient:
    """One service in one region, over one kept connection; not for several threads at once."""

    def __init__(
        self,
        service: Service,
        *,
        region: str,
        credentials: Callable[[], Credentials],
        endpoint: str | None = None,
    ) -> None:
        suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
        url = urlsplit(endpoint or f"https://{service.name}.{region}.{suffix}")
        self._service = service
        self._region = region
        self._credentials = credentials
        self._is_secure = url.scheme == "https"
        self._host = url.netloc
        self._path = url.path or "/"
        self._connection: http.client.HTTPConnection | None = None
        self._signing_key: tuple[str, str, bytes] = ("", "", b"")

    def call(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Send one request and read its answer to the end.

        Retries what a retry can mend. After a lost reply the write may have happened: give
        each write an id of its own and look for it when the condition fails.

        Raises:
            AwsError: Refused for good.
            AwsUnavailableError: Not answered, or told to slow down, every time.
        """
        body = json.dumps(parameters, separators=(",", ":")).encode()
        for attempt in range(ATTEMPTS):
            if attempt > 1 or (attempt and self._connection is not None):
                time.sleep(random.uniform(0, BACKOFF_SECONDS * 2**attempt))  # noqa: S311  # jitter
            try:
                reply = self._send(operation, body)
            except (OSError, http.client.HTTPException):
                self.close()
                continue
            answer = _read(reply)
            if answer is not None:
                return answer
        raise AwsUnavailableError

    def close(self) -> None:
        """Drop the connection; the next call opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _send(self, operation: str, body: bytes) -> _Reply:
        if self._connection is None:
            self._connection = self._connect()
        self._connection.request("POST", self._path, body, self._signed(operation, body))
        response = self._connection.getresponse()
        return _Reply(response.status, response.read())

    def _connect(self) -> http.client.HTTPConnection:
        if self._is_secure:
            return http.client.HTTPSConnection(self._host, timeout=TIMEOUT_SECONDS)
        return http.client.HTTPConnection(self._host, timeout=TIMEOUT_SECONDS)

    def _signed(self, operation: str, body: bytes) -> dict[str, str]:
        """Sign as AWS Signature Version 4 asks."""
        credentials = self._credentials()
        now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        headers = {
            "content-type": self._service.content_type,
            "host": self._host,
            "x-amz-date": now,
            "x-amz-target": f"{self._service.target}.{operation}",
        }
        if credentials.session_token:
            headers["x-amz-security-token"] = credentials.session_token
        names = ";".join(sorted(headers))
        canonical = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
        digest = hashlib.sha256(body).hexdigest()
        request = f"POST\n{self._path}\n\n{canonical}\n{names}\n{digest}"
        scope = f"{now[:8]}/{self._region}/{self._service.name}/aws4_request"
        hashed = hashlib.sha256(request.encode()).hexdigest()
        to_sign = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{hashed}"
        key = self._key(credentials.secret_key, now[:8])
        signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
        headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={credentials.access_key}/{scope}, "
            f"SignedHeaders={names}, Signature={signature}"
        )
        return headers

    def _key(self, secret: str, day: str) -> bytes:
        known_secret, known_day, key = self._signing_key
        if (known_secret, known_day) != (secret, day):
            key = f"AWS4{secret}".encode()
            for part in (day, self._region, self._service.name, "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            self._signing_key = (secret, day, key)
        return key


def _read(reply: _Reply) -> dict[str, Any] | None:
    """Understand a reply; None means that another attempt may help."""
    try:
        answer = json.loads(reply.body) if reply.body else {}
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        return None
    if reply.status == http.client.OK:
        return answer
    code = str(answer.get("__type", "")).rpartition("#")[2]
    reasons = answer.get("CancellationReasons") or ()
    if reply.status >= _SERVER_ERROR or code in _RETRIED_CODES or _is_conflict(reasons):
        return None
    message = str(answer.get("message") or answer.get("Message") or "")
    raise AwsError(code, message, item=answer.get("Item"), reasons=reasons)


def _is_conflict(reasons: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a transaction only met another one: no condition of it failed."""
    codes = {reason.get("Code") for reason in reasons}
    return bool(codes & _RETRIED_REASONS) and "ConditionalCheckFailed" not in codes
