"""What use cases need of the world; the table and the fakes of the tests both fit.

Only type checkers import this: a cold start does without it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from tocsin.domain.alert import Alert
from tocsin.domain.alert_query import AlertPage, AlertQuery, Counts
from tocsin.domain.answer import Answer, Claim
from tocsin.domain.configuration import Stored
from tocsin.domain.consequences import AlertChange
from tocsin.domain.credential import ApiKey, SecretHash
from tocsin.domain.gate import Passage
from tocsin.domain.heartbeat import Heartbeat
from tocsin.domain.history import Sample
from tocsin.domain.ids import AlertId, Fingerprint, IncidentId, WriteId
from tocsin.domain.incident import Incident, IncidentUpdate
from tocsin.domain.integration import Integration
from tocsin.domain.link import Links
from tocsin.domain.message import Message
from tocsin.domain.next_action import AnyTimer
from tocsin.domain.notification import Delivery, Notification
from tocsin.domain.people import Channel, Directory
from tocsin.domain.reception import Source
from tocsin.domain.routing import Routing
from tocsin.domain.sent_body import SentBodies, SentBody
from tocsin.domain.signal import Signal
from tocsin.domain.sweep import SweepState
from tocsin.domain.timeline import Change, TimelinePage

type NewWriteId = Callable[[], WriteId]


class SlotRepository(Protocol):
    """The slots, as intake writes them: one conditional write each, nothing read before."""

    def in_slot(self, slot: Fingerprint) -> Alert | None:
        """Read what a slot holds, as the newest write left it."""

    def episode(self, alert_id: AlertId) -> Alert | None:
        """Read an alert, in its slot or where it made room; big facts are shortened."""

    def count(self, signal: Signal, source: Source, *, at: datetime, write_id: WriteId) -> Alert:
        """Count a repeat of an open alert of the same severity.

        Raises:
            SlotRefusedError: It is not a mere repeat; see `is_mere_repeat`.
        """

    def resolve(self, signal: Signal, source: Source, *, at: datetime, write_id: WriteId) -> Alert:
        """End an open, awake alert at once, as `receive` would.

        Raises:
            SlotRefusedError: There is none, or more is to be decided.
        """

    def add(self, alert: Alert, *, body: SentBody | None = None, write_id: WriteId) -> Alert:
        """Store the first episode of a slot, then the body that opened it.

        Raises:
            SlotRefusedError: The slot is taken.
            BesideNotKeptError: The alert is stored, its body or its big facts are not.
        """

    def replace(
        self,
        previous: Alert,
        alert: Alert,
        *,
        body: SentBody | None = None,
        write_id: WriteId,
    ) -> Alert:
        """Store the next episode; the one before moves out of the slot in the same write.

        Raises:
            SlotRefusedError: The slot no longer holds `previous` as it was read.
            BesideNotKeptError: The alert is stored, its body or its big facts are not.
        """

    def update(self, before: Alert, after: Alert, *, write_id: WriteId) -> Alert:
        """Store what changed, if the state is still the one that was read.

        Repeats that were counted meanwhile stay counted.

        Raises:
            SlotRefusedError: Somebody else changed the state; decide again.
        """

    def keep_last_body(self, alert: Alert, body: SentBody) -> None:
        """Keep the body that last changed the state, unless a newer one is kept already."""

    def set_timer(self, alert: Alert, at: datetime | None) -> None:
        """Move where it stands in the index of what falls due; None takes it out.

        Raises:
            SlotRefusedError: Its state or its timer is not as it was read.
        """


class AlertRepository(Protocol):
    """Alerts, as operators and timers see and change them."""

    def get(self, alert_id: AlertId) -> Alert:
        """Read one alert as the newest write left it.

        Raises:
            AlertNotFoundError: Unknown, or no id of ours.
        """

    def get_shortened(self, alert_id: AlertId) -> Alert:
        """Read one alert in one request mostly; facts that are too big for that are shortened.

        Raises:
            AlertNotFoundError: Unknown, or no id of ours.
        """

    def get_with_history(self, alert_id: AlertId) -> tuple[Alert, tuple[Sample, ...]]:
        """Read one alert and its newest 50 values, oldest first."""

    def update(self, before: Alert, after: Alert, *, write_id: WriteId) -> Alert:
        """Store what changed, if the state is still the one that was read.

        Raises:
            SlotRefusedError: Somebody else changed the state; read and decide again.
        """

    def list(self, query: AlertQuery, *, at: datetime) -> AlertPage:
        """Read one page."""

    def timeline(self, alert_id: AlertId, *, cursor: str | None, limit: int) -> TimelinePage:
        """Read what happened, oldest first; changes of the last second may still be missing."""

    def sent_bodies(self, alert_id: AlertId) -> SentBodies:
        """Read what was sent first and last.

        Raises:
            AlertNotFoundError: Unknown, or no id of ours.
        """

    def add_note(self, alert_id: AlertId, note: Change, *, write_id: WriteId) -> None:
        """Put a note on the timeline; the alert itself stays as it is."""


class PagingRepository(Protocol):
    """The configuration as the engine reads it; at most half a minute old, or `max_age`."""

    def routing(self, at: datetime, *, max_age: timedelta | None = None) -> Routing:
        """Read policies and routes."""

    def directory(self, at: datetime, *, max_age: timedelta | None = None) -> Directory:
        """Read users, channels and who is on call at this time."""

    def policy_of(self, integration: str) -> str | None:
        """Read which policy an integration asks for now; None if it asks for none, or is gone."""


class ConfigurationRepository[S: Stored](Protocol):
    """Named objects of one kind: policies, routes, users, channels, integrations or heartbeats."""

    def find(self, name: str) -> S | None:
        """Read one; None if the name is nobody's."""

    def get(self, name: str) -> S:
        """Read one.

        Raises:
            NotFoundError: The name is nobody's; its code says of which kind.
        """

    def list(self) -> tuple[S, ...]:
        """Read all, by name."""

    def put(self, before: S | None, after: S, *, write_id: WriteId) -> S:
        """Store a new object, or the next version of the one that was read.

        What its tokens lead to is stored with it, all or nothing.

        Raises:
            ConcurrentUpdateError: It was changed, made or removed meanwhile.
        """

    def delete(self, stored: S, *, write_id: WriteId) -> None:
        """Remove it and its tokens, if they are not gone already; its alerts stay.

        Raises:
            ConcurrentUpdateError: It was changed meanwhile.
        """


