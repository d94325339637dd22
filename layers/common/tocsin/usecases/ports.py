"""The ports of the use cases.

Only type checkers import this: a cold start does without it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from tocsin.domain.activity import Activity
from tocsin.domain.alert import Alert
from tocsin.domain.alert_query import AlertPage, AlertQuery, Counts
from tocsin.domain.answer import Answer, Claim
from tocsin.domain.change_cursor import Changes
from tocsin.domain.configuration import Stored
from tocsin.domain.consequences import Consequences
from tocsin.domain.credential import ApiKey, SecretHash
from tocsin.domain.digest import Digest, DigestId
from tocsin.domain.digest_message import DigestLinks, DigestMessage
from tocsin.domain.doors import Knock, Limit
from tocsin.domain.gate import Passage
from tocsin.domain.heartbeat import Heartbeat
from tocsin.domain.history import Sample
from tocsin.domain.ids import Actor, AlertId, Fingerprint, IncidentId, WriteId
from tocsin.domain.incident import Incident, IncidentUpdate
from tocsin.domain.integration import Integration
from tocsin.domain.last_resort import LastResort, TopicMessage
from tocsin.domain.line import Arriving, Line, Place
from tocsin.domain.link import Link, Links
from tocsin.domain.message import Message
from tocsin.domain.notification import Delivery, Notification
from tocsin.domain.oidc import WayOut
from tocsin.domain.on_call.notice import Notice
from tocsin.domain.on_call.schedule import Override, ScheduleOverride
from tocsin.domain.on_call.swap import Swap
from tocsin.domain.people import Channel, ContactMethod, Directory, User
from tocsin.domain.reception import Source
from tocsin.domain.routing import Routing
from tocsin.domain.sent_body import SentBodies, SentBody
from tocsin.domain.session import Session
from tocsin.domain.signal import Signal
from tocsin.domain.silence import Holds
from tocsin.domain.sweep import SweepState
from tocsin.domain.team_settings import TeamSettings
from tocsin.domain.team_storm import Opened, TeamStorm
from tocsin.domain.timeline import Change, TimelinePage
from tocsin.domain.timers import AnyTimer

type NewWriteId = Callable[[], WriteId]


class SlotRepository(Protocol):
    """The slots, as intake writes them: one conditional write each, without a read before."""

    def in_slot(self, slot: Fingerprint) -> Alert | None:
        """Read the current episode of a slot."""

    def episode(self, alert_id: AlertId) -> Alert | None:
        """Read an alert, in its slot or as a former episode; big facts are shortened."""

    def count(self, signal: Signal, source: Source, *, at: datetime, write_id: WriteId) -> Alert:
        """Count a repeat of an open alert of the same severity.

        Raises:
            SlotRefusedError: It is not a mere repeat; see `is_mere_repeat`.
        """

    def resolve(self, slot: Fingerprint, ending: Change, *, write_id: WriteId) -> Alert:
        """End an open, awake alert that is not resolving yet.

        Raises:
            SlotRefusedError: There is none such.
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
            SlotRefusedError: The slot does not hold `previous` as read.
            BesideNotKeptError: The alert is stored, its body or its big facts are not.
        """

    def update(self, before: Alert, after: Alert, *, write_id: WriteId) -> Alert:
        """Store the changes, if the version is still the one that was read.

        Repeats counted meanwhile stay counted.

        Raises:
            SlotRefusedError: A concurrent write came first; decide again.
        """

    def keep_last_body(self, alert: Alert, body: SentBody) -> None:
        """Store the body that last changed the state, unless a newer one is stored."""

    def set_timer(self, alert: Alert, at: datetime | None) -> None:
        """Set `due_at` in the `due` index; None removes the entry.

        Raises:
            SlotRefusedError: Its version or its timer is not as read.
        """


class AlertRepository(Protocol):
    """Alerts by id, and lists of them."""

    def get(self, alert_id: AlertId) -> Alert:
        """Read one alert, with its whole facts.

        Raises:
            AlertNotFoundError: The id is unknown or malformed.
        """

    def get_with_changes(self, alert_id: AlertId) -> tuple[Alert, tuple[Change, ...]]:
        """Read one alert as `get`, and the changes of its last version.

        The timeline has those about a second later; once it has, there may be none here.

        Raises:
            AlertNotFoundError: The id is unknown or malformed.
        """

    def get_shortened(self, alert_id: AlertId) -> Alert:
        """Read one alert, mostly in one request; big facts are shortened.

        Raises:
            AlertNotFoundError: The id is unknown or malformed.
        """

    def get_many(self, alert_ids: Iterable[AlertId]) -> Mapping[AlertId, Alert]:
        """Read alerts in a few requests, in the order asked for; big facts are shortened.

        Unknown ids are left out.
        """

    def get_with_history(self, alert_id: AlertId) -> tuple[Alert, tuple[Sample, ...]]:
        """Read one alert and its newest 50 values, oldest first."""

    def update(self, before: Alert, after: Alert, *, write_id: WriteId) -> Alert:
        """Store the changes, if the version is still the one that was read.

        Raises:
            SlotRefusedError: A concurrent write came first; read and decide again.
        """

    def list(self, query: AlertQuery, *, at: datetime) -> AlertPage:
        """Read one page."""

    def timeline(
        self, alert_id: AlertId, *, cursor: str | None, limit: int, is_newest_first: bool = False
    ) -> TimelinePage:
        """Read a page of the timeline; changes of the last second may be missing."""

    def newest_changes(self, alert_id: AlertId, *, limit: int) -> tuple[Change, ...]:
        """Read the end of the timeline, oldest first; the last second may be missing."""

    def sent_bodies(self, alert_id: AlertId) -> SentBodies:
        """Read the first and the last body.

        Raises:
            AlertNotFoundError: The id is unknown or malformed.
        """

    def add_note(self, alert_id: AlertId, note: Change, *, write_id: WriteId) -> None:
        """Add a note to the timeline; the alert is not changed."""


class ShortLinkRepository(Protocol):
    """Links behind short ones, by their stored names."""

    def add(self, name: str, link: Link, *, write_id: WriteId) -> bool:
        """Store a link; False: the name is taken."""

    def find(self, name: str) -> Link | None:
        """Read a link, which may have expired; None: there is none."""


class PagingRepository(Protocol):
    """The configuration as the engine reads it; at most 30 s old, or `max_age`."""

    def routing(self, at: datetime, *, max_age: timedelta | None = None) -> Routing:
        """Read policies and routes."""

    def directory(self, at: datetime, *, max_age: timedelta | None = None) -> Directory:
        """Read users and channels, and who is on call at this time."""

    def settings(self, at: datetime, *, max_age: timedelta | None = None) -> TeamSettings:
        """Read the team's settings; `routing` and `directory` read them when they need them."""

    def holds(self) -> Holds:
        """Read all silences and windows, as they are now."""

    def whole(self, alert: Alert) -> Alert:
        """The alert with its whole facts, where it was read with shortened ones."""

    def policy_of(self, integration: str) -> str | None:
        """Read an integration's policy; None: it names none, or does not exist."""


