"""What happened to an alert, in words for one reader."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from tocsin.domain.alert import Alert
from tocsin.domain.escalation import TargetKind
from tocsin.domain.ids import AUTO, Actor
from tocsin.domain.notification import NotificationEvent
from tocsin.domain.people import method_in_words
from tocsin.domain.phrase import Phrase, Span
from tocsin.domain.reader import Names, Reader, called, starting
from tocsin.domain.sender_text import NAME_SHOWN, one_line
from tocsin.domain.severity import Severity
from tocsin.domain.timeline import Change, ChangeType
from tocsin.domain.times_in_words import Clock
from tocsin.domain.wording import Happened

TOGETHER: Final = timedelta(minutes=2)
"""Messages to one target within this time are one line."""
NOTE_SHOWN: Final = 300
"""Characters of a note."""
_SENT: Final = frozenset((ChangeType.NOTIFICATION_SENT, ChangeType.DIGEST_SENT))
_MESSAGES: Final = _SENT | {ChangeType.NOTIFICATION_FAILED}
_ACTS: Final = {
    ChangeType.ACKNOWLEDGED: "acknowledged",
    ChangeType.UNACKNOWLEDGED: "gave it back",
    ChangeType.SNOOZED: "snoozed it until",
    ChangeType.WOKEN: "ended the snooze",
    ChangeType.RESOLVED: "resolved it",
}
_BY_ITSELF: Final = {
    ChangeType.UNACKNOWLEDGED: "It was not resolved in time and fires again",
    ChangeType.WOKEN: "The snooze ended",
}
_SAID: Final = {
    ChangeType.ESCALATION_EXHAUSTED: "Everybody was called, and nobody has it",
    ChangeType.RELEASED: "What held it back ended",
}
_WORSENED: Final = NotificationEvent.WORSENED.value
_TOLD_OF: Final = {
    NotificationEvent.ACKNOWLEDGED: "that it is acknowledged",
    NotificationEvent.UNACKNOWLEDGED: "that it fires again",
    NotificationEvent.SNOOZED: "that it is snoozed",
    NotificationEvent.WOKEN: "that the snooze is over",
    NotificationEvent.RESOLVED: "that it is over",
    NotificationEvent.WORSENED: "that it became worse",
    NotificationEvent.UNREACHED: "that nobody was reached",
}
_RECOVERED: Final = "recovered"
"""Begins the reason of a timer that resolves what has recovered; see `next_action`."""


class Entry(NamedTuple):
    """One entry of a timeline where each stands alone, with its reason beneath."""

    text: Phrase
    """Without a full stop; never empty."""
    why: str
    """On one line; may be empty. A person's note is not in it."""


def happened_in_words(
    alert: Alert, changes: Iterable[Change], *, reader: Reader, names: Names, clock: Clock
) -> tuple[Happened, ...]:
    """Write lines of a timeline, oldest first; the first says that it began.

    Args:
        alert: The alert.
        changes: Of its timeline, oldest first; the same change may be there twice.
        reader: The reader, who is "you" as a person.
        names: Of people.
        clock: The reader's.
    """
    words = _Words(alert, reader, names, clock)
    ordered = sorted({_mark(change): change for change in changes}.values(), key=_time)
    groups = [group for group in _groups(ordered) if words.of(group)]
    return (
        Happened(alert.fired_at, clock.time(alert.fired_at), words.beginning),
        *(Happened(group[0].at, clock.time(group[0].at), words.of(group)) for group in groups),
    )


def entry_in_words(
    change: Change, alert: Alert, *, reader: Reader, names: Names, clock: Clock
) -> Entry:
    """Write one entry of a timeline, also of what `happened_in_words` leaves to its neighbours."""
    return _Words(alert, reader, names, clock).entry(change)


def done_in_words(
    change: Change, alert: Alert, *, reader: Reader, names: Names, clock: Clock
) -> str:
    """Say who did what and when, without a full stop: `You acknowledged it at 03:02`."""
    said = _Words(alert, reader, names, clock).act(change)
    if change.type is ChangeType.SNOOZED:
        return said
    it = " it" if change.type is ChangeType.ACKNOWLEDGED else ""
    return f"{said}{it} at {clock.time(change.at)}"


