"""One action on many alerts, with a result for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from functions.alerts_api.alert_actions import (
    Acknowledgement,
    Action,
    read_note,
    read_transition,
)
from functions.alerts_api.alert_filters import filters_of, read_filters
from functions.alerts_api.answers import with_page
from functions.alerts_api.fields import Fields
from functions.alerts_api.request import Request
from functions.alerts_api.route import Route
from tocsin.domain.alert_query import LIMIT_MAXIMUM
from tocsin.domain.credential import Scope
from tocsin.domain.errors import InvalidInputError, Problem, TocsinError, TryAgainError
from tocsin.domain.ids import AlertId
from tocsin.domain.nearest import did_you_mean
from tocsin.lambda_runtime.http import HttpAnswer, error_value
from tocsin.usecases.change_alert import change_alert

if TYPE_CHECKING:
    from datetime import datetime

    from tocsin.domain.alert_query import AlertQuery
    from tocsin.usecases.ports import AlertRepository, NewWriteId

BULK_LIMIT: Final = 100
"""Alerts of one call: each is a write of its own, and the gateway waits 30 s at most."""
COUNT_LIMIT: Final = 1_000
"""How many of those that are left are counted: reading them takes time too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    alert_ids: Sequence[AlertId]
    next_cursor: str | None = None
    about: Mapping[str, Any] | None = None
    """Of a filter: how many alerts are left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkRoutes:
    alerts: AlertRepository
    new_write_id: NewWriteId

    def routes(self) -> tuple[Route, ...]:
        return (
            Route(
                "POST", "/api/v1/alerts/bulk", "act_on_many", self.act_on_many, Scope.ALERTS_WRITE
            ),
        )

    def act_on_many(self, request: Request) -> HttpAnswer:
        """The refusal of one alert does not stop the others."""
        body = request.json_object
        action = _read_action(body)
        # A malformed body is refused before the first alert is changed.
        if action is Action.NOTE:
            read_note(body, by=request.actor, at=request.at)
        else:
            read_transition(action, body, by=request.actor, at=request.at)
        chosen = self._choose(body, request)
        results = [self._act(action, request, alert_id) for alert_id in chosen.alert_ids]
        if results and all(_is_try_again(result) for result in results):
            raise TryAgainError
        return with_page(results, next_cursor=chosen.next_cursor, meta=chosen.about)

    def _choose(self, body: Mapping[str, Any], request: Request) -> _Chosen:
        fields = Fields(body)
        takes_all = fields.flag("all")
        if fields.has("ids") == fields.has("filter"):
            fields.refuse("ids | filter", "exactly one of the two must be there")
        elif fields.has("ids"):
            if takes_all:
                fields.refuse("all", "belongs to a filter; ids say themselves which alerts")
            return _Chosen(alert_ids=_read_ids(fields))
        elif not isinstance(fields.value("filter"), dict):
            fields.refuse("filter", "must be an object of filters, as in the list of alerts")
        else:
            filters = filters_of(fields.value("filter"), fields)
            fields.expect_good(_REFUSED)
            query = read_filters({"limit": str(BULK_LIMIT), **filters})
            if query.selects_all and not takes_all:
                fields.refuse("filter", _SELECTS_ALL)
            fields.expect_good(_REFUSED)
            return self._chosen(replace(query, limit=min(query.limit, BULK_LIMIT)), request.at)
        raise InvalidInputError(_REFUSED, fields.problems)

    def _chosen(self, query: AlertQuery, at: datetime) -> _Chosen:
        page = self.alerts.list(query, at=at)
        left, cursor = 0, page.next_cursor
        while cursor is not None and left < COUNT_LIMIT:
            following = replace(query, limit=LIMIT_MAXIMUM, cursor=cursor)
            rest = self.alerts.list(following, at=at)
            left, cursor = left + len(rest.alerts), rest.next_cursor
            if rest.searched_to is not None:
                break
        return _Chosen(
            alert_ids=[alert.alert_id for alert in page.alerts],
            next_cursor=page.next_cursor,
            about={"left": left, "left_is_at_least": cursor is not None},
        )

    def _act(self, action: Action, request: Request, alert_id: AlertId) -> dict[str, Any]:
        try:
            if action is Action.NOTE:
                return self._note(request, alert_id)
            return self._change(action, request, alert_id)
        except TocsinError as error:
            return {"id": alert_id, "ok": False, "error": error_value(error, request.request_id)}

    def _note(self, request: Request, alert_id: AlertId) -> dict[str, Any]:
        note = read_note(request.json_object, by=request.actor, at=request.at)
        alert = self.alerts.get(alert_id)
        self.alerts.add_note(alert_id, note, write_id=self.new_write_id())
        return {"id": alert_id, "ok": True, "status": alert.status}

    def _change(self, action: Action, request: Request, alert_id: AlertId) -> dict[str, Any]:
        transition = read_transition(action, request.json_object, by=request.actor, at=request.at)
        alert = change_alert(
            alert_id, transition, alerts=self.alerts, new_write_id=self.new_write_id
        )
        result = {"id": alert_id, "ok": True, "status": alert.status}
        if isinstance(transition, Acknowledgement):
            result["already_acknowledged"] = transition.was_acknowledged
        return result


_REFUSED: Final = "This cannot be done to many alerts."
_SELECTS_ALL: Final = (
    'selects every alert: add a filter, such as {"status": "firing"}, or say "all": true beside it'
)


def _read_action(body: Mapping[str, Any]) -> Action:
    try:
        return Action(body.get("action") or "")
    except ValueError:
        written = body.get("action")
        meant = did_you_mean(written, Action) if isinstance(written, str) else ""
        problem = Problem("action", f"must be one of {', '.join(Action)}{meant}")
        raise InvalidInputError(_REFUSED, [problem]) from None


def _read_ids(fields: Fields) -> list[AlertId]:
    """Each id once, in the order given."""
    written = fields.value("ids")
    if not isinstance(written, list) or not all(isinstance(it, str) for it in written):
        fields.refuse("ids", "must be a list of texts")
    elif not 0 < len(written) <= BULK_LIMIT:
        fields.refuse("ids", f"must have 1 to {BULK_LIMIT} ids, not {len(written)}")
    fields.expect_good(_REFUSED)
    return list(dict.fromkeys(AlertId(it) for it in written))


def _is_try_again(result: Mapping[str, Any]) -> bool:
    error = result.get("error")
    return error is not None and error["code"] == TryAgainError.code
