"""The first person to be paged: user `owner`, and the policy `default` that pages this user."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Self

from tocsin.domain.configuration import Configured
from tocsin.domain.errors import ConcurrentUpdateError
from tocsin.domain.escalation import DEFAULT_POLICY, EscalationPolicy, Step, Target, TargetKind
from tocsin.domain.people import Role, User
from tocsin.domain.severity import Severity

if TYPE_CHECKING:
    from tocsin.usecases.ports import ConfigurationRepository, NewWriteId

NAME: Final = "owner"
DELAY: Final = timedelta(minutes=5)
REPEAT: Final = 3
SEVERITIES: Final = frozenset((Severity.CRITICAL, Severity.WARNING))


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """The resource in the template."""

    email: str | None
    phone: str | None

    @classmethod
    def of(cls, _event: Mapping[str, Any], properties: Mapping[str, Any]) -> Self:
        """Read properties; an empty one is none."""
        return cls(
            email=properties.get("Email") or None,
            phone=properties.get("Phone") or None,
        )

    def user(self, known: User | None = None) -> User:
        """The person, an administrator: nobody else could make one without the first key.

        What their owner verified, their devices, and a role that was given since, stay.
        """
        user = User(name=NAME, email=self.email, phone=self.phone, role=Role.ADMIN)
        if known is None:
            return user
        kept = {"verified": known.verified, "push_devices": known.push_devices, "role": known.role}
        return replace(user, **kept)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Acts on requests of CloudFormation, each of which may come twice.

    It makes a team's first user and policy, and changes nothing that people have made or changed.
    """

    users: ConfigurationRepository[Configured[User]]
    policies: ConfigurationRepository[Configured[EscalationPolicy]]
    now: Callable[[], datetime]
    new_write_id: NewWriteId

    def make(self, resource: Addresses) -> None:
        """Make user and policy, if there is an address, and neither a user nor a default policy."""
        is_nobody = resource.email is None and resource.phone is None
        if is_nobody or self.policies.find(DEFAULT_POLICY):
            return
        users = [stored.value for stored in self.users.list()]
        # The first one of two equal requests may have broken off after the user.
        if users and users != [resource.user(users[0])]:
            return
        if not users:
            self._put(self.users, resource.user())
        self._put(self.policies, _policy())

    def replace(self, before: Addresses, after: Addresses) -> None:
        """Change the addresses that the deployment had set, if they still are so."""
        stored = self.users.find(NAME)
        if stored is not None and stored.value == before.user(stored.value):
            changed = stored.changed(after.user(stored.value))
            self.users.put(stored, changed, write_id=self.new_write_id())
        self.make(after)

    def remove(self, resource: Addresses) -> None:
        """Leave both: they are the team's now."""

    def _put[T: (User, EscalationPolicy)](
        self, store: ConfigurationRepository[Configured[T]], value: T
    ) -> None:
        made = Configured(value=value, created_at=self.now())
        try:
            store.put(None, made, write_id=self.new_write_id())
        except ConcurrentUpdateError:
            return  # another request has just made it


def _policy() -> EscalationPolicy:
    step = Step(name="step 1", targets=(Target(TargetKind.USER, NAME),), delay=DELAY)
    return EscalationPolicy(
        name=DEFAULT_POLICY, steps=(step,), repeat=REPEAT, severities=SEVERITIES
    )
