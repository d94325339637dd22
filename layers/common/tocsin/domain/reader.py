"""For whom a message is, and the names that people are shown by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final, Self

from tocsin.domain.escalation import TargetKind
from tocsin.domain.ids import AUTO, Actor, Via
from tocsin.domain.sender_text import NAME_SHOWN, one_line

if TYPE_CHECKING:
    from tocsin.domain.people import WhoIsOnCall

TOCSIN: Final = "Tocsin"
_NAMED: Final = 2
"""Names in a sentence; of more, the first and how many others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """For whom words are written."""

    name: str
    """Of a user or a channel."""
    is_person: bool
    """A channel has no "you"."""
    zone: str = "UTC"
    """A name of the IANA database: the user's, or the team's for a channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Names of people as they are shown, each the same everywhere."""

    users: Mapping[str, str] = field(default_factory=dict)
    """Full names, by user name."""
    by_slack_id: Mapping[str, str] = field(default_factory=dict)
    """User names."""
    channels: frozenset[str] = frozenset()
    on_call: "WhoIsOnCall | None" = None

    def then(self, at: datetime) -> Self:
        """The same with those who are on call at another time."""
        return replace(self, on_call=self.on_call.then(at)) if self.on_call else self

    def on_call_by(self, schedule: str) -> Sequence[str]:
        return self.on_call.get(schedule, ()) if self.on_call else ()

    def of(self, user: str) -> str:
        full = one_line(self.users.get(user, ""), NAME_SHOWN)
        return full or one_line(user[:1].upper() + user[1:], NAME_SHOWN)

    def user_of(self, actor: Actor | None) -> str | None:
        """The user's name, if the actor is one, however that user acted."""
        kind, colon, name = (actor or "").partition(":")
        if not colon:
            return None if actor in (None, AUTO) else actor
        match kind:
            case "link":
                return None if name in self.channels and name not in self.users else name
            case "slack":
                return self.by_slack_id.get(name, name if name in self.users else None)
            case "phone" | "console":
                return None if name.startswith("key:") else name
            case _:
                return None

    def of_actor(self, actor: Actor | None) -> str:
        """A person's name, `the key ci`, or an integration's name."""
        user = self.user_of(actor)
        if user is not None:
            return self.of(user)
        kind, _, name = (actor or AUTO).partition(":")
        if kind == Via.CONSOLE:
            kind, _, name = name.partition(":")
        name = one_line(name, NAME_SHOWN)
        match kind:
            case "key":
                return f"the key {name}"
            case "integration":
                return name
            case "slack":
                return "a person in Slack"
            case "link":
                return f"a reader of {name}"
            case _:
                return TOCSIN

    def is_reader(self, actor: Actor | None, reader: Reader) -> bool:
        return reader.is_person and self.user_of(actor) == reader.name


@dataclass(frozen=True, slots=True)
class Called:
    """Targets of a step as the subject of a sentence."""

    who: str
    """`You`, `Bob`, `Bob and 2 others`, `#payments`; empty: not known."""
    is_reader: bool = False
    is_told: bool = False
    """Channels only: they are told, people are called."""
    are_many: bool = False

    @property
    def verb(self) -> str:
        return f"{self.be} {self._participle}"

    @property
    def verb_now(self) -> str:
        return f"{self.be} being {self._participle}"

    @property
    def verb_not(self) -> str:
        return f"{self.be} not {self._participle}"

    @property
    def inside(self) -> str:
        """The subject within a sentence."""
        return "you" if self.is_reader else self.who

    @property
    def be(self) -> str:
        return "are" if self.is_reader or self.are_many else "is"

    @property
    def _participle(self) -> str:
        return "told" if self.is_told else "called"


def called(
    targets: Sequence[str], reader: Reader, names: Names, *, without: str | None = None
) -> Called:
    """Name the targets of a step; of a schedule, who is on call.

    Args:
        targets: As `user:alice`.
        reader: A person who is among them is "you".
        names: Of people.
        without: A user who is not asked.
    """
    people: dict[str, str] = {}
    channels: dict[str, None] = {}
    for target in targets:
        kind, _, name = target.partition(":")
        match kind:
            case TargetKind.USER:
                people[name] = names.of(name)
            case TargetKind.CHANNEL:
                channels[f"#{one_line(name, NAME_SHOWN)}"] = None
            case _:
                people |= {user: names.of(user) for user in names.on_call_by(name)}
    if without is not None:
        people.pop(without, None)
    if reader.is_person and reader.name in people:
        return Called("You", is_reader=True)
    shown = list(people.values()) or list(channels)
    return Called(some(shown), is_told=not people, are_many=len(shown) > 1)


def some(names: Sequence[str]) -> str:
    """`Bob and Carol`, `Bob and 2 others`."""
    if len(names) <= _NAMED:
        return " and ".join(names)
    return f"{names[0]} and {len(names) - 1} others"


def starting(name: str) -> str:
    """A name at the start of a sentence; names keep their spelling."""
    return name[:1].upper() + name[1:] if name.startswith(("the key ", "a ")) else name
