"""Alertmanager: its configuration, and silences as its API lists them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlsplit

from tocsin.bodies.routes import MATCHERS_LIMIT
from tocsin.channels.webhook import problem_of_url
from tocsin.domain.duration import spelled
from tocsin.domain.matcher import LENGTH_LIMIT
from tocsin_cli.importing.matching import parsed
from tocsin_cli.importing.rotations import Window, merged
from tocsin_cli.importing.sources import Node, SourceError, read_json, read_yaml, zone_names
from tocsin_cli.importing.team_file_out import (
    SLACK_CHANNEL,
    Draft,
    Step,
    email,
    instant,
    quoted,
    reason,
)

ROUTES_LIMIT: Final = 1_000
DEPTH_LIMIT: Final = 30
SILENCES: Final = ("alertmanager-silences.json", "silences.json")
"""Names of a file beside the configuration."""
INTEGRATION: Final = "alertmanager"
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ICAL_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_MONTHS: Final = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_MATCHER: Final = re.compile(
    r'\s*([a-zA-Z_:][a-zA-Z0-9_:]*|"(?:[^"\\]|\\.)*")\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|[^\s,{}"]*)\s*',
    re.DOTALL,
)
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{20,}")
_ELSEWHERE: Final = frozenset(
    (
        "pagerduty", "opsgenie", "victorops", "pushover", "telegram", "discord", "msteams",
        "msteamsv2", "webex",
    )
)  # fmt: skip
"""Products that Apprise speaks to."""
_TIMINGS: Final = ("group_wait", "group_interval", "repeat_interval")
_EVERY_SEVERITY: Final = ["critical", "warning", "info"]


@dataclass(slots=True)
class Source:
    config: Node
    silences: Node | None = None

    @property
    def intervals(self) -> dict[str, Node]:
        """Time intervals by name, in both spellings."""
        listed = self.config.each("time_intervals") + self.config.each("mute_time_intervals")
        return {it.needed("name"): it for it in listed}


@dataclass(frozen=True, slots=True)
class FlatRoute:
    node: Node
    receiver: str
    matchers: tuple[Node, ...]
    """From the root down; each one spelling of a matcher, or a pair of `match` or `match_re`."""


def read(path: Path) -> Source:
    """Read `alertmanager.yml`, and the silences beside it; or a folder that has both.

    Raises:
        SourceError: It is something else.
    """
    if path.is_dir():
        found = [path / it for it in ("alertmanager.yml", "alertmanager.yaml", "config.yml")]
        path = next((it for it in found if it.is_file()), found[0])
    config = read_yaml(path)
    if not isinstance(config.value, dict) or "route" not in config.value:
        raise SourceError(str(path), "has no route: it is no configuration of Alertmanager")
    beside = next((it for name in SILENCES if (it := path.parent / name).is_file()), None)
    return Source(config, None if beside is None else read_json(beside))


def fill(source: Source, made: Draft) -> None:
    """Add all that the source has."""
    _Import(source, made).run()


@dataclass(slots=True)
class _Import:
    source: Source
    draft: Draft
    windows: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        body = {"type": "alertmanager"}
        self.draft.add("integrations", INTEGRATION, "the whole configuration", body)
        for receiver in self.source.config.each("receivers"):
            self._receiver(receiver)
        for route in self._flat():
            self._route(route)
        for rule in self.source.config.each("inhibit_rules"):
            self.draft.notes.add("Inhibition", rule.place, _inhibition(rule))
        if self.source.config.each("templates"):
            self.draft.notes.add("NotImported", self.source.config.at("templates").place)
        for silence in [] if self.source.silences is None else self.source.silences.each():
            self._silence(silence)

    # Receivers

    def _receiver(self, node: Node) -> None:
        name = node.needed("name")
        targets: list[dict[str, Any]] = []
        for kind, configs in node.members():
            if not kind.endswith("_configs"):
                continue
            for config in configs.each():
                channel = self._channel(name, kind.removesuffix("_configs"), config)
                if channel is not None:
                    targets.append({"channel": channel})
                if config.has("send_resolved") and not config.flag("send_resolved"):
                    self.draft.notes.add("SendResolved", config.place, name)
        if not targets:
            self.draft.notes.add("ReceiverNotCarried", node.place, name)
        self.draft.add_policy(
            name,
            name,
            [Step(targets=targets, place=node.place)],
            place=node.place,
            more={"severities": list(_EVERY_SEVERITY)},
        )

    def _channel(self, receiver: str, kind: str, config: Node) -> str | None:
        own = {"email": self._email, "slack": self._slack, "webhook": self._webhook}
        if kind in own:
            return own[kind](receiver, config)
        if kind in _ELSEWHERE:
            return self._elsewhere(receiver, kind, config, self._url(kind, config))
        self.draft.notes.add("ReceiverNotCarried", config.place, kind)
        return None

    def _url(self, kind: str, config: Node) -> str | None:
        """Where Apprise sends what goes to another product; None: the key is not there."""
        if kind == "pagerduty":
            key = config.text("routing_key") or config.text("service_key")
            return f"pagerduty://{quote(key, safe='')}@unused" if key else None
        if kind == "opsgenie":
            key = config.text("api_key") or self._global("opsgenie_api_key")
            responders = config.each("responders")
            teams = [it.text("name") for it in responders if it.text("type") == "team"]
            path = "".join(f"/%23{quote(it, safe='')}" for it in teams if it)
            return f"opsgenie://{quote(key, safe='')}{path}" if key else None
        return None

    def _global(self, name: str) -> str:
        return self.source.config.at("global").text(name)

    def _email(self, receiver: str, config: Node) -> str | None:
        written = [it for it in re.split(r"[,\s]+", config.text("to")) if it]
        addresses = [it for it in map(email, written) if it]
        if len(addresses) < len(written) or not written:
            self.draft.notes.add("ReceiverNotCarried", config.place, config.text("to"))
        if not addresses:
            return None
        body = {"type": "email", "to": addresses[:50]}
        return self.draft.add("channels", f"{receiver} email", config.place, body)

    def _slack(self, receiver: str, config: Node) -> str | None:
        channel = config.text("channel")
        if not SLACK_CHANNEL.fullmatch(channel):
            self.draft.notes.add("ReceiverNotCarried", config.place, f"channel {channel}")
            return None
        value = config.text("api_url") or self._global("slack_api_url")
        own = f"{receiver} slack" if config.has("api_url") else "slack"
        secret = self.draft.secret(own.lower().replace(" ", "-"), value, config.place)
        body = {"type": "slack", "secret": secret, "channel": channel}
        return self.draft.add("channels", f"{receiver} slack", config.place, body)

    def _webhook(self, receiver: str, config: Node) -> str | None:
        url = config.text("url")
        self.draft.notes.add("WebhookBody", config.place, receiver)
        if url and problem_of_url(url, False) is None and not _has_credential(url):  # noqa: FBT003
            body = {"type": "webhook", "url": url}
            return self.draft.add("channels", f"{receiver} webhook", config.place, body)
        value = re.sub(r"^http", "json", url) if url.startswith(("http://", "https://")) else None
        self.draft.notes.add("WebhookCredential", config.place, receiver)
        return self._apprise(f"{receiver} webhook", value, config.place)

    def _elsewhere(self, receiver: str, kind: str, config: Node, url: str | None) -> str:
        self.draft.notes.add("ReceiverElsewhere", config.place, f"{receiver}: {kind}")
        return self._apprise(f"{receiver} {kind}", url, config.place)

    def _apprise(self, written: str, url: str | None, place: str) -> str:
        name = self.draft.add("channels", written, place, {"type": "apprise"})
        secret = self.draft.secret(f"{name}-url", url, place)
        self.draft.sections["channels"][-1]["secret"] = secret
        return name

    # Routes

    def _flat(self) -> list[FlatRoute]:
        """The tree as a list of which the first that matches decides: children before parents."""
        found: list[FlatRoute] = []
        root = self.source.config.at("route")

        def walk(node: Node, receiver: str, matchers: tuple[Node, ...], depth: int) -> None:
            if depth > DEPTH_LIMIT:
                raise SourceError(node.place, "is nested too deep")
            own = node.text("receiver", receiver)
            all_matchers = (*matchers, *_matchers(node))
            for child in node.each("routes"):
                walk(child, own, all_matchers, depth + 1)
            found.append(FlatRoute(node, own, all_matchers))
            if len(found) > ROUTES_LIMIT:
                raise SourceError(node.place, f"is one of more than {ROUTES_LIMIT} routes")

        if not root.is_there:
            root.fail("is missing")
        walk(root, "", (), 0)
        return found

    def _route(self, route: FlatRoute) -> None:
        node = route.node
        self._note_settings(node)
        policy = self.draft.policies.get(route.receiver)
        if policy is None:
            self.draft.notes.add("RouteToNobody", node.place, route.receiver)
            return
        match = self._match(route.matchers, node)
        if match is None:
            return
        more = self._active(node, match, policy)
        name = self.draft.add_route(route.receiver, node.place, match, policy, **more)
        if node.flag("continue"):
            about = ("routes", name)
            self.draft.notes.add("ContinueRoute", node.place, route.receiver, about=about)

    def _match(self, matchers: Sequence[Node], node: Node) -> list[str] | None:
        match: list[str] = []
        for matcher in matchers:
            for written in _spelled(matcher):
                ours = parsed(written)
                if ours is None or len(ours) > LENGTH_LIMIT:
                    self.draft.notes.add("RouteCondition", matcher.place, written)
                    return None
                if ours not in match:
                    match.append(ours)
        if len(match) > MATCHERS_LIMIT:
            self.draft.notes.add("RouteCondition", node.place, f"{len(match)} matchers")
            return None
        return match

    def _note_settings(self, node: Node) -> None:
        grouping = [it.written() for it in node.each("group_by")]
        if grouping:
            self.draft.notes.add("GroupBy", node.at("group_by").place, ", ".join(grouping))
        timings = [f"{it} {node.text(it)}" for it in _TIMINGS if node.has(it)]
        if timings:
            self.draft.notes.add("GroupTiming", node.place, ", ".join(timings))

    def _active(self, node: Node, match: Sequence[str], policy: str) -> dict[str, Any]:
        """`only` of a route that is not always active; windows for its quiet times."""
        for reference in node.each("mute_time_intervals"):
            self._mute(reference, match)
        active = node.each("active_time_intervals")
        if not active:
            return {}
        windows: list[Window] = []
        zones: set[str] = set()
        for reference in active:
            interval = self._interval(reference)
            for each in [] if interval is None else interval.each("time_intervals"):
                hours = _weekly_hours(each)
                if hours is None:
                    self.draft.notes.add("HoursNotCarried", each.place, reference.written())
                    return {}
                windows += hours
                zones.add(_location(each))
        if not windows or len(zones) > 1:
            self.draft.notes.add("HoursNotCarried", node.place, policy)
            return {}
        self.draft.notes.add("RouteHours", node.place, ", ".join(it.written() for it in active))
        return {"only": [it.written() for it in merged(windows)], "time_zone": zones.pop()}

    def _interval(self, reference: Node) -> Node | None:
        found = self.source.intervals.get(reference.written())
        if found is None:
            reference.fail(f"there is no time interval {reference.written()}")
        return found

    def _mute(self, reference: Node, match: Sequence[str]) -> None:
        interval = self._interval(reference)
        if not match:
            self.draft.notes.add("HoursNotCarried", reference.place, reference.written())
            return
        for each in [] if interval is None else interval.each("time_intervals"):
            bodies = list(_quiet_times(each, self.draft.at.year))
            if not bodies:
                self.draft.notes.add("HoursNotCarried", each.place, reference.written())
            for body in bodies:
                why = {"reason": f"mute_time_intervals {reference.written()}"[:200]}
                name = self.draft.add(
                    "maintenance_windows",
                    reference.written(),
                    each.place,
                    {"match": list(match), **body, **why},
                )
                self.draft.notes.add(
                    "MuteInterval",
                    each.place,
                    reference.written(),
                    about=("maintenance_windows", name),
                )

    # Silences

    def _silence(self, node: Node) -> None:
        written = node.text("comment") or node.text("id")
        ends = node.instant("endsAt")
        if node.at("status").text("state") == "expired" or ends <= self.draft.at:
            self.draft.notes.add("PastSilence", node.place, written)
            return
        match = []
        for matcher in node.each("matchers"):
            operator = {
                (False, True): "=",
                (False, False): "!=",
                (True, True): "=~",
                (True, False): "!~",
            }[matcher.flag("isRegex"), matcher.flag("isEqual", default=True)]
            spelling = f"{_label(matcher.needed('name'))}{operator}{quoted(matcher.text('value'))}"
            ours = parsed(spelling)
            if ours is None:
                self.draft.notes.add("RouteCondition", matcher.place, spelling)
                return
            match.append(ours)
        if not match or len(match) > MATCHERS_LIMIT:
            self.draft.notes.add("RouteCondition", node.place, f"{len(match)} matchers")
            return
        by = f" ({node.text('createdBy')})" if node.text("createdBy") else ""
        body = {
            "match": match,
            "from": instant(node.instant("startsAt")),
            "to": instant(ends),
            "reason": reason(f"{node.text('comment')}{by}", "Imported from Alertmanager"),
        }
        self.draft.add("silences", written, node.place, body)


def _inhibition(rule: Node) -> str:
    def said(which: str) -> str:
        listed = [it.written() for it in rule.one_or_more(f"{which}_matchers")]
        for old, sign in ((f"{which}_match", "="), (f"{which}_match_re", "=~")):
            listed += [f"{name}{sign}{node.written()}" for name, node in rule.at(old).members()]
        return ", ".join(listed)

    return f"{said('source')} keeps {said('target')} quiet"


def _matchers(node: Node) -> list[Node]:
    """Each a text, in the spelling of `matchers`; the old `match` and `match_re` too."""
    found = list(node.one_or_more("matchers"))
    for old, sign in (("match", "="), ("match_re", "=~")):
        for name, value in node.at(old).members():
            found.append(Node(f"{_label(name)}{sign}{quoted(value.written())}", value.place))
    return found


def _spelled(matcher: Node) -> Iterator[str]:
    """Our spelling of each matcher in a text: there may be several, in braces or not."""
    text = matcher.written().strip()
    if text.startswith("{") and text.endswith("}"):
        text = text[1:-1]
    at = 0
    while at < len(text):
        found = _MATCHER.match(text, at)
        if found is None:
            matcher.fail(f"is no matcher: {text}")
        name, operator, value = found.groups()
        yield f"{_label(_unquoted(name))}{operator}{quoted(_unquoted(value))}"
        at = found.end()
        if at < len(text):
            if text[at] != ",":
                matcher.fail(f"is no matcher: {text}")
            at += 1


def _unquoted(written: str) -> str:
    """What stands in quotes; a backslash is one but before a quote, another one, or n."""
    if len(written) > 1 and written.startswith('"') and written.endswith('"'):
        return re.sub(r'\\(["\\n])', lambda it: "\n" if it[1] == "n" else it[1], written[1:-1])
    return written


def _label(name: str) -> str:
    """A label of the alert, also where a field of ours has the same name."""
    ours = ("severity", "integration", "name", "source", "object", "dedup_key", "group_id",
            "monitor_id", "rule_id", "source_severity")  # fmt: skip
    return f"label.{name}" if name in ours else name


def _has_credential(url: str) -> bool:
    parts = urlsplit(url)
    return bool(_TOKEN.search(parts.path)) or any(
        _TOKEN.fullmatch(value) for _, value in parse_qsl(parts.query)
    )


# Time intervals


def _location(node: Node) -> str:
    zone = node.text("location", "UTC")
    if zone in ("Local", "UTC", ""):
        return "UTC"
    if zone not in zone_names():
        node.at("location").fail(f"{zone} is no time zone of the IANA database")
    return zone


def _ranges(node: Node, name: str, read: Any) -> list[tuple[int, int]]:  # noqa: ANN401 - a function
    found = []
    for entry in node.one_or_more(name):
        begins, _, ends = entry.written().lower().partition(":")
        found.append((read(entry, begins.strip()), read(entry, (ends or begins).strip())))
    return found


def _day(node: Node, written: str) -> int:
    if written not in _DAYS:
        node.fail("must be a day such as monday")
    return _DAYS.index(written)


def _month(node: Node, written: str) -> int:
    if written in _MONTHS:
        return _MONTHS.index(written) + 1
    return Node(written, node.place).whole_value(1, 12)


def _of_month(node: Node, written: str) -> int:
    return Node(written, node.place).whole_value(-31, 31)


def _clock(node: Node, name: str) -> time:
    return time() if node.text(name) == "24:00" else node.clock(name)


def _times(node: Node) -> list[tuple[time, time]]:
    found = [(_clock(it, "start_time"), _clock(it, "end_time")) for it in node.each("times")]
    return found or [(time(), time())]


def _weekdays(node: Node) -> list[int]:
    ranges = _ranges(node, "weekdays", _day)
    days = [day for begins, ends in ranges for day in range(begins, ends + 1)]
    # Alertmanager counts from Sunday, so `sunday:tuesday` is one range.
    for begins, ends in ranges:
        if ends < begins:
            days += [it % 7 for it in range(begins, ends + 8)]
    return sorted(set(days)) or list(range(7))


def _weekly_hours(node: Node) -> list[Window] | None:
    """Hours of the week; None: they follow days of the month, or months or years."""
    if any(node.has(it) for it in ("days_of_month", "months", "years")):
        return None
    days = tuple(_weekdays(node))
    return [Window(days, begins, ends) for begins, ends in _times(node)]


def _quiet_times(node: Node, year: int) -> Iterator[dict[str, Any]]:
    """Maintenance windows that are open at these times; none where a rule cannot say them."""
    if node.has("years"):
        return
    months = [it for a, b in _ranges(node, "months", _month) for it in range(a, b + 1)]
    days = [
        it for a, b in _ranges(node, "days_of_month", _of_month) for it in range(a, b + 1) if it
    ]
    parts = []
    if days or months:
        parts.append("FREQ=YEARLY" if months else "FREQ=MONTHLY")
        parts += [f"BYMONTH={','.join(map(str, sorted(set(months))))}"] if months else []
        parts += [f"BYMONTHDAY={','.join(map(str, sorted(set(days))))}"] if days else []
    else:
        parts.append("FREQ=WEEKLY" if node.has("weekdays") else "FREQ=DAILY")
    if node.has("weekdays"):
        parts.append("BYDAY=" + ",".join(_ICAL_DAYS[it] for it in _weekdays(node)))
    elif months and not days:
        parts[0] = "FREQ=DAILY"
    rrule = ";".join(parts)
    for begins, ends in _times(node):
        start = datetime.combine(date(year, 1, 1), begins)
        length = datetime.combine(start, ends) - start
        if length <= timedelta():
            length += timedelta(days=1)
        first = _first(rrule, start)
        if first is not None:
            yield {
                "rrule": rrule,
                "start": first.isoformat(),
                "duration": spelled(length),
                "time_zone": _location(node),
            }


def _first(rrule: str, start: datetime) -> datetime | None:
    from dateutil.rrule import rrulestr

    try:
        return next(iter(rrulestr(rrule, dtstart=start)), None)
    except (ValueError, TypeError):
        return None
