"""Records and messages that fail for their own reason are set aside, so that they delay no others.

Storage and queues that refuse for now (`TryAgainError`) are no such reason: the record or message
comes again until they work.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

from tocsin.domain.errors import TryAgainError
from tocsin.lambda_runtime.observability import Log, Measure

TRIES: Final = 3
SET_ASIDE: Final = Measure("SetAside")
"""One record or message was set aside."""

type QueueMessage = Mapping[str, Any]
"""A message of SQS as Lambda delivers it."""


class FailureQueue(Protocol):
    """The queue until `make redrive`; its alarm rings while it is not empty."""

    def keep(self, body: str, *, group: str | None = None) -> None:
        """Add one message.

        Raises:
            TryAgainError: The queue refuses for now.
        """


class Workplace(Protocol):
    """The ports of `deal_with`."""

    @property
    def failures(self) -> FailureQueue | None: ...

    @property
    def log(self) -> Log: ...


class Dealt(NamedTuple):
    """The result of one message."""

    is_done: bool
    """Whether it is done or set aside; if not, the queue has to deliver it again."""
    measures: Sequence[Measure]


def deal_with(
    message: QueueMessage,
    work: Callable[[QueueMessage], Sequence[Measure]],
    ports: Workplace,
    *,
    failed: str,
) -> Dealt:
    """Process a message; one that fails for its own reason is set aside at the third time.

    The queue also counts times when storage refused for now: after an outage, one failure may be
    enough.

    Args:
        message: As Lambda delivers it.
        work: Returns its measures; raises `TryAgainError` if storage refuses for now, other errors
            for good.
        ports: Queue and log.
        failed: The log's sentence of a failure.
    """
    try:
        return Dealt(is_done=True, measures=work(message))
    except TryAgainError:
        ports.log.exception(failed, message_id=message["messageId"])
        return Dealt(is_done=False, measures=())
    except Exception:
        ports.log.exception(failed, message_id=message["messageId"])
        is_set_aside = _set_aside(message, ports)
        return Dealt(is_done=is_set_aside, measures=(SET_ASIDE,) if is_set_aside else ())


def _set_aside(message: QueueMessage, ports: Workplace) -> bool:
    attributes = message["attributes"]
    if ports.failures is None or int(attributes["ApproximateReceiveCount"]) < TRIES:
        return False
    try:
        ports.failures.keep(message["body"], group=attributes.get("MessageGroupId"))
    except Exception:
        ports.log.exception("Message not set aside", message_id=message["messageId"])
        return False
    return True
