"""Who can be reached, and how: users with their contact methods, and channels."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol, Self

from tocsin.domain.escalation import ALL_SEVERITIES
from tocsin.domain.severity import Severity

if TYPE_CHECKING:
    from tocsin.domain.hours import Hours
    from tocsin.domain.push_device import PushDevice
    from tocsin.domain.team_settings import TeamSettings

PHONE: Final = r"^\+[1-9][0-9]{6,14}$"
"""E.164, of which 15 digits are the limit."""
EMAIL: Final = (
    r"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}"
    r"@([A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}$"
)
"""As far as a pattern can check: SES takes no letters beyond ASCII before the @."""


class ContactMethod(StrEnum):
    """How one person is reached."""

    EMAIL = "email"
    SMS = "sms"
    SLACK = "slack"
    PUSH = "push"
    """By the browsers and phones where the person asked for it, see `PushDevice`."""


_METHOD_WORDS: Final[Mapping[str, str]] = {
    ContactMethod.EMAIL: "e-mail",
    ContactMethod.SMS: "SMS",
    ContactMethod.SLACK: "Slack",
}


def method_in_words(channel: str) -> str:
    """How a person is reached, as `email` or `sms+5m`, in words."""
    method = channel.partition("+")[0]
    return _METHOD_WORDS.get(method, method)


ADDRESS_FIELDS: Final = {
    ContactMethod.EMAIL: "email",
    ContactMethod.SMS: "phone",
    ContactMethod.SLACK: "slack_id",
    ContactMethod.PUSH: "push_devices",
}
"""The field of a user that holds the address, under this name also in the API and in storage; of
push it holds the devices, which no body of the API and no file may set."""


class Role(StrEnum):
    """What a signed-in person may do. Keys have scopes of their own."""

    ADMIN = "admin"
    """Everything."""
    RESPONDER = "responder"
    """Read all, act on alerts, and make overrides, silences and awake times of their own."""
    VIEWER = "viewer"
    """Read all."""


class Updates(StrEnum):
    """How messages of a type of channel follow their alert when it changes."""

    NONE = "none"
    ONCE = "once"
    """One more message for each change."""
    TO_OTHERS = "to_others"
    """For people: likewise, but not to the person that made the change, nor to those whom the
    policy pages anew at once. A person has one message a change, however many of their rules told
    of the alert."""
    EACH = "each"
    """Each message is rewritten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationRule:
    """When and by which contact method a user is notified."""

    after: timedelta = timedelta()
    """From when the user was first asked in this firing spell; not sent if the alert is
    acknowledged by then."""
    by: ContactMethod
    severities: frozenset[Severity] = ALL_SEVERITIES
    only: "tuple[Hours, ...]" = ()
    """What comes outside these hours, by the user's clock, waits for them; empty: nothing waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person of the team."""

    name: str
    full_name: str | None = None
    email: str | None = None
    phone: str | None = None
    """E.164: a plus sign, the country's code, the number."""
    slack_id: str | None = None
    time_zone: str = "UTC"
    """A name of the IANA database."""
    notify: tuple[NotificationRule, ...] = ()
    """Empty: critical at once by every contact method with an address, warning by all of these but
    SMS (by SMS if there is no other), info not at all."""
    bundle: timedelta | None = None
    """None: the team's."""
    notices: frozenset[str] | None = None
    """Which kinds of notices about shifts are sent; None: the team's."""
    role: Role = Role.RESPONDER
    verified: Mapping[ContactMethod, str] = field(default_factory=dict)
    """The hash of the address that its owner verified; another address is not verified."""
    push_devices: "tuple[PushDevice, ...]" = ()
    """Also those that are gone."""
    managed_by: str | None = None

    def address_of(self, method: ContactMethod) -> str | None:
        """The user's address for this method, of push the live devices; None: there is none."""
        if method is ContactMethod.PUSH:
            return " ".join(it.device_id for it in self.live_devices) or None
        address: str | None = getattr(self, ADDRESS_FIELDS[method])
        return address

    @property
    def live_devices(self) -> "list[PushDevice]":
        return [it for it in self.push_devices if it.is_live]

    @property
    def methods(self) -> list[ContactMethod]:
        """Those with an address."""
        return [method for method in ContactMethod if self.address_of(method)]

    def is_verified(self, method: ContactMethod) -> bool:
        """Whether the owner of the present address has said that it arrives."""
        if method is ContactMethod.PUSH:
            return any(it.last_seen_at is not None for it in self.live_devices)
        address = self.address_of(method)
        return address is not None and self.verified.get(method) == hash_address(address)

    def rules(self, severity: Severity) -> tuple[NotificationRule, ...]:
        if self.notify:
            return tuple(rule for rule in self.notify if severity in rule.severities)
        return tuple(NotificationRule(by=method) for method in self._usual_methods(severity))

    def _usual_methods(self, severity: Severity) -> list[ContactMethod]:
        """The methods of a user without rules."""
        match severity:
            case Severity.CRITICAL:
                return self.methods
            case Severity.WARNING:
                return [it for it in self.methods if it is not ContactMethod.SMS] or self.methods
            case Severity.INFO:
                return []


