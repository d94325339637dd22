"""Integrations: register, look at, pause, rotate and remove them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from functions.alerts_api.answers import with_data
from functions.alerts_api.configured import (
    expect_name,
    expect_no_problems,
    expect_own,
    without_nulls,
)
from functions.alerts_api.intake_checks import read_checks
from functions.alerts_api.listing import answer_page
from functions.alerts_api.open_alerts import Concern, answer_removal, view_warnings
from functions.alerts_api.request import Request, validated
from functions.alerts_api.route import Route
from functions.alerts_api.shown_checks import view_checks
from tocsin.domain.credential import TOKEN_LENGTH, Scope
from tocsin.domain.errors import (
    IntegrationNotFoundError,
)
from tocsin.domain.integration import RESERVED_NAMES, Integration, Token
from tocsin.lambda_runtime.alert_json import written
from tocsin.lambda_runtime.http import HttpAnswer

if TYPE_CHECKING:
    from functions.alerts_api.references import Stores
    from functions.alerts_api.schemas.integrations import IntegrationBody
    from tocsin.usecases.ports import NewWriteId

INTEGRATIONS: Final = "/api/v1/integrations"
INTEGRATION: Final = f"{INTEGRATIONS}/{{name}}"
_WORDS: Final = "integration"
_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationRoutes:
    """The integrations of the team; each URL is shown once."""

    stores: Stores
    new_write_id: NewWriteId
    random_bytes: Callable[[int], bytes]
    public_url: str
    """Empty: the address by which a request came."""

    def routes(self) -> tuple[Route, ...]:
        """Name the routes of this module."""
        read, write = Scope.CONFIG_READ, Scope.CONFIG_WRITE
        return (
            Route("GET", INTEGRATIONS, self.list_integrations, read),
            Route("GET", INTEGRATION, self.get_integration, read),
            Route("PUT", INTEGRATION, self.put_integration, write),
            Route("PATCH", INTEGRATION, self.change_integration, write),
            Route("DELETE", INTEGRATION, self.delete_integration, write),
            Route("POST", f"{INTEGRATION}/rotate", self.rotate_integration, write),
        )

    def list_integrations(self, request: Request) -> HttpAnswer:
        return answer_page(
            request,
            self.stores.integrations.list(),
            name_of=lambda integration: integration.name,
            view=lambda integration: view_integration(request, integration),
        )

    def get_integration(self, request: Request, name: str) -> HttpAnswer:
        return with_data(view_integration(request, self.stores.integrations.get(name)))

    def put_integration(self, request: Request, name: str) -> HttpAnswer:
        """Create or replace; a replaced one keeps its URLs."""
        expect_name(name, RESERVED_NAMES)
        body = _read_settings(request.json_object)
        before = self._find(name)
        if before is not None:
            return self._change(request, before, body)
        token = self._new_token()
        made = Integration(
            name=name, type=body.type, created_at=request.at, tokens=(Token.of(token),)
        )
        stored = self._put(None, _with_settings(made, body))
        return self._with_url(request, stored, token, HTTPStatus.CREATED)

    def change_integration(self, request: Request, name: str) -> HttpAnswer:
        """Change what the body says; null means the default."""
        before = self.stores.integrations.get(name)
        body = _read_settings({**_settings_of(before), **request.json_object})
        return self._change(request, before, body)

    def delete_integration(self, request: Request, name: str) -> HttpAnswer:
        integration = self.stores.integrations.get(name)
        expect_own(integration, _WORDS)
        found = self.stores.open_alerts.count(_concern_of(name), request.at)
        self.stores.integrations.delete(integration, write_id=self.new_write_id())
        return answer_removal(*found)

    def rotate_integration(self, request: Request, name: str) -> HttpAnswer:
        """Make another URL; allowed whoever manages the integration, as no file holds URLs."""
        from functions.alerts_api.schemas.integrations import (  # noqa: PLC0415 - brings pydantic
            RotationBody,
        )

        overlap = request.body_as(RotationBody).overlap
        before = self.stores.integrations.get(name)
        token = self._new_token()
        after = before.rotated(Token.of(token), at=request.at, overlap=overlap)
        stored = self.stores.integrations.put(before, after, write_id=self.new_write_id())
        return self._with_url(request, stored, token, HTTPStatus.OK)

    def _find(self, name: str) -> Integration | None:
        try:
            return self.stores.integrations.get(name)
        except IntegrationNotFoundError:
            return None

    def _change(self, request: Request, before: Integration, body: IntegrationBody) -> HttpAnswer:
        """Change one; what its old type opened, its new one may never resolve."""
        stored = self._put(before, _with_settings(before, body))
        view = view_integration(request, stored)
        if stored.type is before.type:
            return with_data(view)
        _, warnings = self.stores.open_alerts.count(_concern_of(stored.name), request.at)
        beside: dict[str, Any] = {"warnings": view_warnings(warnings)} if warnings else {}
        return with_data(view, **beside)

    def _put(self, before: Integration | None, after: Integration) -> Integration:
        if before is not None:
            expect_own(before, _WORDS)
        expect_no_problems(self.stores.unknown_policy(after.escalation_policy))
        return self.stores.integrations.put(before, after, write_id=self.new_write_id())

    def _new_token(self) -> str:
        return self.random_bytes(TOKEN_LENGTH // 2).hex()

    def _with_url(
        self, request: Request, integration: Integration, token: str, status: HTTPStatus
    ) -> HttpAnswer:
        """Show the URL, now and never again."""
        view = view_integration(request, integration)
        url = f"{self.public_url or request.origin}/i/{token}"
        again = with_data(view | {"url": None})
        return replace(with_data(view | {"url": url}, status), body_again=again.body)


def _concern_of(name: str) -> Concern:
    return Concern(
        noun="integration",
        which="that came from it",
        what_follows="nothing will resolve them by itself any more, so resolve them by hand",
        equal={"integration": name},
    )


def view_integration(request: Request, integration: Integration) -> dict[str, Any]:
    """Show an integration without its URLs, which nobody knows any more."""
    working = [token for token in integration.tokens if token.works(request.at)]
    return {
        "name": integration.name,
        "type": integration.type,
        "token_prefix": working[0].prefix if working else None,
        "urls": [
            {"token_prefix": token.prefix, "valid_until": written(token.valid_until)}
            for token in working
        ],
        **_settings_of(integration),
        "managed_by": integration.managed_by,
        "created_at": written(integration.created_at),
    }


def _settings_of(integration: Integration) -> dict[str, Any]:
    """What PUT and PATCH take, as they would take it."""
    return {
        "type": integration.type,
        "resolve_after": integration.resolve_after // _SECOND,
        "severity_map": dict(integration.severity_map),
        "wake_on_output": integration.wakes_on_output,
        "paused": integration.paused,
        "escalation_policy": integration.escalation_policy,
        "mapping": dict(integration.mapping) or None,
        "topic_arn": integration.topic_arn,
        **view_checks(integration.checks),
    }


def _read_settings(members: Mapping[str, Any]) -> IntegrationBody:
    """Read a body; null means the default, as if nothing had been said."""
    from functions.alerts_api.schemas.integrations import (  # noqa: PLC0415 - brings pydantic
        IntegrationBody,
    )

    return validated(IntegrationBody, without_nulls(members))


def _with_settings(integration: Integration, body: IntegrationBody) -> Integration:
    default = body.type.resolve_after
    return replace(
        integration,
        type=body.type,
        resolve_after=default if body.resolve_after is None else body.resolve_after,
        severity_map=body.severity_map,
        wakes_on_output=body.wake_on_output,
        paused=body.paused,
        escalation_policy=body.escalation_policy,
        mapping=body.mapping.expressions() if body.mapping else {},
        topic_arn=body.topic_arn,
        checks=read_checks(body, integration.checks),
    )
