"""The OpenAPI 3.1 document, made of the route table and the schemas beside it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from itertools import pairwise
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from functions.alerts_api.route import Access, Route
from functions.alerts_api.schemas.catalogue import OPERATIONS
from functions.alerts_api.schemas.intake import SENDERS_ROUTES
from functions.alerts_api.schemas.model import Error
from functions.alerts_api.schemas.operation import PATH_EXAMPLES, PATH_PARAMETERS, TEXT, Operation
from functions.alerts_api.schemas.sign_in import DOOR_ROUTES
from tocsin.bodies.model import BodySchemas
from tocsin.domain.credential import Scope
from tocsin.domain.errors import (
    ForeignOriginError,
    IdempotencyConflictError,
    InvalidInputError,
    MalformedInputError,
    PayloadTooLargeError,
    ScopeMissingError,
    TocsinError,
    TryAgainError,
    UnauthorizedError,
    UnsupportedMediaError,
)
from tocsin.lambda_runtime.cookies import PLAIN_COOKIE, SECURE_COOKIE
from tocsin.lambda_runtime.http import status_of_kind
from tocsin.usecases.answer_once import KEY_LIMIT
from tocsin.version import VERSION

_GENERIC: Final = re.compile(r"^(\w+)\[(\w+)\]$")
_LISTING: Final = re.compile(r"^Listing\[(?:Shown)?(\w+)\]$")
ABOUT: Final = """\
Success is `{"data": …}`; a list has `has_more` and, unless it is the last part, `next_cursor`.
Every refusal has one shape, `error` with `code`, `message`, `request_id` and `details`, and its
code is from the closed list that each operation names.

Times are RFC 3339 in UTC with milliseconds. Ids are opaque: one that does not exist, that is
malformed or of another stack is answered with the same 404. A list ignores a query parameter that
it does not know, and says so: `meta.ignored` names it, and what was probably meant. Within
version 1 there will be more fields, never fewer.

A POST of `/api/v1` may carry an `Idempotency-Key`: the same key with the same body within 24 hours
is answered as the first time; with another body it is a conflict.

`managed_by`, always null, and the code `managed_elsewhere` are reserved for configuration as code,
which is not there yet."""

_SECURITY: Final = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key. Never in a query: those end in logs.",
    },
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": SECURE_COOKIE,
        "description": (
            "Of the console, set by `POST /session` and its like. What changes something needs our "
            "`Origin`, and a body `application/json`. Where the stack's address is http the "
            f"cookie is named `{PLAIN_COOKIE}`."
        ),
    },
}
_IDEMPOTENCY_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Makes sending the same request again harmless.",
    "schema": {**TEXT, "minLength": 1, "maxLength": KEY_LIMIT},
}
_LITERAL: Final = frozenset(("const", "default", "enum", "examples"))
_REFERENCE: Final = "#/components/schemas/{model}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    method: str
    path: str
    access: Scope | Access
    name: str
    is_of_senders: bool = False
    """Intake reads JSON of any content type."""

    @property
    def operation(self) -> Operation:
        return OPERATIONS[self.name]

    @property
    def needs_key(self) -> bool:
        return self.access is not Access.OPEN

    @property
    def is_idempotent_by_key(self) -> bool:
        return self.method == "POST" and self.needs_key and self.operation.changes_something


def build_document(routes: Iterable[Route]) -> dict[str, Any]:
    """Describe every path, method, parameter, body, answer, refusal and scope."""
    senders = (
        _Line(method=method, path=path, access=scope or Access.OPEN, name=name, is_of_senders=True)
        for method, path, scope, name in SENDERS_ROUTES
    )
    ours = (
        _Line(method=it.method, path=it.path, access=it.access, name=it.operation) for it in routes
    )
    order = list(OPERATIONS)
    doors = (
        _Line(method=method, path=path, access=Access.OPEN, name=name)
        for method, path, name in DOOR_ROUTES
    )
    lines = sorted((*senders, *doors, *ours), key=lambda line: order.index(line.name))
    schemas = _Schemas(lines)
    paths: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for line in lines:
        paths[line.path][line.method.lower()] = _described(line, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tocsin", "version": VERSION, "description": ABOUT},
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(line.operation.tag for line in lines)],
        "paths": dict(paths),
        "components": {"schemas": schemas.components, "securitySchemes": _SECURITY},
    }


class _Names(BodySchemas):
    """Calls `Answer[Alert]` AlertAnswer, and `Listing[ShownUser]` UserPage."""

    def normalize_name(self, name: str) -> str:
        """Turn a model's name into that of its schema."""
        name = _LISTING.sub(r"\1Page", name)
        return super().normalize_name(_GENERIC.sub(r"\2\1", name))


