"""Whose language a sender speaks: one module a product, loaded when its first event comes.

A sender module has `read(entry, settings) -> Signal`, a pure function that raises
`InvalidInputError` for an entry that says nothing usable, and `EXPECTED`, the sentence that
tells a person what would be right.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Final, Protocol

from tocsin.domain.integration import IntegrationType
from tocsin.domain.signal import Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderSettings:
    """What an integration says about how to read its sender."""

    severity_map: Mapping[str, str] = field(default_factory=dict)


class Sender(Protocol):
    """What a sender module offers."""

    EXPECTED: str

    def read(self, entry: Mapping[str, Any], settings: SenderSettings) -> Signal:
        """Understand one entry of a body.

        Raises:
            InvalidInputError: It says nothing usable; `details` say what would be right.
        """


_MODULES: Final[Mapping[IntegrationType, str]] = {
    IntegrationType.REST: "rest",
    IntegrationType.MONITOR: "rest",
    IntegrationType.EVENTS: "events",
}


def sender_of(type_: IntegrationType) -> Sender:
    """Load the module that reads this type; a cold start pays for none that it does not use."""
    module: Any = import_module(f"functions.ingest.senders.{_MODULES[type_]}")
    sender: Sender = module
    return sender
