"""AWS as it is on a bad line."""

from collections.abc import Mapping
from typing import Any, Final

from tocsin.adapters.aws_json import Call

_READS: Final = frozenset(("GetItem", "BatchGetItem", "Query"))


def losing_replies(call: Call) -> Call:
    """Lose the reply to every write, so that the client sends it again, as ours does.

    moto knows no ClientRequestToken, so here even a transaction is applied or refused anew.
    """

    def call_twice(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        if operation not in _READS:
            call(operation, parameters)
        return call(operation, parameters)

    return call_twice
