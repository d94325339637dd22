"""What must hold at the end of every history, under any plan."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import combinations_with_replacement, pairwise

from tests.examples import MINUTE
from tests.faults.ending import TWO_REPEATS, Findings, name_of
from tests.faults.functions import RETENTION, TABLE
from tests.faults.plans import Function, Kind, clock_error
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.activity.activity_items import activity_from
from tocsin.adapters.dynamodb.configuration.awake_items import awake_from
from tocsin.adapters.dynamodb.notifications.digest_repository import DynamoDBDigests
from tocsin.domain.activity import ActivityKind
from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.awake import DIGEST_EVERY, QUIET_LIMIT
from tocsin.domain.destination import is_to_user, place_of
from tocsin.domain.digest import DigestId
from tocsin.domain.duration import read_duration
from tocsin.domain.errors import AlertNotFoundError
from tocsin.domain.escalation import STILL_WAITING
from tocsin.domain.hold import HoldKind
from tocsin.domain.ids import AUTO, AlertId, Via, user_of, via_of
from tocsin.domain.last_resort import EVERY
from tocsin.domain.next_action import lacks_timer
from tocsin.domain.notification import DeliveryState, Notification, NotificationEvent
from tocsin.domain.reach import is_to_last_resort
from tocsin.domain.step_plan import is_asked
from tocsin.domain.sweep import PLANNED_AFTER, SWEEP_EVERY
from tocsin.domain.timeline import Change, ChangeType
from tocsin_cli.simulated.table import Record

GRACE = timedelta(seconds=30)
"""For which a page that a run had begun to send may still arrive."""
CALM_BOUND = timedelta(seconds=15)
"""From a step's begin to its page, and from its due time to its begin, if nothing goes wrong."""
BOUND = timedelta(seconds=75)
"""Likewise where something does, beside what each fault holds up: a tick, and 15 s."""
HEARD_WITHIN = timedelta(seconds=30)
ROUNDED = timedelta(seconds=2)
"""Differences below this are no differences."""
OWN_DELAY_AT_MOST = timedelta(minutes=10)
"""For which what waits in our own queues holds a step's clock."""
PROVIDER_AT_MOST = timedelta(minutes=1)
"""For which a provider that refuses or retries holds it."""

_BUNDLED = {"email": MINUTE, "sms": 2 * MINUTE}
"""The window of each method of people that is bundled."""
_FAILED = frozenset((DeliveryState.FAILED, DeliveryState.SKIPPED))

type Check = Callable[[Findings], Iterator[str]]


@dataclass(frozen=True)
class Invariant:
    """One property, and how it is checked."""

    sentence: str
    check: Check


INVARIANTS: list[Invariant] = []


def invariant(sentence: str) -> Callable[[Check], Check]:
    """Let a function check a property at the end of each history."""

    def keep(check: Check) -> Check:
        INVARIANTS.append(Invariant(sentence, check))
        return check

    return keep


@invariant("Nothing happens that the code did not expect")
def nothing_unexpected(found: Findings) -> Iterator[str]:
    for each in found.team.world.log.unexpected:
        if not (found.team.refused_for_good and "ValidationException" in each):
            yield each


@invariant("No message and no record is given up")
def nothing_given_up(found: Findings) -> Iterator[str]:
    world = found.team.world
    for url, queue in world.queues.items():
        yield from (f"given up in {url}: {message.body}" for message in queue.dead)
    yield from (f"set aside: {body}" for _, body in world.line.set_aside)
    for record in world.stream.given_up:
        yield f"given up by the stream: {record['dynamodb']['Keys']}"


@invariant("Every alert can be read")
def every_alert_can_be_read(found: Findings) -> Iterator[str]:
    for alert in found.alerts:
        try:
            read = found.team.alerts.get(alert.alert_id)
        except AlertNotFoundError:
            yield f"{name_of(alert)} cannot be read"
        else:
            if read.version != alert.version:
                yield f"{name_of(alert)} is read as version {read.version}, not {alert.version}"


@invariant("A dedup key has one open alert at most")
def one_open_alert_a_key(found: Findings) -> Iterator[str]:
    opened = Counter((it.integration, it.dedup_key) for it in found.alerts if it.is_open)
    yield from (f"{number} open alerts of {key}" for key, number in opened.items() if number > 1)


