"""The objects that a file describes, once `reading` has found nothing wrong with it."""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from tocsin.bodies.channel_settings import full_name_of_secret, named_channel
from tocsin.bodies.maintenance_windows import WindowBody
from tocsin.bodies.overrides import YEARS
from tocsin.bodies.routes import LAST_POSITION
from tocsin.bodies.schedules import with_users
from tocsin.bodies.silences import SilenceBody, refused
from tocsin.domain.configuration import TEAM_FILE
from tocsin.domain.credential import hash_secret
from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.domain.escalation import EscalationPolicy, Target, TargetKind
from tocsin.domain.heartbeat import Heartbeat
from tocsin.domain.ids import AUTO
from tocsin.domain.intake_checks import (
    PASSWORD_MINIMUM,
    SECRET_MINIMUM,
    Basic,
    HeaderToken,
    IntakeChecks,
    Signature,
)
from tocsin.domain.integration import Integration, Token
from tocsin.domain.maintenance_window import MaintenanceWindow
from tocsin.domain.matcher import Matcher
from tocsin.domain.on_call.schedule import Schedule
from tocsin.domain.people import Channel, User
from tocsin.domain.recurrence import Recurrence
from tocsin.domain.routing import Route
from tocsin.domain.silence import Silence, Span
from tocsin.domain.team_settings import TeamSettings
from tocsin.team_file.model import (
    HeartbeatEntry,
    IntegrationEntry,
    NamedBasic,
    NamedHeaderToken,
    NamedSignature,
    RouteEntry,
    SilenceEntry,
    TeamFile,
    WindowEntry,
)

_ROUTE_STEP: Final = 10
_SUFFIX_LENGTH: Final = 8
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{20,128}")

type ReadSecret = Callable[[str], str | None]
"""Reads a parameter by its full name; None: there is none."""


def settings_of_team(file: TeamFile) -> TeamSettings | None:
    """None: the file does not say them."""
    if file.settings is None:
        return None
    return replace(file.settings.settings(), managed_by=TEAM_FILE)


def users_of(file: TeamFile) -> tuple[User, ...]:
    """What users have verified is not in a file."""
    return tuple(replace(it.named(it.name), managed_by=TEAM_FILE) for it in file.users)


def channels_of(file: TeamFile, stack: str) -> tuple[Channel, ...]:
    """Without secrets that are still to be generated.

    Args:
        file: The team's.
        stack: Where the stack's secrets lie, such as `/tocsin/payments`.
    """
    entries: Sequence[Any] = file.channels  # of a type made at run time
    channels = (named_channel(it.name, it.model_dump(exclude={"name"})) for it in entries)
    return tuple(
        replace(
            it,
            secret=None if it.secret is None else full_name_of_secret(it.secret, stack),
            managed_by=TEAM_FILE,
        )
        for it in channels
    )


def schedules_of(file: TeamFile) -> tuple[Schedule, ...]:
    """As texts: what of them is in force from when on depends on what was there before."""
    spelled_as = _spelling(file)
    return tuple(
        replace(with_users(it.named(it.name), spelled_as), managed_by=TEAM_FILE)
        for it in file.schedules
    )


def policies_of(file: TeamFile) -> tuple[EscalationPolicy, ...]:
    spelled_as = _spelling(file)

    def spelled(target: Target) -> Target:
        is_user = target.kind is TargetKind.USER
        return Target(target.kind, spelled_as(target.name)) if is_user else target

    policies = (it.named(it.name) for it in file.escalation_policies)
    return tuple(
        replace(
            policy,
            steps=tuple(
                replace(step, targets=tuple(map(spelled, step.targets))) for step in policy.steps
            ),
            managed_by=TEAM_FILE,
        )
        for policy in policies
    )


