"""The team's file as an import makes it: its objects, as a plain dictionary, and as YAML."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from tocsin.bodies.hours import HOURS_LIMIT
from tocsin.bodies.rotations import EXCLUDED_LIMIT, LONGEST_SHIFT, MEMBERS_LIMIT, TOGETHER_LIMIT
from tocsin.bodies.schedules import LAYERS_LIMIT, OVERRIDES_LIMIT
from tocsin.bodies.users import SLACK_ID
from tocsin.domain.duration import spelled
from tocsin.domain.people import EMAIL, PHONE
from tocsin.team_file.model import OBJECTS_LIMIT
from tocsin_cli.importing.keys import Keys, can_be_token
from tocsin_cli.importing.names import Names
from tocsin_cli.importing.notes import Explained, Notes
from tocsin_cli.importing.rotations import (
    LOOK_AHEAD,
    ROTATIONS_LIMIT,
    Rotation,
    Rule,
    Turns,
    layer_of,
    parts,
    spans,
)
from tocsin_cli.importing.sources import SourceError, shown, wall_in
from tocsin_cli.text import clean, shortened

SECTIONS: Final = (
    "users",
    "channels",
    "integrations",
    "schedules",
    "escalation_policies",
    "routes",
    "silences",
    "maintenance_windows",
    "heartbeats",
)
FULL_NAME_LIMIT: Final = 200
REASON_LIMIT: Final = 1_000
STEP_NAME_LIMIT: Final = 64
STEPS_LIMIT: Final = 20
TARGETS_LIMIT: Final = 50
REPEAT_LIMIT: Final = 10
RULES_LIMIT: Final = 20
USUAL_DELAY: Final = timedelta(minutes=5)
SHORTEST_DELAY: Final = timedelta(seconds=1)
LONGEST_DELAY: Final = timedelta(hours=24)
LONGEST_HOLD: Final = timedelta(hours=1)
SLACK_CHANNEL: Final = re.compile(r"[#@]?[A-Za-z0-9._-]{1,80}")
"""As the setting `channel` of such a channel may be."""
_POSITIONS: Final = 10
_COMMENTS: Final = 3
_COMMENT_LENGTH: Final = 90
_FLOW_WIDTH: Final = 92
_WIDTH: Final = 100
_SAYS_OFF: Final = re.compile(r"[^0-9+]")

ALWAYS_NOBODY: Final = Rotation(
    name="nobody",
    pattern=Turns("daily"),
    start=datetime(2026, 1, 5),  # noqa: DTZ001 - on the wall
    members=((),),
)
"""The layer of a schedule that has overrides only."""

type Body = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Step:
    """One step of a policy."""

    targets: list[Body] = field(default_factory=list)
    delay: timedelta | None = None
    """The wait after it; None: the source says none."""
    name: str = ""
    only: list[Body] = field(default_factory=list)
    place: str = ""


@dataclass(slots=True, kw_only=True)
class Override:
    user: str
    begins: datetime
    ends: datetime
    also: tuple[str, ...] = ()
    """Others, who stand in together with the user."""
    rotations: tuple[str, ...] = ()
    """Ids of the rotations that it is for; none: all."""
    reason: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class _Said:
    """A schedule as the source has it."""

    source: str
    written: str
    zone: str
    overrides: Sequence[Override]
    place: str


@dataclass(slots=True)
class Draft:
    """A team's file in the making."""

    at: datetime
    """What is over by then is left out."""
    team: str = "team"
    """By default; a source that has one team names it."""
    given: Mapping[str, str] = field(default_factory=dict)
    """By id or name of the source in lower case, the address or name of a person: `--users`."""
    notes: Notes = field(default_factory=Notes)
    names: Names = field(default_factory=Names)
    keys: Keys = field(default_factory=Keys)
    sections: dict[str, list[Body]] = field(default_factory=lambda: {it: [] for it in SECTIONS})
    people: dict[str, str | None] = field(default_factory=dict)
    """By each id and address that the source knows a person by, in lower case: the user's name;
    None: a person who is left out."""
    schedules: dict[str, list[str]] = field(default_factory=dict)
    """By the source's id: the schedules that say the same together."""
    policies: dict[str, str | None] = field(default_factory=dict)
    """By the source's id: the policy's name; None: it is left out."""
    holds: dict[str, timedelta] = field(default_factory=dict)
    """By a policy's name: how long its first step waits."""

    def add(self, section: str, written: str, place: str, body: Mapping[str, Any]) -> str:
        """Add an object under a name of its own.

        Args:
            section: Of the file.
            written: As the source calls it.
            place: Where.
            body: Without the name; what is None or empty is left out.
        """
        name = self.names.give(section, written, place)
        kept = {key: it for key, it in body.items() if it not in (None, [], {}, "")}
        self.sections[section].append({"name": name, **kept})
        return name

    def body(self, section: str, name: str) -> Body:
        return next(it for it in self.sections[section] if it["name"] == name)

    # People

    def add_user(
        self, ids: Iterable[str], written: str, place: str, body: Mapping[str, Any]
    ) -> str:
        """Add a user, unless one of these ids or addresses is that of a user already."""
        keys = [it.lower() for it in ids if it]
        known = next((name for it in keys if (name := self.people.get(it))), None)
        name = known or self.add("users", written, place, body)
        for key in keys:
            self.people[key] = self.people.get(key) or name
        return name

    def leave_out(self, *ids: str) -> None:
        for each in ids:
            if each:
                self.people.setdefault(each.lower(), None)

    def knows(self, *ids: str) -> bool:
        return any(each.lower() in self.people for each in ids if each)

    def user(self, *ids: str, place: str, written: str = "") -> str | None:
        """The user of an id or address; one who is not known is made, without an address.

        None: a person who is left out.

        Raises:
            SourceError: There is neither id nor address.
        """
        if not any(ids):
            raise SourceError(place, "names nobody: it has neither an id nor an address")
        for each in ids:
            if each and each.lower() in self.people:
                return self.people[each.lower()]
        given = next((self.given[it.lower()] for it in ids if it.lower() in self.given), "")
        if given:
            names = {it["name"].lower(): it["name"] for it in self.sections["users"]}
            self.people.setdefault(given.lower(), names.get(given.lower()))
            body = {"full_name": full_name(written), "email": email(given)}
            return self.add_user((given, *ids), local_part(given), place, body)
        shown_as = written or next((each for each in ids if each), "")
        name = self.add_user(ids, local_part(shown_as), place, {"full_name": full_name(written)})
        self.notes.add("UnknownUser", place, shown_as, about=("users", name))
        return name

    def phone(self, written: str, place: str) -> str | None:
        """A number as E.164."""
        number = _SAYS_OFF.sub("", written)
        number = number if number.startswith("+") else f"+{number}"
        if re.fullmatch(PHONE, number):
            return number
        self.notes.add("PhoneUnreadable", place, written)
        return None

    # Who is on call

    def add_schedule(
        self,
        source: str,
        written: str,
        zone: str,
        levels: Sequence[Sequence[Rotation]],
        overrides: Sequence[Override] = (),
        *,
        place: str,
    ) -> list[str]:
        """Add a schedule, or several that say the same together.

        Args:
            source: Its id in the source.
            written: As the source calls it.
            zone: A name of the IANA database.
            levels: Highest first; those of one level are on call together.
            overrides: Of the source.
            place: Where.
        """
        if sum(map(len, levels)) > ROTATIONS_LIMIT:
            raise SourceError(place, f"has more than {ROTATIONS_LIMIT} rotations")
        levels = [[self._within_limits(it, source) for it in level] for level in levels]
        rotations = [it for level in levels for it in level]
        coming = self._coming(overrides, place)
        known = {it.source_id for it in rotations}
        for override in coming:
            if override.rotations and not known & set(override.rotations):
                times = Explained(source, since=override.begins, until=override.ends)
                self.notes.add("OverrideNotCarried", override.place, override.user, explains=times)
        found = parts(levels, wall_in(self.at, zone))
        if not found and not coming:
            self.notes.add("EmptySchedule", place, written)
            self.schedules[source] = []
            return []
        if any(len(part) > LAYERS_LIMIT for part in found):
            self.differs("TooManyLayers", place, written, source)
            found = [part[:LAYERS_LIMIT] for part in found]
        said = _Said(source, written, zone, coming, place)
        names = [
            self._add_part(said, part, is_first=at == 0, is_only=len(found) <= 1)
            for at, part in enumerate(found or [[ALWAYS_NOBODY]])
        ]
        self.schedules[source] = names
        if len(names) > 1:
            self.notes.add(
                "OverlappingRotations", place, ", ".join(names), about=("schedules", names[0])
            )
        self._note_gaps(zone, rotations, names[0], place)
        return names

    def _within_limits(self, rotation: Rotation, source: str) -> Rotation:
        """Cut what a layer cannot hold."""
        cut = replace(
            rotation,
            members=tuple(it[:TOGETHER_LIMIT] for it in rotation.members[:MEMBERS_LIMIT]),
            only=rotation.only[:HOURS_LIMIT],
            versions=tuple(
                (begins, self._within_limits(it, source)) for begins, it in rotation.versions
            ),
        )
        if isinstance(cut.pattern, Rule) and len(cut.pattern.excluded) > EXCLUDED_LIMIT:
            since = self.at.replace(tzinfo=None) - LONGEST_SHIFT
            coming = [it for it in cut.pattern.excluded if it > since]
            cut = replace(
                cut, pattern=replace(cut.pattern, excluded=tuple(coming[:EXCLUDED_LIMIT]))
            )
        is_equal = cut == rotation
        is_harmless = len(cut.members) == 1 and cut.members == rotation.members
        if not is_equal and not (is_harmless and cut.only == rotation.only):
            self.differs("TooLong", rotation.place, rotation.name, source)
        return cut

    def _coming(self, overrides: Sequence[Override], place: str) -> list[Override]:
        coming = [it for it in overrides if it.ends > self.at]
        if len(coming) < len(overrides):
            self.notes.add("PastOverride", place, f"{len(overrides) - len(coming)} of them")
        return sorted(coming, key=lambda it: it.begins)

    def _add_part(
        self, said: _Said, part: Sequence[Rotation], *, is_first: bool, is_only: bool
    ) -> str:
        layers = Names()
        overrides = [
            body
            for it in said.overrides
            if not it.rotations or any(each.source_id in it.rotations for each in part)
            for body in _override_bodies(it)
        ]
        if len(overrides) > OVERRIDES_LIMIT:
            overrides = overrides[:OVERRIDES_LIMIT]
            last = overrides[-1]["from"]
            self.notes.add(
                "TooManyOverrides",
                said.place,
                f"those after {last}",
                explains=Explained(said.source, since=datetime.fromisoformat(last)),
            )
        # The first part has the source's name, so that people find it.
        name = said.written if is_first or is_only else f"{said.written} {part[-1].name}"
        body = {
            "time_zone": said.zone,
            "layers": [layer_of(it, layers.give("layers", it.name, it.place)) for it in part],
            "overrides": overrides,
        }
        return self.add("schedules", name, said.place, body)

    def _note_gaps(self, zone: str, rotations: Sequence[Rotation], name: str, place: str) -> None:
        wall = wall_in(self.at, zone)
        busy = [spans(it, wall, wall + LOOK_AHEAD) for it in rotations if any(it.members)]
        if any(it is None for it in busy):
            return
        covered = wall
        for begins, ends in sorted(it for each in busy for it in each or ()):
            if begins > covered:
                break
            covered = max(covered, ends)
        if covered < wall + LOOK_AHEAD:
            text = f"the first one at {covered:%Y-%m-%d %H:%M} ({zone})"
            self.notes.add("GapInRotation", place, text, about=("schedules", name))

    def on_call(self, source: str, position: str | None = None) -> list[Body]:
        """The targets that ask who is on call by a schedule of the source."""
        more = {"position": position} if position else {}
        return [{"schedule": it, **more} for it in self.schedules.get(source, ())]

    def differs(
        self, code: str, place: str, value: str, schedule: str, person: str | None = None
    ) -> None:
        """Note a difference in who is on call."""
        self.notes.add(code, place, value, explains=Explained(schedule, person))

    # Who is asked

    def add_policy(
        self,
        source: str,
        written: str,
        steps: Sequence[Step],
        *,
        place: str,
        repeat: int = 0,
        more: Mapping[str, Any] | None = None,
    ) -> str | None:
        """Add a policy; None: it would ask nobody."""
        asking = [it for it in steps if it.targets]
        for step in steps or [Step()]:
            if not step.targets:
                self.notes.add("PolicyWithoutTargets", step.place or place, written)
        if not asking:
            self.policies[source] = None
            return None
        if len(asking) > STEPS_LIMIT:
            self.notes.add("StepDropped", place, f"only the first {STEPS_LIMIT} are kept")
            asking = asking[:STEPS_LIMIT]
        if repeat > REPEAT_LIMIT:
            self.notes.add("RepeatLimited", place, str(repeat))
        name = self.add(
            "escalation_policies",
            written,
            place,
            {
                "steps": [self._step_body(it, place) for it in asking],
                "repeat": min(repeat, REPEAT_LIMIT) or None,
                **(more or {}),
            },
        )
        self.policies[source] = name
        return name

    def _step_body(self, step: Step, place: str) -> Body:
        delay = USUAL_DELAY if step.delay is None else step.delay
        if not SHORTEST_DELAY <= delay <= LONGEST_DELAY:
            self.notes.add("DelayLimited", step.place or place, spelled(delay))
        targets: list[Body] = []
        for target in step.targets:
            if target not in targets:
                targets.append(target)
        if len(targets) > TARGETS_LIMIT:
            self.notes.add(
                "StepDropped", step.place or place, f"{len(targets)} targets, {TARGETS_LIMIT} kept"
            )
        body: Body = {"name": shortened(step.name, STEP_NAME_LIMIT)} if step.name else {}
        body |= {
            "targets": targets[:TARGETS_LIMIT],
            "delay": spelled(min(max(delay, SHORTEST_DELAY), LONGEST_DELAY)),
        }
        return body | ({"only": step.only} if step.only else {})

    # Where alerts go

    def add_route(
        self, written: str, place: str, match: Sequence[str], policy: str, **more: object
    ) -> str:
        """Add a route after those that are there."""
        position = (len(self.sections["routes"]) + 1) * _POSITIONS
        hold = self.holds.get(policy)
        if hold and "hold" not in more:
            more["hold"] = spelled(min(hold, LONGEST_HOLD))
        body = {
            "match": list(match),
            "escalation_policy": policy,
            **more,
            "position": position,
        }
        return self.add("routes", written, place, body)

    def token(self, integration: str, key: str, place: str) -> Body | None:
        """Keep a sender's key as the integration's token; None: it cannot be one."""
        if not can_be_token(key):
            self.notes.add("KeyNotKept", place, integration)
            return None
        self.notes.add("KeyKept", place, integration, about=("integrations", integration))
        return {"parameter": self.keys.keep(f"{integration}-token", key)}

    def secret(self, wanted: str, value: str | None, place: str) -> str:
        """Name the parameter of a secret, whose value may be unknown."""
        if value:
            name = self.keys.keep(wanted, value)
            self.notes.add("SecretNamed", place, name)
            return name
        self.notes.add("SecretValueMissing", place, wanted)
        return wanted

    def finish(self) -> Draft:
        """Note what only the whole file shows."""
        has_path = self.sections["routes"] or any(
            it.get("escalation_policy") for it in self.sections["integrations"]
        )
        policies = self.sections["escalation_policies"]
        if policies and not has_path:
            self.notes.add(
                "NoRoute", "the whole source", ", ".join(it["name"] for it in policies[:5])
            )
        self._cut_users()
        return self

    def _cut_users(self) -> None:
        """Of more people than a file may have, keep those whom something names."""
        users = self.sections["users"]
        if len(users) <= OBJECTS_LIMIT:
            return
        named = set(_texts([self.sections["schedules"], self.sections["escalation_policies"]]))
        kept = [it for it in users if it["name"] in named]
        spare = OBJECTS_LIMIT - len(kept)
        kept_names = {it["name"] for it in kept}
        others = [it["name"] for it in users if it["name"] not in named][: max(spare, 0)]
        self.notes.add(
            "TooManyUsers", "the whole source", f"{len(users) - OBJECTS_LIMIT} of {len(users)}"
        )
        kept_names.update(others)
        self.sections["users"] = [it for it in users if it["name"] in kept_names]

    def file(self) -> Body:
        """The file as a plain dictionary: texts, numbers, lists, and dictionaries."""
        sections = {name: _plain(it) for name, it in self.sections.items() if it}
        return {"team": self.team, **sections}