@invariant("Every accepted signal is counted")
def signals_are_counted(found: Findings) -> Iterator[str]:
    """Every signal that was answered well is counted; one whose answer was lost, maybe twice."""
    team = found.team
    counted: Counter[str] = Counter()
    for alert in found.alerts:
        counted[alert.dedup_key] += alert.occurrences
    # A repeat whose reply is lost is counted again if another one was counted in between (ADR 1).
    for key, number in team.signals.items():
        lost = team.world.line.happened[Kind.LOSE_REPLY] if number > TWO_REPEATS else 0
        more_at_most = team.repeated + team.world.resent + lost
        if not number <= counted[key] + team.suppressed <= number + more_at_most:
            yield f"{number} signals of {key}, and {counted[key]} are counted"


@invariant("Every open alert has the timer that it needs")
def no_alert_is_forgotten(found: Findings) -> Iterator[str]:
    for alert in found.alerts:
        if alert.is_open and lacks_timer(alert):
            yield f"{name_of(alert)} is forgotten: it lacks a timer"


@invariant("Lists show what is stored")
def lists_agree(found: Findings) -> Iterator[str]:
    for alert in found.alerts:
        if (shown := found.listed_occurrences[alert.alert_id]) != alert.occurrences:
            yield f"lists show {shown} of {name_of(alert)}"
        reached = sum(
            it.delivery.alert_id == alert.alert_id
            and it.delivery.is_page
            and it.state is DeliveryState.SENT
            for it in found.ledger
        )
        if alert.notification_count != reached:
            yield f"{name_of(alert)} shows {alert.notification_count} pages, not {reached}"


@invariant("Counts agree with what is open")
def counts_agree(found: Findings) -> Iterator[str]:
    opened = [alert for alert in found.alerts if alert.is_open]
    expected = {
        "firing": sum(it.status is AlertStatus.FIRING for it in opened),
        "acknowledged": sum(it.status is AlertStatus.ACKNOWLEDGED for it in opened),
        "snoozed": sum(it.snooze is not None for it in opened),
    }
    kept = [item for item in found.items if item["entity"]["S"] == "counts"]
    for name, number in expected.items():
        shown = sum(_number(item, name) for item in kept)
        if shown != number:
            yield f"{number} {name}, and {shown} are shown"


@invariant("Every message comes to an end")
def messages_come_to_an_end(found: Findings) -> Iterator[str]:
    for it in found.messages.values():
        if not it.state.has_ended:
            yield f"{found.spelled(it.delivery.key)} stays {it.state}"


@invariant("What is marked as sent arrived")
def what_is_marked_arrived(found: Findings) -> Iterator[str]:
    arrived = {it.key for it in found.team.world.line.received}
    for key, it in found.messages.items():
        if is_to_last_resort(it.delivery):
            continue
        told = found.digest_of(it)
        told_by = told.delivery.key if told else key
        if it.state is DeliveryState.SENT and told_by not in arrived:
            yield f"{found.spelled(key)} is marked as sent and never arrived"
        named = found.team.world.line.digests.get(told_by)
        if it.state is DeliveryState.SENT and told and it.delivery.alert_id not in (named or ()):
            yield f"{found.spelled(key)} is marked as told by a digest that does not name it"


@invariant("A message arrives once, or again after an attempt that was cut short")
def told_once(found: Findings) -> Iterator[str]:
    """Under one key once, and once more for each attempt that ended between sending and marking."""
    world = found.team.world
    for key, number in Counter(it.key for it in world.line.received).items():
        again_at_most = world.ambiguous[key] + world.line.dropped[key]
        if number > 1 + again_at_most and not _outlives_leases(found):
            yield f"{found.spelled(key)} arrived {number} times"


@invariant("Nobody is told twice under two keys of one step and run")
def one_key_for_each_step(found: Findings) -> Iterator[str]:
    told: defaultdict[tuple[object, ...], set[str]] = defaultdict(set)
    for received in found.team.world.line.received:
        it = found.messages.get(received.key)
        if it is None:
            yield f"{received.key} arrived, and the ledger does not know it"
        elif it.delivery.is_page:
            sent = it.delivery
            asked = sent.version if sent.is_by_hand else None
            place = sent.alert_id, sent.loop, sent.step_name, asked, sent.target, sent.channel
            told[place].add(received.key)
    yield from (f"one page by {keys}" for keys in told.values() if len(keys) > 1)


