"""One request to a stranger's host, at addresses that were checked, and its answer: by urllib3."""

import logging
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.client import BadStatusLine, HTTPException, HTTPResponse
from io import BufferedReader
from threading import Timer
from typing import Any, Final

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from tocsin.channels.ports import Answer
from tocsin.usecases.refusals import DeliveryFailedError

BODY_LIMIT_BYTES: Final = 262_144
"""Of an answer; a longer one counts as empty."""

# It would log the address of a host whose answer has an odd header, and an address may be a secret.
logging.getLogger("urllib3.connection").disabled = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    name: str
    """What its certificate must be for."""
    port: int
    addresses: Sequence[str]
    """Tried in turn until one takes the connection."""
    tls: ssl.SSLContext | None


class _Lines(BufferedReader):
    """Refuses a head that the end of the connection cuts, which http.client takes for whole."""

    def readline(self, size: int | None = -1) -> bytes:
        line = super().readline(size)
        if not line:
            raise BadStatusLine("the connection ended")
        return line


class _Response(HTTPResponse):
    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - http.client's own
        super().__init__(*args, **options)
        self.fp = _Lines(self.fp.detach())


class _Http(HTTPConnection):
    response_class: type[HTTPResponse] = _Response


class _Https(HTTPSConnection):
    response_class: type[HTTPResponse] = _Response


def exchange(
    host: Host, path: str, headers: Mapping[str, str], body: bytes, *, until: float
) -> Answer:
    """Send a POST request and read its answer.

    Args:
        host: Where to.
        path: With the query.
        headers: All but the length; `host` must be among them.
        body: What to send.
        until: By `time.monotonic`, the end of all of it.

    Raises:
        DeliveryFailedError: There was no answer.
    """
    try:
        connection = _connect(host, until)
    except (HTTPError, OSError) as error:
        raise _unanswered(error, until) from error
    end = Timer(_left_seconds(until), _end, (connection.sock,))
    end.daemon = True
    end.start()
    try:
        connection.request("POST", path, body, headers, preload_content=False, decode_content=False)
        response = connection.getresponse()
        return Answer(response.status, response.headers, _body_of(response))
    except ValueError as error:
        reason = "not sent: a header has characters that no header has"
        raise DeliveryFailedError(reason, is_retryable=False) from error
    except (HTTPError, HTTPException, OSError) as error:
        raise _unanswered(error, until) from error
    finally:
        end.cancel()
        connection.close()


def _connect(host: Host, until: float) -> HTTPConnection:
    """Connect to the first address that takes us; a dead one leaves time for the others.

    Raises:
        HTTPError: No address takes us.
        OSError: One did, and no secure connection could be made of that.
    """
    for number, address in enumerate(host.addresses, 1):
        share_seconds = _left_seconds(until) / (len(host.addresses) - number + 1)
        connection = _connection(host, address, share_seconds)
        try:
            connection.connect()
        except (ConnectTimeoutError, NewConnectionError):
            connection.close()
            if number == len(host.addresses):
                raise
        except BaseException:
            connection.close()
            raise
        else:
            connection.timeout = _left_seconds(until)
            return connection
    raise TimeoutError


def _connection(host: Host, address: str, timeout_seconds: float) -> HTTPConnection:
    if host.tls is None:
        return _Http(address, host.port, timeout=timeout_seconds)
    return _Https(
        address,
        host.port,
        timeout=timeout_seconds,
        ssl_context=host.tls,
        server_hostname=host.name,
    )


def _end(connected: socket.socket) -> None:
    """Interrupt the read that waits for the host, which may send a byte at a time."""
    with suppress(OSError):
        socket.socket.shutdown(connected, socket.SHUT_RDWR)


def _body_of(response: Any) -> bytes:  # noqa: ANN401
    try:
        body: bytes = response.read(BODY_LIMIT_BYTES + 1)
    except (HTTPError, HTTPException, OSError):
        return b""
    return body if len(body) <= BODY_LIMIT_BYTES else b""


def _left_seconds(until: float) -> float:
    return max(0.01, until - time.monotonic())


def _unanswered(error: Exception, until: float) -> DeliveryFailedError:
    """Say what went wrong; not in the error's own words, which may name an address."""
    if time.monotonic() >= until or isinstance(error, TimeoutError | ConnectTimeoutError):
        return DeliveryFailedError("no answer in time", is_retryable=True)
    cause = error.__cause__ if isinstance(error, NewConnectionError) else error
    match cause:
        case ssl.SSLCertVerificationError():
            reason = "the host's certificate is not valid"
        case ssl.SSLError():
            reason = "no secure connection to the host"
        case ConnectionRefusedError():
            reason = "the host refused the connection"
        case HTTPException() | HTTPError():
            reason = "the host closed the connection, or answered what is no HTTP"
        case _:
            reason = "the connection to the host failed"
    return DeliveryFailedError(reason, is_retryable=True)
