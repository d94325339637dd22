"""What a function needs of its environment before it starts."""

from datetime import timedelta

import pytest

from tocsin.lambda_runtime.settings import (
    ALWAYS_REQUIRED,
    REQUIRED,
    Settings,
    SettingsError,
)

ON_TICK = "functions.escalator.app.on_tick"


def environment_of(handler: str) -> dict[str, str]:
    told = {name: f"https://example.com/{name}" for name in (*ALWAYS_REQUIRED, *REQUIRED[handler])}
    return {**told, "_HANDLER": handler}


@pytest.mark.parametrize("handler", REQUIRED)
def test_a_function_starts_with_what_it_requires(handler: str) -> None:
    settings = Settings.from_environment(environment_of(handler))

    assert settings.table_name == "https://example.com/TABLE_NAME"
    assert settings.retention == timedelta(days=90)
    assert not settings.allows_private_webhooks


def test_messages_name_the_team_of_the_stack() -> None:
    told = environment_of("functions.notifier.app.on_delivery")

    assert Settings.from_environment(told | {"TEAM": "payments"}).team == "payments"
    assert Settings.from_environment(told).team == "tocsin"


@pytest.mark.parametrize(
    ("handler", "name"),
    [
        (handler, name)
        for handler, required in REQUIRED.items()
        for name in (*ALWAYS_REQUIRED, *required)
    ],
)
@pytest.mark.parametrize("is_empty", [True, False])
def test_a_function_without_a_variable_that_it_requires_does_not_start(
    handler: str, name: str, *, is_empty: bool
) -> None:
    environment = environment_of(handler)
    del environment[name]
    if is_empty:
        environment[name] = ""

    with pytest.raises(SettingsError, match=f"^{name} is missing$"):
        Settings.from_environment(environment)


def test_the_error_names_everything_that_is_wrong() -> None:
    environment = {"_HANDLER": ON_TICK, "RETENTION_DAYS": "0", "ALLOW_PRIVATE_WEBHOOKS": "yes"}

    with pytest.raises(SettingsError) as raised:
        Settings.from_environment(environment)

    assert str(raised.value) == (
        "TABLE_NAME is missing; AWS_REGION is missing; "
        "TIMERS_QUEUE_URL is missing; DELIVERIES_QUEUE_URL is missing; "
        "RETENTION_DAYS must be a whole number above 0, not '0'; "
        "ALLOW_PRIVATE_WEBHOOKS must be true or false, not 'yes'"
    )


@pytest.mark.parametrize(("told", "zone"), [("Europe/Berlin", "Europe/Berlin"), ("", "UTC")])
def test_the_teams_time_zone_is_utc_unless_it_is_told(told: str, zone: str) -> None:
    environment = environment_of("functions.notifier.app.on_delivery")

    assert Settings.from_environment({**environment, "TIME_ZONE": told}).time_zone == zone


@pytest.mark.parametrize(("told", "allows"), [("true", True), ("false", False)])
def test_private_webhooks_are_allowed_by_one_variable(told: str, *, allows: bool) -> None:
    environment = environment_of("functions.notifier.app.on_delivery")

    settings = Settings.from_environment({**environment, "ALLOW_PRIVATE_WEBHOOKS": told})

    assert settings.allows_private_webhooks is allows
