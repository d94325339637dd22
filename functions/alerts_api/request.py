"""A request of the API: path, query, key, and the body as JSON."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from tocsin.domain.credential import Scope
from tocsin.domain.errors import (
    InvalidInputError,
    MalformedInputError,
    ScopeMissingError,
    UnauthorizedError,
    UnsupportedMediaError,
)
from tocsin.domain.ids import Actor
from tocsin.domain.nearest import nearest
from tocsin.lambda_runtime import http
from tocsin.lambda_runtime.strict_json import expect_size, read_json

if TYPE_CHECKING:
    from pydantic import BaseModel

    from tocsin.lambda_runtime.callers import Caller

PAGING: Final = ("limit", "cursor")
"""The query parameters of each list."""
_IGNORED_LIMIT: Final = 50
_NAME_SHOWN: Final = 100
"""Characters of a parameter's name in an answer."""


@dataclass(frozen=True, kw_only=True)
class Request(http.Request):
    key: Caller | None = None
    """Who asks, by a key or by a session; None on open routes."""

    @property
    def path(self) -> str:
        return str(self.event["rawPath"])

    @property
    def origin(self) -> str:
        return f"https://{self.host}"

    @property
    def actor(self) -> Actor:
        if self.key is None:
            raise UnauthorizedError("This needs an API key.")
        return self.key.actor

    def expect_scope(self, scope: Scope) -> None:
        """Raises ScopeMissingError; for a scope that only some requests of a route need."""
        if self.key is None or not self.key.grants(scope):
            raise ScopeMissingError(f"This needs a key with the scope {scope}.")

    @cached_property
    def query(self) -> Mapping[str, str]:
        """Query parameters; the values of a repeated one are joined by a comma."""
        values: dict[str, str] = {}
        for name, value in parse_qsl(
            self.event.get("rawQueryString") or "", keep_blank_values=True
        ):
            values[name] = f"{values[name]},{value}" if name in values else value
        return values

    def ignored(self, known: Collection[str] = PAGING) -> list[dict[str, str]]:
        """The query parameters that a list does not know, and what was probably meant."""
        ignored: list[dict[str, str]] = []
        for name in list(self.query)[:_IGNORED_LIMIT]:
            if name in known:
                continue
            meant = nearest(name, known)
            ignored.append({"name": name[:_NAME_SHOWN]} | ({"meant": meant} if meant else {}))
        return ignored

    @cached_property
    def json_object(self) -> Mapping[str, Any]:
        """The body as a JSON object, of any content type; no body is an empty object.

        Raises:
            MalformedInputError: Not JSON, or another JSON value.
            PayloadTooLargeError: It is over 1 MiB.
            UnsupportedMediaError: Not JSON, and the content type is not JSON either.
        """
        expect_size(self.body)
        if not self.body.strip():
            return {}
        try:
            value = read_json(self.body)
        except MalformedInputError:
            # curl's default content type is that of forms: refuse it only if the body is no JSON.
            self._expect_json()
            raise
        if not isinstance(value, dict):
            message = f"The body must be a JSON object, not {_kind(value)}."
            raise MalformedInputError(message)
        return value

    def body_as[M: "BaseModel"](self, model: type[M]) -> M:
        """Raises InvalidInputError; `details` name every wrong field."""
        return validated(model, self.json_object)

    def _expect_json(self) -> None:
        media_type = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type in ("", "application/json") or media_type.endswith("+json"):
            return
        message = f"The body must be application/json, not {media_type[:100]}."
        raise UnsupportedMediaError(message)


def validated[M: "BaseModel"](model: type[M], members: Mapping[str, Any]) -> M:
    """Raises InvalidInputError; `details` name every wrong field."""
    from pydantic import ValidationError

    try:
        return model.model_validate(members)
    except ValidationError as error:
        from tocsin.bodies.field_errors import problems_of

        raise InvalidInputError(
            "The body is not as it should be.", problems_of(error, model)
        ) from None


def _kind(value: object) -> str:
    match value:
        case list():
            return "a list"
        case str():
            return "a text"
        case bool() | None:
            return str(value).lower().replace("none", "null")
        case _:
            return "a number"
