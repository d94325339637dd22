"""The gate of each provider: one item, whose next free time moves with every message.

Each message takes a place in line once, with one conditional update, or two if others wait. It
keeps its place: when that comes, one read says whether the provider rests.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from tocsin.adapters.aws_json import AwsError, Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import (
    Image,
    Item,
    expiry,
    number,
    read_time,
    text,
    time,
)
from tocsin.adapters.dynamodb.queries import get_item
from tocsin.adapters.dynamodb.transactions import CONDITION_FAILED
from tocsin.domain.errors import TryAgainError
from tocsin.domain.gate import KEPT_FOR, Passage, ahead, interval_of, rest_after
from tocsin.domain.ids import milliseconds
from tocsin.domain.people import Channel

ENTITY: Final = "gate"

_ATTEMPTS: Final = 10
"""Lost races for one place."""
_MILLISECOND: Final = timedelta(milliseconds=1)
_URGENT: Final = "urgent_at"
_OTHERS: Final = "free_at"


@dataclass(frozen=True, slots=True)
class DynamoDBGate:
    """Implements `ChannelGate`."""

    call: Call
    table_name: str

    def enter(self, channel: Channel, *, is_urgent: bool, at: datetime) -> Passage:
        """Take the next place.

        After a lost reply the client asks again and takes a second place, which stays unused: the
        channel is slower for a moment.
        """
        interval = interval_of(channel.rate_per_minute)
        room = ahead(channel.rate_per_minute, is_urgent=is_urgent) - interval
        lane = _URGENT if is_urgent else _OTHERS
        met: Image = {}
        for _ in range(_ATTEMPTS):
            begins_at = _begins_at(met, lane, at)
            if begins_at is None:
                moved, met = self._move(channel, lane, interval, at)
                place = (read_time(met, lane) or at) - interval
            else:
                moved, met = self._begin(channel, lane, begins_at, interval, at)
                place = begins_at
            if moved:
                is_resting = _rests_until(met, at) is not None
                opens_at = place if is_resting or place == begins_at else place - room
                return _passage(met, opens_at, at)
        raise TryAgainError("Others take places all the time.")

    def return_to(self, channel: Channel, *, is_urgent: bool, at: datetime) -> Passage:
        """Pass at the time of the place that was taken, unless the channel rests: take another."""
        met = get_item(self.call, self.table_name, keys.gate_key(channel.name)) or {}
        if _rests_until(met, at) is not None:
            return self.enter(channel, is_urgent=is_urgent, at=at)
        return _passage(met, at, at)

    def note_success(self, channel: Channel) -> None:
        self.call(
            "UpdateItem",
            {
                "TableName": self.table_name,
                "Key": keys.gate_key(channel.name),
                "UpdateExpression": "REMOVE failures, rests_until",
            },
        )

    def note_failure(self, channel: Channel, *, failures: int, at: datetime) -> None:
        assignments, values = "failures = :failures", {":failures": number(failures)}
        rest = rest_after(failures)
        if rest is not None:
            assignments += ", rests_until = :rests_until"
            values[":rests_until"] = time(at + rest)
        self._update(channel, assignments, at, values=values)

    def _begin(
        self, channel: Channel, lane: str, begins_at: datetime, interval: timedelta, at: datetime
    ) -> tuple[bool, Image]:
        """Take a place that nobody has: now, or at the end of a rest."""
        values = {":begin": time(begins_at), ":next": time(begins_at + interval)}
        is_awake, assignments = "", f"{lane} = :next"
        if begins_at == at:
            is_awake = " AND (attribute_not_exists(rests_until) OR rests_until <= :begin)"
        if lane == _URGENT:
            assignments += f", {_OTHERS} = if_not_exists({_OTHERS}, :begin) + :interval"
            values[":interval"] = number(interval // _MILLISECOND)
        condition = f"(attribute_not_exists({lane}) OR {lane} <= :begin){is_awake}"
        return self._update(channel, assignments, at, values=values, condition=condition)

    def _move(
        self, channel: Channel, lane: str, interval: timedelta, at: datetime
    ) -> tuple[bool, Image]:
        """Take the place behind all that have one; an urgent one also delays the others' next."""
        values = {":now": time(at), ":interval": number(interval // _MILLISECOND)}
        assignments = f"{lane} = {lane} + :interval"
        if lane == _URGENT:
            assignments += f", {_OTHERS} = if_not_exists({_OTHERS}, :now) + :interval"
        return self._update(channel, assignments, at, values=values, condition=f"{lane} > :now")

    def _update(
        self,
        channel: Channel,
        assignments: str,
        at: datetime,
        *,
        values: Item,
        condition: str | None = None,
    ) -> tuple[bool, Image]:
        """Whether it was done, and the item after it."""
        kept = {":entity": text(ENTITY), ":one": number(1), ":expiry": expiry(at, KEPT_FOR)}
        parameters: dict[str, Any] = {
            "TableName": self.table_name,
            "Key": keys.gate_key(channel.name),
            "UpdateExpression": f"SET {assignments}, entity = :entity, version = :one,"
            " expires_at = :expiry",
            "ExpressionAttributeValues": values | kept,
            "ReturnValues": "ALL_NEW",
        }
        if condition:
            parameters["ConditionExpression"] = condition
            parameters["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        try:
            return True, self.call("UpdateItem", parameters)["Attributes"]
        except AwsError as error:
            if error.code != CONDITION_FAILED:
                raise
            return False, error.item or {}


def _begins_at(met: Image, lane: str, at: datetime) -> datetime | None:
    """When a place begins that nobody has; None: others have places until then."""
    begins_at, free_at = _rests_until(met, at) or at, read_time(met, lane)
    is_taken = free_at is not None and milliseconds(free_at) > milliseconds(begins_at)
    return None if is_taken else begins_at


def _rests_until(met: Image, at: datetime) -> datetime | None:
    """The end of the channel's rest; None: it does not rest."""
    until = read_time(met, "rests_until")
    return until if until is not None and milliseconds(until) > milliseconds(at) else None


def _passage(met: Image, opens_at: datetime, at: datetime) -> Passage:
    failures = int(met["failures"]["N"]) if "failures" in met else 0
    is_open = milliseconds(opens_at) <= milliseconds(at)
    return Passage(opens_at=None if is_open else opens_at, failures=failures)
