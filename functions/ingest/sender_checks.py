"""Whether a request is what its integration asks for beyond the URL; before the body is read."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Final

from functions.ingest.request_and_answer import Request
from tocsin.domain.credential import SecretHash, hash_secret
from tocsin.domain.errors import SenderNotTrustedError
from tocsin.domain.intake_checks import Basic, IntakeChecks, Signature
from tocsin.lambda_runtime.strict_json import expect_size

TIMESTAMP_TOLERANCE: Final = timedelta(minutes=5)
"""As Standard Webhooks has it: how old, or early, a signed time may be."""
CHALLENGE: Final = 'Basic realm="Tocsin", charset="UTF-8"'
"""Some senders (Google Cloud Monitoring) send their password only when they are asked for it."""


def expect_trusted(checks: IntakeChecks, request: Request) -> None:
    """Refuse a request that fails any of the checks.

    Raises:
        SenderNotTrustedError: Its `check` is for the log, not for the sender.
        PayloadTooLargeError: The body is over 1 MiB, and is not hashed.
    """
    challenge = CHALLENGE if checks.basic else None
    if checks.allowed_cidrs and not _is_in(request.source_ip, checks.allowed_cidrs):
        raise SenderNotTrustedError("allowed_cidrs", challenge)
    if checks.basic and not _knows_password(request.headers, checks.basic):
        raise SenderNotTrustedError("basic", challenge)
    if token := checks.header_token:
        said = request.headers.get(token.header, "")
        if not _hashes_to(said, token.token_hash):
            raise SenderNotTrustedError("header_token", challenge)
    if checks.signature:
        expect_size(request.body)
        if not _is_signed(request, checks.signature):
            raise SenderNotTrustedError("signature", challenge)


def _is_in(source_ip: str, cidrs: tuple[str, ...]) -> bool:
    try:
        address = ip_address(source_ip)
    except ValueError:
        return False
    return any(address in ip_network(cidr) for cidr in cidrs)


def _knows_password(headers: Mapping[str, str], basic: Basic) -> bool:
    scheme, _, encoded = headers.get("authorization", "").strip().partition(" ")
    try:
        said = base64.b64decode(encoded, validate=True).decode()
    except ValueError:
        said = ""
    user, _, password = said.partition(":")
    # Both are compared also where the first differs: the time taken tells nothing.
    is_user = _same(user, basic.user)
    is_password = _hashes_to(password, basic.password_hash)
    return scheme.lower() == "basic" and is_user and is_password


def _is_signed(request: Request, signature: Signature) -> bool:
    signed = request.body
    is_fresh = True
    if signature.timestamp_header is not None:
        said_at = request.headers.get(signature.timestamp_header, "")
        signed = said_at.encode() + b":" + signed
        is_fresh = _is_fresh(said_at, request.at)
    algorithm = getattr(hashlib, signature.algorithm)
    digest = hmac.new(signature.secret.encode(), signed, algorithm).hexdigest()
    said = request.headers.get(signature.header, "").strip()
    return _same(said.lower(), f"{signature.prefix}{digest}".lower()) and is_fresh


def _is_fresh(said_at: str, at: datetime) -> bool:
    try:
        said = datetime.fromtimestamp(int(said_at), UTC)
    except (ValueError, OverflowError, OSError):
        return False
    return abs(at - said) <= TIMESTAMP_TOLERANCE


def _hashes_to(secret: str, secret_hash: SecretHash) -> bool:
    return hmac.compare_digest(hash_secret(secret), secret_hash)


def _same(said: str, expected: str) -> bool:
    # Only ASCII texts can be compared as texts.
    return hmac.compare_digest(
        said.encode("utf-8", "surrogatepass"), expected.encode("utf-8", "surrogatepass")
    )
