"""What fails for a reason of its own is set aside, so that it holds up nothing else.

Storage and queues that refuse for now (`TryAgainError`) are no such reason: what met them comes
back until they work again.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from tocsin.domain.errors import TryAgainError
from tocsin.lambda_runtime.log_lines import Measure

TRIES: Final = 3
SET_ASIDE: Final = "SetAside"
"""The metric: how many records and messages were set aside."""
ONE: Final = Measure(1, "Count")

type QueueMessage = Mapping[str, Any]
"""A message of SQS as Lambda delivers it."""


class FailureQueue(Protocol):
    """Where it is kept until `make redrive`; its alarm rings as long as it holds anything."""

    def keep(self, body: str, *, group: str | None = None) -> None:
        """Put one message there.

        Raises:
            TryAgainError: The queue refuses for now.
        """


class _Log(Protocol):
    def exception(self, message: str, **facts: object) -> None: ...


class Workplace(Protocol):
    """What working through messages needs of a function's ports."""

    @property
    def failures(self) -> FailureQueue | None: ...

    @property
    def log(self) -> _Log: ...

    def measure(self, name: str, measure: Measure) -> None: ...


def deal_with(
    message: QueueMessage, work: Callable[[QueueMessage], None], ports: Workplace, *, failed: str
) -> bool:
    """Work on a message; one that fails for a reason of its own is set aside, if it came before.

    It has to come for the third time. The queue counts what storage refused for now too: after an
    outage, one failure may be enough.

    Args:
        message: As Lambda delivers it.
        work: Raises `TryAgainError` when storage refuses for now, anything else for good.
        ports: Where to set aside, to log and to measure.
        failed: What the log says of a failure.

    Returns:
        Whether it is done or set aside. If not, the queue has to bring it back.
    """
    try:
        work(message)
    except TryAgainError:
        ports.log.exception(failed, message_id=message["messageId"])
        return False
    except Exception:
        ports.log.exception(failed, message_id=message["messageId"])
        return _set_aside(message, ports)
    return True


def _set_aside(message: QueueMessage, ports: Workplace) -> bool:
    attributes = message["attributes"]
    if ports.failures is None or int(attributes["ApproximateReceiveCount"]) < TRIES:
        return False
    try:
        ports.failures.keep(message["body"], group=attributes.get("MessageGroupId"))
    except Exception:
        ports.log.exception("Message not set aside", message_id=message["messageId"])
        return False
    ports.measure(SET_ASIDE, ONE)
    return True
