"""Retries changes of the table that were set aside or given up.

The function stores the whole record of a change that it sets aside. Lambda, which gives up after 20
hours, stores sequence numbers only; the stream keeps the records for 24 hours.
"""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from ops.dead_letters import Kept, Message
from ops.stack import Client
from tocsin.adapters.dynamodb.timeline.stream import record_from

PAYLOAD_BYTES = 5_000_000
"""Lambda takes 6 MB at once."""
GONE = {"TrimmedDataAccessException", "ResourceNotFoundException"}

type Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TableChanges:
    """Of TableChangeFailuresQueue."""

    streams: Client
    functions: Client
    function_name: str

    def follow(self, message: Message) -> Kept | None:
        """Changes that were followed already have no further effect."""
        body = json.loads(message["Body"])
        if "record" in body:
            return self._follow_one(body)
        batch = body.get("DDBStreamBatchInfo")
        if batch is None:
            return Kept("it names no changes")
        try:
            records = list(self._records(batch))
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in GONE:
                return Kept(f"the stream no longer has the changes of {_when(batch)}")
            raise
        failed = [reason for part in _parts(records) if (reason := self._why_failed(part))]
        return Kept(f"{failed[0]} on the changes of {_when(batch)}") if failed else None

    def _follow_one(self, body: Mapping[str, Any]) -> Kept | None:
        about = f"change {body['sequence_number']} of {body.get('pk')} {body.get('sk')}"
        record = record_from(body)
        if record is None:
            return Kept(f"{about} was too long to be kept")
        reason = self._why_failed([record])
        return Kept(f"{reason} on {about}") if reason else None

    def _records(self, batch: Mapping[str, Any]) -> Iterator[Record]:
        """Read from the first to the last sequence number, both included."""
        last = int(batch["endSequenceNumber"])
        iterator = self.streams.get_shard_iterator(
            StreamArn=batch["streamArn"],
            ShardId=batch["shardId"],
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber=batch["startSequenceNumber"],
        )["ShardIterator"]
        while iterator:
            answer = self.streams.get_records(ShardIterator=iterator)
            for record in answer["Records"]:
                if int(record["dynamodb"]["SequenceNumber"]) > last:
                    return
                yield {**record, "eventSourceARN": batch["streamArn"]}
                if int(record["dynamodb"]["SequenceNumber"]) == last:
                    return
            iterator = answer.get("NextShardIterator")

    def _why_failed(self, records: Sequence[Record]) -> str | None:
        answer = self.functions.invoke(
            FunctionName=self.function_name, Payload=as_lambda_reads(records)
        )
        said = json.load(answer["Payload"])
        if "FunctionError" in answer:
            return f"the function failed again ({said.get('errorType', answer['FunctionError'])})"
        failures = said["batchItemFailures"]
        return f"the function refused {len(failures)} of {len(records)}" if failures else None


def _when(batch: Mapping[str, Any]) -> str:
    return str(batch.get("approximateArrivalOfFirstRecord", batch["startSequenceNumber"]))


def _parts(records: Sequence[Record]) -> Iterator[list[Record]]:
    """Split into calls of at most `PAYLOAD_BYTES`, in order."""
    part: list[Record] = []
    size = 0
    for record in records:
        more = len(as_lambda_reads([record]))
        if part and size + more > PAYLOAD_BYTES:
            yield part
            part, size = [], 0
        part.append(record)
        size += more
    if part:
        yield part


def as_lambda_reads(records: Sequence[Record]) -> bytes:
    """An event; with `redrive` the function reports a failure and sets nothing aside."""
    return json.dumps({"Records": records, "redrive": True}, default=_plain).encode()


def _plain(value: object) -> object:
    match value:
        case datetime():
            return value.timestamp()
        case bytes():
            return base64.b64encode(value).decode()
        case _:
            raise TypeError(f"{type(value).__name__} is nothing that a stream holds")