class ConfigurationRepository[S: Stored](Protocol):
    """Named objects of one kind, such as policies, users or schedules."""

    def find(self, name: str) -> S | None:
        """None: there is none of this name."""

    def get(self, name: str) -> S:
        """Read one.

        Raises:
            NotFoundError: There is none of this name; the code says the kind.
        """

    def list(self) -> tuple[S, ...]:
        """Read all, by name."""

    def put(self, before: S | None, after: S, *, write_id: WriteId) -> S:
        """Store a new object, or the next version of the one that was read.

        The items of its tokens are stored with it, all or nothing.

        Raises:
            ConcurrentUpdateError: A concurrent write came first.
        """

    def delete(self, stored: S, *, write_id: WriteId) -> None:
        """Remove it and its tokens, if they exist; its alerts stay.

        Raises:
            ConcurrentUpdateError: A concurrent write came first.
        """


class OverrideRepository(Protocol):
    """Overrides that people made, beside those of schedules' own text."""

    def list(self, begins: datetime, ends: datetime | None = None) -> tuple[ScheduleOverride, ...]:
        """Read those of all schedules that are in force at a time between, by their ends."""

    def add(self, made: Sequence[ScheduleOverride], *, write_id: WriteId) -> None:
        """Store new ones, all or nothing.

        Raises:
            ConcurrentUpdateError: There is one with this id.
        """

    def end(self, before: ScheduleOverride, after: Override | None, *, write_id: WriteId) -> None:
        """Replace one by what stays of it; None: nothing does.

        Raises:
            ConcurrentUpdateError: It is not as read.
        """


