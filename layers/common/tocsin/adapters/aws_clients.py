"""Clients of AWS services, by the environment variables that the SDKs read."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from tocsin.adapters.aws_json import AwsJsonClient, Service
from tocsin.adapters.aws_signature import Credentials
from tocsin.adapters.http_connection import BrokenReplyError, HttpConnection, split_url

TIMEOUT_SECONDS: Final = 2.0
_RENEW_BEFORE: Final = timedelta(minutes=5)


def aws_client(service: Service, environment: Mapping[str, str]) -> AwsJsonClient:
    endpoint = environment.get(f"AWS_ENDPOINT_URL_{service.name.upper()}")
    return AwsJsonClient(
        service,
        region=environment["AWS_REGION"],
        credentials=find_credentials(environment),
        endpoint=endpoint or environment.get("AWS_ENDPOINT_URL"),
    )


def find_credentials(environment: Mapping[str, str]) -> Callable[[], Credentials]:
    """Choose the credentials' source as the SDKs do: the environment, or the container's endpoint.

    A function restored from a snapshot has the latter, and its credentials expire.
    """
    uri = environment.get("AWS_CONTAINER_CREDENTIALS_FULL_URI")
    if uri and "AWS_ACCESS_KEY_ID" not in environment:
        return _ContainerCredentials(uri, environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN", ""))
    fixed = Credentials(
        access_key=environment.get("AWS_ACCESS_KEY_ID", ""),
        secret_key=environment.get("AWS_SECRET_ACCESS_KEY", ""),
        session_token=environment.get("AWS_SESSION_TOKEN") or None,
    )
    return lambda: fixed


class _ContainerCredentials:
    """Credentials of the runtime's endpoint, read again before they expire."""

    def __init__(self, uri: str, token: str) -> None:
        self._host, self._path, _ = split_url(uri)
        self._token = token
        self._current: Credentials | None = None

    def __call__(self) -> Credentials:
        """Return credentials that are valid for a while, or at least now.

        Raises:
            OSError: None are valid, and the endpoint gives none: another attempt may help.
        """
        current = self._current
        if current is None or _ends_within(current, _RENEW_BEFORE):
            try:
                current = self._current = self._ask()
            except (OSError, BrokenReplyError):
                if current is None or _ends_within(current, timedelta()):
                    raise
        return current

    def _ask(self) -> Credentials:
        connection = HttpConnection(self._host)
        headers = {"host": self._host, "authorization": self._token}
        try:
            reply = connection.request("GET", self._path, headers, timeout_seconds=TIMEOUT_SECONDS)
            answer = json.loads(reply.body)
            return Credentials(
                access_key=answer["AccessKeyId"],
                secret_key=answer["SecretAccessKey"],
                session_token=answer["Token"],
                expires_at=datetime.fromisoformat(answer["Expiration"]).astimezone(UTC),
            )
        except (ValueError, KeyError, TypeError) as error:
            # Not the error's own text: it may quote a secret.
            raise OSError(f"no credentials: {type(error).__name__}") from None
        finally:
            connection.close()


def _ends_within(credentials: Credentials, time: timedelta) -> bool:
    expires_at = credentials.expires_at
    return expires_at is not None and datetime.now(UTC) > expires_at - time