def email(written: str) -> str | None:
    """An address as our file takes it, in lower case."""
    lowered = written.strip().lower()
    return lowered if len(lowered) <= 254 and re.fullmatch(EMAIL, lowered) else None  # noqa: PLR2004 - RFC 5321


def local_part(address: str) -> str:
    """What a person is called whose address is known."""
    before, at, _ = address.partition("@")
    return before.lower() if at else address


def slack_id(written: str) -> str | None:
    """A member ID of Slack."""
    return written if re.fullmatch(SLACK_ID, written) else None


def full_name(written: str) -> str | None:
    return shortened(" ".join(written.split()), FULL_NAME_LIMIT) or None


def reason(written: str, otherwise: str) -> str:
    return shortened(written.strip(), REASON_LIMIT) or otherwise


def instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def quoted(value: str) -> str:
    """A value of a matcher."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def one_of(values: Iterable[str]) -> str:
    """A matcher's operator and value for one of several texts."""
    listed = sorted(set(values))
    if len(listed) == 1:
        return f"={quoted(listed[0])}"
    pattern = "|".join(re.escape(it).replace(r"\-", "-") for it in listed)
    return f"=~{quoted(pattern)}"


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - as the file has it
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts(list(value.values()))
    elif isinstance(value, list | tuple):
        for it in value:
            yield from _texts(it)


