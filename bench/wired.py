"""The real handlers in this process, wired to a table and queues of the embedded AWS."""

import base64
import gzip
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from typing import Any, Final, cast

from bench.gateway_events import Answer, Event, api, intake
from bench.stored_alerts import RETENTION
from bench.team import CHANNEL
from functions.notifier.links import StoredShortLinks
from functions.notifier.parameters import Parameters
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.alert_repository import DynamoDBAlerts
from tocsin.adapters.dynamodb.alerts.items import Image, alert_from
from tocsin.adapters.queues import SqsTimers
from tocsin.domain.alert import Alert
from tocsin.domain.ids import AlertId, WriteId, fingerprint_of
from tocsin.domain.link import LINK_KEY_BYTES, LinkSigner, spell_link_key
from tocsin.domain.timers import Timer

type Handler = Callable[[Event, object], Any]

PUBLIC_URL: Final = "https://alerts.example.com"
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


class KnownLinkKey:
    """The key that signs links, as a process remembers it for five minutes."""

    def get(self, _name: str, *, at: datetime | None = None) -> str:  # noqa: ARG002 - known always
        return spell_link_key(bytes(LINK_KEY_BYTES))

    def forget(self, _name: str) -> None:
        raise NotImplementedError("a bench never has its link key refused")


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
        actions: Any = import_module("functions.actions.app")
        actions.ports = replace(
            actions.ports, now=self.clock, secrets=KnownLinkKey(), public_url=PUBLIC_URL
        )
        self.actions: Handler = actions.handler
        notifier: Any = import_module("functions.notifier.app")
        notifier._sdk = lambda: _takes_everything  # noqa: SLF001 - for SES and SNS
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

    @property
    def short_links(self) -> StoredShortLinks:
        """As the notifier's."""
        short_links: StoredShortLinks = self._notifier.ports.work.sender.wiring.short_links
        return replace(
            short_links,
            parameters=cast("Parameters", KnownLinkKey()),
            now=self.clock,
            public_url=PUBLIC_URL,
        )

    def page_url(self, alert_id: AlertId) -> str:
        """The link to the page of an alert, as messages have it."""
        signer = LinkSigner(bytes(LINK_KEY_BYTES), PUBLIC_URL)
        return signer.links(alert_id, by=CHANNEL.name, at=self.clock()).view

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
            paging.settings(self.clock())
        self.alerts_api(api("GET", f"/alerts/{NOBODY}"), Unhurried())

    def alert(self, alert_id: AlertId) -> Alert:
        return alert_from(self.image(alert_id))

    def image(self, alert_id: AlertId) -> Image:
        key = keys.slot_key(fingerprint_of(alert_id))
        request = {"TableName": self._table_name, "Key": key, "ConsistentRead": True}
        image: Image = self._call("GetItem", request)["Item"]
        return image

    def reached_nobody(self, alert_id: AlertId) -> Image:
        """Store that a whole run has reached nobody, as the stream does; answer the new item."""
        alerts = DynamoDBAlerts(self._call, self._table_name, RETENTION)
        alert = alerts.get(alert_id)
        after = alert.reached_nobody("on-call took no message", at=self.clock())
        alerts.update(alert, after, write_id=WriteId(f"unreached-{alert_id}"))
        return self.image(alert_id)

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


def _takes_everything(_service: str, _operation: str, **_arguments: object) -> dict[str, str]:
    return {"MessageId": "1"}


def timer_event(timer: Timer) -> Event:
    """A timer as it comes back from its queue."""
    bodies: list[str] = []

    def queue(_operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        bodies.extend(entry["MessageBody"] for entry in parameters["Entries"])
        return {"Successful": parameters["Entries"]}

    SqsTimers(queue, "").send([timer], now=timer.due_at)
    return _batch_of("1", bodies[0])


def _batch_of(message_id: str, body: str) -> Event:
    attributes = {"ApproximateReceiveCount": "1"}
    return {"Records": [{"messageId": message_id, "body": body, "attributes": attributes}]}


def body_of(answer: Answer) -> bytes:
    """What goes over the wire, by the gateway's hand."""
    body: str = answer["body"]
    return base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()


def text_of(answer: Answer) -> str:
    body = body_of(answer)
    is_packed = answer["headers"].get("content-encoding") == "gzip"
    return (gzip.decompress(body) if is_packed else body).decode()