class SwapRepository(ConfigurationRepository[Swap], Protocol):
    """Swaps by id."""

    def accept(
        self, before: Swap, after: Swap, made: Sequence[ScheduleOverride], *, write_id: WriteId
    ) -> Swap:
        """Store the answer with the overrides that it makes, all or nothing.

        Raises:
            ConcurrentUpdateError: It is not as read.
        """


class HeartbeatRepository(ConfigurationRepository[Heartbeat], Protocol):
    """Heartbeats: settings and last ping, in one item each."""

    def name_of(self, token_hash: SecretHash) -> str | None:
        """Find the heartbeat of a token."""

    def hear(self, name: str, *, at: datetime) -> None:
        """Record a further ping of a heartbeat that is not overdue, in one conditional write.

        Raises:
            HeartbeatRefusedError: There is none, it was missed, this is its first ping, or a later
                one is stored.
        """

    def update(self, before: Heartbeat, after: Heartbeat, *, write_id: WriteId) -> Heartbeat:
        """Store the next state, if it is still as read.

        Raises:
            HeartbeatRefusedError: A concurrent write came first.
        """


class NotificationRepository(Protocol):
    """The ledger of deliveries: one item each, changed only by conditional writes."""

    def get(self, delivery: Delivery) -> Notification | None:
        """Read the state of a delivery."""

    def add(self, notification: Notification, *, write_id: WriteId) -> None:
        """Store the first state of a delivery.

        Raises:
            NotificationRefusedError: There is one: `current`.
        """

    def update(
        self, before: Notification, after: Notification, *, write_id: WriteId
    ) -> Notification:
        """Store the next state, if it is still as read.

        Raises:
            NotificationRefusedError: A concurrent write came first: `current`.
        """

    def update_together(
        self, changes: Sequence[tuple[Notification, Notification]], *, write_id: WriteId
    ) -> bool:
        """Store the next state of up to 100 deliveries, all or none; False: one is not as read."""

    def bundle(
        self,
        delivery: Delivery,
        digest: DigestId,
        *,
        until: datetime,
        at: datetime,
        write_id: WriteId,
    ) -> Notification | None:
        """Let a message wait for a digest; None: it is not as it was planned any more."""

    def get_many(self, deliveries: Sequence[Delivery]) -> tuple[Notification, ...]:
        """Read the states of deliveries, in no order."""

    def of_alert(self, alert_id: AlertId) -> tuple[Notification, ...]:
        """Read all of an alert, sorted by key."""


class LineRepository(Protocol):
    """The line of each destination: one item, read consistently."""

    def read(self, place: Place) -> Line:
        """A new one if none is stored."""

    def recent(self, place: Place, at: datetime, *, max_age: timedelta) -> Line | None:
        """The line as this process saw it last; None: it has not, or too long ago."""

    def move(
        self, place: Place, before: Line, after: Line, *, at: datetime, write_id: WriteId
    ) -> bool:
        """Store the next version; False: a concurrent write came first."""

    def join(self, place: Place, digest: DigestId, *arriving: Arriving) -> Line | None:
        """Count more that wait for a digest; None: the digest does not gather any more."""

    def note_thread(self, place: Place, since: datetime, thread: str) -> None:
        """Note the first digest of the storm that began then; a later one changes nothing."""


class DigestRepository(Protocol):
    """Digests: what waits for them, and their frozen sets."""

    def get(self, digest_id: DigestId) -> Digest | None:
        """Read one; None: unknown, malformed, not frozen yet, or expired."""

    def freeze(self, digest: Digest, *, write_id: WriteId) -> Digest:
        """Store the set, if none is stored; return the one that is."""

    def add_members(
        self, digest_id: DigestId, deliveries: Sequence[Delivery], *, at: datetime
    ) -> None:
        """Add messages that the digest is to stand for; to add one again is harmless."""

    def members(self, digest_id: DigestId) -> tuple[Delivery, ...]:
        """Read all messages that were added, sorted by alert."""


