"""Channels: ways to reach people, and a test of each."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from functions.alerts_api.answers import with_data
from functions.alerts_api.configuration_routes import (
    Members,
    Noun,
    ValueRoutes,
    expect_no_problems,
    expect_own,
    with_warnings,
)
from functions.alerts_api.message_tests import MessageTests, message_tests
from functions.alerts_api.open_alerts import Concern, is_asked
from functions.alerts_api.request import Request, validated
from functions.alerts_api.route import Route
from tocsin.bodies.channel_settings import (
    full_name_of_secret,
    named_channel,
    problem_of_secret,
    problems_of_settings,
)
from tocsin.bodies.channels import ChannelBody
from tocsin.bodies.facts import settings_of_channel
from tocsin.bodies.names import RESERVED_CHANNELS
from tocsin.channels.by_type import channel_spec
from tocsin.channels.spec import SecretUse
from tocsin.channels.webhook import SECRET_PREFIX
from tocsin.domain.configuration import Configured
from tocsin.domain.credential import Scope
from tocsin.domain.errors import Problem
from tocsin.domain.escalation import Target, TargetKind
from tocsin.domain.people import Channel
from tocsin.lambda_runtime.http import HttpAnswer

if TYPE_CHECKING:
    from functions.alerts_api.configuration_stores import Stores
    from functions.alerts_api.ports import Ports
    from tocsin.usecases.ports import SecretStore

SIGNING_SECRET_BYTES: Final = 32
_SUFFIX_BYTES: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedSecrets:
    """Generated signing secrets; written once and never read here.

    Each has a parameter of its own, so that no write replaces another channel's.
    """

    store: Callable[[], SecretStore]
    below: str
    """Begins the names of their parameters."""
    random_bytes: Callable[[int], bytes]

    def make(self, channel: str) -> tuple[str, str]:
        """Write a new secret.

        Returns:
            The name of its parameter, and the secret.
        """
        random = self.random_bytes(SIGNING_SECRET_BYTES)
        secret = SECRET_PREFIX + base64.b64encode(random).decode("ascii")
        name = f"{self.below}/{channel}.{self.random_bytes(_SUFFIX_BYTES).hex()}"
        self.store().put(name, secret)
        return name, secret

    @property
    def stack(self) -> str:
        """Where all secrets of the stack lie."""
        return self.below.rpartition("/")[0]

    def is_ours(self, parameter: str | None) -> bool:
        return parameter is not None and parameter.startswith(f"{self.below}/")

    def forget(self, parameter: str | None) -> None:
        """Remove a parameter that was made here, if it was."""
        if parameter is not None and self.is_ours(parameter):
            self.store().delete(parameter)


def channel_routes(ports: Ports, stores: Stores) -> tuple[Route, ...]:
    return ChannelRoutes(
        noun=Noun(
            words="channel",
            plural="channels",
            reserved=RESERVED_CHANNELS,
            references=lambda name: stores.using_target(Target(TargetKind.CHANNEL, name)),
            concern=concern_of_channel,
        ),
        repository=stores.channels,
        stores=stores,
        ports=ports,
        read_value=read_channel,
        settings_of=settings_of_channel,
        secrets=GeneratedSecrets(
            store=ports.secrets,
            below=ports.channel_secrets_prefix,
            random_bytes=ports.random_bytes,
        ),
        tests=message_tests(ports),
    ).routes()


@dataclass(frozen=True, kw_only=True)
class ChannelRoutes(ValueRoutes[Channel]):
    secrets: GeneratedSecrets
    tests: MessageTests

    def routes(self) -> tuple[Route, ...]:
        path = "/api/v1/channels/{name}/test"
        test = Route("POST", path, "test_channel", self.test, Scope.CONFIG_WRITE)
        return (*super().routes(), test)

    def kept(self, before: Configured[Channel], said: Members) -> Members:
        """Keep none of the old type's settings where the type changes."""
        if said.get("type", before.value.type) != before.value.type:
            kept = settings_of_channel(before.value)
            return {name: kept[name] for name in ("rate_per_minute", "bundle")}
        return super().kept(before, said)

    def remove(self, request: Request, name: str) -> HttpAnswer:
        stored = self.repository.get(name)
        answer = super().remove(request, name)
        self.secrets.forget(stored.value.secret)
        return answer

    def test(self, request: Request, name: str) -> HttpAnswer:
        target = Target(TargetKind.CHANNEL, self.repository.get(name).name)
        [outcome] = self.tests.run(target, [target.name], at=request.at)
        is_pending = outcome["state"] == "pending"
        return with_data(outcome, HTTPStatus.ACCEPTED if is_pending else HTTPStatus.OK)

    def store(
        self,
        request: Request,
        name: str,  # noqa: ARG002 - the channel has it
        before: Configured[Channel] | None,
        body: Channel,
    ) -> HttpAnswer:
        """Store one; a replaced webhook keeps the secret that was generated for it."""
        if before is not None:
            expect_own(before, self.noun.words)
        value = body
        if value.secret is not None:
            value = replace(value, secret=full_name_of_secret(value.secret, self.secrets.stack))
        former = before.value.secret if before else None
        expect_no_problems(self._problems_of(value, former))
        value, signing_secret = self._with_secret(value, former)
        try:
            stored, warnings = self.keep(before, self.next(request, before, value))
        except Exception:
            if signing_secret is not None:
                self.secrets.forget(value.secret)
            raise
        if former != value.secret:
            self.secrets.forget(former)
        view = self.view(request, stored)
        shown = view | ({"signing_secret": signing_secret} if signing_secret else {})
        return with_warnings(shown, warnings, HTTPStatus.OK if before else HTTPStatus.CREATED)

    def _problems_of(self, channel: Channel, former: str | None) -> list[Problem]:
        allows_private = self.ports.allows_private_webhooks
        problems = list(problems_of_settings(channel, allows_private=allows_private))
        if channel.secret is not None:
            problem = problem_of_secret(
                channel.secret,
                stack=self.secrets.stack,
                generated_below=self.secrets.below,
                is_known=channel.secret == former,
            )
            if problem:
                problems.append(Problem("secret", problem))
        return problems

    def _with_secret(self, channel: Channel, former: str | None) -> tuple[Channel, str | None]:
        """Give a channel that names no secret the one it had from us, or a new one."""
        if channel.secret is not None:
            return channel, None
        if channel_spec(channel.type).secret is not SecretUse.GENERATED:
            return channel, None
        if self.secrets.is_ours(former):
            return replace(channel, secret=former), None
        parameter, secret = self.secrets.make(channel.name)
        return replace(channel, secret=parameter), secret


def concern_of_channel(name: str) -> Concern:
    """Select the open alerts whose last step asked it."""
    asked = str(Target(TargetKind.CHANNEL, name))
    return Concern(
        noun="name",
        which=f"that {name} was asked about last",
        what_follows="it does not hear how they go on; the next step is asked at its time",
        selects=lambda alert: is_asked(alert, asked),
    )


def read_channel(name: str, members: Members) -> Channel:
    """Read a body.

    Raises:
        InvalidInputError: It does not have what its type needs, or has what it does not take.
    """
    return named_channel(name, validated(ChannelBody, members).model_dump())
