"""The JSON Schema of a team's file and the tables of docs/team-file.md, made of its models.

`python -m local.team_file_docs` renews them (make schema).
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from tocsin.bodies.field_errors import FieldWords, without_null
from tocsin.domain.duration import EXPECTED
from tocsin.team_file.schema import team_file_schema

DOCS: Final = Path(__file__).parent.parent / "docs"
SCHEMA: Final = DOCS / "team-file.schema.json"
PAGE: Final = DOCS / "team-file.md"
_BEGINS: Final = "<!-- The tables are made by `make schema`. -->\n"
_ENDS: Final = "<!-- End of the tables. -->\n"
_MOST_WORDS: Final = 8
"""Of a list of words that a table shows."""
_SHORT: Final = {
    f"a list, each member {EXPECTED}": "durations",
    EXPECTED: "a duration",
    "a list, each member a user's name of 1 to 64 letters, digits and . _ - or a list, each member "
    "a user's name of 1 to 64 letters, digits and . _ -": "a list of users, and of lists of users",
    "a name of 1 to 64 letters, digits and . _ -, beginning with a letter or digit": "a name",
    "a user's name of 1 to 64 letters, digits and . _ -": "a user's name",
    "a list, each member a name of 1 to 64 characters of a-z, 0-9 and -": "a list of names",
    "a name of 1 to 64 characters of a-z, 0-9 and -": "a name",
    "the name of an SSM parameter, such as hook or /tocsin/tocsin/hook": "a parameter's name",
    "a list, each member a text": "a list of texts",
}
"""What the page says once, or in its other parts."""

type Schema = Mapping[str, Any]


def schema_text() -> str:
    return json.dumps(team_file_schema(), indent=2, ensure_ascii=False) + "\n"


def with_tables(page: str) -> str:
    before, _, rest = page.partition(_BEGINS)
    _, _, after = rest.partition(_ENDS)
    return f"{before}{_BEGINS}\n{_tables()}\n{_ENDS}{after}"


def _tables() -> str:
    words = FieldWords(team_file_schema())
    return "\n".join(_of_object(words, words.schema, "", {}))


def _of_object(
    words: FieldWords, schema: Schema, path: str, shown: dict[str, str]
) -> Iterator[str]:
    """The table of an object, and those of the objects in it; each kind of object once."""
    inner: list[tuple[str, Schema]] = []
    rows: list[str] = []
    required = schema.get("required", ())
    properties = _own(words, schema, path)
    for name in sorted(properties, key=lambda it: (it != "name", it not in required)):
        member = properties[name]
        found = _object_in(words, member)
        what = _what(words, member)
        there = f"{path}.{name}".removeprefix(".")
        if found:
            marks, kind = found
            there += marks
            title = kind.get("title", there)
            what = _link("a list of" if marks else "as", shown.setdefault(title, there))
            if shown[title] == there:
                inner.append((there, kind))
        default = "needed" if name in required else _written(member.get("default"))
        about = member.get("description") or words.resolved(member).get("description", "")
        rows.append(f"| `{name}` | {what} | {default} | {about} |".replace("\n", " "))
    yield f"### `{path}`\n" if path else "### The whole file\n"
    if len(properties) < len(schema["properties"]):
        yield "All fields of a layer, and:\n"
    yield "| Field | Value | Default | |\n|---|---|---|---|"
    yield "\n".join(rows) + "\n"
    for there, kind in inner:
        yield from _of_object(words, kind, there, shown)


def _own(words: FieldWords, schema: Schema, path: str) -> Schema:
    """The fields of an object; of a version of a layer, those that the layer has not."""
    fields: Schema = schema["properties"]
    if not path.endswith(".versions[]"):
        return fields
    layer = words.schema["$defs"]["LayerBody"]["properties"]
    return {name: it for name, it in fields.items() if name not in layer}


def _object_in(words: FieldWords, member: Schema) -> tuple[str, Schema] | None:
    """The object that a field has, or that the members of its list are."""
    member = words.resolved(member)
    for option in (member, *map(words.resolved, without_null(member.get("anyOf", ())))):
        if "properties" in option:
            return "", option
        if "items" in option and (found := _object_in(words, option["items"])):
            return f"[]{found[0]}", found[1]
    return None


def _what(words: FieldWords, member: Schema) -> str:
    resolved = words.resolved(member)
    listed = words.resolved(resolved["items"]) if "items" in resolved else {}
    for schema, before in ((resolved, ""), (listed, "a list of ")):
        if len(said := schema.get("enum", ())) > _MOST_WORDS:
            return f"{before}one of [these](senders.md): {said[0]}, {said[1]}, …"
    said = words.expected(member)
    for long, short in _SHORT.items():
        said = said.replace(long, short)
    return said.replace("|", r"\|")


def _link(before: str, path: str) -> str:
    anchor = "".join(it for it in path.lower() if it.isalnum() or it in "_-")
    return f"{before} [`{path}`](#{anchor})"


def _written(default: object) -> str:
    if default in (None, [], {}, ""):
        return ""
    said = ", ".join(map(str, default)) if isinstance(default, list) else json.dumps(default)
    return f"`{said.strip('"')}`"


if __name__ == "__main__":
    SCHEMA.write_text(schema_text(), encoding="utf-8")
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