class UsersByName(Mapping[str, User]):
    """Users, found by their names in any case."""

    def __init__(self, users: Iterable[User]) -> None:
        self._users = {user.name.lower(): user for user in users}

    def __getitem__(self, name: str) -> User:
        return self._users[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._users)

    def __len__(self) -> int:
        return len(self._users)


def hash_address(address: str) -> str:
    """64 bits of SHA-256, as 16 hex digits: a link has to fit into an SMS."""
    return hashlib.sha256(address.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A way to reach people; what its type needs is in `settings`."""

    name: str
    type: str
    """A key of `MODULES` in `tocsin.channels.by_type`."""
    settings: Mapping[str, object] = field(default_factory=dict)
    """Texts and lists of texts, as the type's `ChannelSpec` names them. Never a secret."""
    secret: str | None = None
    """The name of an SSM parameter, which only the notifier reads."""
    rate_per_minute: int | None = None
    """Further messages wait, so that a storm on one channel delays no other. None: as many as its
    provider takes, see `TeamSettings.rate_of`."""
    bundle: timedelta | None = None
    """None: the team's."""
    managed_by: str | None = None


class WhoIsOnCall(Protocol):
    """User names by schedule, for one time; found out when it is asked for."""

    def get(self, target: str, otherwise: tuple[str, ...], /) -> tuple[str, ...]:
        """The people of `primary`, or of `primary/next`, who follow them."""

    def then(self, at: datetime) -> Self:
        """The same at another time."""


class OnCallAlways(dict[str, tuple[str, ...]]):
    """The same people at all times."""

    def then(self, at: datetime) -> Self:  # noqa: ARG002 - as `WhoIsOnCall` has it
        return self


def _usual_settings() -> "TeamSettings":
    from tocsin.domain.team_settings import TeamSettings

    return TeamSettings()


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """All users and channels."""

    users: Mapping[str, User] = field(default_factory=dict)
    """As stored: found by names in any case, see `UsersByName`."""
    channels: Mapping[str, Channel] = field(default_factory=dict)
    on_call: WhoIsOnCall = field(default_factory=OnCallAlways)
    """At the time for which this was asked for."""
    updates: Callable[[str], Updates] = lambda _type: Updates.NONE
    """Takes a type of channel."""
    read_settings: Callable[[], "TeamSettings"] = _usual_settings

    @property
    def settings(self) -> "TeamSettings":
        """Of the team; read when they are asked for."""
        return self.read_settings()

    def then(self, at: datetime) -> Self:
        """The same with those who are on call at another time."""
        return replace(self, on_call=self.on_call.then(at))

    @property
    def has_slack(self) -> bool:
        """Whether there is a Slack channel, whose app writes to people."""
        return any(it.type == ContactMethod.SLACK for it in self.channels.values())
