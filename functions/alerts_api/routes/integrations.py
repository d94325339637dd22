"""Integrations: list, get, put, change, rotate, delete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from functions.alerts_api.answers import with_data
from functions.alerts_api.configuration_routes import (
    ConfigurationRoutes,
    Members,
    Noun,
    shown_of_all,
    with_warnings,
)
from functions.alerts_api.open_alerts import Concern
from functions.alerts_api.request import Request, validated
from functions.alerts_api.route import Route
from functions.alerts_api.schemas.integrations import RotationBody
from tocsin.bodies.facts import settings_of_integration
from tocsin.bodies.integrations import IntegrationBody
from tocsin.bodies.names import RESERVED_INTEGRATIONS
from tocsin.domain.alert_json import written
from tocsin.domain.credential import TOKEN_LENGTH, Scope
from tocsin.domain.errors import Problem
from tocsin.domain.integration import Integration, Token
from tocsin.lambda_runtime.http import HttpAnswer

if TYPE_CHECKING:
    from functions.alerts_api.configuration_stores import Stores
    from functions.alerts_api.ports import Ports


def integration_routes(ports: Ports, stores: Stores) -> tuple[Route, ...]:
    return IntegrationRoutes(
        noun=Noun(
            words="integration",
            plural="integrations",
            reserved=RESERVED_INTEGRATIONS,
            concern=_concern,
        ),
        repository=stores.integrations,
        stores=stores,
        ports=ports,
    ).routes()


@dataclass(frozen=True, kw_only=True)
class IntegrationRoutes(ConfigurationRoutes[Integration, IntegrationBody]):
    """Each URL is shown once."""

    def routes(self) -> tuple[Route, ...]:
        path = "/api/v1/integrations/{name}/rotate"
        rotate = Route("POST", path, "rotate_integration", self.rotate, Scope.CONFIG_WRITE)
        return (*super().routes(), rotate)

    def read(self, name: str, members: Members) -> IntegrationBody:  # noqa: ARG002 - no body has it
        return validated(IntegrationBody, members)

    def settings(self, stored: Integration) -> dict[str, Any]:
        return settings_of_integration(stored)

    def store(
        self, request: Request, name: str, before: Integration | None, body: IntegrationBody
    ) -> HttpAnswer:
        """A replaced integration keeps its URLs.

        A change of the type warns of open alerts: the new type may never resolve them.
        """
        problems = self.stores.unknown_policy(body.escalation_policy)
        if before is None:
            token = self._new_token()
            made = Integration(
                name=name, type=body.type, created_at=request.at, tokens=(Token.of(token),)
            )
            stored, warnings = self.keep(None, body.applied_to(made), problems)
            return self._with_url(request, stored, token, HTTPStatus.CREATED, warnings)
        stored, warnings = self.keep(before, body.applied_to(before), problems)
        if stored.type is not before.type:
            _, left_behind = self.stores.open_alerts.count(_concern(name), request.at)
            warnings = (*left_behind, *warnings)
        return with_warnings(self.view(request, stored), warnings)

    def view(self, request: Request, stored: Integration) -> dict[str, Any]:
        """Show it without its URLs: only hashes of their tokens are stored."""
        working = [token for token in stored.tokens if token.works(request.at)]
        return {
            "name": stored.name,
            "type": stored.type,
            "token_prefix": working[0].prefix if working else None,
            "urls": [
                {"token_prefix": token.prefix, "valid_until": written(token.valid_until)}
                for token in working
            ],
            **self.settings(stored),
            **shown_of_all(stored),
        }

    def rotate(self, request: Request, name: str) -> HttpAnswer:
        """Make another URL; `managed_by` does not forbid it."""
        overlap = request.body_as(RotationBody).overlap
        before = self.repository.get(name)
        token = self._new_token()
        after = before.rotated(Token.of(token), at=request.at, overlap=overlap)
        stored = self.repository.put(before, after, write_id=self.ports.new_write_id())
        return self._with_url(request, stored, token, HTTPStatus.OK)

    def _new_token(self) -> str:
        return self.ports.random_bytes(TOKEN_LENGTH // 2).hex()

    def _with_url(
        self,
        request: Request,
        integration: Integration,
        token: str,
        status: HTTPStatus,
        warnings: Sequence[Problem] = (),
    ) -> HttpAnswer:
        """Show the URL; an answer repeated for an Idempotency-Key has none."""
        view = self.view(request, integration)
        url = f"{self.ports.public_url or request.origin}/i/{token}"
        again = with_data(view | {"url": None})
        shown = with_warnings(view | {"url": url}, warnings, status)
        return replace(shown, body_again=again.body)


def _concern(name: str) -> Concern:
    return Concern(
        noun="integration",
        which="that came from it",
        what_follows="nothing will resolve them by itself any more, so resolve them by hand",
        equal={"integration": name},
    )
