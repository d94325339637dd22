"""Senders: one module for each product, called like its type, loaded with its first event.

A module's `SENDER` says how the product's bodies are read: each becomes reports, and each report a
signal (`reading/report.py`). The tools for that are in `reading/`. How to add one: docs/senders.md.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tocsin.domain.errors import InvalidInputError
from tocsin.lambda_runtime.http import HttpAnswer

if TYPE_CHECKING:
    from functions.ingest.ports import Ports
    from functions.ingest.senders.reading.bodies import ReadBody
    from functions.ingest.senders.reading.report import Report
    from tocsin.domain.integration import Integration, IntegrationType

type Results = Sequence[Mapping[str, Any]]
"""One for each entry, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderSettings:
    severity_map: Mapping[str, str] = field(default_factory=dict)
    mapping: Mapping[str, str] = field(default_factory=dict)
    """JMESPath by part of an alert, for senders that no module knows."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """The request, as far as a reader may look at it."""

    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    query: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"
    at: datetime
    """By our clock."""

    @property
    def value(self) -> Any:  # noqa: ANN401 - JSON may be anything
        """The body as a JSON value, also under another content type; a form is an object.

        Raises:
            MalformedInputError: Neither JSON nor a form.
            PayloadTooLargeError: It is over 1 MiB.
        """
        return self._read.value

    @property
    def repairs(self) -> tuple[str, ...]:
        """What had to be repaired to read the value, if it was asked for."""
        return self._read.repairs if "_read" in self.__dict__ else ()

    @cached_property
    def _read(self) -> "ReadBody":
        from functions.ingest.senders.reading.bodies import read_body

        return read_body(self.body, self.headers.get("content-type", ""))


@dataclass(frozen=True, slots=True)
class Ignored:
    """An entry that asks for nothing, and why: a change of settings, an undecided state."""

    why: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One alert of a body."""

    read: "Report | Ignored | InvalidInputError"
    """A refusal does not lose the other entries."""
    said: object = None
    """The part of the body that is kept with the alert; None for the whole body."""


def accepted(results: Results, left_out: int = 0, unread: int = 0) -> HttpAnswer:
    """Answer with the result of each entry, in the shape of our own API."""
    counts = {"left_out": left_out, "unread": unread}
    more = {name: count for name, count in counts.items() if count}
    body = json.dumps({"data": {"results": results, **more}}, ensure_ascii=False)
    return HttpAnswer(status=202, body=body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """A product's language. The sentences are the product's row of docs/senders.md."""

    product: str
    expected: str
    """The right form of a body, for the refusal of an unusable one; may show an example."""
    read: Callable[[Sent, SenderSettings], Sequence[Entry]]
    """A pure function from what was sent to what it means.

    Raises `MalformedInputError` or `InvalidInputError` where the body as a whole is unusable.
    """
    admit: "Callable[[Sent, Integration, Ports], None] | None" = None
    """Checks that a product itself sent it, without a setting of the integration: SNS signs.

    Called before `read`; may ask the product, and write."""
    answer: Callable[[Results], HttpAnswer] = accepted
    handshake: Callable[[Mapping[str, str]], HttpAnswer | None] | None = None
    """Answers an OPTIONS request by which a product asks whether it may send; None where its
    headers ask for nothing."""
    methods: tuple[str, ...] = ("POST",)
    fires: str
    """The fields by which an alert fires."""
    resolves: str
    """The fields by which an alert is over."""
    dedup_key: str
    """The fields that distinguish its alerts."""
    severity: str
    """Where its severity comes from."""
    episode_start: str = "-"
    """The field with the begin of the condition, or `-`."""
    answers: str = "202, a result"
    """Status and body that it gets."""


def sender_of(type_: "IntegrationType") -> Sender:
    """Load the module that is called like the type; a cold start loads none."""
    module: Any = import_module(f"functions.ingest.senders.{type_.replace('-', '_')}")
    sender: Sender = module.SENDER
    return sender