class HeartbeatRepository(ConfigurationRepository[Heartbeat], Protocol):
    """Heartbeats: settings and what was heard, in one item each."""

    def name_of(self, token_hash: SecretHash) -> str | None:
        """Find whose token this is."""

    def hear(self, name: str, *, at: datetime) -> None:
        """Note that one that nobody misses was heard from again: one write, nothing read.

        Raises:
            HeartbeatRefusedError: There is none, it was missed, was never heard from, or was
                since.
        """

    def update(self, before: Heartbeat, after: Heartbeat, *, write_id: WriteId) -> Heartbeat:
        """Store the next state, if it is still as it was read.

        Raises:
            HeartbeatRefusedError: It was changed, heard from or removed meanwhile.
        """


class NotificationRepository(Protocol):
    """The ledger of deliveries: one item each, changed only by conditional writes."""

    def get(self, delivery: Delivery) -> Notification | None:
        """Read what became of a delivery, as the newest write left it."""

    def add(self, notification: Notification, *, write_id: WriteId) -> None:
        """Store the first state of a delivery.

        Raises:
            NotificationRefusedError: There is one; `current` is what it is.
        """

    def update(
        self, before: Notification, after: Notification, *, write_id: WriteId
    ) -> Notification:
        """Store the next state, if it is still as it was read.

        Raises:
            NotificationRefusedError: Somebody else changed it; `current` is what it is.
        """

    def of_alert(self, alert_id: AlertId) -> tuple[Notification, ...]:
        """Read all of an alert, in the order of their keys."""


