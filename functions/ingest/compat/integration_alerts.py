"""Alerts of one integration, as another product's client may see and change them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from functions.ingest.senders import Entry
from tocsin.domain.alert import NOTE_LIMIT, Alert, integration_actor
from tocsin.domain.alert_query import LIMIT_MAXIMUM, AlertQuery
from tocsin.domain.errors import AlertNotFoundError
from tocsin.domain.ids import Actor, AlertId, fingerprint
from tocsin.domain.severity import read_severity
from tocsin.domain.signal import Facts, FactsBuilder, Signal, SignalAction, printable
from tocsin.domain.timeline import Change, ChangeType
from tocsin.usecases.change_alert import change_alert

if TYPE_CHECKING:
    from functions.ingest.compat import CompatCall
    from functions.ingest.ports import Ports
    from functions.ingest.request_and_answer import Intake, Request
    from functions.ingest.senders.reading.report import Report
    from tocsin.domain.integration import Integration

PAGES_LIMIT: Final = 5
"""Pages of a list that one request reads: each takes up to 200 read units, which are some 2,000
alerts of the whole team, and a second; the function has ten seconds."""
SHOWN_LIMIT: Final = PAGES_LIMIT * LIMIT_MAXIMUM
"""Alerts of an integration that such a client can see, newest first."""

type Transition = Callable[[Alert], Alert]
type Correct = Callable[[Facts, FactsBuilder], Facts]


@dataclass(frozen=True, slots=True)
class IntegrationAlerts:
    """The alerts of a token's integration; no others can be seen or changed."""

    integration: Integration
    call: CompatCall

    @property
    def ports(self) -> Ports:
        return self.call.ports

    def take_in(self, *reports: Report) -> Intake:
        """Take reports in as those of any sender; the request's body is kept with them."""
        return self.call.take_in([Entry(report) for report in reports], self.integration)

    @property
    def actor(self) -> Actor:
        """The integration, also where the client names a person."""
        return integration_actor(self.integration.name)

    def get(self, alert_id: str) -> Alert:
        """Read one alert.

        Raises:
            AlertNotFoundError: Unknown, malformed or another integration's.
        """
        alert = self.ports.alerts().get(AlertId(alert_id))
        self._expect_ours(alert)
        return alert

    def with_key(self, dedup_key: str) -> Alert | None:
        """Read the current or last episode of a dedup key; long facts are shortened."""
        slot = fingerprint(self.integration.name, dedup_key)
        return self.ports.slots.in_slot(slot)

    def newest(
        self,
        query: AlertQuery | None = None,
        *,
        wanted: Callable[[Alert], bool] | None = None,
        limit: int = SHOWN_LIMIT,
    ) -> list[Alert]:
        """Find alerts, newest first unless the query has another order."""
        query = query or AlertQuery()
        ours = {**query.equal, "integration": self.integration.name}
        query = replace(query, equal=ours, limit=LIMIT_MAXIMUM)
        found: list[Alert] = []
        for _ in range(PAGES_LIMIT):
            page = self.ports.alerts().list(query, at=self.ports.now())
            found += [alert for alert in page.alerts if wanted is None or wanted(alert)]
            if page.next_cursor is None or len(found) >= limit:
                break
            query = replace(query, cursor=page.next_cursor)
        return found[:limit]

    def change(
        self, alert_id: AlertId, transition: Transition, *, needs_facts: bool = False
    ) -> Alert:
        """Let the domain change an alert.

        Args:
            alert_id: Which.
            transition: What happens to it.
            needs_facts: Whether that looks at the whole facts.

        Raises:
            AlertNotFoundError: Unknown or another integration's.
            ConflictError: The alert's state forbids it.
        """

        def ours(alert: Alert) -> Alert:
            self._expect_ours(alert)
            return transition(alert)

        return change_alert(
            alert_id,
            ours,
            alerts=self.ports.alerts(),
            new_write_id=self.ports.new_write_id,
            needs_facts=needs_facts,
        )

    def correct(self, alert: Alert, correct: Correct, at: datetime) -> None:
        """Change the facts of an alert, if they are other ones.

        Raises:
            AlreadyResolvedError: It is not open.
        """

        def corrected(alert: Alert) -> Alert:
            facts, severity = correct(alert.facts, FactsBuilder()), alert.severity
            if facts == alert.facts:
                return alert
            if facts.source_severity != alert.facts.source_severity:
                words = self.integration.severity_map
                severity = read_severity(facts.source_severity, words).severity
            signal = Signal(
                action=SignalAction.TRIGGER,
                dedup_key=alert.dedup_key,
                severity=severity,
                facts=facts,
            )
            policy = self.integration.escalation_policy
            return alert.corrected(signal, by=self.actor, at=at, policy=policy)

        self.change(alert.alert_id, corrected, needs_facts=True)

    def add_note(self, alert: Alert, note: str) -> Change:
        note = printable(note)
        text = note if len(note) <= NOTE_LIMIT else note[: NOTE_LIMIT - 1] + "…"
        change = Change(
            type=ChangeType.NOTE, at=self.ports.now(), by=self.actor, details={"note": text}
        )
        write_id = self.ports.new_write_id()
        self.ports.alerts().add_note(alert.alert_id, change, write_id=write_id)
        return change

    def _expect_ours(self, alert: Alert) -> None:
        if alert.integration != self.integration.name:
            raise AlertNotFoundError


def address_of(request: Request) -> str:
    """The address that the client used, for links that only this client is shown."""
    scheme = request.headers.get("x-forwarded-proto", "https")
    return f"{scheme}://{request.headers.get('host', '')}"


def written(instant: datetime) -> str:
    """Spell a time as PagerDuty, Opsgenie, Alerta and Alertmanager do."""
    text = instant.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def words(alert: Alert, label: str) -> list[str]:
    """The words of a label that holds a list of them."""
    return _words(alert.facts, label)


def with_words(
    facts: Facts, builder: FactsBuilder, label: str, change: Callable[[list[str]], list[str]]
) -> Facts:
    """Change the words of such a label; without any it is no label."""
    kept = change(_words(facts, label))
    others = {name: text for name, text in facts.labels.items() if name != label}
    labels = {**others, label: ",".join(kept)} if kept else others
    return replace(facts, labels=builder.labels(labels))


def _words(facts: Facts, label: str) -> list[str]:
    said = facts.labels.get(label)
    return said.split(",") if said else []
