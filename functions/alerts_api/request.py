"""What was asked: path, query, key, and the body as JSON."""

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
    """One request, matched to its route."""

    key: ApiKey | None = None
    """Whose request it is; None on routes that are open to all."""

    @property
    def path(self) -> str:
        """The path as sent, without query."""
        return str(self.event["rawPath"])

    @property
    def origin(self) -> str:
        """The address by which it came, without path."""
        return f"https://{self.host}"

    @property
    def actor(self) -> Actor:
        """Who acts, for the timeline."""
        if self.key is None:
            raise UnauthorizedError("This needs an API key.")
        return self.key.actor

    def expect_scope(self, scope: Scope) -> None:
        """Refuse a key that lacks a scope which not every request of the route needs.

        Raises:
            ScopeMissingError: It does not grant it.
        """
        if self.key is None or not self.key.grants(scope):
            raise ScopeMissingError(f"This needs a key with the scope {scope}.")

    @cached_property
    def query(self) -> Mapping[str, str]:
        """Query parameters; of one that came twice, both, with a comma between."""
        values: dict[str, str] = {}
        for name, value in parse_qsl(
            self.event.get("rawQueryString") or "", keep_blank_values=True
        ):
            values[name] = f"{values[name]},{value}" if name in values else value
        return values

    @cached_property
    def json_object(self) -> Mapping[str, Any]:
        """The body as a JSON object, whatever it is called; no body is an empty one.

        Raises:
            MalformedInputError: Not JSON, or another JSON value.
            PayloadTooLargeError: It is over 1 MiB.
            UnsupportedMediaError: Not JSON, and not called so either.
        """
        expect_size(self.body)
        if not self.body.strip():
            return {}
        try:
            value = read_json(self.body)
        except MalformedInputError:
            # curl calls JSON a form unless told otherwise, so only what cannot be read is refused.
            self._expect_json()
            raise
        if not isinstance(value, dict):
            message = f"The body must be a JSON object, not {_kind(value)}."
            raise MalformedInputError(message)
        return value

    def body_as[M: "BaseModel"](self, model: type[M]) -> M:
        """The body as a model of `schemas`.

        Raises:
            InvalidInputError: `details` name every field that is wrong.
        """
        return validated(model, self.json_object)

    def _expect_json(self) -> None:
        media_type = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type in ("", "application/json") or media_type.endswith("+json"):
            return
        message = f"The body must be application/json, not {media_type[:100]}."
        raise UnsupportedMediaError(message)


def validated[M: "BaseModel"](model: type[M], members: Mapping[str, Any]) -> M:
    """Read members of an object as a model.

    Raises:
        InvalidInputError: `details` name every field that is wrong.
    """
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