def _override_bodies(override: Override) -> list[Body]:
    span = {"from": instant(override.begins), "to": instant(override.ends)}
    why = {"reason": override.reason} if override.reason else {}
    first = {"kind": "replace", "user": override.user, **span, **why}
    return [first, *({"kind": "add", "user": it, **span, **why} for it in override.also)]


def _plain(value: Any) -> Any:  # noqa: ANN401 - as the file has it
    if isinstance(value, dict):
        return {name: _plain(it) for name, it in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(it) for it in value]
    if isinstance(value, datetime):
        return value.isoformat() if value.tzinfo is None else instant(value)
    if isinstance(value, date):
        return value.isoformat()
    return clean(value) if isinstance(value, str) else value


def as_yaml(file: Mapping[str, Any], notes: Notes, head: Sequence[str] = ()) -> str:
    """Write the file, with a comment above each object that a note is about.

    Args:
        file: As `Draft.file` gives it.
        notes: Of the import.
        head: Lines of the comment at its top.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedMap

    root = CommentedMap()
    for section, value in file.items():
        root[section] = _laid_out(value)
        root.yaml_set_comment_before_after_key(section, before="\n")
    texts = _comments(notes)
    for section in file.keys() & {section for section, _ in texts}:
        for at, body in enumerate(file[section]):
            if (section, body["name"]) in texts:
                before = "\n".join(texts[section, body["name"]])
                root[section].yaml_set_comment_before_after_key(at, before=before, indent=2)
    yaml = YAML()
    yaml.width = _WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    yaml.dump(root, out)
    return "".join(f"# {line}\n" for line in head) + out.getvalue()


def _comments(notes: Notes) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for note in notes:
        if note.about is not None:
            value = f": {shown(note.value)}" if note.value else ""
            found.setdefault(note.about, []).append(
                shortened(f"{note.code}{value}", _COMMENT_LENGTH)
            )
    return {
        about: [*texts[:_COMMENTS], "and more: see the report"] if len(texts) > _COMMENTS else texts
        for about, texts in found.items()
    }


def _laid_out(value: Any) -> Any:  # noqa: ANN401 - as the file has it
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

    if isinstance(value, dict):
        mapping = CommentedMap((name, _laid_out(it)) for name, it in value.items())
        if _fits_a_line(value):
            mapping.fa.set_flow_style()
        return mapping
    if isinstance(value, list):
        sequence = CommentedSeq(_laid_out(it) for it in value)
        if not any(isinstance(it, dict) for it in value) and _length(value) < _FLOW_WIDTH:
            sequence.fa.set_flow_style()
        return sequence
    return value


def _fits_a_line(value: Mapping[str, Any]) -> bool:
    """Small objects inside of others, such as targets and rules, stand on one line."""
    is_inner = "name" not in value and not any(
        isinstance(it, dict) or (isinstance(it, list) and any(isinstance(e, dict) for e in it))
        for it in value.values()
    )
    return is_inner and _length(list(value.items())) < _FLOW_WIDTH


def _length(value: Any) -> int:  # noqa: ANN401 - as the file has it
    if isinstance(value, list | tuple):
        return sum(_length(it) + 2 for it in value)
    if isinstance(value, dict):
        return _length(list(value.items()))
    return len(str(value))
