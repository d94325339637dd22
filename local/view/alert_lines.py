"""Changes of alerts, and what became of their messages, read from the table's stream."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local.stack.aws import REGION, ROOT_CREDENTIALS, Aws
from local.stack.example_people import PEOPLE
from local.stack.polling import Polling
from local.view.shown_messages import kind_of
from tocsin.adapters.aws_json import AwsError, AwsJsonClient, Service
from tocsin.adapters.aws_signature import Credentials
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts import items
from tocsin.adapters.dynamodb.notifications.notification_items import stored_notification
from tocsin.domain.errors import TryAgainError
from tocsin.domain.ids import by_whom, instant
from tocsin.domain.notification import DeliveryState
from tocsin.domain.timeline import Change, ChangeType

STREAMS = Service(
    name="dynamodb", target="DynamoDBStreams_20120810", content_type="application/x-amz-json-1.0"
)
CONSOLES = {
    path.removeprefix("channels/") for path, body in PEOPLE.items() if body.get("type") == "console"
}
TOLD = (DeliveryState.FAILED, DeliveryState.SKIPPED, DeliveryState.RETRYING)
NAMES_KEPT = 5_000
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


@dataclass(frozen=True)
class MessageLine:
    at: datetime
    what: str
    """Such as `page failed`."""
    to: str
    name: str
    """Of the alert."""
    why: str = ""


def message_line_of(record: Mapping[str, Any], names: Mapping[str, str]) -> MessageLine | None:
    """Tell a message that failed, was skipped, is tried again, or went to a channel.

    What people are sent, and the console, is shown as a whole elsewhere.

    Args:
        record: Of a DynamoDB stream with both images, as it comes over the wire.
        names: Of alerts, by id.
    """
    stored = stored_notification(record)
    if stored is None:
        return None
    before, after = stored
    if before is not None and (before.state, before.attempts) == (after.state, after.attempts):
        return None
    delivery = after.delivery
    is_to_channel = delivery.target.startswith("channel:")
    is_shown_whole = not is_to_channel or delivery.channel in CONSOLES
    if after.state not in TOLD and (after.state is not DeliveryState.SENT or is_shown_whole):
        return None
    place = delivery.channel if is_to_channel else f"{delivery.target_name} by {delivery.channel}"
    return MessageLine(
        at=after.changed_at,
        what=f"{kind_of(delivery.event)} {after.state}",
        to=place,
        name=names.get(delivery.alert_id, delivery.alert_id),
        why=after.reason or "",
    )


def _more(change: Change) -> str:
    told = (f"{name} {value}" for name, value in change.details.items() if value is not None)
    return ", ".join(told)


class AlertLines(Polling):
    """Watches the newest shard of the stream."""

    seconds = 0.3

    def __init__(
        self,
        aws: Aws,
        stream_arn: str,
        tell: Callable[[AlertLine], None],
        tell_message: Callable[[MessageLine], None],
    ) -> None:
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
        self._tell_message = tell_message
        self._names: dict[str, str] = {}
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
            self._remember(record)
            for line in lines_of(record):
                self._tell(line)
            if message := message_line_of(record, self._names):
                self._tell_message(message)
        except (KeyError, ValueError) as error:
            # Written by another version of the code.
            slot = record["dynamodb"]["Keys"]["pk"]["S"]
            more = f"{type(error).__name__} while reading {slot}"
            self._tell(AlertLine(datetime.now(UTC), "unreadable", "", "", "", more))

    def _remember(self, record: Mapping[str, Any]) -> None:
        new = record["dynamodb"].get("NewImage", {})
        if new.get("sk", {}).get("S") == keys.LIVE:
            alert = items.alert_from(new)
            self._names[alert.alert_id] = alert.facts.name
            if len(self._names) > NAMES_KEPT:
                del self._names[next(iter(self._names))]

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
