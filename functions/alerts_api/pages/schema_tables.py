"""JSON schemas in words that people read."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from markupsafe import Markup, escape

_WORDS: Final[Mapping[str, str]] = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "null": "null",
    "object": "object",
    "array": "list",
}
_FORMATS: Final[Mapping[str, str]] = {"date-time": "time"}


def prose(text: str) -> Markup:
    """Write paragraphs; text in backquotes is code."""
    paragraphs = [it.strip() for it in text.split("\n\n") if it.strip()]
    return Markup("").join(Markup("<p>{}</p>").format(_with_code(it)) for it in paragraphs)


def type_words(schema: Mapping[str, Any]) -> Markup:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return Markup('<a href="#schema-{0}">{0}</a>').format(name)
    if "enum" in schema:
        return Markup(" | ").join(_code(it) for it in schema["enum"])
    for several in ("anyOf", "allOf"):
        if several in schema and "properties" not in schema:
            options = dict.fromkeys(type_words(it) for it in schema[several])
            return Markup(" or ").join(options)
    if schema.get("type") == "array":
        return Markup("list of {}").format(type_words(schema.get("items", {})))
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        return Markup("object of {}").format(type_words(schema["additionalProperties"]))
    word = _FORMATS.get(schema.get("format", ""), _WORDS.get(schema.get("type", ""), "any value"))
    return escape(f"{word}{_bounds(schema)}")


def field_table(schema: Mapping[str, Any], label: str) -> Markup:
    required = schema.get("required", ())
    row = Markup('<tr><th scope="row"><code>{}</code>{}</th><td>{}</td><td>{}{}</td></tr>')
    rows = (
        row.format(
            name,
            _REQUIRED if name in required else "",
            type_words(member),
            _with_code(member.get("description", "")),
            _default(member),
        )
        for name, member in schema.get("properties", {}).items()
    )
    return table(label, ("Field", "Type", "Meaning"), rows)


def table(label: str, columns: Iterable[str], rows: Iterable[Markup]) -> Markup:
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(it) for it in columns)
    return Markup(
        '<div class="wide" role="region" aria-label="{}" tabindex="0">'
        "<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
    ).format(label, head, Markup("").join(rows))


_CODE: Final = re.compile(r"`([^`]+)`")
_REQUIRED: Final = Markup(' <span class="always">always</span>')


def _with_code(text: str) -> Markup:
    """Write every second piece between backquotes as code."""
    pieces = _CODE.split(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(it) if number % 2 else it
        for number, it in enumerate(pieces)
    )


def _code(value: object) -> Markup:
    return Markup("<code>{}</code>").format(_literal(value))


def _bounds(schema: Mapping[str, Any]) -> str:
    bounds = []
    if "minimum" in schema:
        bounds.append(f"from {schema['minimum']}")
    if "maximum" in schema:
        bounds.append(f"to {schema['maximum']}")
    if "maxLength" in schema:
        bounds.append(f"up to {schema['maxLength']} characters")
    return f" ({' '.join(bounds)})" if bounds else ""


def _default(schema: Mapping[str, Any]) -> Markup:
    default = schema.get("default")
    if default in (None, [], {}):
        return Markup("")
    return Markup(" Default: {}").format(_code(default))


def _literal(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
