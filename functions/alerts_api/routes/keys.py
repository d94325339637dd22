"""API keys: list, get, make, change, revoke."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from functions.alerts_api.answers import with_data, without_content
from functions.alerts_api.listing import answer_page
from functions.alerts_api.request import Request
from functions.alerts_api.route import Route
from functions.alerts_api.schemas.keys import KeyBody, KeyChange
from tocsin.domain.alert_json import written
from tocsin.domain.credential import (
    SECRET_BYTES,
    ApiKey,
    Scope,
    hash_secret,
    read_scopes,
    spell_key,
)
from tocsin.domain.ids import by_whom, entropy, ulid
from tocsin.lambda_runtime.http import HttpAnswer
from tocsin.usecases.change_key import change_key, revoke_key

if TYPE_CHECKING:
    from tocsin.usecases.ports import KeyRepository, NewWriteId

KEYS: Final = "/api/v1/keys"
KEY: Final = f"{KEYS}/{{key_id}}"
_ID_BYTES: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRoutes:
    """Each key is shown once."""

    keys: KeyRepository
    known_user: Callable[[str], str]
    """Spells the name of a user; raises InvalidInputError if there is none."""
    new_write_id: NewWriteId
    random_bytes: Callable[[int], bytes]

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("GET", KEYS, "list_keys", self.list_keys, Scope.CONFIG_READ),
            Route("POST", KEYS, "make_key", self.make_key, Scope.ADMIN),
            Route("GET", KEY, "get_key", self.get_key, Scope.CONFIG_READ),
            Route("PATCH", KEY, "change_key", self.change_key, Scope.ADMIN),
            Route("DELETE", KEY, "revoke_key", self.revoke_key, Scope.ADMIN),
        )

    def list_keys(self, request: Request) -> HttpAnswer:
        return answer_page(request, self.keys.list(), name_of=lambda key: key.key_id, view=view_key)

    def get_key(self, _request: Request, key_id: str) -> HttpAnswer:
        return with_data(view_key(self.keys.get(key_id)))

    def make_key(self, request: Request) -> HttpAnswer:
        body = request.body_as(KeyBody)
        secret = spell_key(self.random_bytes(SECRET_BYTES))
        key = ApiKey(
            key_id=ulid(request.at, entropy(self.random_bytes(_ID_BYTES))),
            name=body.name,
            scopes=read_scopes(body.scopes),
            user=self.known_user(body.user) if body.user else None,
            created_at=request.at,
            created_by=request.actor,
            secret_hash=hash_secret(secret),
        )
        self.keys.add(key, write_id=self.new_write_id())
        again = with_data(view_key(key) | {"key": None})
        shown = with_data(view_key(key) | {"key": secret}, HTTPStatus.CREATED)
        return replace(shown, body_again=again.body)

    def change_key(self, request: Request, key_id: str) -> HttpAnswer:
        body = request.body_as(KeyChange)
        changes: dict[str, Any] = {}
        if body.name is not None:
            changes["name"] = body.name
        if body.scopes is not None:
            changes["scopes"] = read_scopes(body.scopes)
        if "user" in body.model_fields_set:
            changes["user"] = self.known_user(body.user) if body.user else None
        key = change_key(
            key_id,
            lambda it: replace(it, **changes),
            keys=self.keys,
            new_write_id=self.new_write_id,
        )
        return with_data(view_key(key))

    def revoke_key(self, _request: Request, key_id: str) -> HttpAnswer:
        revoke_key(key_id, keys=self.keys, new_write_id=self.new_write_id)
        return without_content()


def view_key(key: ApiKey) -> dict[str, Any]:
    """Without the key itself and its hash."""
    return {
        "id": key.key_id,
        "name": key.name,
        "scopes": sorted(key.scopes),
        "user": key.user,
        "created_at": written(key.created_at),
        "created_by": by_whom(key.created_by),
        "last_used_at": written(key.last_used_at),
    }
