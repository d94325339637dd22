"""`make backup` and `make restore`: a stack's table as a file, and back into an empty stack.

The file holds an item a line, as DynamoDB spells it, compressed. Restoring pages nobody again:
alerts are written last, so that the stream finds the timeline and the ledger of each already there.
"""

import argparse
import base64
import gzip
import json
import sys
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import batched
from pathlib import Path
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from ops.samconfig import OperationError
from ops.stack import Client, DeployedStack
from tocsin.adapters.dynamodb.keys import (
    CHANGES_KEY,
    EPISODES_FROM,
    KNOCKS_FROM,
    LEDGER_FROM,
    LIVE,
    SESSIONS,
    SWEEP_KEY,
    TEAM_FILE_REQUESTS_KEY,
    WAYS_OUT_FROM,
)
from tocsin.domain.ids import ULID_LENGTH

type Item = Mapping[str, Mapping[str, Any]]

BATCH: Final = 25
"""Items of one BatchWriteItem, by DynamoDB's documentation."""
ALERTS_FROM: Final = "A#"
GATES_FROM: Final = "G#"
"""Of lines too."""
OF_THIS_STACK: Final = (SWEEP_KEY, TEAM_FILE_REQUESTS_KEY, CHANGES_KEY)
"""Items that mean nothing to another stack."""
NEVER_KEPT: Final = (GATES_FROM, KNOCKS_FROM, WAYS_OUT_FROM, SESSIONS)
"""Begin partitions that a running stack makes anew. With sessions those that were ended since would
be open again; people sign in anew."""
FIRST_PAUSE: Final = 0.05
LAST_PAUSE: Final = 5.0
"""Seconds before what DynamoDB did not take is sent again."""
PROGRESS_EVERY: Final = 5_000
_DAMAGED: Final = (
    *(gzip.BadGzipFile, zlib.error, EOFError),
    *(ValueError, KeyError, TypeError, AttributeError, RecursionError),
)
"""What reading a file raises that is none of `back_up`."""


def main() -> int:
    arguments = _arguments()
    try:
        stack = DeployedStack.named(arguments.env, arguments.stack or None)
        table, dynamodb = stack.physical_id("Table"), stack.client("dynamodb")
        if arguments.what == "backup":
            count = back_up(dynamodb, table, arguments.file)
            print(f"{count} items of the stack {stack.name} are in {arguments.file}.")
        else:
            count = restore(dynamodb, table, arguments.file)
            print(f"{count} items are in the stack {stack.name}.")
    except (OperationError, BotoCoreError, ClientError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def back_up(dynamodb: Client, table: str, file: Path) -> int:
    """Write all items but sessions and what a running stack makes anew.

    A file that is there is replaced only when the new one is complete.
    """
    unfinished = file.with_name(f"{file.name}.unfinished")
    count = 0
    with gzip.open(unfinished, "wt", encoding="utf-8") as lines:
        unfinished.chmod(0o600)  # addresses of people, hashes of keys
        for item in _items(dynamodb, table):
            lines.write(f"{json.dumps(item, default=_spelled)}\n")
            count += 1
            _show_progress(count)
    unfinished.replace(file)
    return count


def restore(dynamodb: Client, table: str, file: Path) -> int:
    """Write a backup's items into a stack that has no alert yet.

    Raises:
        OperationError: The stack has alerts, or the file is none of `back_up`.
    """
    if any(_is_of_alert(item) for item in _items(dynamodb, table)):
        raise OperationError(f"The table {table} holds alerts: restore into a new stack.")
    # Read once more for each rank: a table of millions of items is larger than a machine's memory.
    ranks = sorted({_rank(item) for item in _read(file)})
    if not ranks:
        raise OperationError(f"{file} is no backup: it is empty.")
    count = 0
    for rank in ranks:
        # The items of one BatchWriteItem are written in any order, so none holds two ranks.
        for batch in batched(_of_rank(rank, file), BATCH, strict=False):
            _write(dynamodb, table, batch)
            for _ in batch:
                count += 1
                _show_progress(count)
    return count


def _items(dynamodb: Client, table: str) -> Iterator[Item]:
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    for page in pages:
        for item in page["Items"]:
            key = {name: item[name] for name in ("pk", "sk")}
            if key not in OF_THIS_STACK and not key["pk"]["S"].startswith(NEVER_KEPT):
                yield item


def _is_of_alert(item: Item) -> bool:
    return str(item["pk"]["S"]).startswith(ALERTS_FROM)


def _rank(item: Item) -> int:
    """Alerts last, after timelines and ledgers: their stream records find their work done."""
    partition, sort = str(item["pk"]["S"]), str(item["sk"]["S"])
    if partition.startswith(LEDGER_FROM):
        return 1
    if not partition.startswith(ALERTS_FROM):
        return 0
    is_episode = sort.startswith(EPISODES_FROM) and len(sort) == len(EPISODES_FROM) + ULID_LENGTH
    return 2 if sort == LIVE or is_episode else 0


def _of_rank(rank: int, file: Path) -> Iterator[Item]:
    return (item for item in _read(file) if _rank(item) == rank)


def _write(dynamodb: Client, table: str, items: Sequence[Item]) -> None:
    left: Sequence[Any] = [{"PutRequest": {"Item": item}} for item in items]
    pause = FIRST_PAUSE
    while left:
        answer = dynamodb.batch_write_item(RequestItems={table: left})
        refused = answer.get("UnprocessedItems", {}).get(table, ())
        if refused:
            pause = FIRST_PAUSE if len(refused) < len(left) else min(2 * pause, LAST_PAUSE)
            time.sleep(pause)
        left = refused


def _read(file: Path) -> Iterator[Item]:
    try:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield _item(json.loads(line))
    except _DAMAGED as error:
        raise OperationError(f"{file} is no backup, or was cut short: {error!r}") from error


def _item(written: Mapping[str, Mapping[str, Any]]) -> Item:
    """Raises KeyError for what is no item of the table."""
    item = {name: _value(value) for name, value in written.items()}
    return {**item, "pk": {"S": item["pk"]["S"]}, "sk": {"S": item["sk"]["S"]}}


def _spelled(value: object) -> str:
    """Spell bytes, which boto3 has decoded."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    raise TypeError(f"DynamoDB has no {type(value).__name__}")


def _value(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Decode bytes, which boto3 encodes again."""
    ((kind, content),) = value.items()
    match kind:
        case "B":
            return {kind: base64.b64decode(content)}
        case "BS":
            return {kind: [base64.b64decode(each) for each in content]}
        case "L":
            return {kind: [_value(each) for each in content]}
        case "M":
            return {kind: {name: _value(each) for name, each in content.items()}}
        case _:
            return {kind: content}


def _show_progress(count: int) -> None:
    if count % PROGRESS_EVERY == 0:
        print(f"  {count} items", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["backup", "restore"])
    parser.add_argument("--env", default="default", help="section of samconfig.toml")
    parser.add_argument("--stack", default="", help="name of the stack, if it is another")
    parser.add_argument("--file", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