@invariant("A page is told alone or by one digest")
def told_in_one_message(found: Findings) -> Iterator[str]:
    """A digest names each alert once, for all of its pages that waited for that digest."""
    line = found.team.world.line
    arrived = {it.key for it in line.received}
    named: defaultdict[tuple[object, ...], int] = defaultdict(int)
    for key, alert_ids in line.digests.items():
        if key in arrived and not found.messages[key].delivery.is_closing:
            named_at = place_of(found.messages[key].delivery)
            for alert_id in alert_ids:
                named[alert_id, named_at] += 1
    for page in found.ledger:
        delivery = page.delivery
        if not delivery.may_be_bundled or delivery.key not in arrived:
            continue
        if page.bundled_into is not None:
            yield f"{found.spelled(delivery.key)} arrived alone, and waits for a digest"
    waited: Counter[tuple[object, ...]] = Counter(
        (page.delivery.alert_id, place_of(page.delivery))
        for page in found.ledger
        if page.delivery.may_be_bundled and page.delivery.key not in arrived
    )
    for told, number in named.items():
        if number > waited[told]:
            yield f"{found.names[str(told[0])]} is named by {number} digests at {told[1]}"


@invariant("Whom a person asked is in the ledger")
def the_asked_are_in_the_ledger(found: Findings) -> Iterator[str]:
    for alert in found.alerts:
        for asking in alert.askings:
            if not is_asked(asking, (it for it in found.ledger if _is_of(it, alert))):
                yield f"{asking.targets} were never asked about {name_of(alert)}"


def _is_of(message: Notification, alert: Alert) -> bool:
    return message.delivery.alert_id == alert.alert_id


@invariant("An acknowledgement holds, and ends the pages")
def acknowledgements_hold(found: Findings) -> Iterator[str]:
    line = found.team.world.line
    pages = [it for it in line.received if it.event == NotificationEvent.PAGED]
    grace = GRACE + _slow_for(found)
    for alert_id, at in found.team.acknowledged:
        changes = found.timelines[alert_id]
        words = {change.type for change in changes}
        if ChangeType.ACKNOWLEDGED not in words:
            yield f"the timeline of {found.names[alert_id]} has no acknowledgement"
        is_returned = ChangeType.UNACKNOWLEDGED in words
        is_firing = any(
            it.alert_id == alert_id and it.status is AlertStatus.FIRING for it in found.alerts
        )
        if is_firing and not is_returned:
            yield f"the acknowledgement of {found.names[alert_id]} is undone"
        # The timeline has the time of a clock that may be wrong.
        returned = found.team.world.given_back[alert_id] if is_returned else ()
        until = min((it for it in returned if it >= at), default=None)
        for page in pages:
            is_late = page.at > at + grace and (until is None or page.at < until)
            is_asked_later = _is_asked_since_acknowledged(found, page.key, changes)
            if page.alert_id == alert_id and is_late and not is_asked_later:
                yield f"{found.spelled(page.key)} arrived after the acknowledgement"


@invariant("A digest leaves out what was acknowledged before")
def digests_leave_out_the_acknowledged(found: Findings) -> Iterator[str]:
    """Before its set was frozen, so far as clocks agree."""
    digests = DynamoDBDigests(found.team.world.call, TABLE, RETENTION)
    for key, alert_ids in found.team.world.line.digests.items():
        if found.messages[key].delivery.is_closing:
            continue
        digest = digests.get(DigestId(found.messages[key].delivery.alert_id))
        assert digest is not None
        for alert_id, at in found.team.acknowledged:
            is_late = digest.frozen_at > at + GRACE + _slow_for(found) + _skew(found)
            returned = any(at <= it for it in found.team.world.given_back[alert_id])
            if alert_id in alert_ids and is_late and not returned:
                yield f"{found.names[alert_id]} was acknowledged, and {key} tells of it"


def _is_asked_since_acknowledged(found: Findings, key: str, changes: list[Change]) -> bool:
    """Whether a person asked for it when the alert was acknowledged."""
    message = found.messages.get(key)
    if message is None or not message.delivery.is_by_hand:
        return False
    times = [it.at for it in changes if it.type is ChangeType.ACKNOWLEDGED]
    return any(at <= message.delivery.asked_at for at in times)


_TOLD = {
    ChangeType.ACKNOWLEDGED: NotificationEvent.ACKNOWLEDGED,
    ChangeType.UNACKNOWLEDGED: NotificationEvent.UNACKNOWLEDGED,
    ChangeType.SNOOZED: NotificationEvent.SNOOZED,
    ChangeType.WOKEN: NotificationEvent.WOKEN,
    ChangeType.RESOLVED: NotificationEvent.RESOLVED,
}


_OF_HOLDS = frozenset((ChangeType.HELD, ChangeType.RELEASED))


