"""A transaction that DynamoDB cancels for another reason than a condition is no lost race."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.contract.alerts_in_store import a_signal, put, reopened, resolve
from tests.contract.conftest import Store, on_the_table
from tests.examples import HOUR, NINE
from tocsin.adapters.aws_json import AwsError, Call


@pytest.fixture
def store(call: Call) -> Store:
    """Refuses every transaction as DynamoDB refuses an item that grew too big."""

    def refusing(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        if operation != "TransactWriteItems":
            return call(operation, parameters)
        reasons = [{"Code": "None"}, {"Code": "ValidationError", "Message": "too big"}]
        raise AwsError("TransactionCanceledException", "cancelled", reasons=reasons)

    return on_the_table(refusing)


def test_it_is_a_fault_to_be_seen_and_not_a_reason_to_decide_again(store: Store) -> None:
    over = put(store.slots, a_signal("disk-full"), transitions=[resolve])

    with pytest.raises(AwsError):
        reopened(store.slots, over, at=NINE + HOUR)

    assert store.alerts.get(over.alert_id) == over
