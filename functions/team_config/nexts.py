"""How a stored object becomes what the file says, with what people and senders left in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tocsin.channels.by_type import channel_spec
from tocsin.channels.spec import SecretUse
from tocsin.domain.configuration import TEAM_FILE, Configured, Named
from tocsin.domain.credential import OVERLAP, hash_token
from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.domain.heartbeat import Heartbeat
from tocsin.domain.integration import Integration, Token
from tocsin.domain.maintenance_window import MaintenanceWindow
from tocsin.domain.people import Channel, User

if TYPE_CHECKING:
    from functions.team_config.secrets import Secrets
    from tocsin.bodies.heartbeats import HeartbeatBody
    from tocsin.bodies.integrations import IntegrationBody
    from tocsin.domain.silence import Silence


@dataclass(frozen=True, slots=True, kw_only=True)
class Nexts:
    """Each returns the next version of an object, which is the same where nothing has changed."""

    at: datetime
    secrets: Secrets

    def of_value[T: Named](self, value: T, before: Configured[T] | None) -> Configured[T]:
        if before is None:
            return Configured(value=value, created_at=self.at)
        return before.changed(value)

    def of_user(self, user: User, before: Configured[User] | None) -> Configured[User]:
        """What a person has verified stays."""
        verified = before.value.verified if before else {}
        return self.of_value(replace(user, verified=verified, managed_by=TEAM_FILE), before)

    def of_channel(
        self, channel: Channel, before: Configured[Channel] | None
    ) -> Configured[Channel]:
        """A webhook without a secret keeps the one that was made for it, or gets one."""
        former = before.value.secret if before else None
        secret = channel.secret
        if secret is not None:
            secret = self.secrets.full_name(secret)
            problem = self.secrets.problem(secret, is_known=secret == former)
            if problem is not None:
                raise InvalidInputError("The channel is wrong.", [Problem("secret", problem)])
        elif channel_spec(channel.type).secret is SecretUse.GENERATED:
            is_kept = self.secrets.is_generated(former)
            secret = former if is_kept else self.secrets.signing_secret(channel.name)
        return self.of_value(replace(channel, secret=secret, managed_by=TEAM_FILE), before)

    def of_integration(
        self, name: str, body: IntegrationBody, imported: str | None, before: Integration | None
    ) -> Integration:
        """Its URLs stay, those of one that comes back too.

        Args:
            name: In the file.
            body: Its settings.
            imported: The parameter of a token that another product made; None: ours.
            before: What is stored, or was.
        """
        base = before or Integration(name=name, type=body.type, created_at=self.at)
        after = replace(body.applied_to(base), managed_by=TEAM_FILE)
        working = tuple(token for token in base.tokens if token.works(self.at))
        if imported is None:
            if working:
                return after
            token = Token.of(self.secrets.integration_token(name))
            return replace(after, tokens=(token,))
        secret = self.secrets.imported_token(imported)
        hash_ = hash_token(secret)
        if any(token.secret_hash == hash_ and token.valid_until is None for token in working):
            return after
        others = tuple(token for token in working if token.secret_hash != hash_)
        return replace(after, tokens=others).rotated(Token.of(secret), at=self.at, overlap=OVERLAP)

    def of_heartbeat(self, name: str, body: HeartbeatBody, before: Heartbeat | None) -> Heartbeat:
        """Its URL stays, and the time of its last ping."""
        cron = body.cron_at(self.at)
        if before is None:
            token = Token.of(self.secrets.heartbeat_token(name))
            before = Heartbeat(name=name, created_at=self.at, token=token)
        after = replace(body.applied_to(before, cron), managed_by=TEAM_FILE)
        return before if after == before else after.watched(self.at)

    def of_hold[S: Silence](self, silence: S, before: S | None) -> S:
        """One with the same matchers and times stays; what it holds is checked otherwise."""
        if before is None:
            return replace(silence, managed_by=TEAM_FILE).changed(self.at)
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


type Released[S] = Callable[[S], S]


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