@invariant("The newest message that can be rewritten is true")
def newest_message_is_true(found: Findings) -> Iterator[str]:
    """A target that heard that it fires, and can be told of changes, soon hears its state."""
    heard: defaultdict[tuple[str, str], list[_Heard]] = defaultdict(list)
    for it in found.team.world.line.received:
        message = found.messages.get(it.key)
        if message is not None and message.delivery.channel in found.team.channels:
            heard[it.alert_id, message.delivery.channel].append(_heard(it.at, it.event, message))
    within = _late(found, HEARD_WITHIN) + found.team.slack
    for alert in found.alerts:
        changes = [it for it in found.timelines[alert.alert_id] if it.type in _TOLD]
        allowed, changed_at = _true_events(alert, changes)
        for channel in sorted(found.team.channels):
            told = sorted(heard[alert.alert_id, channel])
            news = _News(f"{channel} heard of {name_of(alert)}", allowed, changed_at, within)
            yield from news.judged(told)


@invariant("The newest e-mail to a person is true, unless it is the person who made it untrue")
def newest_email_is_true(found: Findings) -> Iterator[str]:
    """Where a step is asked again, those it asks hear that by its page."""
    heard: defaultdict[tuple[AlertId, str], list[_Heard]] = defaultdict(list)
    for it in found.team.world.line.received:
        message = found.messages.get(it.key)
        if it.event == NotificationEvent.DIGEST:
            continue
        if message and is_to_user(message.delivery) and place_of(message.delivery)[1] == "email":
            place = message.delivery.alert_id, message.delivery.target
            heard[place].append(_heard(it.at, it.event, message))
    within = _late(found, HEARD_WITHIN) + found.team.slack
    alerts = {alert.alert_id: alert for alert in found.alerts}
    for (alert_id, target), told in sorted(heard.items()):
        alert = alerts[alert_id]
        changes = [it for it in found.timelines[alert_id] if it.type in _TOLD]
        last = max(changes, key=lambda it: it.at, default=None)
        stays = alert.status is AlertStatus.ACKNOWLEDGED
        is_woken = last and last.type is ChangeType.WOKEN and stays
        if last and (f"user:{user_of(last.by)}" == target or is_woken):
            continue
        allowed, changed_at = _true_events(alert, changes)
        said = f"{target} was mailed of {name_of(alert)}"
        yield from _News(said, allowed, changed_at, within).judged(sorted(told))


@dataclass(frozen=True, order=True)
class _Heard:
    at: datetime
    event: str
    asked_at: datetime | None = field(compare=False)
    """When a person asked for it; its words say what the alert was by then."""


def _heard(at: datetime, event: str, message: Notification) -> _Heard:
    delivery = message.delivery
    return _Heard(at, event, delivery.asked_at if delivery.is_by_hand else None)


@dataclass(frozen=True)
class _News:
    """What a place should have heard last."""

    said: str
    allowed: set[str]
    changed_at: datetime | None
    within: timedelta

    def judged(self, told: list[_Heard]) -> Iterator[str]:
        """Args: told: What it heard, oldest first."""
        if not told:
            return
        last = told[-1]
        changed_at = self.changed_at or last.at
        is_asked_since = last.asked_at is not None and last.asked_at >= changed_at
        if last.event not in self.allowed and not is_asked_since:
            yield f"the last that {self.said} is {last.event}"
        pages = [it.at for it in told if it.event == NotificationEvent.PAGED]
        news = max([changed_at, *pages]) if self.changed_at else last.at
        if last.event != NotificationEvent.PAGED and last.at > news + self.within:
            yield f"{self.said}: {last.event} only {last.at - news} later"


def _true_events(alert: Alert, changes: list[Change]) -> tuple[set[str], datetime | None]:
    last = max(changes, key=lambda it: it.at, default=None)
    changed_at = last.at if last else None
    if alert.status is AlertStatus.RESOLVED:
        return {NotificationEvent.RESOLVED}, changed_at
    if last is None:
        return {NotificationEvent.PAGED}, None
    now = {change.type: change for change in changes}
    true: set[str] = {_TOLD[last.type]}
    if alert.is_asking:
        true |= {NotificationEvent.PAGED}
    if alert.status is AlertStatus.ACKNOWLEDGED and ChangeType.ACKNOWLEDGED in now:
        true |= {NotificationEvent.ACKNOWLEDGED}
    return true, changed_at


@invariant("No step pages anybody while a silence holds its alert")
def a_silence_holds(found: Findings) -> Iterator[str]:
    """From the answer to who made it until its end."""
    grace = GRACE + _slow_for(found) + _skew(found)
    for page in found.team.world.line.received:
        message = found.messages.get(page.key)
        if message is None or not message.delivery.is_of_step:
            continue
        for begun_at, ends_at in found.team.silenced:
            if begun_at + grace < page.at < ends_at - _skew(found):
                yield f"{found.spelled(page.key)} arrived in a silence"


