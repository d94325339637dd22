"""Calendars that a program subscribes to: of a schedule, and of a person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from functions.alerts_api.answers import with_data, with_page, without_content
from functions.alerts_api.route import Route
from tocsin.domain.alert_json import written
from tocsin.domain.credential import TOKEN_LENGTH, Scope
from tocsin.domain.integration import Token
from tocsin.domain.on_call.feed import FEED_PATH, Feed, FeedKind, feed_name

if TYPE_CHECKING:
    from functions.alerts_api.configuration_stores import Stores
    from functions.alerts_api.ports import Ports
    from functions.alerts_api.request import Request
    from tocsin.lambda_runtime.http import HttpAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRoutes:
    """The URL is the credential, and is shown once."""

    ports: Ports
    stores: Stores

    def routes(self) -> tuple[Route, ...]:
        of_schedule, of_user = "/api/v1/schedules/{name}/feed", "/api/v1/users/{name}/feed"
        read, write, act = Scope.CONFIG_READ, Scope.CONFIG_WRITE, Scope.ALERTS_WRITE
        return (
            Route("GET", "/api/v1/feeds", "list_feeds", self.page, read),
            Route("GET", of_schedule, "get_schedule_feed", self.show_of_schedule, read),
            Route("POST", of_schedule, "make_schedule_feed", self.make_of_schedule, write),
            Route("DELETE", of_schedule, "revoke_schedule_feed", self.revoke_of_schedule, write),
            Route("GET", of_user, "get_user_feed", self.show_of_user, read),
            Route("POST", of_user, "make_user_feed", self.make_of_user, act),
            Route("DELETE", of_user, "revoke_user_feed", self.revoke_of_user, act),
        )

    def page(self, request: Request) -> HttpAnswer:
        rows = [_view(it) for it in sorted(self.stores.feeds.list(), key=lambda it: it.name)]
        return with_page(rows, ignored=request.ignored(()))

    def show_of_schedule(self, _request: Request, name: str) -> HttpAnswer:
        return with_data(_view(self._feed(FeedKind.SCHEDULE, name)))

    def make_of_schedule(self, request: Request, name: str) -> HttpAnswer:
        return self._make(request, FeedKind.SCHEDULE, self.stores.schedules.get(name).name)

    def revoke_of_schedule(self, _request: Request, name: str) -> HttpAnswer:
        return self._revoke(self._feed(FeedKind.SCHEDULE, name))

    def show_of_user(self, _request: Request, name: str) -> HttpAnswer:
        return with_data(_view(self._feed(FeedKind.USER, name)))

    def make_of_user(self, request: Request, name: str) -> HttpAnswer:
        user = self.stores.users.get(name).name
        _expect_own(request, user)
        return self._make(request, FeedKind.USER, user)

    def revoke_of_user(self, request: Request, name: str) -> HttpAnswer:
        feed = self._feed(FeedKind.USER, name)
        _expect_own(request, feed.subject)
        return self._revoke(feed)

    def _feed(self, kind: FeedKind, subject: str) -> Feed:
        return self.stores.feeds.get(feed_name(kind, subject))

    def _make(self, request: Request, kind: FeedKind, subject: str) -> HttpAnswer:
        """Make a URL; another one stops working at once."""
        token = self.ports.random_bytes(TOKEN_LENGTH // 2).hex()
        made = Feed(kind=kind, subject=subject, token=Token.of(token), created_at=request.at)
        before = self.stores.feeds.find(made.name)
        if before is not None:
            made = replace(before, subject=subject, token=made.token)
        stored = self.stores.feeds.put(before, made, write_id=self.ports.new_write_id())
        view = _view(stored)
        url = f"{self.ports.public_url or request.origin}{FEED_PATH}{token}.ics"
        shown = with_data(view | {"url": url}, HTTPStatus.CREATED)
        return replace(shown, body_again=with_data(view | {"url": None}).body)

    def _revoke(self, feed: Feed) -> HttpAnswer:
        self.stores.feeds.delete(feed, write_id=self.ports.new_write_id())
        return without_content()


def _expect_own(request: Request, user: str) -> None:
    own = request.key.user if request.key else None
    if own is None or own.lower() != user.lower():
        request.expect_scope(Scope.CONFIG_WRITE)


def _view(feed: Feed) -> dict[str, Any]:
    return {
        feed.kind.value: feed.subject,
        "token_prefix": feed.token.prefix,
        "created_at": written(feed.created_at),
    }
