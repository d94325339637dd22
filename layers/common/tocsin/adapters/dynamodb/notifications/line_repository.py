"""The line of each destination: one item.

To join a digest counts in the item and leaves its version, so that a storm's messages never refuse
each other. Everything else is written only if the version is still the one that was read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, Final

from tocsin.adapters.aws_json import AwsError, Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import (
    Attribute,
    Image,
    Item,
    expiry,
    number,
    read_text,
    read_time,
    text,
    time,
)
from tocsin.adapters.dynamodb.queries import get_item
from tocsin.adapters.dynamodb.transactions import CONDITION_FAILED, is_ours
from tocsin.domain.digest import DigestId
from tocsin.domain.ids import WriteId
from tocsin.domain.line import KEPT_FOR, Arriving, Line, Place
from tocsin.domain.severity import Severity

ENTITY: Final = "line"
_REMEMBERED: Final = 1_000
"""Places whose line one process remembers."""
_OF_DIGEST: Final = frozenset(("waiting", "has_critical"))
"""Counted by those that join; begun anew with each digest."""


@dataclass(frozen=True, slots=True)
class DynamoDBLines:
    """Implements `LineRepository`."""

    call: Call
    table_name: str
    now: Callable[[], datetime]
    _seen: dict[Place, tuple[Line, datetime]] = field(default_factory=dict)

    def read(self, place: Place) -> Line:
        item = get_item(self.call, self.table_name, keys.line_key(place))
        return self._note(place, _line_from(item) if item else Line())

    def recent(self, place: Place, at: datetime, *, max_age: timedelta) -> Line | None:
        line, seen_at = self._seen.get(place, (None, at))
        return line if timedelta() <= at - seen_at <= max_age else None

    def _note(self, place: Place, line: Line) -> Line:
        """Remember a line, of a limited number of places."""
        if len(self._seen) >= _REMEMBERED:
            self._seen.clear()
        self._seen[place] = line, self.now()
        return line

    def move(
        self, place: Place, before: Line, after: Line, *, at: datetime, write_id: WriteId
    ) -> bool:
        update = _Update()
        for name in (it.name for it in fields(Line)):
            is_counted = name in _OF_DIGEST and before.digest == after.digest
            if name == "groups":
                update.change_groups(before, after)
            elif not is_counted and (name in _OF_DIGEST or _differs(name, before, after)):
                update.set(name, _attribute(getattr(after, name)))
        update.set("entity", text(ENTITY))
        update.set("write_id", text(write_id))
        update.set("expires_at", expiry(at, KEPT_FOR))
        condition = "attribute_not_exists(pk)"
        if before.version:
            condition = "version = :read_version"
            update.values[":read_version"] = number(before.version)
        request = self._request(place, update, condition)
        try:
            self.call("UpdateItem", request)
        except AwsError as error:
            if error.code != CONDITION_FAILED:
                raise
            return error.item is not None and is_ours(error.item, write_id)
        return True

    def join(self, place: Place, digest: DigestId, *arriving: Arriving) -> Line | None:
        update = _Update()
        update.add("waiting", number(len(arriving)))
        update.add("groups", {"SS": sorted({each.group for each in arriving})})
        if any(each.is_critical for each in arriving):
            update.set("has_critical", {"BOOL": True})
        update.values[":digest"] = text(digest)
        request = self._request(place, update, "digest = :digest")
        try:
            answer = self.call("UpdateItem", request | {"ReturnValues": "ALL_NEW"})
        except AwsError as error:
            if error.code != CONDITION_FAILED:
                raise
            self._seen.pop(place, None)
            return None
        return self._note(place, _line_from(answer["Attributes"]))

    def note_thread(self, place: Place, since: datetime, thread: str) -> None:
        update = _Update()
        update.set("thread", text(thread))
        update.values[":since"] = time(since)
        condition = "since = :since AND attribute_not_exists(thread)"
        try:
            self.call("UpdateItem", self._request(place, update, condition))
        except AwsError as error:
            if error.code != CONDITION_FAILED:
                raise

    def _request(self, place: Place, update: _Update, condition: str) -> dict[str, Any]:
        return {
            "TableName": self.table_name,
            "Key": keys.line_key(place),
            "UpdateExpression": update.expression,
            "ConditionExpression": condition,
            "ExpressionAttributeNames": update.names,
            "ExpressionAttributeValues": update.values,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }


class _Update:
    """An update expression; every attribute has a name of its own, as some are reserved words."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.values: Item = {}
        self._clauses: dict[str, list[str]] = {"SET": [], "ADD": [], "REMOVE": []}

    @property
    def expression(self) -> str:
        return " ".join(
            f"{clause} {', '.join(parts)}" for clause, parts in self._clauses.items() if parts
        )

    def set(self, name: str, value: Attribute | None) -> None:
        """Set an attribute; None: remove it."""
        if value is None:
            self._clauses["REMOVE"].append(self._named(name))
            return
        self.values[f":{name}"] = value
        self._clauses["SET"].append(f"{self._named(name)} = :{name}")

    def add(self, name: str, value: Attribute) -> None:
        self.values[f":{name}"] = value
        self._clauses["ADD"].append(f"{self._named(name)} :{name}")

    def change_groups(self, before: Line, after: Line) -> None:
        """Add to the groups, which others may have added to; a new storm begins with its own."""
        if before.groups <= after.groups and before.since == after.since:
            if added := sorted(after.groups - before.groups):
                self.add("groups", {"SS": added})
            return
        self.set("groups", {"SS": sorted(after.groups)} if after.groups else None)

    def _named(self, name: str) -> str:
        self.names[f"#{name}"] = name
        return f"#{name}"


def _differs(name: str, before: Line, after: Line) -> bool:
    return bool(getattr(before, name) != getattr(after, name))


def _attribute(value: object) -> Attribute | None:
    match value:
        case None | False:
            return None
        case True:
            return {"BOOL": True}
        case datetime():
            return time(value)
        case int():
            return number(value)
        case _:
            return text(str(value))


def _line_from(item: Image) -> Line:
    digest, told = read_text(item, "digest"), read_text(item, "told")
    return Line(
        since=read_time(item, "since"),
        told_at=read_time(item, "told_at"),
        told=Severity(told) if told else None,
        groups=frozenset(item["groups"]["SS"]) if "groups" in item else frozenset(),
        broke_at=read_time(item, "broke_at"),
        digest=DigestId(digest) if digest else None,
        due_at=read_time(item, "due_at"),
        waiting=int(item["waiting"]["N"]) if "waiting" in item else 0,
        has_critical="has_critical" in item,
        alone=read_text(item, "alone"),
        was_early="was_early" in item,
        is_awake="is_awake" in item,
        thread=read_text(item, "thread"),
        version=int(item["version"]["N"]),
    )
