"""The OpenAPI document, as JSON and as a page."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from functions.alerts_api.answers import with_json
from functions.alerts_api.pages.document_page import (
    CONTENT_SECURITY_POLICY,
    show_document_page,
)
from functions.alerts_api.request import Request
from functions.alerts_api.route import Access, Route
from functions.alerts_api.schemas.document import build_document
from tocsin.lambda_runtime.http import HttpAnswer


class DocumentRoutes:
    """Built on first use, then kept."""

    def __init__(self, others: tuple[Route, ...]) -> None:
        self._others = others

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("GET", "/openapi.json", "show_document", self.show_document, Access.OPEN),
            Route("GET", "/docs", "show_page", self.show_page, Access.OPEN),
        )

    def show_document(self, _request: Request) -> HttpAnswer:
        return with_json(self._document)

    def show_page(self, _request: Request) -> HttpAnswer:
        return self._page

    @cached_property
    def _document(self) -> Mapping[str, Any]:
        return build_document((*self._others, *self.routes()))

    @cached_property
    def _page(self) -> HttpAnswer:
        headers = {
            "content-type": "text/html; charset=utf-8",
            "content-security-policy": CONTENT_SECURITY_POLICY,
            "referrer-policy": "no-referrer",
            "x-content-type-options": "nosniff",
        }
        return HttpAnswer(status=200, body=show_document_page(self._document), headers=headers)
