"""Whether anything changed that a page shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.alerts_api.answers import with_data, without_content
from functions.alerts_api.request import Request
from functions.alerts_api.route import Route
from tocsin.domain.credential import Scope
from tocsin.lambda_runtime.http import HttpAnswer

if TYPE_CHECKING:
    from tocsin.usecases.ports import ChangeCounter


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRoutes:
    """Asked every few seconds by each open page: one read of one small item."""

    changes: ChangeCounter

    def routes(self) -> tuple[Route, ...]:
        return (Route("GET", "/api/v1/changes", "show_changes", self.show, Scope.ALERTS_READ),)

    def show(self, request: Request) -> HttpAnswer:
        cursor = self.changes.read().cursor(request.at)
        if request.query.get("since") == cursor:
            return without_content()
        return with_data({"cursor": cursor})
