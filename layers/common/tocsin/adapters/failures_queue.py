"""The queue of what was set aside: a message that waits for a person, with an alarm on it."""

from dataclasses import dataclass

from tocsin.adapters.aws_json import Call


@dataclass(frozen=True, slots=True)
class SqsFailures:
    """Implements `FailureQueue`."""

    call: Call
    queue_url: str

    def keep(self, body: str, *, group: str | None = None) -> None:
        """Put one message there.

        Args:
            body: At most 1 MiB, the limit of SQS.
            group: The group the message had in the queue that it came from.

        Raises:
            TryAgainError: The queue refuses for now.
            AwsError: It refuses for good.
        """
        request = {"QueueUrl": self.queue_url, "MessageBody": body}
        if group is not None:
            request["MessageGroupId"] = group
        self.call("SendMessage", request)