@invariant("What a silence held goes on after its end")
def a_silence_lets_go(found: Findings) -> Iterator[str]:
    within = _late(found, CALM_BOUND) + found.team.slack
    for alert in found.alerts:
        hold = alert.silence
        if hold and max(it for _, it in found.team.silenced) + within < found.team.world.now:
            yield f"{name_of(alert)} is still {hold.why}"


@invariant("What an awake person held goes on 15 minutes after that person did something")
def an_awake_person_lets_go(found: Findings) -> Iterator[str]:
    within = QUIET_LIMIT + _late(found, CALM_BOUND) + found.team.slack + _skew(found)
    people = {
        item["user"]["S"]: awake_from(item)
        for item in found.items
        if item["entity"]["S"] == keys.AWAKE
    }
    for alert in found.alerts:
        hold = alert.hold
        if hold is None or hold.kind is not HoldKind.AWAKE:
            continue
        awake = people[hold.name]
        if min(awake.seen_at + within, awake.until + within) < found.team.world.now:
            yield f"{name_of(alert)} is still held: {hold.why}"


@invariant("A critical that nobody has is told within 15 minutes, whoever is awake")
def a_critical_is_told_whoever_is_awake(found: Findings) -> Iterator[str]:
    """Where its messages arrive; from the begin of each of its steps."""
    within = QUIET_LIMIT + _late(found, CALM_BOUND) + found.team.slack + _skew(found)
    first = found.first_arrivals
    over = {
        ChangeType.ACKNOWLEDGED,
        ChangeType.SNOOZED,
        ChangeType.RESOLVED,
        ChangeType.ESCALATED,
        ChangeType.ESCALATION_EXHAUSTED,
        *_OF_HOLDS,
    }
    for begun in _begun_steps(found) if found.team.awake else ():
        told = [first[it.delivery.key] for it in begun.pages if it.delivery.key in first]
        ends = [it.at for it in found.timelines[begun.alert_id] if it.type in over]
        until = min((at for at in ends if at > begun.at), default=found.team.world.now)
        if min(told, default=until) > begun.at + within and until > begun.at + within:
            yield f"{begun.name} of {found.names[begun.alert_id]} told nobody for {within}"


@invariant("The closing message names all that an awake person was told of")
def a_closing_message_names_what_came(found: Findings) -> Iterator[str]:
    """Once for each end, by each silent method."""
    ended = [it for it in found.items if it["entity"]["S"] == keys.AWAKE and "ended_at" in it]
    told = {it.delivery.alert_id for it in found.closings if it.state.has_ended}
    within = _late(found, CALM_BOUND) + found.team.slack + _skew(found)
    for item in ended:
        awake = awake_from(item)
        is_late = awake.ends_at + within < found.team.world.now
        if is_late and AlertId(awake.session) not in told:
            yield f"{awake.user} was not told what came until {awake.ends_at}"


@invariant("No page is later than its bound")
def pages_are_in_time(found: Findings) -> Iterator[str]:
    """From the begin of a step to its page."""
    first = found.first_arrivals
    within = _late(found, CALM_BOUND) + found.team.slack
    for begun in _begun_steps(found):
        for page in begun.pages:
            at = first.get(page.delivery.key)
            if at is None or "+" in page.delivery.channel or page.state is not DeliveryState.SENT:
                continue
            waits = _waits_for_digest(page, begun.at, found)
            if at > begun.at + within + waits:
                late = at - begun.at
                yield f"{found.spelled(page.delivery.key)} came {late} after its step began"


def _waits_for_digest(page: Notification, at: datetime, found: Findings) -> timedelta:
    """How long a page may wait at a place that was told of something else just before.

    The first page of a quiet place waits for nothing, whatever happens at other places.
    """
    place = place_of(page.delivery)
    if place[1] not in _BUNDLED or not is_to_user(page.delivery):
        return timedelta()
    if any(user == place[0] and begun_at <= at + MINUTE for user, begun_at in found.team.awake):
        return DIGEST_EVERY + MINUTE
    window = _BUNDLED[place[1]]
    before = [
        it
        for it in found.team.world.line.received
        if (message := found.messages.get(it.key))
        and message.delivery.key != page.delivery.key
        and place_of(message.delivery) == place
        and at - window - GRACE - _late(found, CALM_BOUND) <= it.at <= at + window
    ]
    return MINUTE if before else timedelta()


