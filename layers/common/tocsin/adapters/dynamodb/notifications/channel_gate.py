"""The gate of each channel: one item, whose next free time moves with every message.

A message usually costs one conditional update. Above the rate a second one follows: within a burst,
or to give each waiting message a time of its own.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from tocsin.adapters.aws_json import AwsError, Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import Image, Item, expiry, number, text, time
from tocsin.adapters.dynamodb.transactions import CONDITION_FAILED
from tocsin.domain.gate import KEPT_FOR, Passage, ahead, interval_of, rest_after
from tocsin.domain.ids import instant, milliseconds
from tocsin.domain.people import Channel

ENTITY: Final = "gate"

_MILLISECOND: Final = timedelta(milliseconds=1)
_IS_AWAKE: Final = "(attribute_not_exists(rests_until) OR rests_until <= :now)"
_IS_FREE: Final = "(attribute_not_exists(free_at) OR free_at <= :now)"
_HAS_ROOM: Final = "free_at > :now AND free_at <= :latest"


@dataclass(frozen=True, slots=True)
class DynamoDBGate:
    """Implements `ChannelGate`."""

    call: Call
    table_name: str

    def enter(self, channel: Channel, *, is_urgent: bool, at: datetime) -> Passage:
        """Take a turn, or say when to ask again.

        After a lost reply the client asks again and takes a second turn, which stays unused: the
        channel is slower for a moment.
        """
        interval = interval_of(channel.rate_per_minute)
        values = {":now": time(at), ":next": time(at + interval)}
        passed, met = self._update(
            channel, "free_at = :next", at, values=values, condition=f"{_IS_AWAKE} AND {_IS_FREE}"
        )
        room = ahead(channel.rate_per_minute, is_urgent=is_urgent) - interval
        if not passed and _waits_until(met, at, room) is None:
            values = {
                ":now": time(at),
                ":latest": time(at + room),
                ":interval": number(interval // _MILLISECOND),
            }
            passed, met = self._update(
                channel,
                "free_at = free_at + :interval",
                at,
                values=values,
                condition=f"{_IS_AWAKE} AND {_HAS_ROOM}",
            )
        if passed:
            return Passage(failures=_failures(met))
        opens_at = _waits_until(met, at, room) or at + interval
        if not is_urgent:
            opens_at = self._place_in_line(channel, opens_at, at)
        return Passage(opens_at=opens_at, failures=_failures(met))

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

    def _place_in_line(self, channel: Channel, opens_at: datetime, at: datetime) -> datetime:
        """Take a place after all that wait, so that not all come at the same time."""
        interval = interval_of(channel.rate_per_minute)
        values = {":opens_at": time(opens_at), ":interval": number(interval // _MILLISECOND)}
        is_behind, met = self._update(
            channel,
            "line_until = line_until + :interval",
            at,
            values=values,
            condition="line_until >= :opens_at",
        )
        if is_behind:
            return instant(int(met["line_until"]["N"]))
        self._update(channel, "line_until = :opens_at", at, values={":opens_at": time(opens_at)})
        return opens_at

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


def _waits_until(met: Image, at: datetime, room: timedelta) -> datetime | None:
    """When there is room again; None: now."""
    waits = [
        instant(int(met[name]["N"])) - ahead_by
        for name, ahead_by in (("rests_until", timedelta()), ("free_at", room))
        if name in met
    ]
    latest = max(waits, default=at)
    return latest if milliseconds(latest) > milliseconds(at) else None


def _failures(met: Image) -> int:
    return int(met["failures"]["N"]) if "failures" in met else 0