class DeliveryQueue(Protocol):
    """Brings each delivery to the notifier at its time."""

    def send(self, deliveries: Sequence[Delivery], *, now: datetime) -> None:
        """Queue each to arrive when it is due.

        Raises:
            TryAgainError: Not every one was confirmed; sending all again is harmless.
        """


class ChannelGate(Protocol):
    """Keeps each channel to its rate, and lets one that fails rest; one item a channel."""

    def enter(self, channel: Channel, *, is_urgent: bool, at: datetime) -> Passage:
        """Take a turn, or say when to ask again; each who has to wait is told another time."""

    def note_success(self, channel: Channel) -> None:
        """Forget the failures up to now."""

    def note_failure(self, channel: Channel, *, failures: int, at: datetime) -> None:
        """Count an attempt that failed for a reason of the provider's, and rest if need be.

        Args:
            channel: Which.
            failures: One after the other, this one included.
            at: When.
        """


class MessageSender(Protocol):
    """Brings messages to one type of channel."""

    def send(
        self, notification: Notification, alert: Alert, message: Message, channel: Channel
    ) -> str | None:
        """Hand one message to the provider, and answer how that names it.

        Args:
            notification: Its key tells a repetition of the same message.
            alert: As it is now.
            message: What people are to read.
            channel: Where it goes.

        Raises:
            DeliveryFailedError: The provider did not take it, or did not say so.
        """


class LinkMaker(Protocol):
    """Makes the links by which whoever is told may act."""

    def links(self, delivery: Delivery, *, at: datetime) -> Links | None:
        """None: they cannot be made for now, and a page without links is better than none."""


class SecretStore(Protocol):
    """Keeps secrets for others to read."""

    def put(self, name: str, value: str) -> None:
        """Write a secret, in place of one that is there."""

    def delete(self, name: str) -> None:
        """Remove it, if it is there."""


class IncidentRepository(Protocol):
    """Incidents and their updates."""

    def get(self, incident_id: IncidentId) -> Incident:
        """Raises IncidentNotFoundError."""

    def list(
        self, *, is_open: bool | None, limit: int, cursor: str | None
    ) -> tuple[tuple[Incident, ...], str | None]:
        """Read a page, newest first, and the cursor of the next.

        Args:
            is_open: Only those that people still work on, only the others, or all (None).
            limit: A page holds fewer if an incident has just been opened or resolved.
            cursor: As the page before gave it.
        """

    def add(
        self,
        incident: Incident,
        alerts: Sequence[tuple[Alert, Alert]],
        *,
        write_id: WriteId,
    ) -> Incident:
        """Store an incident and link its alerts (each before and after) in one transaction.

        Raises:
            SlotRefusedError: One of the alerts changed meanwhile.
        """

    def update(
        self,
        before: Incident,
        after: Incident,
        *,
        said: IncidentUpdate | None = None,
        alerts: Sequence[tuple[Alert, Alert]] = (),
        write_id: WriteId,
    ) -> Incident:
        """Store a changed incident, what was said, and newly linked alerts, all or nothing.

        Raises:
            SlotRefusedError: It, or one of the alerts, changed meanwhile.
        """

    def updates(self, incident_id: IncidentId) -> tuple[IncidentUpdate, ...]:
        """Read what was said, oldest first."""


class IntegrationRepository(ConfigurationRepository[Integration], Protocol):
    """Integrations and the hashes of their tokens."""

    def by_token(self, token_hash: SecretHash, *, at: datetime) -> Integration | None:
        """Find whose token this is; None for unknown, revoked and run out."""


