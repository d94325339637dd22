"""Examples out of schemas: what a body or an answer looks like."""

from collections.abc import Mapping
from typing import Any, Final

_BY_TYPE: Final[Mapping[str, Any]] = {
    "string": "…",
    "integer": 1,
    "number": 1,
    "boolean": False,
    "null": None,
    "object": {},
}
_DEEPEST: Final = 6


def example_of(
    schema: Mapping[str, Any], components: Mapping[str, Any], *, depth: int = 0
) -> object:
    """Make up a value that fits; fields that are seldom there are left out.

    Args:
        schema: A JSON schema of the document.
        components: The schemas that it may refer to, by name.
        depth: How deep inside the example this is.
    """
    if "$ref" in schema:
        schema = components[schema["$ref"].rpartition("/")[2]]
    if examples := schema.get("examples"):
        return examples[0]
    if "enum" in schema:
        return schema["enum"][0]
    for several in ("allOf", "anyOf", "oneOf"):
        options = schema.get(several)
        if options and "properties" not in schema:
            return example_of(options[0], components, depth=depth + 1)
    if "properties" in schema:
        return _object(schema, components, depth)
    if schema.get("type") == "array":
        inner = schema.get("items", {})
        return [] if depth > _DEEPEST else [example_of(inner, components, depth=depth + 1)]
    return _BY_TYPE.get(str(schema.get("type", "string")))


def _object(schema: Mapping[str, Any], components: Mapping[str, Any], depth: int) -> object:
    required = schema.get("required", ())
    return {
        name: example_of(member, components, depth=depth + 1)
        for name, member in schema["properties"].items()
        if name in required or (member.get("examples") and "default" not in member)
    }
