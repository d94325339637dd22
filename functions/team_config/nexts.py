"""How a stored object becomes what the file says, with what people and senders left in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tocsin.channels.by_type import channel_spec
from tocsin.channels.spec import SecretUse
from tocsin.domain.configuration import TEAM_FILE, Configured, Named
from tocsin.domain.credential import OVERLAP
from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.domain.heartbeat import Heartbeat
from tocsin.domain.integration import Integration, Token
from tocsin.domain.maintenance_window import MaintenanceWindow
from tocsin.domain.on_call.next_version import applied
from tocsin.team_file.values import heartbeat_of, imported_token, integration_of

if TYPE_CHECKING:
    from functions.team_config.secrets import Secrets
    from tocsin.domain.on_call.schedule import Schedule
    from tocsin.domain.people import Channel, User
    from tocsin.domain.silence import Silence
    from tocsin.team_file.model import HeartbeatEntry, IntegrationEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Nexts:
    """Each returns the next version of an object, which is the same where nothing has changed."""

    at: datetime
    secrets: Secrets
    schedules: Callable[[], Mapping[str, Schedule]]
    """All that are stored, by name."""

    def of_value[T: Named](self, value: T, before: Configured[T] | None) -> Configured[T]:
        if before is None:
            return Configured(value=value, created_at=self.at)
        return before.changed(value)

    def of_user(self, user: User, before: Configured[User] | None) -> Configured[User]:
        """What a person has verified stays, and so do their devices."""
        if before is None:
            return self.of_value(user, None)
        own = before.value
        kept = replace(user, verified=own.verified, push_devices=own.push_devices)
        return self.of_value(kept, before)

    def of_channel(
        self, channel: Channel, before: Configured[Channel] | None
    ) -> Configured[Channel]:
        """A webhook without a secret keeps the one that was made for it, or gets one.

        Raises:
            InvalidInputError: The parameter of another secret is missing.
        """
        former = before.value.secret if before else None
        if channel.secret is not None:
            self._expect_secret(channel.secret, former)
        elif channel_spec(channel.type).secret is SecretUse.GENERATED:
            is_kept = self.secrets.is_generated(former)
            secret = former if is_kept else self.secrets.signing_secret(channel.name)
            channel = replace(channel, secret=secret)
        return self.of_value(channel, before)

    def _expect_secret(self, name: str, former: str | None) -> None:
        if name != former and self.secrets.parameters.find(name) is None:
            problem = Problem("secret", f"there is no parameter {name}; put it first")
            raise InvalidInputError("A secret is missing.", [problem])

    def of_schedule(
        self, schedule: Schedule, before: Configured[Schedule] | None
    ) -> Configured[Schedule]:
        """The running shift never moves."""
        known = self.schedules()
        changed = applied(before.value if before else None, schedule, self.at, known)
        return self.of_value(changed, before)

    def of_integration(self, entry: IntegrationEntry, before: Integration | None) -> Integration:
        """Its URLs stay, those of one that comes back too; an imported token is the newest."""
        stack, find = self.secrets.stack, self.secrets.parameters.find
        base = before or Integration(name=entry.name, type=entry.type, created_at=self.at)
        after = integration_of(entry, base, stack, find)
        working = tuple(token for token in base.tokens if token.works(self.at))
        imported = imported_token(entry, stack, find)
        if imported is None:
            if working:
                return after
            token = Token.of(self.secrets.integration_token(entry.name))
            return replace(after, tokens=(token,))
        if imported in working:
            return after
        others = tuple(it for it in working if it.secret_hash != imported.secret_hash)
        return replace(after, tokens=others).rotated(imported, at=self.at, overlap=OVERLAP)

    def of_heartbeat(self, entry: HeartbeatEntry, before: Heartbeat | None) -> Heartbeat:
        """Its URL stays, and the time of its last ping."""
        if before is None:
            token = Token.of(self.secrets.heartbeat_token(entry.name))
            before = Heartbeat(name=entry.name, created_at=self.at, token=token)
        after = heartbeat_of(entry, before, self.at)
        return before if after == before else after.watched(self.at)

    def of_hold[S: Silence](self, silence: S, before: S | None) -> S:
        """One with the same matchers and times stays; what it holds is checked otherwise."""
        if before is None:
            return silence.changed(self.at)
        after = replace(
            before,
            match=silence.match,
            reason=silence.reason,
            managed_by=TEAM_FILE,
            **_times(silence, before),
        )
        return before if after == before else after.changed(self.at)


def revived(heartbeat: Heartbeat, at: datetime) -> Heartbeat:
    """One that comes back waits for its first ping."""
    return replace(
        heartbeat, created_at=at, heard_at=None, missed_at=None, timer_at=None, managed_by=None
    )


def _times(silence: Silence, before: Silence) -> dict[str, Any]:
    """When it holds; a window that recurs goes on with its present occurrence."""
    if isinstance(silence, MaintenanceWindow) and isinstance(before, MaintenanceWindow):
        if silence.recurrence is not None and silence.recurrence == before.recurrence:
            return {}
        return {"span": silence.span, "recurrence": silence.recurrence, "ended_at": None}
    return {"span": silence.span, "ended_at": None}


def released_value[T: Named](stored: Configured[T]) -> Configured[T]:
    value: T = replace(stored.value, managed_by=None)  # type: ignore[type-var] # all are dataclasses
    return stored.changed(value)


def released[S: (Integration, Heartbeat)](stored: S) -> S:
    return replace(stored, managed_by=None)


def released_hold[S: Silence](stored: S) -> S:
    return replace(stored, managed_by=None)


def ended[S: Silence](stored: S, at: datetime) -> S | None:
    """End one that the file no longer has; it stays listed. None: it is over."""
    if stored.span_at(at) is None:
        return None
    return replace(stored.ended(at), managed_by=None)