@invariant("A storm is a few messages")
def storms_are_few_messages(found: Findings) -> Iterator[str]:
    """Two at once and two a minute, at each place, where nothing goes wrong."""
    if found.team.world.plan:
        return
    times: defaultdict[tuple[str, str], list[datetime]] = defaultdict(list)
    for it in found.team.world.line.received:
        message = found.messages[it.key]
        is_news = message.delivery.may_be_bundled or it.event == NotificationEvent.DIGEST
        if is_news and place_of(message.delivery)[1] in _BUNDLED:
            times[place_of(message.delivery)].append(it.at)
    for place, at in times.items():
        for first, last in combinations_with_replacement(range(len(at)), 2):
            minutes = (at[last] - at[first] + ROUNDED) / MINUTE
            if last - first + 1 > 2 + 2 * minutes:
                yield f"{last - first + 1} messages at {place} within {at[last] - at[first]}"


@invariant("No delayed rule's message is before its delay or later than its bound")
def delayed_rules_are_in_time(found: Findings) -> Iterator[str]:
    """Counted from when the first page of a firing spell asked for their user."""
    first = found.first_arrivals
    within = _late(found, CALM_BOUND) + found.team.slack
    for delivery in (it.delivery for it in found.ledger if it.delivery.is_by_rule):
        at = first.get(delivery.key)
        if at is None:
            continue
        waits = delivery.channel.rpartition("+")[2]
        is_until = delivery.waits_for_hours
        due_at = datetime.fromisoformat(waits) if is_until else delivery.asked_at
        due_at += timedelta() if is_until else read_duration(waits)
        if at < due_at - ROUNDED - _skew(found):
            yield f"{found.spelled(delivery.key)} came {due_at - at} before its delay was over"
        page = found.messages[delivery.key]
        if at > due_at + within + _waits_for_digest(page, due_at, found):
            yield f"{found.spelled(delivery.key)} came {at - due_at} after its delay was over"


@invariant("No step is asked before the delay of the one before")
def steps_wait_for_their_delay(found: Findings) -> Iterator[str]:
    """Counted from when the messages of the step before went out or failed for good."""
    for before, after in _followed_steps(found):
        if after.reason == STILL_WAITING:
            continue
        due_at = before.due_at_of(after, found)
        if after.at < due_at - ROUNDED - _skew(found):
            yield (
                f"{after.name} of {found.names[after.alert_id]} was asked {due_at - after.at} "
                f"before the delay of {before.name} was over"
            )


@invariant("No step is later than its bound")
def steps_are_in_time(found: Findings) -> Iterator[str]:
    for before, after in _followed_steps(found):
        due_at = before.due_at_of(after, found)
        if after.at > due_at + _late(found, CALM_BOUND) + found.team.slack:
            yield (
                f"{after.name} of {found.names[after.alert_id]} was asked {after.at - due_at} late"
            )


@invariant("Nobody of a policy is skipped")
def nobody_is_skipped(found: Findings) -> Iterator[str]:
    """An escalation that ended without an answer has asked everybody of its policy."""
    for alert in found.alerts:
        words = [it.type for it in found.timelines[alert.alert_id]]
        policy = found.team.policies.get(alert.escalation.policy or "")
        if policy is None or ChangeType.ESCALATION_EXHAUSTED not in words:
            continue
        asked = {
            it.delivery.target for it in found.ledger if it.delivery.alert_id == alert.alert_id
        }
        for target in (str(target) for step in policy.steps for target in step.targets):
            if target not in asked:
                yield f"{name_of(alert)} is exhausted, and {target} was never asked"


@invariant("Steps are asked in the order of a policy that nobody edits, and none is skipped")
def steps_are_in_order(found: Findings) -> Iterator[str]:
    """Within a run, each step follows the one before it in a policy that nobody edits.

    Of others, their stories say themselves who has to be asked, and in which order.
    """
    for before, after in _followed_steps(found):
        if not found.team.edits:
            names = [step.name for policy in found.team.policies.values() for step in policy.steps]
            if names.index(after.name) != (names.index(before.name) + 1) % len(names):
                yield f"{after.name} of {found.names[after.alert_id]} followed {before.name}"


@invariant("A firing alert has asked at least one target")
def a_target_is_asked(found: Findings) -> Iterator[str]:
    """A firing, awake alert with a policy has asked at least one target."""
    asked = {it.delivery.alert_id for it in found.ledger if it.delivery.is_page}
    for alert in found.alerts:
        is_quiet = alert.is_flapping or alert.dedup_key == "sweep" or not found.team.policies
        if alert.is_asking and not is_quiet and alert.alert_id not in asked:
            yield f"{name_of(alert)} fires, and nobody was ever asked"


