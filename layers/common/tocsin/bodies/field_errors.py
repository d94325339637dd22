"""What is wrong with the fields of a body, in our own words.

They come from the model's JSON schema: what a field should have been, whatever pydantic says of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tocsin.bodies.hours import END_OF_DAY, TIME_OF_DAY
from tocsin.bodies.intake_checks import HEADER_NAME, WITHOUT_COLON
from tocsin.bodies.integrations import TOPIC_ARN
from tocsin.bodies.model import DURATION, NAME, PARAMETER_NAME, USER_NAME
from tocsin.bodies.names import PERSON_NAME
from tocsin.bodies.rotations import HANDOFF
from tocsin.bodies.team_settings import LABEL_NAME
from tocsin.bodies.users import SLACK_ID
from tocsin.channels.by_type import MODULES, channel_spec
from tocsin.domain.duration import EXPECTED
from tocsin.domain.errors import Problem
from tocsin.domain.nearest import did_you_mean
from tocsin.domain.people import EMAIL, PHONE

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError
    from pydantic_core import ErrorDetails

type Schema = Mapping[str, Any]

PATTERNS: Final[Mapping[str, str]] = {
    EMAIL: "an address such as alice@example.com, in ASCII and without a name beside it",
    PHONE: "+ and digits, with the country, such as +4915112345678",
    NAME: "a name of 1 to 64 characters of a-z, 0-9 and -",
    PERSON_NAME: "a name of 1 to 64 letters, digits and . _ -, beginning with a letter or digit",
    USER_NAME: "a user's name of 1 to 64 letters, digits and . _ -",
    SLACK_ID: "a Slack member ID, such as U024BE7LH: it is in the user's Slack profile",
    PARAMETER_NAME: "the name of an SSM parameter, such as hook or /tocsin/tocsin/hook",
    TOPIC_ARN: "the ARN of an SNS topic, such as arn:aws:sns:eu-west-1:123456789012:alarms",
    HEADER_NAME: "the name of a header, such as x-hub-signature-256",
    WITHOUT_COLON: "a text without a colon",
    DURATION: EXPECTED,
    LABEL_NAME: "a label's name, such as service",
    TIME_OF_DAY: "a time of day, such as 09:00",
    END_OF_DAY: "a time of day, such as 18:00, or 24:00",
    HANDOFF: "a time of day such as 09:00, of weekly turns with the day: mon 09:00",
    r"\S": "a text that is not blank",
} | {
    setting.pattern: setting.expected
    for type_ in MODULES
    for setting in channel_spec(type_).settings
    if setting.pattern and setting.expected
}
"""What each pattern of a schema asks for."""
_SHOWN: Final = 100
"""Characters of a field's name that was sent."""
_PARTS_SHOWN: Final = 12
"""Of a field's path."""
_LIMITS: Final[Mapping[str, str]] = {
    "string_too_long": "must have at most {max_length} characters",
    "string_too_short": "must have at least {min_length} characters",
    "too_long": "must have at most {max_length}, not {actual_length}",
}
UNKNOWN: Final = "extra_forbidden"
"""Said of a field that a model does not have."""
OR_NULL: Final = "none_required"
"""Said beside what is wrong with a value that could be left out."""
_SCALARS: Final[Mapping[str, str]] = {
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


_NOUNS: Final[Mapping[str, str]] = {"severities": "severity", "to": "address"}
"""What the members of a list are called, where the field's name does not say it."""


def problems_of(
    error: ValidationError, model: type[BaseModel], only: str | None = None
) -> list[Problem]:
    """Say each problem, with the path of its field; `only`: those of one type of pydantic's."""
    body = _body_of(model)
    said = [
        it
        for it in error.errors(include_url=False)
        if (it["type"] != OR_NULL if only is None else it["type"] == only)
    ]
    return list(dict.fromkeys(map(body.problem, said)))


@lru_cache
def _body_of(model: type[BaseModel]) -> FieldWords:
    return FieldWords(model.model_json_schema())


@dataclass(frozen=True, slots=True)
class FieldWords:
    schema: Schema

    def problem(self, error: ErrorDetails) -> Problem:
        """Name the field by its path; parts that no schema knows are types that pydantic tried."""
        place, schema, holder, name = "", self.schema, self.schema, ""
        *_, last = error["loc"] or ("",)
        for part in error["loc"][:_PARTS_SHOWN]:
            inner = self._member(schema, part)
            if inner is not None or (error["type"] == UNKNOWN and part is last):
                place += f"[{part}]" if isinstance(part, int) else f".{part[:_SHOWN]}"
                name = name if isinstance(part, int) else part
                holder, schema = schema, inner or schema
        return Problem(place.removeprefix(".") or "body", self._words(error, schema, holder, name))

    def _words(self, error: ErrorDetails, schema: Schema, holder: Schema, name: str) -> str:
        about = error.get("ctx", {})
        match error["type"]:
            case "value_error":
                # Of our own validators.
                said = str(about["error"])
                return f"must be {said}" if said == EXPECTED else said
            case "missing":
                return f"is required: {self.expected(schema)}"
            case "extra_forbidden":
                known = self._fields(holder)
                return f"is no field here{did_you_mean(name, known) or _there_are(known)}"
            case "too_short":
                return f"needs at least {_counted(name, about['min_length'])}"
            case kind if kind in _LIMITS:
                return _LIMITS[kind].format_map(about)
            case _:
                sent = error["input"]
                words = [str(it) for it in schema.get("enum", ())]
                meant = did_you_mean(sent, words) if isinstance(sent, str) else ""
                return f"must be {self.expected(schema)}{meant}"

    def expected(self, schema: Schema) -> str:
        """Say what a value of this schema is."""
        schema = self.resolved(schema)
        if words := schema.get("enum"):
            spelled = (json.dumps(it) if isinstance(it, bool) else str(it) for it in words)
            return _either(dict.fromkeys(spelled))
        if options := schema.get("anyOf"):
            is_duration = any(it.get("pattern") == DURATION for it in options)
            said = dict.fromkeys(map(self.expected, without_null(options)))
            return EXPECTED if is_duration else " or ".join(said)
        match schema.get("type"):
            case "object":
                return f"an object {_needed(schema)}"
            case "array":
                return f"a list, each member {self.expected(schema['items'])}"
            case "string":
                return _text(schema)
            case kind:
                return _number(schema) or _SCALARS.get(str(kind), "another value")

    def _member(self, schema: Schema, part: int | str) -> Schema | None:
        for option in (schema, *map(self.resolved, schema.get("anyOf", ()))):
            if isinstance(part, int):
                inner = option.get("items")
            else:
                others = option.get("additionalProperties")
                inner = option.get("properties", {}).get(part) or others
            if isinstance(inner, dict):
                return self.resolved(inner)
        return None

    def _fields(self, schema: Schema) -> list[str]:
        options = (schema, *map(self.resolved, schema.get("anyOf", ())))
        return [name for it in options for name in it.get("properties", ())]

    def resolved(self, schema: Schema) -> Schema:
        """The schema behind a reference, and of several the only one that is not null."""
        options = without_null(schema.get("anyOf", ()))
        if len(options) == 1:
            beside = {name: it for name, it in schema.items() if name != "anyOf"}
            return self.resolved({**beside, **options[0]})
        if "$ref" not in schema:
            return schema
        beside = {name: it for name, it in schema.items() if name != "$ref"}
        named = self.schema["$defs"][schema["$ref"].rpartition("/")[2]]
        return self.resolved({**named, **beside})


def _needed(schema: Schema) -> str:
    """The fields of an object that must be there, or all where none must."""
    fields = schema.get("required") or schema.get("properties")
    choices = [it["required"][0] for it in schema.get("oneOf", ())]
    if not choices:
        return f"with {', '.join(fields)}" if fields else "of names and values"
    examples = schema.get("examples")
    return f"with {_either(choices)}" + (f", such as {json.dumps(examples[0])}" if examples else "")


def _text(schema: Schema) -> str:
    if schema.get("format") == "ipvanynetwork":
        return "a network such as 192.0.2.0/24"
    if schema.get("format") == "date-time":
        return "a time such as 2026-03-01T09:00:00Z"
    if "pattern" not in schema:
        return "a text"
    examples = [it for it in schema.get("examples", ()) if it is not None]
    like = f"a text such as {examples[0]}" if examples else "a text of another form"
    return PATTERNS.get(schema["pattern"], like)


def _number(schema: Schema) -> str | None:
    if "maximum" not in schema:
        return None
    return f"a whole number from {schema['minimum']} to {schema['maximum']}"


def _counted(name: str, count: int) -> str:
    noun = _NOUNS.get(name) or name.removesuffix("s").replace("_", " ")
    return f"one {noun}" if count == 1 else f"{count} {noun}s"


def _there_are(names: Sequence[str]) -> str:
    return f"; there are {', '.join(names)}"


def _either(words: Iterable[str]) -> str:
    [*others, last] = words
    return f"{', '.join(others)} or {last}" if others else last


def without_null(options: Iterable[Schema]) -> list[Schema]:
    return [it for it in options if it.get("type") != "null"]
