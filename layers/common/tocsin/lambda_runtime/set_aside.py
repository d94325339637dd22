"""What fails for a reason of its own is set aside, so that it holds up nothing else.

Storage and queues that refuse for now (`TryAgainError`) are no such reason: what met them comes
back until they work again.
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
    """Where it is kept until `make redrive`; its alarm rings as long as it holds anything."""

    def keep(self, body: str, *, group: str | None = None) -> None:
        """Put one message there.

        Raises:
            TryAgainError: The queue refuses for now.
        """


class Workplace(Protocol):
    """What working through messages needs of a function's ports."""

    @property
    def failures(self) -> FailureQueue | None: ...

    @property
    def log(self) -> Log: ...


class Dealt(NamedTuple):
    """The end of one message."""

    is_done: bool
    """Whether it is done or set aside. If not, the queue has to bring it back."""
    measures: Sequence[Measure]


def deal_with(
    message: QueueMessage,
    work: Callable[[QueueMessage], Sequence[Measure]],
    ports: Workplace,
    *,
    failed: str,
) -> Dealt:
    """Work on a message; one that fails for a reason of its own is set aside, if it came before.

    It has to come for the third time. The queue counts what storage refused for now too: after an
    outage, one failure may be enough.

    Args:
        message: As Lambda delivers it.
        work: Returns what it measured; raises `TryAgainError` when storage refuses for now,
            anything else for good.
        ports: Where to set aside and to log.
        failed: What the log says of a failure.
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