class _Schemas:
    """The models of all bodies and answers, each under one name."""

    def __init__(self, lines: Iterable[_Line]) -> None:
        models: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {
            (Error, "serialization"): None
        }
        for line in lines:
            if line.operation.body is not None:
                models[line.operation.body, "validation"] = None
            if line.operation.answer is not None:
                models[line.operation.answer, "serialization"] = None
        references, schema = models_json_schema(
            list(models), ref_template=_REFERENCE, schema_generator=_Names
        )
        self._references = references
        self.components = {name: _plain(it) for name, it in schema.get("$defs", {}).items()}

    def body(self, model: type[BaseModel]) -> dict[str, Any]:
        return dict(self._references[model, "validation"])

    def answer(self, model: type[BaseModel]) -> dict[str, Any]:
        return dict(self._references[model, "serialization"])


def _described(line: _Line, schemas: _Schemas) -> dict[str, Any]:
    operation = line.operation
    described: dict[str, Any] = {
        "operationId": line.name,
        "tags": [operation.tag],
        "summary": operation.summary,
    }
    if operation.description:
        described["description"] = operation.description
    if parameters := list(_parameters(line)):
        described["parameters"] = parameters
    if operation.body is not None:
        content = {"application/json": {"schema": schemas.body(operation.body)}}
        described["requestBody"] = {"required": operation.is_body_required, "content": content}
    described["responses"] = _responses(line, schemas)
    scopes = [line.access.value] if isinstance(line.access, Scope) else []
    described["security"] = [{name: scopes} for name in _SECURITY] if line.needs_key else []
    return described


def _parameters(line: _Line) -> Iterator[dict[str, Any]]:
    for kind, segment in pairwise(line.path.split("/")):
        if not segment.startswith("{"):
            continue
        name = segment.strip("{}")
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "description": PATH_PARAMETERS[name],
            "schema": {**TEXT, "examples": [PATH_EXAMPLES[kind if name == "name" else name]]},
        }
    for parameter in line.operation.query:
        yield {
            "name": parameter.name,
            "in": "query",
            "description": parameter.description,
            "schema": dict(parameter.schema),
        }
    if line.is_idempotent_by_key:
        yield dict(_IDEMPOTENCY_KEY)


def _responses(line: _Line, schemas: _Schemas) -> dict[str, Any]:
    operation = line.operation
    responses = {
        str(int(status)): _success(operation, status, schemas)
        for status in sorted((operation.status, *operation.other_statuses))
    }
    codes: defaultdict[int, list[str]] = defaultdict(list)
    for error in _errors(line):
        codes[int(status_of_kind(error))].append(error.code)
    for status in sorted(codes):
        refusal = {"error": {"properties": {"code": {"enum": codes[status]}}}}
        schema = {"allOf": [schemas.answer(Error), {"properties": refusal}]}
        responses[str(status)] = {
            "description": ", ".join(codes[status]),
            "content": {"application/json": {"schema": schema}},
        }
    return responses


def _success(operation: Operation, status: int, schemas: _Schemas) -> dict[str, Any]:
    success: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if operation.answer is not None and status != HTTPStatus.NO_CONTENT:
        content = {"schema": schemas.answer(operation.answer)}
        success["content"] = {operation.media_type: content}
        if operation.other_media_type is not None:
            success["content"][operation.other_media_type] = {"schema": dict(TEXT)}
    elif status not in {HTTPStatus.NO_CONTENT, HTTPStatus.FOUND, HTTPStatus.ACCEPTED}:
        success["content"] = {operation.media_type: {"schema": dict(TEXT)}}
    return success


def _errors(line: _Line) -> Iterator[type[TocsinError]]:
    """The errors that follow from the route, then those of the operation."""
    found: dict[type[TocsinError], None] = {}
    if line.needs_key:
        found |= {UnauthorizedError: None, TryAgainError: None}
    if line.needs_key and line.method != "GET":
        found[ForeignOriginError] = None
    if isinstance(line.access, Scope):
        found[ScopeMissingError] = None
    if line.operation.body is not None:
        body_errors = (MalformedInputError, PayloadTooLargeError, InvalidInputError, TryAgainError)
        found |= dict.fromkeys(body_errors)
        if not line.is_of_senders:
            found[UnsupportedMediaError] = None
    if line.is_idempotent_by_key:
        found |= {IdempotencyConflictError: None, InvalidInputError: None}
    found |= dict.fromkeys(line.operation.errors)
    yield from found
    yield TocsinError


def _plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Without the titles that pydantic adds and nulls that mean absence."""
    plain: dict[str, Any] = {}
    for name, value in schema.items():
        if name == "title" or (name == "default" and value is None):
            continue
        if name in _LITERAL:
            plain[name] = value
        elif name == "properties":
            plain[name] = {member: _plain(it) for member, it in value.items()}
        else:
            plain[name] = _plain_value(value)
    return plain


def _plain_value(value: object) -> object:
    match value:
        case dict():
            return _plain(value)
        case list():
            return [_plain_value(member) for member in value]
        case _:
            return value
