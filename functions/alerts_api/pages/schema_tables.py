"""JSON schemas in words that people read."""

import re
from collections.abc import Mapping
from html import escape
from typing import Any, Final

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


def prose(text: str) -> str:
    """Write paragraphs; what stands in backquotes is code."""
    paragraphs = [it.strip() for it in text.split("\n\n") if it.strip()]
    return "".join(f"<p>{_with_code(paragraph)}</p>" for paragraph in paragraphs)


def type_words(schema: Mapping[str, Any]) -> str:
    """Say what a value may be."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#schema-{name}">{name}</a>'
    if "enum" in schema:
        return " | ".join(f"<code>{escape(_literal(it))}</code>" for it in schema["enum"])
    for several in ("anyOf", "allOf"):
        if several in schema and "properties" not in schema:
            options = dict.fromkeys(type_words(it) for it in schema[several])
            return " or ".join(options)
    if schema.get("type") == "array":
        return f"list of {type_words(schema.get('items', {}))}"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"object of {type_words(schema['additionalProperties'])}"
    word = _FORMATS.get(schema.get("format", ""), _WORDS.get(schema.get("type", ""), "any value"))
    return f"{word}{_bounds(schema)}"


def field_table(schema: Mapping[str, Any], label: str) -> str:
    """Show an object's fields, a row for each."""
    required = schema.get("required", ())
    rows = "".join(
        f'<tr><th scope="row"><code>{escape(name)}</code>'
        f"{'' if name not in required else _REQUIRED}</th>"
        f"<td>{type_words(member)}</td>"
        f"<td>{_with_code(member.get('description', ''))}{_default(member)}</td></tr>"
        for name, member in schema.get("properties", {}).items()
    )
    head = "".join(f'<th scope="col">{it}</th>' for it in ("Field", "Type", "Meaning"))
    return (
        f'<div class="wide" role="region" aria-label="{escape(label)}" tabindex="0">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


_CODE: Final = re.compile(r"`([^`]+)`")
_REQUIRED: Final = ' <span class="always">always</span>'


def _with_code(text: str) -> str:
    return _CODE.sub(r"<code>\1</code>", escape(text))


def _bounds(schema: Mapping[str, Any]) -> str:
    bounds = []
    if "minimum" in schema:
        bounds.append(f"from {schema['minimum']}")
    if "maximum" in schema:
        bounds.append(f"to {schema['maximum']}")
    if "maxLength" in schema:
        bounds.append(f"up to {schema['maxLength']} characters")
    return f" ({' '.join(bounds)})" if bounds else ""


def _default(schema: Mapping[str, Any]) -> str:
    default = schema.get("default")
    return (
        "" if default in (None, [], {}) else f" Default: <code>{escape(_literal(default))}</code>"
    )


def _literal(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
