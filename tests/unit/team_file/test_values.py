"""The objects that a file describes."""

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.unit.team_file.test_reading import AT, GOOD, read
from tocsin.domain.configuration import TEAM_FILE
from tocsin.domain.credential import hash_secret, hash_token
from tocsin.domain.errors import InvalidInputError
from tocsin.domain.escalation import Target, TargetKind
from tocsin.domain.heartbeat import Heartbeat
from tocsin.domain.integration import Integration, IntegrationType, Token
from tocsin.domain.people import Role
from tocsin.domain.silence import SilenceStatus
from tocsin.team_file.model import IntegrationEntry
from tocsin.team_file.values import (
    channels_of,
    heartbeat_of,
    imported_token,
    integration_of,
    policies_of,
    routes_of,
    schedules_of,
    settings_of_team,
    silences_of,
    users_of,
    windows_of,
)

STACK = "/tocsin/payments"
SECRETS = {
    f"{STACK}/github": "a-secret-that-github-signs-with",
    f"{STACK}/checkout-token": "0123456789abcdef0123456789abcdef",
    f"{STACK}/short": "short",
    f"{STACK}/odd": "a token that has blanks in it",
    f"{STACK}/password": "correct-horse-battery-staple",
}


def entry_of(**said: Any) -> IntegrationEntry:  # noqa: ANN401 - JSON
    return IntegrationEntry.model_validate({"name": "github", "type": "github", **said})


def made(entry: IntegrationEntry) -> Integration:
    before = Integration(
        name="github",
        type=IntegrationType.REST,
        created_at=AT,
        tokens=(Token.of("a" * 32),),
        version=7,
    )
    return integration_of(entry, before, STACK, SECRETS.get)


def test_all_objects_are_managed_by_the_file() -> None:
    file = read(GOOD | {"settings": {"bundle": "2m"}})
    settings = settings_of_team(file)
    assert settings is not None

    objects: list[Any] = [
        settings,
        *users_of(file),
        *channels_of(file, STACK),
        *schedules_of(file),
        *policies_of(file),
        *routes_of(file),
        *silences_of(file, AT),
        *windows_of(file, AT),
    ]

    assert {it.managed_by for it in objects} == {TEAM_FILE} == {"team file"}
    assert len(objects) == 12
    assert settings.bundle == timedelta(minutes=2)
    assert settings_of_team(read(GOOD)) is None


def test_a_bare_secret_lies_below_the_prefix_of_the_stack() -> None:
    [slack, mail] = channels_of(read(GOOD), STACK)

    assert slack.secret == "/tocsin/payments/slack"
    assert mail.secret is None
    assert slack.settings == {"channel": "#ops"}


def test_users_are_spelled_as_they_were_first_written() -> None:
    file = read(GOOD)

    [policy] = policies_of(file)
    [primary, _] = schedules_of(file)

    assert policy.steps[1].targets == (Target(TargetKind.USER, "Bob"),)
    rotation = primary.layers[0].versions[0].rotation
    assert rotation is not None
    assert rotation.members == (("alice",), ("Bob",))


def test_a_target_may_be_who_is_next() -> None:
    data = copy.deepcopy(GOOD)
    step = data["escalation_policies"][0]["steps"][0]
    step["targets"] = [
        {"schedule": "primary", "position": "next"},
        {"schedule": "primary", "position": "current"},
    ]

    [policy] = policies_of(read(data))

    assert list(map(str, policy.steps[0].targets)) == ["schedule:primary/next", "schedule:primary"]


def test_routes_keep_the_order_of_the_file() -> None:
    data = copy.deepcopy(GOOD)
    data["routes"] = [
        {"name": "z", "escalation_policy": "default"},
        {"escalation_policy": "default", "position": 25},
        {"name": "a", "escalation_policy": "default"},
    ]

    assert [(it.name, it.position) for it in routes_of(read(data))] == [
        ("z", 10),
        ("route-2", 25),
        ("a", 35),
    ]