class KeyRepository(Protocol):
    """API keys by hash and by id."""

    def by_hash(self, secret_hash: SecretHash) -> ApiKey | None:
        """Find whose key this is; None for unknown and revoked."""

    def get(self, key_id: str) -> ApiKey:
        """Raises KeyNotFoundError."""

    def list(self) -> tuple[ApiKey, ...]:
        """Read all, by id."""

    def add(self, key: ApiKey, *, write_id: WriteId) -> None:
        """Store a new key.

        Raises:
            ConcurrentUpdateError: There is one with this id.
        """

    def update(
        self,
        before: ApiKey,
        after: ApiKey,
        *,
        while_stands: ApiKey | None = None,
        write_id: WriteId,
    ) -> ApiKey:
        """Store another name, user or other scopes; when it was last used stays.

        Args:
            before: As it was read.
            after: As it shall be.
            while_stands: Another key without which this one may not change.
            write_id: Marks this write.

        Raises:
            ConcurrentUpdateError: One of the two keys was changed or revoked meanwhile.
        """

    def revoke(self, key: ApiKey, *, while_stands: ApiKey | None = None, write_id: WriteId) -> None:
        """Remove it, if it is not gone already.

        It stops working within 30 s, the life of a cached key.

        Raises:
            ConcurrentUpdateError: One of the two keys was changed or revoked meanwhile.
        """

    def mark_used(self, key: ApiKey, *, at: datetime) -> None:
        """Note the use; at most one write a minute and key is made."""


class TimelineRepository(Protocol):
    """What the stream derives from changes; writing it twice is writing it once."""

    def record(self, changes: Sequence[AlertChange]) -> int:
        """Write what is not on the timelines yet, and move the counts by just that.

        Returns:
            How many entries were new.
        """

    def add_samples(self, alert_id: AlertId, samples: Sequence[Sample]) -> None:
        """Keep values that newer ones took the place of, oldest first; the newest 50 stay."""

    def refresh_listed(self, alert: Alert) -> None:
        """Show lists what repeats changed, if the alert is still as this version left it.

        What the version changed must be on the timeline by now: it is no longer kept with it.
        """

    def tell(self, alert_id: AlertId, named: Sequence[tuple[str, Change]]) -> None:
        """Put entries on a timeline; one of the same name and time is the same entry."""

    def count_notifications(self, alert_id: AlertId, count: int) -> None:
        """Show on the alert how many pages reached somebody; the number only grows."""

    def let_expire(self, alert: Alert) -> None:
        """Let what is kept beside a resolved alert go when the alert goes."""

    def stored_counts(self) -> Counts:
        """Read the numbers of open alerts, as the changes have moved them."""

    def correct_counts(self, by: Counts) -> None:
        """Move the numbers of open alerts: a change was lost."""


class SweepRepository(Protocol):
    """How far the sweep has come."""

    def state(self) -> SweepState:
        """Read it; a new one if there is none."""

    def keep(self, state: SweepState) -> None:
        """Keep it for the next run."""


class DueRepository(Protocol):
    """What falls due, and when."""

    def due(self, before: datetime) -> Sequence[AnyTimer]:
        """Find all that is due or overdue before this time."""


class TimerQueue(Protocol):
    """Brings a timer back at its time."""

    def send(self, timers: Sequence[AnyTimer], *, now: datetime) -> None:
        """Queue each to arrive when it is due.

        Raises:
            TryAgainError: Not every one was confirmed; sending all again is harmless.
        """


class ProgressRepository(Protocol):
    """How far long bodies were taken in that had to break off, kept for 15 minutes."""

    def taken_in(self, body: str, *, at: datetime) -> int:
        """How many entries, from the first one on, of the body with this hash; 0 for a new one."""

    def note(self, body: str, count: int, *, at: datetime, write_id: WriteId) -> None:
        """Keep how many were taken in, unless somebody got further.

        Raises:
            TryAgainError: Not for now: the body would begin anew.
        """

    def forget(self, body: str) -> None:
        """Let the same body begin anew when it comes again: it was taken in to its end.

        Raises:
            TryAgainError: Not for now.
        """


class AnswerRepository(Protocol):
    """Answers kept for 24 hours, so that a repeated request gets the first one again."""

    def claim(self, claim: Claim) -> Answer | None:
        """Take the request on for 30 s; None: do it now. An answer: it was done before.

        Raises:
            IdempotencyConflictError: The key came before with another request.
            TryAgainError: The first request is still being worked on.
        """

    def keep(self, claim: Claim, answer: Answer) -> None:
        """Keep the answer, unless the claim ran out and somebody else took it over."""

    def release(self, claim: Claim) -> None:
        """Forget the claim: nothing was done."""