@invariant("An alert that reached nobody is told to the last resort, and soon")
def the_last_resort_is_told(found: Findings) -> Iterator[str]:
    """Each time it reaches nobody: at once, or counted in a message within five minutes.

    Unless the alert is acknowledged, snoozed or resolved before, or a person is reached.
    """
    published = [at for at, _ in found.team.world.line.published]
    within = EVERY + _late(found, CALM_BOUND) + found.team.slack
    for alert in found.alerts:
        name = name_of(alert)
        times = [
            it.at
            for it in found.timelines[alert.alert_id]
            if it.type is ChangeType.REACHED_NOBODY and alert.is_page_worthy
        ]
        lines = sorted(
            (
                it
                for it in found.ledger
                if it.delivery.alert_id == alert.alert_id and is_to_last_resort(it.delivery)
            ),
            key=lambda it: it.delivery.version,
        )
        if len(times) != len(lines):
            yield f"{name} reached nobody {len(times)} times, and {len(lines)} messages are planned"
        for at, line in zip(sorted(times), lines, strict=False):
            if line.state is DeliveryState.FAILED:
                yield f"the last resort was not told of {name}: {line.reason}"
            if line.state is not DeliveryState.SENT:
                continue
            told = [it for it in published if at - ROUNDED - _skew(found) <= it <= at + within]
            if not told:
                yield f"the last resort was not told of {name} within {within}"


@invariant("The sweep reports nothing where nothing was lost")
def the_sweep_finds_nothing(found: Findings) -> Iterator[str]:
    """Where nothing was lost or held up for long, nothing is reported as forgotten."""
    team = found.team
    if team.loses or team.may_be_reported or team.world.line.held_up > PLANNED_AFTER:
        return
    for alert in found.alerts:
        if alert.dedup_key == "sweep":
            yield f"the sweep reported: {alert.facts.summary}"
    if team.world.line.corrections:
        yield "the sweep corrected the counts"


@invariant("The last page of a timeline names no other")
def timelines_end(found: Findings) -> Iterator[str]:
    for alert in found.alerts:
        number = len(found.timelines[alert.alert_id])
        if number:
            page = found.team.alerts.timeline(alert.alert_id, cursor=None, limit=number)
            if page.next_cursor is not None:
                yield f"after all of {name_of(alert)} another page is promised"


@invariant("What somebody does to an alert is activity once")
def acts_are_activity(found: Findings) -> Iterator[str]:
    """The rows of alerts are those of the timelines that a person or a key wrote."""
    done = Counter(
        (str(alert.alert_id), change.at, change.type.value, change.by)
        for alert in found.alerts
        for change in found.timelines[alert.alert_id]
        if via_of(change.by) not in {None, Via.INTEGRATION}
    )
    rows = (activity_from(it) for it in found.items if _is_activity(it))
    told = Counter(
        (it.name, it.at, it.action, it.by) for it in rows if it.kind is ActivityKind.ALERT
    )
    for act in (done - told).keys() | (told - done).keys():
        yield f"done {done[act]} times, told {told[act]} times: {act}"


def _is_activity(item: Record) -> bool:
    return str(item["pk"]["S"]).startswith(keys.ACTIVITY_FROM)


@invariant("The story ends as it says itself")
def what_the_story_says(found: Findings) -> Iterator[str]:
    yield from found.team.disappointments


@dataclass(frozen=True)
class BegunStep:
    """A step of one alert, from when it was begun."""

    alert_id: str
    name: str
    loop: int
    at: datetime
    reason: str | None
    """Why it did not wait for the delay of the one before."""
    pages: tuple[Notification, ...]

    def clock_starts_at(self, found: Findings) -> datetime:
        """When all of its messages had gone out, or failed for good."""
        attempts: dict[str, datetime] = {}
        for it in found.team.world.line.attempts:
            attempts.setdefault(it.key, it.at)
        starts_at = self.at
        for page in self.pages:
            if "+" in page.delivery.channel:
                continue
            ended_at = page.changed_at
            told = found.digest_of(page) or page
            begun_at = attempts.get(told.delivery.key)
            if begun_at is not None:
                ended_at = min(ended_at, begun_at + PROVIDER_AT_MOST)
            starts_at = max(starts_at, min(ended_at, self.at + OWN_DELAY_AT_MOST))
        return starts_at

    def due_at_of(self, after: "BegunStep", found: Findings) -> datetime:
        """When the step after this one has to be asked."""
        due_at = self.clock_starts_at(found) + found.team.delays[self.name]
        nobody_at = self.nobody_was_reached_at(found)
        return min(due_at, nobody_at) if nobody_at and after.loop == self.loop else due_at

    def nobody_was_reached_at(self, found: Findings) -> datetime | None:
        """When the last of its messages, those by delayed rules too, failed or was skipped."""
        versions = {page.delivery.version for page in self.pages}
        by_rule = [
            it
            for it in found.ledger
            if it.delivery.is_by_rule
            and it.delivery.alert_id == self.alert_id
            and it.delivery.version in versions
        ]
        messages = (*self.pages, *by_rule)
        if not messages or not all(it.state in _FAILED for it in messages):
            return None
        return max(it.changed_at for it in messages)


