"""The real handlers in this process, wired to a table and queues of the embedded AWS."""

import base64
import gzip
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from bench.gateway_events import Answer, Event, api, intake
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import Image, alert_from
from tocsin.adapters.queues import SqsTimers
from tocsin.domain.alert import Alert
from tocsin.domain.ids import AlertId, fingerprint_of
from tocsin.domain.next_action import Timer

type Handler = Callable[[Event, object], Any]

NOBODY = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
"""An id that no alert has."""


class Clock:
    """The time of the functions; it stands still from one warm-up to the next.

    So nothing that a process remembers for half a minute is forgotten in between.
    """

    def __init__(self) -> None:
        self._now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self._now

    def set(self, now: datetime | None = None) -> None:
        self._now = now or datetime.now(UTC)


class Unhurried:
    """Stands for Lambda's context: there is always time."""

    def get_remaining_time_in_millis(self) -> int:
        return 600_000


class Wired:
    """Imports the functions, which read their environment when they are imported: once only."""

    def __init__(self, environment: Mapping[str, str], call: Call, sqs_call: Call) -> None:
        """Prepare.

        Args:
            environment: What template.yaml would give the functions, all of them together.
            call: DynamoDB, past the functions.
            sqs_call: SQS, likewise.
        """
        os.environ.update(environment)
        self._call = call
        self._sqs_call = sqs_call
        self._deliveries_queue_url = environment["DELIVERIES_QUEUE_URL"]
        self._table_name = environment["TABLE_NAME"]
        self.clock = Clock()
        self.alerts_api: Handler = import_module("functions.alerts_api.app").handler
        self._ingest, self._escalator, self._notifier = map(
            self._timed, ("ingest", "escalator", "notifier")
        )
        self.ingest: Handler = self._ingest.handler
        self.on_tick: Handler = self._escalator.on_tick
        self.on_timer: Handler = self._escalator.on_timer
        self.on_table_change: Handler = self._escalator.on_table_change
        self.on_delivery: Handler = self._notifier.on_delivery

    def _timed(self, name: str) -> Any:  # noqa: ANN401 - a module
        app: Any = import_module(f"functions.{name}.app")
        if name == "notifier":
            app.ports = replace(app.ports, work=replace(app.ports.work, now=self.clock))
        else:
            app.ports = replace(app.ports, now=self.clock)
        return app

    def warm_up(self, now: datetime | None = None) -> None:
        """Fill the caches of all functions: tokens, keys, policies, channels."""
        self.clock.set(now)
        self.ingest(intake("{}"), Unhurried())
        for paging in (
            self._ingest.ports.paging,
            self._escalator.ports.paging,
            self._notifier.ports.work.paging,
        ):
            paging.routing(self.clock())
            paging.directory(self.clock())
        self.alerts_api(api("GET", f"/alerts/{NOBODY}"), Unhurried())

    def alert(self, alert_id: AlertId) -> Alert:
        return alert_from(self.image(alert_id))

    def image(self, alert_id: AlertId) -> Image:
        key = keys.slot_key(fingerprint_of(alert_id))
        request = {"TableName": self._table_name, "Key": key, "ConsistentRead": True}
        image: Image = self._call("GetItem", request)["Item"]
        return image

    def ledger(self, alert_id: AlertId) -> Sequence[Image]:
        """The stored items of an alert's ledger, as the stream has them."""
        request = {
            "TableName": self._table_name,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": keys.ledger_partition(alert_id)}},
            "ConsistentRead": True,
        }
        images: Sequence[Image] = self._call("Query", request)["Items"]
        return images

    def taken_delivery(self) -> Event:
        """Receive and delete the one message of the deliveries queue."""
        request = {"QueueUrl": self._deliveries_queue_url}
        [message] = self._sqs_call("ReceiveMessage", request)["Messages"]
        receipt = {"ReceiptHandle": message["ReceiptHandle"]}
        self._sqs_call("DeleteMessage", request | receipt)
        return _batch_of(message["MessageId"], message["Body"])


def timer_event(timer: Timer) -> Event:
    """A timer as it comes back from its queue."""
    bodies: list[str] = []

    def queue(_operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        bodies.extend(entry["MessageBody"] for entry in parameters["Entries"])
        return {"Successful": parameters["Entries"]}

    SqsTimers(queue, "").send([timer], now=timer.due_at)
    return _batch_of("1", bodies[0])


def _batch_of(message_id: str, body: str) -> Event:
    return {"Records": [{"messageId": message_id, "body": body}]}


def body_of(answer: Answer) -> bytes:
    """What goes over the wire, by the gateway's hand."""
    body: str = answer["body"]
    return base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()


def text_of(answer: Answer) -> str:
    body = body_of(answer)
    is_packed = answer["headers"].get("content-encoding") == "gzip"
    return (gzip.decompress(body) if is_packed else body).decode()
