"""E-mail and SMS of the functions, which the embedded AWS stores and does not send."""

import json
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from local.stack.aws import Aws
from local.stack.polling import Polling
from local.view.shown_messages import ShownMessage, mail_of, sms_of

MAILS, TEXTS = "/_ministack/ses/messages", "/_ministack/sns/sms-messages"


class SentMessages(Polling):
    seconds = 1.0

    def __init__(self, aws: Aws, tell: Callable[[ShownMessage], None]) -> None:
        super().__init__()
        self._endpoint = aws.endpoint
        self._tell = tell
        self._seen = {name for name, _ in self._messages()}

    def poll(self) -> None:
        # The embedded AWS may be stopping.
        with suppress(OSError, ValueError):
            for name, shown in self._messages():
                if name not in self._seen:
                    self._seen.add(name)
                    self._tell(shown)

    def _messages(self) -> Iterator[tuple[str, ShownMessage]]:
        for mails in self._read(MAILS)["messages"].values():
            yield from ((mail["MessageId"], mail_of(mail)) for mail in mails)
        for number, texts in self._read(TEXTS)["sms_messages"].items():
            yield from ((text["MessageId"], sms_of(number, text)) for text in texts)

    def _read(self, path: str) -> Any:  # noqa: ANN401 - as ministack answers
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{self._endpoint}{path}", timeout=5) as answer:
            return json.load(answer)
