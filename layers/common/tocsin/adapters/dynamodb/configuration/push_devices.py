"""Devices for push, as members of their users' items."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import Attribute, Image, Item, read_time, text, time
from tocsin.adapters.dynamodb.transactions import write_if
from tocsin.domain.ids import instant
from tocsin.domain.push_device import PushDevice


@dataclass(frozen=True, slots=True)
class DynamoDBPushDevices:
    """What the notifier writes: this one attribute, and only of devices that are there.

    The item's version stays as it is: a change that is made at the same time may undo a note, and
    the next message makes it again.
    """

    call: Call
    table_name: str

    def note_gone(self, user: str, device: PushDevice, *, at: datetime) -> bool:
        """Note that a subscription has ended; False: it is gone already, or another one."""
        return self._note(user, device, "gone_at", at, "attribute_not_exists({}.gone_at)")

    def note_taken(self, user: str, device: PushDevice, *, at: datetime) -> bool:
        """Note that its push service took a message; False: it is gone."""
        return self._note(user, device, "last_ok_at", at, "attribute_not_exists({}.gone_at)")

    def _note(self, user: str, device: PushDevice, name: str, at: datetime, condition: str) -> bool:
        place = f"{keys.PUSH_DEVICES}.{device.device_id}"
        request: dict[str, Any] = {
            "TableName": self.table_name,
            "Key": keys.configuration_key(keys.USER, user),
            "UpdateExpression": f"SET {place}.{name} = :at",
            "ConditionExpression": f"{place}.endpoint = :endpoint AND {condition.format(place)}",
            "ExpressionAttributeValues": {":at": time(at), ":endpoint": text(device.endpoint)},
        }
        return write_if(self.call, "UpdateItem", request)


def write_devices(devices: Sequence[PushDevice]) -> Item:
    return {keys.PUSH_DEVICES: {"M": {it.device_id: _write(it) for it in devices}}}


def devices_from(image: Image) -> tuple[PushDevice, ...]:
    """The devices of a user, in the order in which they came."""
    found = (_read(name, it["M"]) for name, it in image[keys.PUSH_DEVICES]["M"].items())
    return tuple(sorted(found, key=lambda it: (it.created_at, it.device_id)))


def _write(device: PushDevice) -> Attribute:
    times = {
        "last_ok_at": device.last_ok_at,
        "last_seen_at": device.last_seen_at,
        "gone_at": device.gone_at,
    }
    return {
        "M": {
            "endpoint": text(device.endpoint),
            "p256dh": text(device.p256dh),
            "auth": text(device.auth),
            "device_name": text(device.name),
            "created_at": time(device.created_at),
            **{name: time(at) for name, at in times.items() if at is not None},
        }
    }


def _read(device_id: str, image: Image) -> PushDevice:
    return PushDevice(
        device_id=device_id,
        endpoint=image["endpoint"]["S"],
        p256dh=image["p256dh"]["S"],
        auth=image["auth"]["S"],
        name=image["device_name"]["S"],
        created_at=instant(int(image["created_at"]["N"])),
        last_ok_at=read_time(image, "last_ok_at"),
        last_seen_at=read_time(image, "last_seen_at"),
        gone_at=read_time(image, "gone_at"),
    )
