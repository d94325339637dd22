"""Silences and maintenance windows: list, get, make, put, change, end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from functions.alerts_api.answers import with_data
from functions.alerts_api.configuration_routes import (
    Members,
    Noun,
    expect_name,
    expect_own,
    shown_of_all,
)
from functions.alerts_api.listing import answer_page
from functions.alerts_api.open_alerts import OPEN, answer_removal
from functions.alerts_api.request import validated
from functions.alerts_api.route import Route
from tocsin.bodies.facts import recurrence_of, settings_of_silence, settings_of_window
from tocsin.bodies.maintenance_windows import WindowBody
from tocsin.bodies.silences import SilenceBody
from tocsin.domain.alert_json import written
from tocsin.domain.alert_query import LIMIT_MAXIMUM, AlertQuery
from tocsin.domain.credential import Scope
from tocsin.domain.errors import ConcurrentUpdateError, Problem
from tocsin.domain.maintenance_window import MaintenanceWindow
from tocsin.domain.matcher import Matcher
from tocsin.domain.routing import labels_of
from tocsin.domain.silence import Silence, SilenceStatus
from tocsin.usecases.change_silence import change_silence

if TYPE_CHECKING:
    from functions.alerts_api.ports import Ports
    from functions.alerts_api.request import Request
    from tocsin.domain.alert import Alert
    from tocsin.domain.ids import AlertId
    from tocsin.lambda_runtime.http import HttpAnswer
    from tocsin.usecases.ports import AlertRepository, ConfigurationRepository

SHOWN_LIMIT: Final = 20
PAGES_LIMIT: Final = 10
"""Of the list of open alerts that one answer looks at."""
NAME_BYTES: Final = 4


@dataclass(frozen=True, kw_only=True)
class _OpenNow:
    """The open alerts, read once for an answer."""

    alerts: Sequence[tuple[Alert, Mapping[str, str]]]

    @classmethod
    def read(cls, alerts: AlertRepository, at: datetime) -> _OpenNow:
        found: list[Alert] = []
        query = AlertQuery(statuses=OPEN, limit=LIMIT_MAXIMUM)
        for _ in range(PAGES_LIMIT):
            page = alerts.list(query, at=at)
            found += page.alerts
            if page.next_cursor is None:
                break
            query = replace(query, cursor=page.next_cursor)
        return cls(alerts=[(alert, labels_of(alert)) for alert in found])

    def matching(self, silence: Silence) -> Sequence[Alert]:
        return [alert for alert, labels in self.alerts if silence.holds(alert, labels)]


@dataclass(frozen=True, kw_only=True)
class HoldRoutes[S: Silence]:
    """The routes of silences, or those of windows."""

    noun: Noun
    prefix: str
    """Of generated names."""
    repository: ConfigurationRepository[S]
    ports: Ports
    read: Callable[[Members, datetime], dict[str, Any]]
    """Reads a body: the fields of the silence that it sets."""
    settings: Callable[[S], dict[str, Any]]
    """The settings as PUT and PATCH take them."""
    make: Callable[..., S]
    own: Callable[[S], dict[str, Any]] = field(default=lambda _silence: {})
    """Fields of an answer that other kinds lack."""

    def routes(self) -> tuple[Route, ...]:
        name, names = (it.replace(" ", "_") for it in (self.noun.words, self.noun.plural))
        every = f"/api/v1/{self.noun.plural.replace(' ', '-')}"
        one, scope = f"{every}/{{name}}", Scope.SILENCES
        return (
            Route("GET", every, f"list_{names}", self.page, scope),
            Route("POST", every, f"make_{name}", self.post, scope),
            Route("GET", one, f"get_{name}", self.show, scope),
            Route("PUT", one, f"put_{name}", self.put, scope),
            Route("PATCH", one, f"change_{name}", self.change, scope),
            Route("DELETE", one, f"delete_{name}", self.remove, scope),
        )

    def page(self, request: Request) -> HttpAnswer:
        silences = self.repository.list()
        open_now = self._open_now(silences, request.at)
        return answer_page(
            request,
            silences,
            name_of=lambda silence: silence.name,
            view=lambda silence: self._view(silence, open_now, request.at),
        )

    def show(self, request: Request, name: str) -> HttpAnswer:
        return self._answer(self.repository.get(name), request)

    def post(self, request: Request) -> HttpAnswer:
        """Make one with a name that nobody chose."""
        name = f"{self.prefix}-{self.ports.random_bytes(NAME_BYTES).hex()}"
        return self._store(request, name, lambda _before: request.json_object)

    def put(self, request: Request, name: str) -> HttpAnswer:
        if self.repository.find(name) is None:
            expect_name(name, self.noun)
        return self._store(request, name, lambda _before: request.json_object)

    def change(self, request: Request, name: str) -> HttpAnswer:
        self.repository.get(name)
        return self._store(request, name, lambda before: self._changed(before, request.json_object))

    def remove(self, request: Request, name: str) -> HttpAnswer:
        """End it now; it stays listed."""
        silence = self.repository.get(name)
        expect_own(silence, self.noun.words)
        held = self._held(silence, self._open_now([silence], request.at), request.at)
        change_silence(
            name,
            lambda before: _ended(before, request.at),
            silences=self.repository,
            new_write_id=self.ports.new_write_id,
        )
        noun = self.noun.words.replace(" ", "_")
        problem = f"alerts that it held and that are released now: {len(held)}"
        return answer_removal(len(held), (Problem(noun, problem),) if held else ())

    def _store(
        self, request: Request, name: str, members_of: Callable[[S | None], Members]
    ) -> HttpAnswer:
        def change(before: S | None) -> S:
            if before is not None:
                expect_own(before, self.noun.words)
            said = members_of(before)
            fields = self.read({it: said[it] for it in said if said[it] is not None}, request.at)
            made = self.make(
                name=name,
                author=request.actor,
                integration=before.integration if before else None,
                created_at=before.created_at if before else request.at,
                version=before.version if before else 1,
                **fields,
            )
            return made.changed(request.at)

        before, stored = change_silence(
            name, change, silences=self.repository, new_write_id=self.ports.new_write_id
        )
        if stored is None:
            raise ConcurrentUpdateError
        return self._answer(stored, request, HTTPStatus.OK if before else HTTPStatus.CREATED)

    def _changed(self, before: S | None, said: Members) -> Members:
        """The settings after PATCH: a duration takes the place of an end, and an end of it."""
        kept = self.settings(before) if before else {}
        if said.get("duration") is not None:
            kept.pop("to", None)
        if said.get("to") is not None:
            kept.pop("duration", None)
        if said.get("rrule") is not None:
            kept = {field: kept[field] for field in kept if field not in {"from", "to"}}
        return {**kept, **said}

    def _answer(self, silence: S, request: Request, status: int = HTTPStatus.OK) -> HttpAnswer:
        open_now = self._open_now([silence], request.at)
        return with_data(self._view(silence, open_now, request.at), status)

    def _open_now(self, silences: Sequence[S], at: datetime) -> _OpenNow:
        """Nothing is read for those that have expired."""
        if all(it.status(at) is SilenceStatus.EXPIRED for it in silences):
            return _OpenNow(alerts=())
        return _OpenNow.read(self.ports.alerts, at)

    def _held(self, silence: S, open_now: _OpenNow, at: datetime) -> Sequence[AlertId]:
        if silence.hold_at(at) is None:
            return ()
        return [alert.alert_id for alert in open_now.matching(silence) if alert.is_asking]

    def _view(self, silence: S, open_now: _OpenNow, at: datetime) -> dict[str, Any]:
        held = self._held(silence, open_now, at)
        span = silence.span_at(at) or silence.span
        status = silence.status(at)
        is_over = status is SilenceStatus.EXPIRED
        return {
            "name": silence.name,
            "match": [str(matcher) for matcher in silence.match],
            "integration": silence.integration,
            "status": status,
            "from": written(span.starts_at),
            "to": written(span.ends_at),
            "reason": silence.reason,
            "author": silence.by,
            "ended_at": written(silence.ended_at),
            "holding": len(held),
            "holding_ids": held[:SHOWN_LIMIT],
            "matches_nothing": not is_over and not open_now.matching(silence),
            **self.own(silence),
            **shown_of_all(silence),
        }


def silence_routes(ports: Ports, repository: ConfigurationRepository[Silence]) -> tuple[Route, ...]:
    return HoldRoutes(
        noun=Noun(words="silence", plural="silences"),
        prefix="silence",
        repository=repository,
        ports=ports,
        read=_read_silence,
        settings=settings_of_silence,
        make=Silence,
    ).routes()


def window_routes(
    ports: Ports, repository: ConfigurationRepository[MaintenanceWindow]
) -> tuple[Route, ...]:
    return HoldRoutes(
        noun=Noun(words="maintenance window", plural="maintenance windows"),
        prefix="window",
        repository=repository,
        ports=ports,
        read=_read_window,
        settings=settings_of_window,
        make=MaintenanceWindow,
        own=recurrence_of,
    ).routes()


def _ended[S: Silence](silence: S | None, at: datetime) -> S | None:
    ended = silence.ended(at) if silence else None
    return None if ended is silence else ended


def _read_silence(members: Members, at: datetime) -> dict[str, Any]:
    body = validated(SilenceBody, members)
    return {**_read_common(body), "span": body.span_at(at)}


def _read_window(members: Members, at: datetime) -> dict[str, Any]:
    body = validated(WindowBody, members)
    recurrence = body.recurrence_at(at)
    span = recurrence.span_at(at) if recurrence else body.span_at(at)
    return {**_read_common(body), "recurrence": recurrence, "span": span}


def _read_common(body: SilenceBody | WindowBody) -> dict[str, Any]:
    return {"match": tuple(map(Matcher.parse, body.match)), "reason": body.reason}
