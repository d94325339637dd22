"""The two requests that intake makes to the internet, both to SNS."""

import ssl
from collections.abc import Callable
from typing import Final
from urllib.parse import urlencode

from functions.ingest.sns.certificate import BadCertificateError, PublicKey, read_certificate
from functions.ingest.sns.topic import Topic
from tocsin.adapters.http_connection import BrokenReplyError, HttpConnection, Reply
from tocsin.domain.errors import SenderNotTrustedError, TryAgainError

TIMEOUT_SECONDS: Final = 3.0
REMEMBERED_KEYS: Final = 20
CERTIFICATE_LIMIT_BYTES: Final = 16_384
_OK: Final = 200
_CLIENT_ERRORS: Final = range(400, 500)

type Get = Callable[[str, str], Reply]
"""Takes a host and a path; follows no redirect. Raises OSError or BrokenReplyError."""


def get_by_https(host: str, path: str) -> Reply:
    """Ask a host, whose certificate and chain are checked as the machine does it."""
    connection = HttpConnection(host, ssl.create_default_context())
    headers = {"host": host, "connection": "close", "accept": "*/*"}
    try:
        return connection.request("GET", path, headers, timeout_seconds=TIMEOUT_SECONDS)
    finally:
        connection.close()


class SnsEndpoint:
    """SNS, as far as a subscriber needs it."""

    def __init__(self, get: Get = get_by_https) -> None:
        self._get = get
        self._keys: dict[tuple[str, str], PublicKey] = {}

    def key(self, topic: Topic, url: str) -> PublicKey:
        """Fetch the certificate that a message names, if it is where SNS has its own.

        Raises:
            SenderNotTrustedError: The address is none of SNS, or there is no certificate.
            TryAgainError: SNS could not be asked.
        """
        path = topic.certificate_path(url)
        if path is None:
            raise SenderNotTrustedError("sns_certificate")
        known = self._keys.get((topic.host, path))
        if known is not None:
            return known
        reply = self._ask(topic, path)
        if reply.status != _OK or len(reply.body) > CERTIFICATE_LIMIT_BYTES:
            raise SenderNotTrustedError("sns_certificate")
        try:
            key = read_certificate(reply.body)
        except BadCertificateError as error:
            raise SenderNotTrustedError("sns_certificate") from error
        if len(self._keys) >= REMEMBERED_KEYS:
            self._keys.clear()
        self._keys[topic.host, path] = key
        return key

    def confirm(self, topic: Topic, token: str) -> None:
        """Confirm a subscription.

        Raises:
            SenderNotTrustedError: SNS knows nothing of it, or no longer.
            TryAgainError: SNS could not be asked.
        """
        query = {
            "Action": "ConfirmSubscription",
            "TopicArn": topic.arn,
            "Token": token,
            "Version": "2010-03-31",
        }
        reply = self._ask(topic, f"/?{urlencode(query)}")
        if reply.status in _CLIENT_ERRORS:
            raise SenderNotTrustedError("sns_confirmation")
        if reply.status != _OK:
            raise TryAgainError("SNS did not confirm. Send the same request again.")

    def _ask(self, topic: Topic, path: str) -> Reply:
        try:
            reply = self._get(topic.host, path)
        except (OSError, BrokenReplyError) as error:
            raise TryAgainError("SNS cannot be reached. Send the same request again.") from error
        if reply.status >= _CLIENT_ERRORS.stop:
            raise TryAgainError("SNS is busy. Send the same request again.")
        return reply
