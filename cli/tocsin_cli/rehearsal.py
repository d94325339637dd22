"""A team's file in action, without AWS: what senders send, what people do, and who is told when."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from functions.ingest.intake import refusals_of, settings_of, signal_of
from functions.ingest.senders import Ignored, Sent, sender_of
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidInputError, TocsinError
from tocsin.domain.ids import Actor, AlertId
from tocsin.domain.integration import Integration
from tocsin.domain.timeline import Change
from tocsin.usecases.change_alert import change_alert
from tocsin_cli.simulated.engine import Engine
from tocsin_cli.simulated.recorder import Recorder, Told

LONGEST: Final = timedelta(days=7)
"""Of one rehearsal."""
_TIMELINE_LIMIT: Final = 2_000


class NotUsableError(Exception):
    """What was to be sent would be refused, or asks for nothing."""


@dataclass
class Rehearsal:
    """One team, one clock."""

    begins: datetime
    integrations: Mapping[str, Integration] = field(default_factory=dict)
    alert_ids: list[AlertId] = field(default_factory=list)
    """Of what was sent, in that order."""

    def __post_init__(self) -> None:
        self.recorder = Recorder(lambda: self.engine.now)
        self.engine: Engine[Recorder] = Engine(self.begins, self.recorder, self.recorder)

    @property
    def now(self) -> datetime:
        return self.engine.now

    @property
    def told(self) -> Sequence[Told]:
        """All messages until now, in their order."""
        return self.recorder.told

    def run(self, until: datetime) -> None:
        """Let everything happen that happens until then."""
        left = until - self.engine.now
        if left > timedelta():
            self.engine.pass_time(seconds=left.total_seconds())

    def send(self, integration: str, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        """Let a sender send a body now.

        Raises:
            NotUsableError: Intake would refuse it, or do nothing for it.
        """
        known = self.integrations[integration]
        if known.paused:
            raise NotUsableError(f"the integration {integration} is paused")
        sender = sender_of(known.type)
        sent = Sent(body=body, headers=headers or {}, at=self.now)
        try:
            entries = sender.read(sent, settings_of(known))
            if (refusal := refusals_of(entries, sender.expected)) is not None:
                raise refusal
        except TocsinError as error:
            raise NotUsableError(_said(error)) from None
        whys = []
        for entry in entries:
            match entry.read:
                case InvalidInputError() as refused:
                    whys.append(_said(refused))
                case Ignored(why):
                    whys.append(why)
                case report:
                    receipt = self.engine.receive(signal_of(report, sent, known), known.source)
                    if receipt.alert_id is not None:
                        self.alert_ids.append(receipt.alert_id)
        if len(whys) == len(entries):
            raise NotUsableError("; ".join(dict.fromkeys(whys)) or "it holds no alert")

    def acknowledge(self, user: str) -> None:
        """Let a person acknowledge everything that is open.

        Raises:
            NotUsableError: Nothing is open.
        """
        self._act(lambda alert: alert.acknowledge(by=Actor(user), at=self.now), "acknowledge")

    def resolve(self, user: str) -> None:
        """Let a person resolve everything that is open; raises as `acknowledge`."""
        self._act(lambda alert: alert.resolve(by=Actor(user), at=self.now), "resolve")

    def _act(self, change: Callable[[Alert], Alert], what: str) -> None:
        alerts = self.engine.alerts.get_many(dict.fromkeys(self.alert_ids)).values()
        opened = [alert for alert in alerts if alert.is_open]
        if not opened:
            raise NotUsableError(f"there is nothing open to {what}")
        for alert in opened:
            change_alert(
                alert.alert_id,
                change,
                alerts=self.engine.alerts,
                new_write_id=self.engine.new_write_id,
            )
            self.engine.follow()

    def timeline(self) -> Sequence[tuple[AlertId, Change]]:
        """What happened to all alerts, oldest first."""
        entries = [
            (alert_id, change)
            for alert_id in dict.fromkeys(self.alert_ids)
            for change in self.engine.alerts.timeline(
                alert_id, cursor=None, limit=_TIMELINE_LIMIT
            ).changes
        ]
        return sorted(entries, key=lambda entry: entry[1].at)


def _said(error: TocsinError) -> str:
    details = getattr(error, "details", ())
    named = "; ".join(f"{each.field}: {each.problem}" for each in details)
    return f"{error.message} {named}".strip()
