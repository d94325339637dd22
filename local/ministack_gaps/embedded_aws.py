"""Runs ministack until the process that started it closes the pipe, or is gone, which closes it.

Started by ministack.py with the interpreter of .venv-stack; the pipe is standard input. However the
starting process ends, changes of the table are followed first, then ministack saves its state.
"""

import importlib
import importlib.util
import json
import os
import re
import runpy
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

FOLLOW_SECONDS = 10
LEADING_KEYS = "dynamodb:LeadingKeys"
PARTITION_KEY = "pk"
"""Of the table, as in template.yaml; those of its indexes are named by each query."""
COUNTS_FILE = "TOCSIN_REQUEST_COUNTS"
"""The variable that names a file for the counts of requests; absent: nothing is counted."""


def stop_at_end_of_input() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    deadline = time.monotonic() + FOLLOW_SECONDS
    while has_unread_changes() and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(os.getpid(), signal.SIGTERM)


def has_unread_changes() -> bool:
    """Whether a function has yet to work on records of a table's stream, which is not saved.

    ministack tells this nowhere, so it is read from where ministack itself keeps it.
    """
    lambda_ = sys.modules.get("ministack.services.lambda_svc")
    dynamodb = sys.modules.get("ministack.services.dynamodb")
    if lambda_ is None or dynamodb is None:
        return False
    positions = lambda_._dynamodb_stream_positions._data  # noqa: SLF001
    for account, region, mapping in lambda_._iter_all_esms():  # noqa: SLF001
        if ":dynamodb:" in mapping["EventSourceArn"]:
            table = mapping["EventSourceArn"].split("/")[1]
            end = dynamodb.stream_end_position(table, account_id=account, region=region)
            if positions.get((account, region, mapping["UUID"]), 0) < end:
                return True
    return False


