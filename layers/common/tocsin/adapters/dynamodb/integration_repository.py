"""Integrations, and what their tokens lead to."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.items import Attribute, Image, Item, expiry, number, text, time
from tocsin.adapters.dynamodb.queries import get_configured, get_item, query_all
from tocsin.adapters.dynamodb.transactions import (
    Action,
    TransactionRefusedError,
    delete,
    put,
    transact,
)
from tocsin.domain.credential import SecretHash
from tocsin.domain.errors import ConcurrentUpdateError, IntegrationNotFoundError
from tocsin.domain.ids import WriteId, instant, milliseconds
from tocsin.domain.intake_checks import NO_CHECKS, IntakeChecks
from tocsin.domain.integration import Integration, IntegrationType, Token

KIND: Final = "integration"

_MILLISECOND: Final = timedelta(milliseconds=1)
_IS_NEW: Final = "attribute_not_exists(pk)"
_IS_AS_READ: Final = "version = :read_version AND created_at = :created_at"
"""The version alone would not tell an integration from its namesake, made after its removal."""
_IS_FREE_OR_OURS: Final = "attribute_not_exists(pk) OR integration = :integration"


@dataclass(frozen=True, slots=True)
class DynamoDBIntegrations:
    """Implements `IntegrationRepository`."""

    call: Call
    table_name: str

    def by_token(self, token_hash: SecretHash, *, at: datetime) -> Integration | None:
        """Find whose token this is; None for unknown, revoked and run out."""
        credential = get_item(self.call, self.table_name, keys.credential_key(token_hash))
        if credential is None or KIND not in credential or not _works(credential, at):
            return None
        return self._find(credential[KIND]["S"])

    def get(self, name: str) -> Integration:
        """Read one."""
        integration = self._find(name)
        if integration is None:
            raise IntegrationNotFoundError
        return integration

    def list(self) -> tuple[Integration, ...]:
        """Read all, by name."""
        partition = keys.configuration_partition(KIND)
        images = query_all(self.call, self.table_name, partition)
        return tuple(integration_from(image) for image in images)

    def put(
        self, before: Integration | None, after: Integration, *, write_id: WriteId
    ) -> Integration:
        """Store an integration and what its tokens lead to, all or nothing."""
        stored = replace(after, version=before.version + 1 if before else 1)
        item = integration_item(stored, write_id)
        written = (
            put(self.table_name, item, _IS_AS_READ, _as_read(before))
            if before
            else put(self.table_name, item, _IS_NEW)
        )
        former = before.tokens if before else ()
        actions = (written, *self._token_actions(former, stored))
        try:
            transact(self.call, actions, write_id=write_id)
        except TransactionRefusedError as refusal:
            raise _changed() from refusal
        return stored

    def delete(self, integration: Integration, *, write_id: WriteId) -> None:
        """Remove it and its tokens; the alerts stay."""
        key = keys.configuration_key(KIND, integration.name)
        removed = delete(self.table_name, key, _IS_AS_READ, _as_read(integration))
        nothing_left = replace(integration, tokens=())
        actions = (removed, *self._token_actions(integration.tokens, nothing_left))
        try:
            transact(self.call, actions, write_id=write_id)
        except TransactionRefusedError as refusal:
            if not refusal.met_nothing(0):
                raise _changed() from refusal

    def _find(self, name: str) -> Integration | None:
        image = get_configured(self.call, self.table_name, KIND, name)
        return integration_from(image) if image else None

    def _token_actions(
        self, former: tuple[Token, ...], integration: Integration
    ) -> Iterator[Action]:
        """Take credentials from the former tokens to those of the integration."""
        expected = {":integration": text(integration.name)}
        for token in integration.tokens:
            if token not in former:
                item = credential_item(token, integration.name)
                yield put(self.table_name, item, _IS_FREE_OR_OURS, expected)
        kept = {token.secret_hash for token in integration.tokens}
        for token in former:
            if token.secret_hash not in kept:
                key = keys.credential_key(token.secret_hash)
                yield delete(self.table_name, key, _IS_FREE_OR_OURS, expected)


def integration_item(integration: Integration, write_id: WriteId) -> Item:
    """Write an integration."""
    item = keys.configuration_key(KIND, integration.name) | {
        "entity": text(KIND),
        "version": number(integration.version),
        "write_id": text(write_id),
        "type": text(integration.type),
        "resolve_after": number(integration.resolve_after // _MILLISECOND),
        "severity_map": {
            "M": {word: text(meaning) for word, meaning in integration.severity_map.items()}
        },
        "wakes_on_output": {"BOOL": integration.wakes_on_output},
        "paused": {"BOOL": integration.paused},
        "created_at": time(integration.created_at),
        "tokens": {"L": [{"M": _token_map(token)} for token in integration.tokens]},
    }
    if integration.escalation_policy is not None:
        item["escalation_policy"] = text(integration.escalation_policy)
    if integration.managed_by is not None:
        item["managed_by"] = text(integration.managed_by)
    if integration.mapping:
        item["mapping"] = {"M": {part: text(it) for part, it in integration.mapping.items()}}
    if integration.topic_arn is not None:
        item["topic_arn"] = text(integration.topic_arn)
    if integration.checks != NO_CHECKS:
        from tocsin.adapters.dynamodb.check_items import write_checks

        item["checks"] = text(write_checks(integration.checks))
    return item


def integration_from(image: Image) -> Integration:
    """Read an integration."""
    severity_map = image["severity_map"]["M"]
    return Integration(
        name=image["sk"]["S"],
        type=IntegrationType(image["type"]["S"]),
        resolve_after=int(image["resolve_after"]["N"]) * _MILLISECOND,
        severity_map={word: meaning["S"] for word, meaning in severity_map.items()},
        wakes_on_output=image["wakes_on_output"]["BOOL"],
        paused=image["paused"]["BOOL"],
        checks=_checks_from(image),
        mapping={part: it["S"] for part, it in image.get("mapping", {"M": {}})["M"].items()},
        topic_arn=image.get("topic_arn", {}).get("S"),
        escalation_policy=image.get("escalation_policy", {}).get("S"),
        managed_by=image.get("managed_by", {}).get("S"),
        created_at=instant(int(image["created_at"]["N"])),
        version=int(image["version"]["N"]),
        tokens=tuple(_token_from(token["M"]) for token in image["tokens"]["L"]),
    )


def _checks_from(image: Image) -> IntakeChecks:
    if "checks" not in image:
        return NO_CHECKS
    from tocsin.adapters.dynamodb.check_items import read_checks

    return read_checks(image["checks"]["S"])


def credential_item(token: Token, integration: str) -> Item:
    """Write what a token leads to; TTL removes it some time after it ran out."""
    item = keys.credential_key(token.secret_hash) | {
        "entity": text("credential"),
        "version": number(1),
        "kind": text(KIND),
        KIND: text(integration),
    }
    if token.valid_until is not None:
        item["valid_until"] = time(token.valid_until)
        item["expires_at"] = expiry(token.valid_until, timedelta())
    return item


def _changed() -> ConcurrentUpdateError:
    message = "Somebody else just changed this integration. Look at it and try again."
    return ConcurrentUpdateError(message)


def _as_read(integration: Integration) -> dict[str, Attribute]:
    return {
        ":read_version": number(integration.version),
        ":created_at": time(integration.created_at),
    }


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
