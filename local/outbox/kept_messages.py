"""Messages of the outbox: what the embedded AWS stored, and what came to the outbox itself."""

import json
import threading
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any, Final

MAILS, TEXTS = "/_ministack/ses/messages", "/_ministack/sns/sms-messages"
LIMIT: Final = 500
"""Messages of one kind, the newest: a storm must not fill the page or the disk."""
_REWRITTEN_BEYOND: Final = 4 * LIMIT
"""Lines of the file."""


@dataclass(frozen=True, kw_only=True)
class KeptMessage:
    id: str
    at: float
    """Seconds since 1970."""
    kind: str
    """`e-mail`, `sms`, `slack`, `push`, `webhook` or `topic`."""
    to: str
    title: str
    text: str = ""
    html: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    """A webhook's, a push's or Slack's arguments."""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def day_and_time(self) -> str:
        return f"{datetime.fromtimestamp(self.at, UTC).astimezone():%a %H:%M:%S}"


class Outbox:
    """Called from threads of the gateway."""

    def __init__(self, file: Path, read: Callable[[str], Any]) -> None:
        """Args: read: Answers a path of the embedded AWS, decoded."""
        self._file = file
        self._read = read
        self._lock = threading.Lock()
        stored = list(_stored(file))
        self._received = dict(stored[-LIMIT:])
        self._lines = len(stored)

    def all(self) -> list[KeptMessage]:
        """All, the newest first."""
        with self._lock:
            received = list(self._received.values())
        # The embedded AWS may be starting or stopping.
        with suppress(OSError, ValueError):
            received += [*self._mails(), *self._texts()]
        return sorted(received, key=lambda message: message.at, reverse=True)

    def get(self, identifier: str) -> KeptMessage | None:
        return next((message for message in self.all() if message.id == identifier), None)

    def add(self, message: KeptMessage) -> None:
        """Keep a message that came here; one of the same id takes its place."""
        with self._lock:
            self._received[message.id] = message
            for old in list(self._received)[:-LIMIT]:
                del self._received[old]
            self._lines += 1
            is_long = self._lines > _REWRITTEN_BEYOND
            kept = list(self._received.values()) if is_long else [message]
            with self._file.open("w" if is_long else "a", encoding="utf-8") as file:
                file.writelines(f"{json.dumps(asdict(each))}\n" for each in kept)
            self._lines = len(kept) if is_long else self._lines
            self._file.chmod(0o600)  # messages hold links that act

    def _mails(self) -> Iterator[KeptMessage]:
        mails = [mail for of in self._read(MAILS)["messages"].values() for mail in of]
        for mail in mails[-LIMIT:]:
            yield KeptMessage(
                id=_plain(mail["MessageId"]),
                at=_seconds(mail["Timestamp"]),
                kind="e-mail",
                to=", ".join([*mail["To"], *mail["CC"], *mail["BCC"]]),
                title=str(make_header(decode_header(str(mail["Subject"])))),
                text=str(mail["BodyText"] or ""),
                html=mail["BodyHtml"] or None,
                headers={"From": str(make_header(decode_header(str(mail["Source"]))))},
            )

    def _texts(self) -> Iterator[KeptMessage]:
        for number, texts in self._read(TEXTS)["sms_messages"].items():
            for text in texts[-LIMIT:]:
                said = str(text["Message"])
                yield KeptMessage(
                    id=_plain(text["MessageId"]),
                    at=_seconds(text.get("Timestamp")),
                    kind="sms",
                    to=number,
                    title=said.split("\n", maxsplit=1)[0],
                    text=said,
                )


def reader(endpoint: str) -> Callable[[str], Any]:
    """Read paths of the embedded AWS, past any proxy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def read(path: str) -> Any:  # noqa: ANN401 - as ministack answers
        with opener.open(f"{endpoint}{path}", timeout=5) as answer:
            return json.load(answer)

    return read


def _stored(file: Path) -> Iterator[tuple[str, KeptMessage]]:
    if not file.exists():
        return
    for line in file.read_text(encoding="utf-8").splitlines():
        # The last line may have been cut short by a kill.
        with suppress(ValueError, TypeError):
            message = KeptMessage(**json.loads(line))
            yield message.id, message


def _plain(identifier: str) -> str:
    return identifier.partition("@")[0]


def _seconds(told: object) -> float:
    """Seconds since 1970 or ISO 8601: ministack's services differ."""
    if isinstance(told, int | float):
        return float(told)
    if isinstance(told, str):
        return datetime.fromisoformat(told).timestamp()
    return 0.0