class _Words:
    """Sentences about one alert for one reader."""

    def __init__(self, alert: Alert, reader: Reader, names: Names, clock: Clock) -> None:
        self._alert = alert
        self._integration = one_line(alert.integration, NAME_SHOWN)
        self._reader = reader
        self._names = names
        self._clock = clock

    @property
    def beginning(self) -> Phrase:
        again = "It began again" if self._alert.episode > 1 else "It began"
        return (Span(again),)

    def of(self, changes: Sequence[Change]) -> Phrase:
        """Write one line about one change, or about messages that went out together.

        Empty: a step, which its messages tell, or an update, which the details tell.
        """
        change = changes[0]
        if change.type in _ACTS:
            return self._acted(change)
        if change.type in _MESSAGES:
            return self._messages(changes)
        if change.type is ChangeType.NOTIFICATION_SKIPPED:
            return self._skipped(change)
        said = self._other(change)
        return (Span(said),) if said else ()

    def entry(self, change: Change) -> Entry:  # noqa: PLR0911 - one for each kind
        """Write one change by itself."""
        reason = _said(change, "reason")
        match change.type:
            case _ if change.type in _ACTS:
                is_by_itself = change.type is ChangeType.RESOLVED and not self._is_by_hand(change)
                ended = (Span("Resolved", is_strong=True), Span(f": {self.act(change)}"))
                return Entry(ended if is_by_itself else (Span(self.act(change)),), reason)
            case _ if change.type in _MESSAGES:
                return self._message(change, reason)
            case ChangeType.NOTIFICATION_SKIPPED:
                return self._unsent(change, reason)
            case ChangeType.BUNDLED:
                text = f"{self._told(change)} not told yet: it waits for a digest"
                return Entry((Span(text),), self._until_retry(change, "it is sent by"))
            case ChangeType.FIRED:
                route, severity = _said(change, "route"), _said(change, "severity")
                set_by = f"route {route} made it {severity}" if route and severity else ""
                return Entry(self.beginning, "; ".join(it for it in (reason, set_by) if it))
            case ChangeType.ESCALATED | ChangeType.PAGED | ChangeType.ASSIGNED:
                return self._asking(change, reason)
            case _:
                said = self._alone(change) or self._other(change) or "Something happened"
                return Entry((Span(said),), self._why_alone(change, reason))

    def _message(self, change: Change, reason: str) -> Entry:
        event, ways = str(change.details.get("event") or ""), _listed(_ways([change]))
        of = f" {_TOLD_OF[NotificationEvent(event)]}" if event in set(_TOLD_OF) else ""
        by = f" by {ways}" if ways else ""
        if change.type not in _SENT:
            retried = self._until_retry(change, "it is tried again at")
            why = "; ".join(it for it in (reason, retried) if it)
            return Entry((Span(f"{self._told(change)} not reached{by}"),), why)
        in_digest = ", in a digest" if change.type is ChangeType.DIGEST_SENT else ""
        text = f"{self._told(change)} told{by}{of}{in_digest}{_by_schedule(change)}"
        return Entry((Span(text),), reason or _step_of(change))

    def _unsent(self, change: Change, reason: str) -> Entry:
        kind, _, _ = str(change.details.get("target", "")).partition(":")
        if kind in {"", TargetKind.SCHEDULE}:
            return Entry((Span("Nobody was called"),), reason)
        ways = _listed(_ways([change]))
        by = f" by {ways}" if ways else ""
        return Entry((Span(f"{self._told(change)} not told{by}"),), reason)

    def _asking(self, change: Change, reason: str) -> Entry:
        who, is_by_person = self.subject(change.by), change.by != AUTO
        if change.type is ChangeType.ASSIGNED:
            user = str(change.details.get("user", ""))
            is_own = self._names.user_of(change.by) == user
            is_reader = self._reader.is_person and user == self._reader.name
            to = "you" if is_reader else self._names.of(user)
            return Entry((Span(f"{who} took it" if is_own else f"{who} assigned it to {to}"),), "")
        if change.type is ChangeType.PAGED:
            targets = change.details.get("targets")
            asked = called(targets if isinstance(targets, list) else [], self._reader, self._names)
            return Entry((Span(f"{who} asked {asked.inside or 'others'}"),), "")
        step, before = _said(change, "to_step"), _said(change, "from_step")
        loop = change.details.get("loop")
        run = f", run {loop}" if isinstance(loop, int) and loop > 1 else ""
        text = f"{who} began {step}{run}" if is_by_person else f"{step.capitalize()} began{run}"
        goes_on = before not in {"", step} and not is_by_person
        nobody = f"nobody acknowledged {before}" if goes_on else ""
        return Entry((Span(text),), reason or nobody)

    def _alone(self, change: Change) -> str | None:  # noqa: PLR0911 - one for each kind
        """Say what `happened_in_words` says otherwise, or not at all."""
        match change.type:
            case ChangeType.NOTE:
                return f"{self.subject(change.by)} noted"
            case ChangeType.UPDATED:
                return f"{self.subject(change.by)} reported something new"
            case ChangeType.REOPENED:
                return f"The same happened before: this is episode {change.details.get('episode')}"
            case ChangeType.SEVERITY_CHANGED:
                before, after = _said(change, "from"), _said(change, "to")
                if not {before, after} <= set(Severity):
                    return None
                is_worse = Severity(after).is_worse_than(Severity(before))
                return f"It {'rose' if is_worse else 'fell'} from {before} to {after}"
            case ChangeType.HELD:
                return "The next step waits"
            case ChangeType.REACHED_NOBODY:
                return "Nobody could be reached"
            case _:
                return None

    def _why_alone(self, change: Change, reason: str) -> str:
        match change.type:
            case ChangeType.RESOLVING:
                return f"it is resolved at {self._until(change)} unless it fires again"
            case ChangeType.REOPENED:
                return ""  # FIRED, which is beside it, says it.
            case ChangeType.HELD:
                return f"{reason}, until {self._until(change)}"
            case ChangeType.SEVERITY_CHANGED if self._is_by_hand(change):
                return f"by {self._names.of_actor(change.by)}"
            case ChangeType.ESCALATION_EXHAUSTED:
                return f"policy {_said(change, 'policy')} has no further step"
            case _:
                return reason

    def _until_retry(self, change: Change, words: str) -> str:
        try:
            at = datetime.fromisoformat(str(change.details.get("retry_at")))
        except ValueError:
            return ""
        return f"{words} {self._clock.time(at)}"

    def act(self, change: Change) -> str:
        """Say what somebody, or a timer, did to its state."""
        if change.type is ChangeType.RESOLVED and not self._is_by_hand(change):
            return self._end(change)
        if change.by == AUTO and change.type in _BY_ITSELF:
            return _BY_ITSELF[change.type]
        said = f"{self.subject(change.by)} {_ACTS[change.type]}"
        return f"{said} {self._until(change)}" if change.type is ChangeType.SNOOZED else said

    def subject(self, actor: Actor) -> str:
        """Name an actor at the beginning of a sentence."""
        if self._names.is_reader(actor, self._reader):
            return "You"
        return starting(self._names.of_actor(actor))

    def _other(self, change: Change) -> str | None:
        match change.type:
            case ChangeType.NOTE:
                note = one_line(str(change.details.get("note", "")), NOTE_SHOWN)
                return f"{self.subject(change.by)} noted: {note}"
            case ChangeType.SEVERITY_CHANGED:
                return f"It became {change.details.get('to')}"
            case ChangeType.RESOLVING:
                return f"{self._integration} reported recovery"
            case ChangeType.INCIDENT_CREATED:
                return f"{self.subject(change.by)} made it part of an incident"
            case ChangeType.HELD:
                return f"It was {one_line(str(change.details.get('reason')), NOTE_SHOWN)}"
            case _:
                return _SAID.get(change.type)

    def _acted(self, change: Change) -> Phrase:
        said = self.act(change)
        if change.type is ChangeType.RESOLVED and not self._is_by_hand(change):
            return (Span("Resolved", is_strong=True), Span(f": {said}"))
        in_slack = change.by.startswith("slack:") and self._names.user_of(change.by)
        where = " in Slack" if in_slack else ""
        note = change.details.get("note")
        noted = f": {one_line(str(note), NOTE_SHOWN)}" if note else ""
        return (Span(said, is_strong=True), *((Span(where + noted),) if where or noted else ()))

    def _is_by_hand(self, change: Change) -> bool:
        return change.by != AUTO and not change.by.startswith("integration:")

    def _end(self, change: Change) -> str:
        """Say why it ended by itself."""
        reason = str(change.details.get("reason") or _RECOVERED)
        if change.by == AUTO and not reason.startswith(_RECOVERED):
            return f"{self._integration} did not repeat it in time"
        return f"{self._integration} reported recovery"

    def _until(self, change: Change) -> str:
        try:
            until = datetime.fromisoformat(str(change.details.get("until")))
        except ValueError:
            return "later"
        is_over = until <= self._clock.now
        return self._clock.time(until) if is_over else self._clock.coming(until).text

    def _messages(self, changes: Sequence[Change]) -> Phrase:
        change = changes[0]
        if change.details.get("event", _WORSENED) != _WORSENED:
            return ()  # An update, which follows a line of its own.
        was, ways = self._told(change), _listed(_ways(changes))
        if change.type in _SENT:
            told = f"{was} told by {ways}" if ways else f"{was} told"
            return (Span(told + _by_schedule(change)),)
        reason = change.details.get("reason")
        why = f": {one_line(str(reason), NOTE_SHOWN)}" if reason else ""
        by = f" by {ways}" if ways else ""
        return (Span(f"{was} not reached{by}{why}"),)

    def _skipped(self, change: Change) -> Phrase:
        reason = change.details.get("reason")
        if reason is None or change.details.get("event"):
            return ()
        said = one_line(str(reason), NOTE_SHOWN)
        kind, _, _ = str(change.details.get("target", "")).partition(":")
        if kind in {"", TargetKind.SCHEDULE}:
            return (Span(f"Nobody was called: {said}"),)
        return (Span(f"{self._told(change)} not told: {said}"),)

    def _told(self, change: Change) -> str:
        kind, _, name = str(change.details.get("target", "")).partition(":")
        if kind != "user":
            return f"{one_line(name, NAME_SHOWN) or 'Nobody'} was"
        if self._reader.is_person and name == self._reader.name:
            return "You were"
        return f"{self._names.of(name)} was"