def routes_of(file: TeamFile) -> tuple[Route, ...]:
    """In the order of the file, which their positions keep."""
    return tuple(
        replace(it.named(name), position=position, managed_by=TEAM_FILE)
        for it, name, position in zip(
            file.routes, _names_of_routes(file.routes), _positions(file.routes), strict=True
        )
    )


def silences_of(file: TeamFile, at: datetime) -> tuple[Silence, ...]:
    return tuple(read_silence(it, at) for it in file.silences)


def windows_of(file: TeamFile, at: datetime) -> tuple[MaintenanceWindow, ...]:
    return tuple(read_window(it, at) for it in file.maintenance_windows)


def heartbeat_of(entry: HeartbeatEntry, heartbeat: Heartbeat, at: datetime) -> Heartbeat:
    """The same heartbeat as the file has it."""
    return replace(entry.applied_to(heartbeat, entry.cron_at(at)), managed_by=TEAM_FILE)


def integration_of(
    entry: IntegrationEntry, integration: Integration, stack: str, read_secret: ReadSecret
) -> Integration:
    """The same integration as the file has it, with the tokens that it has.

    Args:
        entry: Of the file.
        integration: As it was stored, or a new one.
        stack: Where the stack's secrets lie.
        read_secret: Reads the parameters that the entry names.

    Raises:
        InvalidInputError: A parameter is missing, or its value cannot be used.
    """
    secrets = _Secrets(stack, read_secret)
    checks = IntakeChecks(
        signature=_signature(entry.signature, secrets) if entry.signature else None,
        basic=_basic(entry.basic, secrets) if entry.basic else None,
        header_token=_header_token(entry.header_token, secrets) if entry.header_token else None,
    )
    secrets.expect_good()
    return replace(entry.unchecked(integration, entry.type, checks), managed_by=TEAM_FILE)


def imported_token(entry: IntegrationEntry, stack: str, read_secret: ReadSecret) -> Token | None:
    """The imported token of an integration; None: it has none.

    Raises:
        InvalidInputError: Its parameter is missing, or its value cannot be a token.
    """
    if entry.token is None:
        return None
    secrets = _Secrets(stack, read_secret)
    value = secrets.read("token.parameter", entry.token.parameter, 1)
    if value and not _TOKEN.fullmatch(value):
        problem = "names a parameter whose value is no token: 20 to 128 of A-Z, a-z, 0-9, _ and -"
        secrets.problems.append(Problem("token.parameter", problem))
    secrets.expect_good()
    return Token.of(value)


class _Secrets:
    """Reads parameters, and collects what is wrong with them."""

    def __init__(self, stack: str, read_secret: ReadSecret) -> None:
        self.problems: list[Problem] = []
        self._stack = stack
        self._read_secret = read_secret

    def read(self, field: str, name: str, minimum: int) -> str:
        full_name = full_name_of_secret(name, self._stack)
        value = (self._read_secret(full_name) or "").strip()
        if not value:
            self.problems.append(Problem(field, f"there is no parameter {full_name}; put it first"))
        elif len(value) < minimum:
            problem = f"names a parameter whose value must have at least {minimum} characters"
            self.problems.append(Problem(field, problem))
        return value

    def expect_good(self) -> None:
        if self.problems:
            raise InvalidInputError("A secret cannot be used.", self.problems)


def _signature(said: NamedSignature, secrets: _Secrets) -> Signature:
    return Signature(
        header=said.header,
        algorithm=said.algorithm,
        prefix=said.prefix,
        timestamp_header=said.timestamp_header,
        secret=secrets.read("signature.secret", said.secret, SECRET_MINIMUM),
    )


def _basic(said: NamedBasic, secrets: _Secrets) -> Basic:
    password = secrets.read("basic.password", said.password, PASSWORD_MINIMUM)
    return Basic(user=said.user, password_hash=hash_secret(password))


def _header_token(said: NamedHeaderToken, secrets: _Secrets) -> HeaderToken:
    token = secrets.read("header_token.token", said.token, PASSWORD_MINIMUM)
    return HeaderToken(header=said.header, token_hash=hash_secret(token))


