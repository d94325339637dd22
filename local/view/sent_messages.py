"""E-mail and SMS of the functions, which the embedded AWS stores and does not send."""

import json
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from local.stack.aws import Aws
from local.view.shown_messages import ShownMessage, mail_of, sms_of

POLL_SECONDS = 1.0
MAILS, TEXTS = "/_ministack/ses/messages", "/_ministack/sns/sms-messages"


class SentMessages:
    """Watches from `start` to `stop`, in a thread of its own."""

    def __init__(self, aws: Aws, tell: Callable[[ShownMessage], None]) -> None:
        self._endpoint = aws.endpoint
        self._tell = tell
        self._seen = {name for name, _ in self._messages()}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopping.wait(POLL_SECONDS):
            # The embedded AWS may be stopping.
            with suppress(OSError, ValueError):
                self._tell_what_is_new()

    def _tell_what_is_new(self) -> None:
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
