"""A request of the API: path, query, key, and the body as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from tocsin.domain.credential import ApiKey, Scope
from tocsin.domain.errors import (
    InvalidInputError,
    MalformedInputError,
    Problem,
    ScopeMissingError,
    UnauthorizedError,
    UnsupportedMediaError,
)
from tocsin.domain.ids import Actor
from tocsin.lambda_runtime import http
from tocsin.lambda_runtime.strict_json import expect_size, read_json

if TYPE_CHECKING:
    from pydantic import BaseModel


@dataclass(frozen=True, kw_only=True)
class Request(http.Request):
    key: ApiKey | None = None
    """None on open routes."""

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
        problems = [
            Problem(_field(it["loc"]), _lowered(it["msg"]))
            for it in error.errors(include_url=False, include_context=False)
        ]
        raise InvalidInputError("The body is not as it should be.", problems) from None


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


def _field(location: tuple[int | str, ...]) -> str:
    """`("steps", 0, "delay")` → `steps[0].delay`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return text.removeprefix(".") or "body"


def _lowered(message: str) -> str:
    message = message.removeprefix("Value error, ")
    return message[:1].lower() + message[1:]
