"""Changes of alerts, read from the table's stream."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local.stack.aws import REGION, ROOT_CREDENTIALS, Aws
from local.stack.polling import Polling
from tocsin.adapters.aws_json import AwsError, AwsJsonClient, Service
from tocsin.adapters.aws_signature import Credentials
from tocsin.adapters.dynamodb.alerts import items
from tocsin.domain.errors import TryAgainError
from tocsin.domain.ids import by_whom, instant
from tocsin.domain.timeline import Change, ChangeType

STREAMS = Service(
    name="dynamodb", target="DynamoDBStreams_20120810", content_type="application/x-amz-json-1.0"
)
# Where the timeline has another word.
WORDS = {ChangeType.FIRED: "opened"}


@dataclass(frozen=True)
class AlertLine:
    at: datetime
    what: str
    name: str
    severity: str
    by: str
    more: str = ""


def lines_of(record: Mapping[str, Any]) -> Iterator[AlertLine]:
    """Args: record: Of a DynamoDB stream with both images, as it comes over the wire."""
    new = record["dynamodb"].get("NewImage", {})
    old = record["dynamodb"].get("OldImage", {})
    if new.get("sk", {}).get("S") != "LIVE":
        return
    alert = items.alert_from(new)
    name, severity = alert.facts.name, alert.severity.value
    if new["version"] != old.get("version") or new["id"] != old.get("id"):
        for change in items.changes_from(new):
            what = WORDS.get(change.type, change.type.value.replace("_", " "))
            yield AlertLine(change.at, what, name, severity, by_whom(change.by), _more(change))
    elif alert.occurrences > int(old["occurrences"]["N"]):
        more = f"seen {alert.occurrences} times"
        by = f"integration:{alert.integration}"
        yield AlertLine(instant(int(new["last_seen_at"]["N"])), "updated", name, severity, by, more)


def _more(change: Change) -> str:
    told = (f"{name} {value}" for name, value in change.details.items() if value is not None)
    return ", ".join(told)


class AlertLines(Polling):
    """Watches the newest shard of the stream."""

    seconds = 0.3

    def __init__(self, aws: Aws, stream_arn: str, tell: Callable[[AlertLine], None]) -> None:
        super().__init__()
        credentials = Credentials(
            access_key=ROOT_CREDENTIALS["AWS_ACCESS_KEY_ID"],
            secret_key=ROOT_CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        )
        self._call = AwsJsonClient(
            STREAMS, region=REGION, credentials=lambda: credentials, endpoint=aws.endpoint
        ).call
        self._stream_arn = stream_arn
        self._tell = tell
        self._iterator: str | None = None

    def poll(self) -> None:
        try:
            iterator = self._iterator or self._at_the_end()
            answer = self._call("GetRecords", {"ShardIterator": iterator})
        except (AwsError, TryAgainError):
            # It expired, or the embedded AWS is stopping.
            self._iterator = None
            return
        self._iterator = answer.get("NextShardIterator")
        for record in answer["Records"]:
            self._tell_about(record)

    def _tell_about(self, record: Mapping[str, Any]) -> None:
        try:
            for line in lines_of(record):
                self._tell(line)
        except (KeyError, ValueError) as error:
            # Written by another version of the code.
            slot = record["dynamodb"]["Keys"]["pk"]["S"]
            more = f"{type(error).__name__} while reading {slot}"
            self._tell(AlertLine(datetime.now(UTC), "unreadable", "", "", "", more))

    def _at_the_end(self) -> str:
        described = self._call("DescribeStream", {"StreamArn": self._stream_arn})
        shard = described["StreamDescription"]["Shards"][-1]["ShardId"]
        answer = self._call(
            "GetShardIterator",
            {
                "StreamArn": self._stream_arn,
                "ShardId": shard,
                "ShardIteratorType": "LATEST",
            },
        )
        return str(answer["ShardIterator"])
