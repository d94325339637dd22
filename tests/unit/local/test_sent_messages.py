"""E-mail and SMS that the embedded AWS kept are told once, and nothing from before."""

from collections.abc import Mapping
from typing import Any

import pytest

from local.stack.aws import Aws
from local.view.sent_messages import MAILS, SentMessages
from local.view.shown_messages import ShownMessage


class Kept:
    """What the embedded AWS holds."""

    def __init__(self) -> None:
        self.mails: list[Mapping[str, Any]] = []
        self.texts: list[Mapping[str, Any]] = []

    def read(self, path: str) -> object:
        if path == MAILS:
            return {"messages": {"000000000000": self.mails}}
        return {"sms_messages": {"+15550100": self.texts} if self.texts else {}}

    def send_mail(self, name: str) -> None:
        addresses = {"To": ["alice@example.com"], "CC": [], "BCC": []}
        told = {"MessageId": name, "Subject": name, "BodyText": "", "Timestamp": 0}
        self.mails.append(told | addresses)


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Kept:
    kept = Kept()
    monkeypatch.setattr(SentMessages, "_read", lambda _, path: kept.read(path))
    return kept


def test_what_is_sent_is_told_once_and_nothing_from_before(kept: Kept) -> None:
    told: list[ShownMessage] = []
    kept.send_mail("before")
    sent = SentMessages(Aws("http://127.0.0.1:1"), told.append)

    kept.send_mail("after")
    kept.texts.append({"MessageId": "s-1", "Message": "Disk full"})
    sent.poll()
    sent.poll()

    assert [(message.kind, message.title) for message in told] == [
        ("e-mail", "after"),
        ("SMS", "Disk full"),
    ]
