"""How Lambda reads a table's stream: filters first, and several batches of a shard side by side.

ministack hands over 100 records as they come, filtered afterwards, one batch at a time; meanwhile
it takes no messages from queues.
"""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from itertools import batched
from typing import Any

READ_AT_ONCE = 1_000
"""Records of one GetRecords, as DynamoDB Streams limits them (API reference, GetRecords)."""
PAUSE_SECONDS = 1.0
"""Between two tries of a batch that failed."""

type Record = Mapping[str, Any]


def lanes_of(records: Sequence[Record], factor: int, size: int) -> list[list[list[Record]]]:
    """Split what one read of a shard found into batches.

    Args:
        records: In the stream's order, already filtered.
        factor: `ParallelizationFactor`: how many batches go on at a time.
        size: `BatchSize`.

    Returns:
        For each lane its batches. The records of one item are in one lane, in their order.
    """
    lanes: list[list[Record]] = [[] for _ in range(factor)]
    for record in records:
        lanes[hash(_item_of(record)) % factor].append(record)
    return [[list(batch) for batch in batched(lane, size, strict=False)] for lane in lanes if lane]


def left_to_do(batch: Sequence[Record], answer: object) -> Sequence[Record]:
    """What of a batch comes again: from the first record that the function names as failed."""
    failures = answer.get("batchItemFailures") if isinstance(answer, Mapping) else None
    failed = {it.get("itemIdentifier") for it in failures or ()}
    for position, record in enumerate(batch):
        if record["dynamodb"]["SequenceNumber"] in failed:
            return batch[position:]
    return ()


def _item_of(record: Record) -> str:
    return repr(sorted(record["dynamodb"]["Keys"].items()))


class StreamReader:
    """Stands where ministack polls the streams of tables."""

    def __init__(self, lambda_: Any, dynamodb: Any) -> None:  # noqa: ANN401 - ministack's modules
        self._lambda, self._dynamodb = lambda_, dynamodb
        self._reading: set[str] = set()

    def poll(self) -> bool:
        """Begin to follow what is new, and say whether there was anything."""
        found = False
        for account, region, mapping in self._lambda._iter_all_esms():  # noqa: SLF001
            tokens = (
                self._lambda._request_account_id.set(account),  # noqa: SLF001
                self._lambda._request_region.set(region),  # noqa: SLF001
            )
            try:
                found = self._begin(mapping) or found
            finally:
                self._lambda._request_account_id.reset(tokens[0])  # noqa: SLF001
                self._lambda._request_region.reset(tokens[1])  # noqa: SLF001
        return found

    def _begin(self, mapping: Mapping[str, Any]) -> bool:
        arn, name = mapping["EventSourceArn"], mapping["UUID"]
        if ":dynamodb:" not in arn or not mapping.get("Enabled", True) or name in self._reading:
            return False
        table = arn.split("/")[1]
        positions = self._lambda._dynamodb_stream_positions  # noqa: SLF001
        if name not in positions:
            self._lambda._init_stream_position(name, arn, mapping["StartingPosition"])  # noqa: SLF001
        begins = max(positions[name], self._dynamodb.stream_start_position(table))
        records = self._dynamodb.stream_records_since(table, begins, READ_AT_ONCE)
        if not records:
            return False
        self._reading.add(name)
        self._lambda.spawn_background(
            self._follow, mapping, records, begins + len(records), thread_name="stream"
        )
        return True

    def _follow(self, mapping: Mapping[str, Any], records: Sequence[Record], ends: int) -> None:
        name = mapping["UUID"]
        try:
            wanted = self._lambda._apply_filter_criteria(list(records), mapping)  # noqa: SLF001
            # More at a time than there are cores would start further instances and gain nothing.
            factor = min(mapping.get("ParallelizationFactor", 1), os.cpu_count() or 1)
            lanes = lanes_of(wanted, factor, mapping.get("BatchSize", 100))
            if len(lanes) == 1:
                self._follow_lane(mapping, lanes[0])
            elif lanes:
                with ThreadPoolExecutor(len(lanes)) as threads:
                    work: Callable[..., None] = self._follow_lane
                    for done in [
                        threads.submit(copy_context().run, work, mapping, lane) for lane in lanes
                    ]:
                        done.result()
            with self._lambda._dynamodb_stream_positions_lock:  # noqa: SLF001
                self._lambda._dynamodb_stream_positions[name] = ends  # noqa: SLF001
        finally:
            self._reading.discard(name)
            self._lambda._esm_wake.set()  # noqa: SLF001

    def _follow_lane(self, mapping: Mapping[str, Any], lane: Sequence[Sequence[Record]]) -> None:
        for batch in lane:
            left: Sequence[Record] = batch
            while left and mapping.get("Enabled", True):
                function, _ = self._lambda._get_func_record_for_qualifier(  # noqa: SLF001
                    mapping["FunctionName"], mapping.get("Qualifier")
                )
                if function is None:  # the stack is being removed
                    return
                result = self._lambda._execute_function(function, {"Records": list(left)})  # noqa: SLF001
                if not result.get("error"):
                    left = left_to_do(left, result.get("body"))
                if left:
                    time.sleep(PAUSE_SECONDS)