def read_silence(entry: SilenceEntry, at: datetime) -> Silence:
    """The silence of an entry, which may be over.

    Raises:
        InvalidInputError: Its times are not as they should be.
    """
    span = _span(entry, at)
    return Silence(
        name=entry.name or _name_of_silence(entry, span),
        match=tuple(map(Matcher.parse, entry.match)),
        span=span,
        reason=entry.reason,
        author=AUTO,
        said_by=TEAM_FILE,
        managed_by=TEAM_FILE,
        created_at=at,
    )


def read_window(entry: WindowEntry, at: datetime) -> MaintenanceWindow:
    """The window of an entry, which may be over.

    Raises:
        InvalidInputError: Its times are not as they should be.
    """
    recurrence = entry.recurrence_at(_checked_at(entry, at))
    span = _current(recurrence, entry, at) if recurrence else _span(entry, at)
    return MaintenanceWindow(
        name=entry.name,
        match=tuple(map(Matcher.parse, entry.match)),
        span=span,
        recurrence=recurrence,
        reason=entry.reason,
        author=AUTO,
        said_by=TEAM_FILE,
        managed_by=TEAM_FILE,
        created_at=at,
    )


def problems_of_routes(file: TeamFile) -> Iterator[Problem]:
    """Their order is that of the file, and each has a name of its own."""
    before = 0
    for number, position in enumerate(_positions(file.routes)):
        if position < before:
            problem = f"is {position}, but a route before it has {before}; put them in order"
            yield Problem(f"routes[{number}].position", problem)
        if position > LAST_POSITION:
            problem = f"needs a lower position before it: {LAST_POSITION} is the last one"
            yield Problem(f"routes[{number}]", problem)
        before = position
    said = [it.name for it in file.routes]
    for number, (name, own) in enumerate(zip(_names_of_routes(file.routes), said, strict=True)):
        if own is None and name in said:
            yield Problem(f"routes[{number}]", f"needs a name: {name} is that of another")


def _spelling(file: TeamFile) -> Callable[[str], str]:
    names = {it.name.lower(): it.name for it in file.users}
    return lambda name: names.get(name.lower(), name)


def _names_of_routes(routes: Sequence[RouteEntry]) -> list[str]:
    return [it.name or f"route-{number}" for number, it in enumerate(routes, start=1)]


def _positions(routes: Sequence[RouteEntry]) -> Iterator[int]:
    position = 0
    for route in routes:
        own = route.position if "position" in route.model_fields_set else None
        position = position + _ROUTE_STEP if own is None else own
        yield position


def _span(entry: SilenceBody | WindowBody, at: datetime) -> Span:
    """From `from`, which a file has to say, as it is read again at each deployment."""
    starts_at = entry.instant("from_")
    if starts_at is None:
        raise refused("from", "is needed in a file: a time such as 2026-03-01T09:00:00Z")
    return entry.span_at(min(at, starts_at))


def _checked_at(entry: WindowBody, at: datetime) -> datetime:
    """When a rule is checked: a file stays valid, however long ago its rules began."""
    start = datetime.fromisoformat(entry.start).replace(tzinfo=UTC) if entry.start else at
    return min(start, at) if start.year in YEARS else at


def _current(recurrence: Recurrence, entry: WindowBody, at: datetime) -> Span:
    """The current occurrence or the next; of a rule that is over, the first."""
    first = recurrence.span_at(_checked_at(entry, at))
    span = recurrence.span_at(at) or first
    if span is None:
        raise refused("rrule", "no coming day matches it")
    return span


def _name_of_silence(entry: SilenceEntry, span: Span) -> str:
    said = "\n".join((*entry.match, str(span.starts_at), str(span.ends_at)))
    return f"silence-{hashlib.sha256(said.encode()).hexdigest()[:_SUFFIX_LENGTH]}"
