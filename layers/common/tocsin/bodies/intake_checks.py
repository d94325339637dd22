"""The checks of a sender beyond the integration URL."""

from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, IPvAnyNetwork

from tocsin.bodies.model import ConfigurationBody
from tocsin.domain.intake_checks import (
    PASSWORD_MINIMUM,
    SECRET_MINIMUM,
    IntakeChecks,
    SignatureAlgorithm,
)

MASK: Final = "********"
"""Shown in place of a stored secret; a body with it keeps that secret."""
SECRET_LIMIT: Final = 512
CIDRS_LIMIT: Final = 64


def _value_itself(secret: str) -> str:
    """Refuse the name of a parameter: as a secret it is easily guessed."""
    if secret.startswith("/"):
        message = "must be the secret itself, not the name of a parameter"
        raise ValueError(message)
    return secret


HEADER_NAME: Final = r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$"
WITHOUT_COLON: Final = "^[^:]*$"

HeaderName = Annotated[str, Field(pattern=HEADER_NAME), AfterValidator(str.lower)]
_SHOWN = f"Kept, and shown as `{MASK}`; that, or nothing, leaves the one that is there."


class SignatureSettings(ConfigurationBody):
    """An HMAC over the body as sent, in hex, in a header."""

    header: HeaderName = Field(examples=["x-hub-signature-256"])
    algorithm: SignatureAlgorithm = SignatureAlgorithm.SHA256
    prefix: Annotated[str, Field(max_length=32)] = Field(
        "", description="What comes before the hex digits.", examples=["sha256="]
    )
    timestamp_header: HeaderName | None = Field(
        None,
        description=(
            "If given, what is signed is `<value of this header>:<body>`, and the value a time "
            "in seconds since 1970, at most 5 minutes off."
        ),
    )


class SignatureBody(SignatureSettings):
    """An HMAC over the body as sent, in hex, in a header."""

    secret: Annotated[
        str | None,
        Field(min_length=SECRET_MINIMUM, max_length=SECRET_LIMIT),
        AfterValidator(lambda secret: secret if secret is None else _value_itself(secret)),
    ] = Field(None, description=_SHOWN)


class BasicBody(ConfigurationBody):
    """HTTP basic authentication."""

    user: Annotated[str, Field(min_length=1, max_length=100, pattern=WITHOUT_COLON)] = Field(
        examples=["prometheus"]
    )
    password: Annotated[str, Field(min_length=SECRET_MINIMUM, max_length=SECRET_LIMIT)] | None = (
        Field(
            None,
            description=f"At least {PASSWORD_MINIMUM} characters that nobody can guess. {_SHOWN}",
        )
    )


class HeaderTokenBody(ConfigurationBody):
    """A header that has to have one value."""

    header: HeaderName = Field(examples=["x-tocsin-token"])
    token: Annotated[str, Field(min_length=SECRET_MINIMUM, max_length=SECRET_LIMIT)] | None = Field(
        None,
        description=f"At least {PASSWORD_MINIMUM} characters that nobody can guess. {_SHOWN}",
    )


def _text(value: object) -> str:
    """Refuse what `ipaddress` would take for a packed address: numbers, and false for 0."""
    if not isinstance(value, str):
        raise ValueError("must be a text such as 192.0.2.0/24")  # noqa: TRY004 - as pydantic asks
    return value


Network = Annotated[IPvAnyNetwork, BeforeValidator(_text)]
Cidrs = Annotated[list[Network], Field(max_length=CIDRS_LIMIT)]


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