class _Options(str):
    """An OPTIONS that ministack does not take for one, and routes do."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return False


def send_options_to_their_routes() -> None:
    """An HTTP API without CORS hands OPTIONS to the route of any method, as that of AWS does.

    ministack answers 403 itself.
    """
    apigateway: Any = importlib.import_module("ministack.services.apigateway")
    handle = apigateway._handle_execute_in_scope  # noqa: SLF001

    async def handled(api_id: str, stage: str, path: str, method: str, *rest: object) -> object:
        api = apigateway._apis.get(api_id) or {}  # noqa: SLF001
        if method == "OPTIONS" and not api.get("corsConfiguration"):
            method = _Options(method)
        return await handle(api_id, stage, path, method, *rest)

    apigateway._handle_execute_in_scope = handled  # noqa: SLF001


class _Action(str):
    """What an item of a transaction does, with the partition that it does it to."""

    __slots__ = ("leading_key",)
    leading_key: str


def compare_partition_keys() -> None:
    """Let conditions on `dynamodb:LeadingKeys` see the partition keys of a request, as on AWS.

    ministack does not, so none of a role's would ever refuse.
    """
    actions: Any = importlib.import_module("ministack.core.iam_actions")
    evaluator: Any = importlib.import_module("ministack.core.iam_evaluator")
    context_of, checks_of = actions.dynamodb_service_context, actions.dynamodb_transaction_checks
    enforce = evaluator.enforce

    def context(body: bytes) -> dict[str, Any]:
        found = partitions_in(json.loads(body or b"{}"))
        return {**context_of(body), **({LEADING_KEYS: found} if found else {})}

    def checks(iam_action: str, body: bytes, *where: str) -> list[tuple[str, str]]:
        checked = checks_of(iam_action, body, *where)
        if not checked:
            return []
        writes = [it for item in json.loads(body)["TransactItems"] for it in item.values()]
        return [
            (_with_partition(action, write), arn)
            for (action, arn), write in zip(checked, writes, strict=True)
        ]

    def enforced(
        access_key: str,
        action: str,
        *where: str,
        resource_arn: str = "*",
        service_context: Mapping[str, Any] | None = None,
    ) -> object:
        if isinstance(action, _Action):
            service_context = {**(service_context or {}), LEADING_KEYS: [action.leading_key]}
        return enforce(
            access_key, action, *where, resource_arn=resource_arn, service_context=service_context
        )

    actions.dynamodb_service_context = context
    actions.dynamodb_transaction_checks = checks
    evaluator.enforce = enforced


def partitions_in(request: Mapping[str, Any]) -> list[str]:
    """The partition keys that a request to DynamoDB names, but for those of a transaction."""
    match request:
        case {"KeyConditionExpression": str(condition), "ExpressionAttributeValues": values}:
            [name] = re.findall(r"=\s*(:\w+)", condition)[:1]
            return list(values[name].values())
        case {"Key": key} | {"Item": key}:
            return list(key[PARTITION_KEY].values())
        case {"RequestItems": dict(tables)}:
            keys = [key for asked in tables.values() for key in _keys_of_batch(asked)]
            return [text for key in keys for text in key[PARTITION_KEY].values()]
        case _:
            return []


def _keys_of_batch(asked: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Sequence[Any]:
    """Keys of a BatchGetItem, or keys and items of a BatchWriteItem."""
    if isinstance(asked, Mapping):
        keys: Sequence[Any] = asked["Keys"]
        return keys
    return [next(iter(each.values())) for write in asked for each in write.values()]


def _with_partition(action: str, write: Mapping[str, Any]) -> str:
    known = _Action(action)
    [known.leading_key] = partitions_in(write)
    return known


def receive_by_groups() -> None:
    """Let a standard queue with message groups be fair, as SQS's are.

    SQS delivers the messages of a group with few in flight before those of a group that has many.
    """
    sqs: Any = importlib.import_module("ministack.services.sqs")
    original = sqs._collect_msgs  # noqa: SLF001

    def collected(queue: dict[str, Any], most: int, visibility: int) -> list[dict[str, Any]]:
        if not queue["is_fifo"]:
            order_fairly(queue["messages"], time.time())
        return list(original(queue, most, visibility))

    sqs._collect_msgs = collected  # noqa: SLF001


def order_fairly(messages: list[dict[str, Any]], now: float) -> None:
    """Bring forward what belongs to groups with few messages in flight."""
    busy = Counter(
        message.get("group_id")
        for message in messages
        if message.get("receive_count") and message["visible_at"] > now
    )
    if busy:
        messages.sort(key=lambda message: busy[message.get("group_id")])


def read_streams_as_lambda_does() -> None:
    """Filter before a batch is made, follow several batches at once, and queues meanwhile."""
    lambda_: Any = importlib.import_module("ministack.services.lambda_svc")
    dynamodb: Any = importlib.import_module("ministack.services.dynamodb")
    reader = _beside("stream_batches").StreamReader(lambda_, dynamodb)
    lambda_._poll_dynamodb_streams = reader.poll  # noqa: SLF001


def count_requests(file: Path) -> None:
    """Keep what functions ask of DynamoDB and SQS in a file: ministack tells only the asker."""
    dynamodb: Any = importlib.import_module("ministack.services.dynamodb")
    sqs: Any = importlib.import_module("ministack.services.sqs")
    sts: Any = importlib.import_module("ministack.services.sts")
    counting = _beside("request_counts")

    def stored(name: str, named: Mapping[str, Any]) -> Mapping[str, Any] | None:
        table = dynamodb._tables[name]  # noqa: SLF001
        found: Mapping[str, Any] | None = dynamodb._get_item_by_key(table, named)  # noqa: SLF001
        return found

    def function_of(headers: Mapping[str, str]) -> str | None:
        """Functions sign as a session of their role, which has their name."""
        credential = headers.get("authorization", "").partition("Credential=")[2]
        session = sts._sessions.get(credential.partition("/")[0])  # noqa: SLF001
        return session["Arn"].rpartition("/")[2] if session else None

    counts = counting.Counts()
    table = counting.Table(
        stored=stored,
        size_of=dynamodb._item_size_bytes,  # noqa: SLF001
        partitions_in=partitions_in,
    )
    dynamodb.handle_request = counting.counted(dynamodb.handle_request, counts, function_of, table)
    sqs.handle_request = counting.counted(sqs.handle_request, counts, function_of, None)
    threading.Thread(target=counts.keep_in, args=(file,), daemon=True).start()


def _beside(name: str) -> Any:  # noqa: ANN401 - a module
    """A module beside this one: their folder is not on the path."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    if spec is None or spec.loader is None:
        raise ImportError(name)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # where dataclasses look for it
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    send_options_to_their_routes()
    compare_partition_keys()
    receive_by_groups()
    read_streams_as_lambda_does()
    if COUNTS_FILE in os.environ:
        count_requests(Path(os.environ[COUNTS_FILE]))
    threading.Thread(target=stop_at_end_of_input, daemon=True).start()
    runpy.run_module("ministack", run_name="__main__")
