"""Integrations, and the items of their tokens."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import Image, Item, read_text, text, time
from tocsin.adapters.dynamodb.configuration.named_objects import (
    Kind,
    NamedObjects,
    manager_of,
    name_of,
    span_from,
    write_span,
)
from tocsin.adapters.dynamodb.queries import get_item
from tocsin.domain.credential import SecretHash
from tocsin.domain.errors import IntegrationNotFoundError
from tocsin.domain.ids import instant, milliseconds
from tocsin.domain.intake_checks import NO_CHECKS, IntakeChecks
from tocsin.domain.integration import Integration, IntegrationType, Token

KIND: Final = "integration"


def _write(integration: Integration) -> Item:
    item: Item = {
        "type": text(integration.type),
        "resolve_after": write_span(integration.resolve_after),
        "severity_map": {
            "M": {word: text(meaning) for word, meaning in integration.severity_map.items()}
        },
        "wakes_on_output": {"BOOL": integration.wakes_on_output},
        "paused": {"BOOL": integration.paused},
        "tokens": {"L": [{"M": _token_map(token)} for token in integration.tokens]},
    }
    if integration.escalation_policy is not None:
        item["escalation_policy"] = text(integration.escalation_policy)
    if integration.mapping:
        item["mapping"] = {"M": {part: text(it) for part, it in integration.mapping.items()}}
    if integration.topic_arn is not None:
        item["topic_arn"] = text(integration.topic_arn)
    if integration.checks != NO_CHECKS:
        from tocsin.adapters.dynamodb.configuration.check_items import write_checks

        item["checks"] = text(write_checks(integration.checks))
    return item


def _read(image: Image) -> Integration:
    severity_map = image["severity_map"]["M"]
    return Integration(
        name=name_of(image),
        type=IntegrationType(image["type"]["S"]),
        resolve_after=span_from(image["resolve_after"]),
        severity_map={word: meaning["S"] for word, meaning in severity_map.items()},
        wakes_on_output=image["wakes_on_output"]["BOOL"],
        paused=image["paused"]["BOOL"],
        checks=_checks_from(image),
        mapping={part: it["S"] for part, it in image.get("mapping", {"M": {}})["M"].items()},
        topic_arn=read_text(image, "topic_arn"),
        escalation_policy=read_text(image, "escalation_policy"),
        managed_by=manager_of(image),
        created_at=instant(int(image["created_at"]["N"])),
        version=int(image["version"]["N"]),
        tokens=tuple(_token_from(token["M"]) for token in image["tokens"]["L"]),
    )


def _checks_from(image: Image) -> IntakeChecks:
    if "checks" not in image:
        return NO_CHECKS
    from tocsin.adapters.dynamodb.configuration.check_items import read_checks

    return read_checks(image["checks"]["S"])


def _works(credential: Image, at: datetime) -> bool:
    valid_until = credential.get("valid_until")
    return valid_until is None or milliseconds(at) < int(valid_until["N"])


def _token_map(token: Token) -> dict[str, Any]:
    fields = {"secret_hash": text(token.secret_hash), "prefix": text(token.prefix)}
    if token.valid_until is not None:
        fields["valid_until"] = time(token.valid_until)
    return fields


def _token_from(fields: Image) -> Token:
    valid_until = fields.get("valid_until")
    return Token(
        secret_hash=SecretHash(fields["secret_hash"]["S"]),
        prefix=fields["prefix"]["S"],
        valid_until=instant(int(valid_until["N"])) if valid_until else None,
    )


INTEGRATIONS: Final = Kind[Integration](
    name=KIND,
    words="integration",
    not_found=IntegrationNotFoundError,
    write=_write,
    read=_read,
    tokens=lambda integration: integration.tokens,
)


@dataclass(frozen=True, slots=True)
class DynamoDBIntegrations(NamedObjects[Integration]):
    """Implements `IntegrationRepository`."""

    kind: Kind[Integration] = INTEGRATIONS

    def by_token(self, token_hash: SecretHash, *, at: datetime) -> Integration | None:
        credential = get_item(self.call, self.table_name, keys.credential_key(token_hash))
        if credential is None or KIND not in credential or not _works(credential, at):
            return None
        return self.find(credential[KIND]["S"])
