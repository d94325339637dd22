"""Types of messages of SNS."""

from typing import Final

EXPECTED: Final = (
    'Expected what Amazon SNS sends: an object with "Type", "TopicArn", "Message" and "Signature", '
    "without raw message delivery."
)
CONFIRMATION: Final = "SubscriptionConfirmation"
FAREWELL: Final = "UnsubscribeConfirmation"