def _begun_steps(found: Findings) -> Iterator[BegunStep]:
    pages: defaultdict[tuple[str, str, int], list[Notification]] = defaultdict(list)
    for it in found.ledger:
        if it.delivery.is_page and it.delivery.step_name is not None:
            pages[it.delivery.alert_id, it.delivery.step_name, it.delivery.loop].append(it)
    for alert_id, changes in found.timelines.items():
        begun = [it for it in changes if it.type is ChangeType.ESCALATED]
        told = {(str(it.details["to_step"]), it.details["loop"]) for it in begun}
        fired = next((it for it in changes if it.type is ChangeType.FIRED), None)
        untold = [key for key in pages if key[0] == alert_id and key[1:] not in told]
        if len(untold) > 1:
            untold = [key for key in untold if pages[key][0].delivery.step == 1]
        # With the first step in the timeline, an untold one is of a lost record.
        is_opening_told = any(it.details["from_step"] is None for it in begun)
        if fired is not None and len(untold) == 1 and not is_opening_told:
            _, name, loop = untold[0]
            yield BegunStep(alert_id, name, loop, fired.at, "opening", tuple(pages[untold[0]]))
        for step in begun:
            name, loop = str(step.details["to_step"]), int(str(step.details["loop"] or 0))
            reason = step.details.get("reason")
            of_step = tuple(pages[alert_id, name, loop])
            yield BegunStep(alert_id, name, loop, step.at, str(reason) if reason else None, of_step)


def _followed_steps(found: Findings) -> Iterator[tuple[BegunStep, BegunStep]]:
    """Steps that followed one another because time passed, and nothing else happened between."""
    by_alert: defaultdict[str, list[BegunStep]] = defaultdict(list)
    for begun in _begun_steps(found):
        by_alert[begun.alert_id].append(begun)
    for alert_id, steps in by_alert.items():
        others = [
            it.at
            for it in found.timelines[alert_id]
            if it.type in {*_TOLD, *_OF_HOLDS, ChangeType.SEVERITY_CHANGED, ChangeType.ASSIGNED}
            or (it.type is ChangeType.ESCALATED and it.by != AUTO)
        ]
        for before, after in pairwise(sorted(steps, key=lambda it: it.at)):
            if not any(before.at <= at <= after.at for at in others):
                yield before, after


def _late(found: Findings, calm: timedelta) -> timedelta:
    """How late something may be under this plan."""
    if not found.team.world.plan:
        return calm
    plan = found.team.world.plan
    held_up = found.team.world.line.held_up
    if all(it.kind is Kind.STALE for it in plan):
        # What matters is read consistently, so that nothing waits for it.
        return calm
    if found.team.loses:
        # What only a sweep finds waits for the next one if a tick goes wrong. Storage that
        # throttles one of some requests, whoever makes them, also ends sweeps.
        ticks = [it for it in plan if it.function is Function.TICK]
        held_up += (len(ticks) + found.team.world.sweeps_refused) * SWEEP_EVERY
    return max(calm, BOUND) + held_up


def _skew(found: Findings) -> timedelta:
    """By how much a time that one clock wrote and another one waited for may be off."""
    return 2 * clock_error(found.team.world.plan)


def _slow_for(found: Findings) -> timedelta:
    """How long a run may have held a claimed page."""
    kinds = {Kind.PAUSE, Kind.SLOW}
    seconds = sum(it.seconds for it in found.team.world.plan if it.kind in kinds)
    return timedelta(seconds=seconds) + found.team.world.line.answers_after


def _outlives_leases(found: Findings) -> bool:
    """Whether clocks differ by more than a lease has left: then it cannot keep others away."""
    return _skew(found) > timedelta(seconds=20)


def _number(item: Record, name: str) -> int:
    return int(item[name]["N"]) if name in item else 0