def _said(change: Change, name: str) -> str:
    """A detail on one line; empty if there is none."""
    value = change.details.get(name)
    return "" if value is None else one_line(str(value), NOTE_SHOWN)


def _step_of(change: Change) -> str:
    """Which step asked for a message; empty of what belongs to none."""
    name, loop = _said(change, "step_name"), change.details.get("loop")
    if not name or not change.details.get("step"):
        return ""
    return f"{name}, run {loop}" if isinstance(loop, int) and loop > 1 else name


def _by_schedule(change: Change) -> str:
    """Say by which schedule a person was on call."""
    name, _, is_next = str(change.details.get("schedule") or "").partition("/")
    if not name:
        return ""
    return f", {'next' if is_next else 'on call'} by {one_line(name, NAME_SHOWN)}"


def _mark(change: Change) -> tuple[object, ...]:
    return (change.type, change.at, change.by, repr(sorted(change.details.items())))


def _time(change: Change) -> datetime:
    return change.at


def _groups(changes: Sequence[Change]) -> Iterator[Sequence[Change]]:
    """Put messages of one kind to one target together; all else stands alone."""
    group: list[Change] = []
    for change in changes:
        if group and not _belongs(group[0], change):
            yield group
            group = []
        group.append(change)
    if group:
        yield group


def _belongs(first: Change, change: Change) -> bool:
    is_same = first.type is change.type and first.type in _MESSAGES
    same = ("target", "schedule", "event", "reason")
    is_alike = all(first.details.get(name) == change.details.get(name) for name in same)
    return is_same and is_alike and change.at - first.at < TOGETHER


def _ways(changes: Sequence[Change]) -> list[str]:
    """How a person was told; a channel is told by itself."""
    ways = []
    for change in changes:
        way = method_in_words(str(change.details.get("channel", "")))
        if str(change.details.get("target", "")).startswith("user:") and way:
            ways.append(way)
    return list(dict.fromkeys(ways))


def _listed(words: Sequence[str]) -> str:
    if len(words) < 2:  # noqa: PLR2004 - one word needs no "and"
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
