"""The types of integration: what each product's sender reads, and how it is set up."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from functions.alerts_api.answers import with_data
from functions.alerts_api.listing import answer_page
from functions.alerts_api.request import Request
from functions.alerts_api.route import Route
from tocsin.domain.credential import Scope
from tocsin.domain.errors import NotFoundError
from tocsin.lambda_runtime.http import HttpAnswer

TYPES: Final = "/api/v1/integration-types"
_FILE: Final = Path(__file__).parent.parent / "integration_types.json"


def integration_type_routes() -> tuple[Route, ...]:
    read = Scope.CONFIG_READ
    return (
        Route("GET", TYPES, "list_integration_types", list_types, read),
        Route("GET", f"{TYPES}/{{name}}", "get_integration_type", get_type, read),
    )


def list_types(request: Request) -> HttpAnswer:
    return answer_page(
        request,
        sorted(_types()),
        name_of=lambda type_: type_,
        view=lambda type_: {"type": type_, "product": _types()[type_]["product"]},
    )


def get_type(_request: Request, name: str) -> HttpAnswer:
    """Raises NotFoundError: There is no such type."""
    about = _types().get(name)
    if about is None:
        raise NotFoundError("There is no type of integration with this name.")
    return with_data({"type": name, **about})


@cache
def _types() -> dict[str, dict[str, Any]]:
    """Made by `make senders`."""
    types: dict[str, dict[str, Any]] = json.loads(_FILE.read_text(encoding="utf-8"))
    return types