class StormRepository(Protocol):
    """What was opened lately, and the newest storm of the team."""

    def note(self, opened: Sequence[Opened]) -> None:
        """Note alerts, each once however often; past a limit no more of one moment."""

    def opened(self, since: datetime, until: datetime) -> tuple[Opened, ...]:
        """Read what was opened between, consistently; of a day at most."""

    def newest(self) -> TeamStorm | None:
        """The storm, on or over; None: there was none yet."""

    def keep(self, before: TeamStorm | None, after: TeamStorm, *, write_id: WriteId) -> bool:
        """Store the next state; False: a concurrent write came first."""


class DeliveryQueue(Protocol):
    """Brings deliveries to the notifier when they are due."""

    def send(self, deliveries: Sequence[Delivery], *, now: datetime) -> None:
        """Queue each to arrive when it is due.

        Raises:
            TryAgainError: Not all were confirmed; sending all again is harmless.
        """


class ChannelGate(Protocol):
    """Limits the rate of each provider, and lets a failing one rest; one item a channel."""

    def enter(self, channel: Channel, *, is_urgent: bool, at: datetime) -> Passage:
        """Take a place: now, or a time that no other message has."""

    def return_to(self, channel: Channel, *, is_urgent: bool, at: datetime) -> Passage:
        """Come back at the time of a place: pass, or take another one while the channel rests."""

    def note_success(self, channel: Channel) -> None:
        """Forget the failures up to now."""

    def note_failure(self, channel: Channel, *, failures: int, at: datetime) -> None:
        """Count an attempt that the provider failed, and rest after too many in a row."""


class LastResortRepository(Protocol):
    """What the last resort was told, and what waits: one item, changed by conditional writes."""

    def read(self) -> LastResort:
        """A new one if none is stored."""

    def keep(self, after: LastResort, *, at: datetime, write_id: WriteId) -> bool:
        """Store the next version; False: a concurrent write came first."""


class Topic(Protocol):
    """The stack's own topic, whose subscribers Amazon reaches by e-mail or SMS."""

    def publish(self, message: TopicMessage) -> str:
        """Publish; return the id of the message.

        Raises:
            DeliveryFailedError: AWS refused, or did not answer.
        """


class MessageSender(Protocol):
    """Sends messages by the type of their channel."""

    def send(
        self, notification: Notification, alert: Alert, message: Message, channel: Channel
    ) -> str | None:
        """Send one message, whose key identifies repetitions; return the provider's id of it.

        Raises:
            DeliveryFailedError: The provider refused it, or did not answer.
        """

    def send_digest(
        self, notification: Notification, message: DigestMessage, channel: Channel
    ) -> str | None:
        """Send one digest, as `send`."""

    def send_notice(
        self, notification: Notification, notice: Notice, link: str | None, channel: Channel
    ) -> str | None:
        """Send one notice to a person, as `send`; with a link to the swap that it asks for."""


class LinkMaker(Protocol):
    """Makes the links of a message."""

    def links(self, delivery: Delivery, *, at: datetime) -> Links | None:
        """None: they cannot be made for now; a page without links is better than none."""

    def digest_links(self, delivery: Delivery, *, at: datetime) -> DigestLinks | None:
        """Make the links of a digest; None: as `links`."""

    def verification(self, user: User, method: ContactMethod, *, at: datetime) -> str | None:
        """Make the link by which the user confirms this address; None: as `links`."""

    def swap(self, delivery: Delivery, *, at: datetime) -> str | None:
        """Make the link to the swap that a notice asks for; None: as `links`."""

    def sign_in(self, delivery: Delivery, user: User) -> str | None:
        """Make the link by which the user signs in; None: it cannot be made for now."""


class SecretStore(Protocol):
    """Stores secrets for other systems to read."""

    def put(self, name: str, value: str) -> None:
        """Write or overwrite a secret."""

    def delete(self, name: str) -> None:
        """Remove it, if it exists."""


class RemovedObjects[S: Stored](Protocol):
    """Objects of one kind that the team's file no longer has; they are forgotten after 30 days."""

    def keep(self, stored: S, *, at: datetime, write_id: WriteId) -> None:
        """Note what is about to be removed."""

    def find(self, name: str, *, at: datetime) -> S | None:
        """Read the newest of a name."""


