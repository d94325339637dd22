"""Integrations: who may send, and how what is sent is understood."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field
from pydantic.json_schema import SkipJsonSchema

from tocsin.bodies.intake_checks import MASK, BasicBody, Cidrs, HeaderTokenBody, SignatureBody
from tocsin.bodies.mapping import MappingBody
from tocsin.bodies.model import ConfigurationBody, Duration, Name, with_example, within
from tocsin.domain.credential import SecretHash, hash_secret
from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.domain.intake_checks import (
    PASSWORD_MINIMUM,
    Basic,
    HeaderToken,
    IntakeChecks,
    Signature,
)
from tocsin.domain.integration import Integration, IntegrationType

TOPIC_ARN: Final = (
    r"^arn:aws(?:-cn|-us-gov)?:sns:[a-z]{2}(?:-[a-z]+)+-\d:\d{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?$"
)
RESOLVE_AFTER_LIMIT: Final = timedelta(days=1)
WORDS_LIMIT: Final = 100


def _plain(words: dict[str, str]) -> dict[str, str]:
    """As `read_severity` looks them up."""
    return {word.strip().lower(): meaning for word, meaning in words.items()}


class UncheckedSettings(ConfigurationBody):
    """How what comes in is understood, but for the checks that need a secret."""

    resolve_after: Annotated[Duration, within(timedelta(), RESOLVE_AFTER_LIMIT)] | None = Field(
        None,
        description="How long recovery must last; by default 0 s, for type `monitor` 60 s.",
        examples=["60s"],
    )
    severity_map: Annotated[
        dict[
            Annotated[str, Field(min_length=1, max_length=64)],
            Literal["critical", "warning", "info", "ok"],
        ],
        Field(max_length=WORDS_LIMIT),
        AfterValidator(_plain),
    ] = Field(
        {},
        description="The sender's own severity words and what they mean; `ok` closes.",
        examples=[{"major": "critical"}],
    )
    wake_on_output: bool = Field(default=False, description="A changed output ends a snooze.")
    paused: bool = Field(default=False, description="What comes in is accepted and ignored.")
    escalation_policy: Name | None = Field(None, examples=["default"])
    mapping: MappingBody | None = Field(
        None, description="For type `generic`: where in a body the parts of an alert are."
    )
    topic_arn: Annotated[str, Field(pattern=TOPIC_ARN)] | None = Field(
        None,
        description=(
            "For type `sns`: the only topic that may send. Null: the first one that is confirmed."
        ),
        examples=["arn:aws:sns:eu-west-1:123456789012:alarms"],
    )
    allowed_cidrs: Cidrs = Field(
        [],
        description="Networks that the sender has its address in; empty: any.",
        examples=[["198.51.100.0/24"]],
    )

    def unchecked(
        self, integration: Integration, type_: IntegrationType, checks: IntakeChecks
    ) -> Integration:
        """The same integration with these settings, and with the checks."""
        default = type_.resolve_after
        return replace(
            integration,
            type=type_,
            resolve_after=default if self.resolve_after is None else self.resolve_after,
            severity_map=self.severity_map,
            wakes_on_output=self.wake_on_output,
            paused=self.paused,
            escalation_policy=self.escalation_policy,
            mapping=self.mapping.expressions() if self.mapping else {},
            topic_arn=self.topic_arn,
            checks=replace(checks, allowed_cidrs=tuple(map(str, self.allowed_cidrs))),
        )


class IntegrationSettings(UncheckedSettings):
    """How what comes in is understood."""

    signature: SignatureBody | None = Field(None, description="What is sent has to be signed.")
    basic: BasicBody | None = Field(None, description="The sender has to give a password.")
    header_token: HeaderTokenBody | None = Field(
        None, description="The sender has to send a header."
    )


class IntegrationBody(IntegrationSettings):
    """An integration without its name, which is in the path."""

    model_config = with_example(type="rest", escalation_policy="default")

    type: IntegrationType

    def applied_to(self, integration: Integration) -> Integration:
        """The same integration with these settings.

        A secret that is left out or masked is the stored one.

        Raises:
            InvalidInputError: A secret is missing or too short.
        """
        return self.unchecked(integration, self.type, _read_checks(self, integration.checks))


class IntegrationChange(IntegrationSettings):
    """What to change; null puts a setting back to its default, what is left out stays."""

    model_config = with_example(severity_map={"major": "critical"})

    type: IntegrationType | SkipJsonSchema[None] = None


def _read_checks(body: IntegrationBody, before: IntakeChecks) -> IntakeChecks:
    return IntakeChecks(
        signature=_signature(body, before),
        basic=_basic(body, before),
        header_token=_header_token(body, before),
    )


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
