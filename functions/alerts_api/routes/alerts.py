"""Alerts: list, read, acknowledge, resolve, snooze, annotate."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from functions.alerts_api.alert_actions import (
    Acknowledgement,
    Action,
    Transition,
    read_note,
    read_transition,
)
from functions.alerts_api.alert_filters import (
    WORDS,
    known_parameters,
    read_filters,
    read_limit,
    wants_words,
)
from functions.alerts_api.alert_view import (
    view_body,
    view_change,
    view_counts,
    view_history,
    view_row,
)
from functions.alerts_api.answers import with_data, with_page
from functions.alerts_api.fields import Fields
from functions.alerts_api.request import PAGING, Request
from functions.alerts_api.route import Route
from tocsin.domain.alert import Alert
from tocsin.domain.alert_json import alert_json, written
from tocsin.domain.credential import Scope
from tocsin.domain.ids import AlertId
from tocsin.lambda_runtime.http import HttpAnswer
from tocsin.usecases.change_alert import change_alert

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from functions.alerts_api.alert_words import Teller
    from tocsin.domain.awake import Awake
    from tocsin.usecases.ports import (
        AlertRepository,
        ConfigurationRepository,
        NewWriteId,
        PagingRepository,
    )

_FORMATS: Final = ("json", "markdown")
_OLDEST_FIRST: Final = "at"
_ORDERS: Final = (_OLDEST_FIRST, "-at")
_FORMAT_LIMIT: Final = 20
"""Characters."""
ALERTS = "/api/v1/alerts"
ALERT = f"{ALERTS}/{{alert_id}}"
_STRICT: Final = (
    Action.ACKNOWLEDGE,
    Action.UNACK,
    Action.RESOLVE,
    Action.SNOOZE,
    Action.UNSNOOZE,
)


LOOKS_AFTER: Final = timedelta(seconds=30)
"""Between two looks whether a person who writes notes is awake: they end after 15 minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRoutes:
    """One alert or a list of them; many at once: see `alerts_bulk`."""

    alerts: AlertRepository
    awake: Callable[[], ConfigurationRepository[Awake]]
    paging: Callable[[], PagingRepository]
    new_write_id: NewWriteId
    _looked_at: dict[str, datetime] = field(default_factory=dict)

    def routes(self) -> tuple[Route, ...]:
        read, write = Scope.ALERTS_READ, Scope.ALERTS_WRITE
        return (
            Route("GET", ALERTS, "list_alerts", self.list_alerts, read),
            Route("GET", ALERT, "get_alert", self.get_alert, read),
            Route("GET", f"{ALERT}/timeline", "get_timeline", self.get_timeline, read),
            Route("GET", f"{ALERT}/raw", "get_raw", self.get_raw, read),
            Route("POST", f"{ALERT}/ack", "ack_alert", self.ack_alert, write),
            *(
                Route("POST", f"{ALERT}/{it}", f"{it}_alert", partial(self._act, it), write)
                for it in _STRICT
            ),
            Route("POST", f"{ALERT}/notes", "add_note", self.add_note, write),
        )

    def list_alerts(self, request: Request) -> HttpAnswer:
        page = self.alerts.list(read_filters(request.query), at=request.at)
        rows = [view_row(alert, request.at) for alert in page.alerts]
        if (teller := self._teller(request)) is not None:
            rows = [teller.row(row, alert) for row, alert in zip(rows, page.alerts, strict=True)]
        meta = view_counts(page.counts)
        if page.searched_to is not None:
            meta["searched_to"] = written(page.searched_to)
        if page.storm is not None:
            meta["storm"] = {"since": written(page.storm.since), "opened": page.storm.opened}
        ignored = request.ignored(known_parameters(request.query))
        return with_page(rows, next_cursor=page.next_cursor, meta=meta, ignored=ignored)

    def get_alert(self, request: Request, alert_id: str) -> HttpAnswer:
        alert, samples = self.alerts.get_with_history(AlertId(alert_id))
        view = alert_json(alert, request.at) | {"history": view_history(samples)}
        teller = self._teller(request)
        return with_data(view if teller is None else teller.whole(view, alert))

    def get_timeline(self, request: Request, alert_id: str) -> HttpAnswer:
        """A page of it; or all of it in Markdown."""
        fields = Fields(request.query)
        limit = read_limit(fields)
        wanted = fields.text("format", _FORMAT_LIMIT) or "json"
        if wanted not in _FORMATS:
            fields.refuse("format", f"must be {' or '.join(_FORMATS)}")
        if wanted == "markdown":
            return self._in_markdown(request, fields, AlertId(alert_id))
        order = fields.text("sort", _FORMAT_LIMIT) or _OLDEST_FIRST
        if order not in _ORDERS:
            fields.refuse("sort", f"must be {' or '.join(_ORDERS)}")
        fields.expect_good("The timeline cannot be read like that.")
        teller = self._teller(request)
        cursor = request.query.get("cursor") or None
        page = self.alerts.timeline(
            AlertId(alert_id), cursor=cursor, limit=limit, is_newest_first=order != _OLDEST_FIRST
        )
        rows = [view_change(change) for change in page.changes]
        if teller is not None or not rows:
            # Either no entry yet, or no such alert, which is refused here.
            alert = self.alerts.get_shortened(AlertId(alert_id))
            if teller is not None:
                rows = [teller.change(change, alert) for change in page.changes]
        ignored = request.ignored((*PAGING, "format", "time_zone", "sort", WORDS))
        return with_page(rows, next_cursor=page.next_cursor, ignored=ignored)

    def _teller(self, request: Request) -> Teller | None:
        """None: the query asks for no words, and their code is not loaded."""
        if not wants_words(request.query):
            return None
        from functions.alerts_api.alert_words import Teller

        return Teller.of(request, self.paging())

    def _in_markdown(self, request: Request, fields: Fields, alert_id: AlertId) -> HttpAnswer:
        from functions.alerts_api.timeline_markdown import answer_markdown, read_zone

        zone = read_zone(fields)
        fields.expect_good("The timeline cannot be read like that.")
        directory = self.paging().directory(request.at)
        return answer_markdown(self.alerts, alert_id, directory, zone)

    def get_raw(self, _request: Request, alert_id: str) -> HttpAnswer:
        bodies = self.alerts.sent_bodies(AlertId(alert_id))
        return with_data({"first": view_body(bodies.first), "last": view_body(bodies.last)})

    def ack_alert(self, request: Request, alert_id: str) -> HttpAnswer:
        """Of an acknowledged alert: 200 with `already_acknowledged`."""
        transition = read_transition(
            Action.ACK, request.json_object, by=request.actor, at=request.at
        )
        alert = self._change(alert_id, transition)
        was_acknowledged = isinstance(transition, Acknowledgement) and transition.was_acknowledged
        return with_data(
            view_row(alert, request.at) | {"already_acknowledged": was_acknowledged},
            already_acknowledged=was_acknowledged,
        )

    def add_note(self, request: Request, alert_id: str) -> HttpAnswer:
        note = read_note(request.json_object, by=request.actor, at=request.at)
        alert = self.alerts.get_shortened(AlertId(alert_id))
        self.alerts.add_note(alert.alert_id, note, write_id=self.new_write_id())
        self._note_seen(request)
        return with_data(view_change(note), status=201)

    def _note_seen(self, request: Request) -> None:
        """A note is no change of its alert, from which the stream notes who acts.

        Looks once in 30 s for each person: who says "I'm awake" after a look is seen by that.
        """
        user = request.key.user if request.key is not None else None
        looked_at = self._looked_at.get(user) if user is not None else None
        if user is not None and (looked_at is None or request.at - looked_at >= LOOKS_AFTER):
            from tocsin.usecases.be_awake import note_seen

            self._looked_at[user] = request.at
            note_seen(
                user,
                at=request.at,
                people=self.awake(),
                new_write_id=self.new_write_id,
            )

    def _act(self, action: Action, request: Request, alert_id: str) -> HttpAnswer:
        """409 where the alert's state does not allow it."""
        body = request.json_object
        transition = read_transition(action, body, by=request.actor, at=request.at)
        return with_data(view_row(self._change(alert_id, transition), request.at))

    def _change(self, alert_id: str, transition: Transition) -> Alert:
        return change_alert(
            AlertId(alert_id), transition, alerts=self.alerts, new_write_id=self.new_write_id
        )
