"""The queue of records and messages that were set aside; it has an alarm."""

from dataclasses import dataclass

from tocsin.adapters.aws_json import Call


@dataclass(frozen=True, slots=True)
class SqsFailures:
    """Implements `FailureQueue`."""

    call: Call
    queue_url: str

    def keep(self, body: str, *, group: str | None = None) -> None:
        """Add one message.

        Args:
            body: At most 1 MiB, the limit of SQS.
            group: Its group in the queue that it came from.

        Raises:
            TryAgainError: The queue refuses for now.
            AwsError: It refuses; a retry would not help.
        """
        request = {"QueueUrl": self.queue_url, "MessageBody": body}
        if group is not None:
            request["MessageGroupId"] = group
        self.call("SendMessage", request)
