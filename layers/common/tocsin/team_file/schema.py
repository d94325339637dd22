"""The JSON Schema of a team's file, by which editors complete and check one."""

from typing import Any, Final

from tocsin.bodies.model import BodySchemas
from tocsin.team_file.model import TeamFile

SCHEMA_ID: Final = "urn:tocsin:team-file:1"
"""Stays as long as every file of before is one."""


def team_file_schema() -> dict[str, Any]:
    schema = TeamFile.model_json_schema(schema_generator=BodySchemas)
    described: dict[str, Any] = _without_dates(schema)
    return {
        "$schema": BodySchemas.schema_dialect,
        "$id": SCHEMA_ID,
        **described,
        "title": "A team's file",
    }


def _without_dates(schema: Any) -> Any:  # noqa: ANN401 - JSON
    """Without the format of times: it asks for an offset, which ours may lack."""
    match schema:
        case {"format": "date-time", **rest}:
            return _without_dates(rest)
        case dict():
            return {name: _without_dates(it) for name, it in schema.items()}
        case list():
            return [_without_dates(it) for it in schema]
        case _:
            return schema