def test_a_role_is_responder_by_default() -> None:
    data = copy.deepcopy(GOOD)
    data["users"][0]["role"] = "admin"

    assert [it.role for it in users_of(read(data))] == [Role.ADMIN, Role.RESPONDER]


def test_silences_and_windows_may_be_over() -> None:
    file = read(GOOD)
    [silence] = silences_of(file, AT)
    [window] = windows_of(file, AT)

    assert silence.status(AT) is SilenceStatus.EXPIRED
    assert silence.span.ends_at == datetime(2026, 3, 1, 11, tzinfo=UTC)
    assert silence.name == silences_of(file, AT + timedelta(days=9))[0].name
    assert silence.by == window.by == "team file"
    assert window.span.starts_at == datetime(2026, 11, 28, 2, tzinfo=UTC)


def test_a_window_that_recurred_until_long_ago_has_its_first_occurrence() -> None:
    data = copy.deepcopy(GOOD)
    data["maintenance_windows"][0] |= {
        "rrule": "FREQ=DAILY;UNTIL=20200110T000000",
        "start": "2020-01-01T02:00",
    }

    [window] = windows_of(read(data), AT)

    assert window.span.starts_at == datetime(2020, 1, 1, 2, tzinfo=UTC)
    assert window.status(AT) is SilenceStatus.EXPIRED


def test_a_heartbeat_keeps_what_it_was_told() -> None:
    [entry] = read(GOOD).heartbeats
    before = Heartbeat(name="backup", created_at=AT, token=Token.of("b" * 32), heard_at=AT)

    after = heartbeat_of(entry, before, AT)

    assert (after.period, after.integrations) == (timedelta(days=1), ("prometheus",))
    assert (after.token, after.heard_at) == (before.token, AT)


def test_secrets_of_an_integration_are_read_from_their_parameters() -> None:
    entry = entry_of(
        signature={"header": "X-Hub-Signature-256", "secret": "github"},
        basic={"user": "git", "password": "/tocsin/payments/password"},
        header_token={"header": "x-token", "token": "password"},
        allowed_cidrs=["192.0.2.0/24"],
    )

    integration = made(entry)

    checks = integration.checks
    assert checks.signature is not None
    assert checks.basic is not None
    assert checks.header_token is not None
    assert checks.signature.secret == SECRETS["/tocsin/payments/github"]
    assert checks.basic.password_hash == hash_secret(SECRETS["/tocsin/payments/password"])
    assert checks.header_token.token_hash == checks.basic.password_hash
    assert checks.allowed_cidrs == ("192.0.2.0/24",)
    assert (integration.version, len(integration.tokens)) == (7, 1)
    assert integration.type is IntegrationType.GITHUB


def test_all_parameters_that_cannot_be_used_are_named() -> None:
    entry = entry_of(
        signature={"header": "x", "secret": "missing"},
        basic={"user": "git", "password": "short"},
    )

    with pytest.raises(InvalidInputError) as refused:
        made(entry)

    assert [(it.field, it.problem) for it in refused.value.details] == [
        ("signature.secret", "there is no parameter /tocsin/payments/missing; put it first"),
        ("basic.password", "names a parameter whose value must have at least 16 characters"),
    ]


def test_an_imported_token_is_kept_as_a_hash() -> None:
    entry = entry_of(token={"parameter": "checkout-token"})

    token = imported_token(entry, STACK, SECRETS.get)

    assert token is not None
    assert token.secret_hash == hash_token(SECRETS["/tocsin/payments/checkout-token"])
    assert imported_token(entry_of(), STACK, SECRETS.get) is None


@pytest.mark.parametrize("name", ["short", "odd", "missing"])
def test_a_parameter_without_a_token_is_refused_and_not_repeated(name: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        imported_token(entry_of(token={"parameter": name}), STACK, SECRETS.get)

    [problem] = refused.value.details
    assert problem.field == "token.parameter"
    assert SECRETS.get(f"{STACK}/{name}", "no value") not in problem.problem
