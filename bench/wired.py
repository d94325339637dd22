"""The real handlers in this process, wired to a table of the embedded DynamoDB."""

import base64
import gzip
import os
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from bench.gateway_events import Answer, Event, api, intake
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.items import Image
from tocsin.domain.ids import AlertId, fingerprint_of

type Handler = Callable[[Event, object], Any]

NOBODY = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
"""An id that no alert has."""


class Unhurried:
    """Stands for Lambda's context: there is always time."""

    def get_remaining_time_in_millis(self) -> int:
        return 600_000


class Wired:
    """Imports the functions, which read their environment when they are imported: once only."""

    def __init__(self, environment: Mapping[str, str], call: Call) -> None:
        """Args: call: DynamoDB, past the functions."""
        os.environ.update(environment)
        self._call = call
        self._table_name = environment["TABLE_NAME"]
        self.ingest: Handler = import_module("functions.ingest.app").handler
        self.alerts_api: Handler = import_module("functions.alerts_api.app").handler
        escalator = import_module("functions.escalator.app")
        self.on_tick: Handler = escalator.on_tick
        self.on_table_change: Handler = escalator.on_table_change

    def warm_up(self) -> None:
        """Let both functions learn whose token and whose key it is, and note the key's use."""
        self.ingest(intake("{}"), Unhurried())
        self.alerts_api(api("GET", f"/alerts/{NOBODY}"), Unhurried())

    def image(self, alert_id: AlertId) -> Image:
        """An alert as it is stored, and as the stream shows it."""
        key = keys.slot_key(fingerprint_of(alert_id))
        request = {"TableName": self._table_name, "Key": key, "ConsistentRead": True}
        image: Image = self._call("GetItem", request)["Item"]
        return image


def body_of(answer: Answer) -> bytes:
    """What goes over the wire, by the gateway's hand."""
    body: str = answer["body"]
    return base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()


def text_of(answer: Answer) -> str:
    """What the client reads."""
    body = body_of(answer)
    is_packed = answer["headers"].get("content-encoding") == "gzip"
    return (gzip.decompress(body) if is_packed else body).decode()
