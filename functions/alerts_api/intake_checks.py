"""An integration's checks, read from a body and shown; secrets are masked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from functions.alerts_api.schemas.intake_checks import MASK
from tocsin.domain.credential import SecretHash, hash_secret
from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.domain.intake_checks import (
    PASSWORD_MINIMUM,
    Basic,
    HeaderToken,
    IntakeChecks,
    Signature,
)

if TYPE_CHECKING:
    from functions.alerts_api.schemas.integrations import IntegrationBody


def read_checks(body: IntegrationBody, before: IntakeChecks) -> IntakeChecks:
    """A secret that the body leaves out or masks is the stored one.

    Raises:
        InvalidInputError: A secret is missing or too short.
    """
    return IntakeChecks(
        signature=_signature(body, before),
        basic=_basic(body, before),
        header_token=_header_token(body, before),
        allowed_cidrs=tuple(str(network) for network in body.allowed_cidrs),
    )


def view_checks(checks: IntakeChecks) -> dict[str, Any]:
    """Show them as PUT and PATCH take them."""
    signature, basic, token = checks.signature, checks.basic, checks.header_token
    return {
        "signature": signature
        and {
            "header": signature.header,
            "algorithm": signature.algorithm,
            "prefix": signature.prefix,
            "timestamp_header": signature.timestamp_header,
            "secret": MASK,
        },
        "basic": basic and {"user": basic.user, "password": MASK},
        "header_token": token and {"header": token.header, "token": MASK},
        "allowed_cidrs": list(checks.allowed_cidrs),
    }


def _signature(body: IntegrationBody, before: IntakeChecks) -> Signature | None:
    said = body.signature
    if said is None:
        return None
    secret = said.secret
    if secret is None or secret == MASK:
        secret = before.signature.secret if before.signature else None
    if secret is None:
        raise _missing("signature.secret")
    return Signature(
        header=said.header,
        algorithm=said.algorithm,
        prefix=said.prefix,
        timestamp_header=said.timestamp_header,
        secret=secret,
    )


def _basic(body: IntegrationBody, before: IntakeChecks) -> Basic | None:
    said = body.basic
    if said is None:
        return None
    known = before.basic.password_hash if before.basic else None
    password_hash = _hash_of(said.password, known, "basic.password")
    return Basic(user=said.user, password_hash=password_hash)


def _header_token(body: IntegrationBody, before: IntakeChecks) -> HeaderToken | None:
    said = body.header_token
    if said is None:
        return None
    known = before.header_token.token_hash if before.header_token else None
    token_hash = _hash_of(said.token, known, "header_token.token")
    return HeaderToken(header=said.header, token_hash=token_hash)


def _hash_of(secret: str | None, known: SecretHash | None, field: str) -> SecretHash:
    if secret is None or secret == MASK:
        if known is None:
            raise _missing(field)
        return known
    if len(secret) < PASSWORD_MINIMUM:
        problem = Problem(field, f"must have at least {PASSWORD_MINIMUM} characters")
        raise InvalidInputError("The secret cannot be used.", [problem])
    return hash_secret(secret)


def _missing(field: str) -> InvalidInputError:
    return InvalidInputError("A secret is missing.", [Problem(field, "is missing")])