class DeploymentRequests(Protocol):
    """Requests to apply the team's file, each of which may come twice, and late."""

    def begin(self, request_id: str, manager: str | None) -> bool:
        """Note a request, and who applies the file from now on.

        Args:
            request_id: The same each time that the request comes.
            manager: The resource; None: the file is given up.

        Returns:
            Whether no newer request has come meanwhile.

        Raises:
            ConcurrentUpdateError: Others came first, each time.
        """

    def manager(self) -> str | None:
        """The resource that applies the file; None: there is none."""


class IncidentRepository(Protocol):
    """Incidents and their updates."""

    def get(self, incident_id: IncidentId) -> Incident:
        """Raises IncidentNotFoundError."""

    def list(
        self, *, is_open: bool | None, limit: int, cursor: str | None
    ) -> tuple[tuple[Incident, ...], str | None]:
        """Read a page, newest first, and the cursor of the next.

        Args:
            is_open: Only open ones, only resolved ones, or all (None).
            limit: A page holds fewer if an incident has just been opened or resolved.
            cursor: Of the page before.
        """

    def add(
        self,
        incident: Incident,
        alerts: Sequence[tuple[Alert, Alert]],
        *,
        write_id: WriteId,
    ) -> Incident:
        """Store an incident and link its alerts (pairs of before and after), all or nothing.

        Raises:
            SlotRefusedError: A concurrent write of one of the alerts came first.
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
        """Store a changed incident, its update, and newly linked alerts, all or nothing.

        Raises:
            SlotRefusedError: A concurrent write of it or of one of the alerts came first.
        """

    def updates(self, incident_id: IncidentId) -> tuple[IncidentUpdate, ...]:
        """Read its updates, oldest first."""


class IntegrationRepository(ConfigurationRepository[Integration], Protocol):
    """Integrations and the hashes of their tokens."""

    def by_token(self, token_hash: SecretHash, *, at: datetime) -> Integration | None:
        """Find the integration of a token; None: unknown, revoked or expired."""


class KeyRepository(Protocol):
    """API keys by hash and by id."""

    def by_hash(self, secret_hash: SecretHash) -> ApiKey | None:
        """Find a key by its hash; None: unknown or revoked."""

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
        """Store another name, user or other scopes; `last_used_at` stays.

        The key `while_stands` must exist unchanged.

        Raises:
            ConcurrentUpdateError: A concurrent write of one of the two keys came first.
        """

    def revoke(self, key: ApiKey, *, while_stands: ApiKey | None = None, write_id: WriteId) -> None:
        """Remove it, if it exists.

        It stops working within 30 s, the life of a cached key.

        Raises:
            ConcurrentUpdateError: A concurrent write of one of the two keys came first.
        """

    def mark_used(self, key: ApiKey, *, at: datetime) -> None:
        """Record the use; at most one write a minute for each key."""


class SessionRepository(Protocol):
    """Sessions of the console; ended ones may still be there."""

    def find(self, secret_hash: SecretHash) -> Session | None:
        """Read it consistently; None: unknown or revoked."""

    def list(self) -> tuple[Session, ...]:
        """Read all, in no order."""

    def add(self, session: Session, *, write_id: WriteId) -> None:
        """Store a new one.

        Raises:
            ConcurrentUpdateError: There is one with this hash.
        """

    def mark_used(self, session: Session, *, at: datetime) -> None:
        """Record the use, and that it ends later for it; nothing happens to a revoked one."""

    def revoke(self, session: Session) -> None:
        """Remove it, if it exists."""


class KnockRepository(Protocol):
    """Knocks at the doors of the console."""

    def count(self, knock: Knock, subject: str, limit: Limit, *, at: datetime) -> int:
        """Count one more, and say how many there were in this window."""


class SignInRepository(Protocol):
    """Links that were used, and people who are at the identity provider; for minutes."""

    def use_link(self, link_id: str, *, until: datetime, write_id: WriteId) -> bool:
        """Use it up; False: it was used before."""

    def keep_way(self, state_hash: SecretHash, way: WayOut, *, write_id: WriteId) -> None:
        """Keep what is needed when the person comes back."""

    def take_way(self, state_hash: SecretHash, *, at: datetime) -> WayOut | None:
        """Read and remove it; None: unknown, too old, or taken before."""


class TimelineRepository(Protocol):
    """What the stream derives from changes; each write is idempotent."""

    def record(self, changes: Sequence[Consequences]) -> int:
        """Write entries that the timelines lack, and move the counts by those.

        Returns:
            The number of new entries.
        """

    def add_samples(self, alert_id: AlertId, samples: Sequence[Sample]) -> None:
        """Add values that newer ones replaced, oldest first; the newest 50 stay."""

    def refresh_listed(self, alert: Alert) -> None:
        """Copy the counts of repeats for lists, if the alert's version is still this one.

        The version's changes must be on the timeline by now: the item loses them.
        """

    def tell(self, entries: Mapping[AlertId, Sequence[tuple[str, Change]]]) -> None:
        """Add named entries to timelines; one of the same name and time is the same entry."""

    def count_notifications(self, alert_id: AlertId, count: int) -> None:
        """Set the number of delivered pages; it only grows."""

    def let_expire(self, alert: Alert) -> None:
        """Let the other items of a resolved alert expire with it."""

    def stored_counts(self) -> Counts:
        """Read the numbers of open alerts."""

    def correct_counts(self, by: Counts) -> None:
        """Correct the numbers of open alerts: a change was lost."""


class ActivityRepository(Protocol):
    """Who changed what; rows are forgotten after 400 days."""

    def add(self, rows: Sequence[Activity]) -> None:
        """Add rows of actions that the stream tells of; one that comes twice is the same row."""

    def newest(
        self, since: datetime, until: datetime, *, before: str | None = None
    ) -> Iterator[Activity]:
        """Read rows, newest first, as they are asked for.

        Args:
            since: The first time.
            until: The last time.
            before: The place of a row, to go on after it.
        """


class ChangeCounter(Protocol):
    """Counts what changes, for pages that ask whether to read anew."""

    def read(self) -> Changes:
        """Read it consistently; a new one if none is stored."""

    def move(self, *, at: datetime) -> None:
        """Count one change more.

        Raises:
            TryAgainError: It may not be counted.
        """


class SweepRepository(Protocol):
    """The state of the sweep."""

    def state(self) -> SweepState:
        """Read it; a new one if none is stored."""

    def keep(self, state: SweepState) -> None: ...


class DueRepository(Protocol):
    """The `due` index."""

    def due(self, before: datetime) -> Sequence[AnyTimer]:
        """Find all timers that are due before this time, soonest first."""


class TimerQueue(Protocol):
    """Brings timers back when they are due."""

    def send(self, timers: Sequence[AnyTimer], *, now: datetime) -> None:
        """Queue each to arrive when it is due.

        Raises:
            TryAgainError: Not all were confirmed; sending all again is harmless.
        """


class ProgressRepository(Protocol):
    """How many entries of a long body were taken in before it broke off; kept for 15 minutes."""

    def taken_in(self, body: str, *, at: datetime) -> int:
        """The number of entries taken in of the body with this hash; 0: a new one."""

    def note(self, body: str, count: int, *, at: datetime, write_id: WriteId) -> None:
        """Store the number, unless a greater one is stored.

        Raises:
            TryAgainError: Not stored: the body would begin anew.
        """

    def forget(self, body: str) -> None:
        """Remove the number after the last entry: the same body begins anew.

        Raises:
            TryAgainError: Not removed.
        """


class AnswerRepository(Protocol):
    """Answers kept for 24 hours, so that a repeated request gets the first one again."""

    def claim(self, claim: Claim) -> Answer | None:
        """Claim the request for 30 s. None: do it now; an answer: it was done before.

        Raises:
            IdempotencyConflictError: The key came before with another request.
            TryAgainError: The first request is still in progress.
        """

    def keep(self, claim: Claim, answer: Answer) -> None:
        """Store the answer, unless the claim expired and another request took it over."""

    def find(self, caller: Actor, key: str, *, at: datetime) -> Answer | None:
        """Read the answer to a request; None: there is none yet, or it has expired."""

    def release(self, claim: Claim) -> None:
        """Remove the claim: nothing was done."""
