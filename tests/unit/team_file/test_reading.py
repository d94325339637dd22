"""What is wrong with a team's file is said at once, with its place and the remedy."""

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from tocsin.domain.severity import Severity
from tocsin.team_file.model import TeamFile
from tocsin.team_file.reading import TeamFileError, read_team_file

AT = datetime(2026, 11, 27, 9, tzinfo=UTC)
WEEKLY = {
    "rotation": "weekly",
    "handoff": "mon 09:00",
    "start": "2026-01-05",
    "users": ["alice", "bob"],
}
GOOD: dict[str, Any] = {
    "team": "payments",
    "users": [
        {"name": "alice", "email": "alice@example.com", "notify": [{"by": "email"}]},
        {"name": "Bob", "phone": "+15550100"},
    ],
    "channels": [
        {"name": "ops-slack", "type": "slack", "channel": "#ops", "secret": "slack"},
        {"name": "ops-mail", "type": "email", "to": ["ops@example.com"]},
    ],
    "integrations": [
        {"name": "prometheus", "type": "alertmanager", "escalation_policy": "default"},
        {"name": "pagerduty", "type": "pagerduty", "token": {"parameter": "checkout-token"}},
        {
            "name": "github",
            "type": "github",
            "signature": {"header": "x-hub-signature-256", "secret": "github"},
        },
    ],
    "schedules": [
        {"name": "primary", "time_zone": "Europe/Paris", "layers": [WEEKLY]},
        {"name": "secondary", "follows": {"schedule": "primary"}},
    ],
    "escalation_policies": [
        {
            "name": "default",
            "steps": [
                {"targets": [{"schedule": "primary"}, {"channel": "ops-slack"}], "delay": "5m"},
                {"targets": [{"user": "BOB"}], "delay": "5m"},
            ],
        }
    ],
    "routes": [
        {"match": ['team="a"'], "escalation_policy": "default"},
        {"name": "rest", "match": [], "escalation_policy": "default"},
    ],
    "silences": [
        {
            "match": ['env="staging"'],
            "from": "2026-03-01T09:00:00Z",
            "duration": "2h",
            "reason": "Move",
        }
    ],
    "maintenance_windows": [
        {
            "name": "nightly",
            "match": ['service="db"'],
            "rrule": "FREQ=DAILY",
            "start": "2026-11-01T02:00",
            "duration": "1h",
            "reason": "Backup",
        }
    ],
    "heartbeats": [{"name": "backup", "period": "24h", "integrations": ["prometheus"]}],
}


def read(data: object, **about: Any) -> TeamFile:  # noqa: ANN401 - of read_team_file
    return read_team_file(data, at=AT, **about)


def problems(data: object, **about: Any) -> dict[str, str]:  # noqa: ANN401 - of read_team_file
    with pytest.raises(TeamFileError) as refused:
        read(data, **about)
    return {it.field: it.problem for it in refused.value.details}


def with_change(path: str, value: object, whole: Mapping[str, Any] = GOOD) -> dict[str, Any]:
    """The good file with another value at a place, such as `users.0.email`."""
    data = copy.deepcopy(dict(whole))
    holder: Any = data
    *parts, last = path.split(".")
    for part in parts:
        holder = holder[int(part)] if part.isdecimal() else holder[part]
    if last.isdecimal():
        holder[int(last)] = value
    else:
        holder[last] = value
    return data


def test_a_file_without_mistakes_is_read() -> None:
    assert read(GOOD).team == "payments"
    assert read({"team": "payments"}).users == []


def test_numbers_and_flags_may_be_texts() -> None:
    """CloudFormation makes texts of all scalars."""
    data = with_change("integrations.0.paused", "true")
    data["integrations"][0]["resolve_after"] = "30"
    data["escalation_policies"][0] |= {"repeat": "3", "flapping": "false"}
    data["schedules"][0]["layers"][0] |= {"every": "2"}

    file = read(data)

    assert file.integrations[0].paused is True
    assert file.escalation_policies[0].repeat == 3
    assert file.escalation_policies[0].named("x").flapping is None
    assert file.schedules[0].layers
    assert file.schedules[0].layers[0].every == 2


def test_what_has_no_value_is_as_if_it_was_left_out() -> None:
    data = with_change("users.0.full_name", None) | {"heartbeats": None}

    assert read(data).heartbeats == []
    assert read(data).users[0].full_name is None


WRONG: list[tuple[str, object, str, str]] = [
    ("team", "Payments", "team", "a-z"),
    ("users.0.emial", "x@example.com", "users[0].emial", "did you mean email?"),
    ("users.0.emial", None, "users[0].emial", "did you mean email?"),
    ("user", [], "user", "did you mean users?"),
    ("users", {"alice": {}}, "users", "must be a list"),
    ("users.0.email", "alice", "users[0].email", 'is "alice"; must be an address'),
    ("users.0.role", "boss", "users[0].role", "must be admin, responder or viewer"),
    ("users.0.notify.0.by", "emial", "users[0].notify[0].by", "did you mean email?"),
    ("users.0.notify.0.by", "sms", "users[0].notify[0].by", "needs the user's phone"),
    ("users.0.time_zone", "Europe/Pariss", "users[0].time_zone", "did you mean Europe/Paris?"),
    ("users.0.name", "-alice", "users[0].name", "beginning with a letter"),
    ("users.0.name", "nobody", "users[0].name", "is reserved"),
    ("users.0.name", "bob", "users[1].name", "is that of users[0] too"),
    ("channels.0.name", "last-resort", "channels[0].name", "is reserved"),
    ("channels.0.name", "ops-mail", "channels[1].name", "is that of channels[0] too"),
    ("channels.0.channel", None, "channels[0].channel", "a channel of type slack needs it"),
    ("channels.0.to", ["a@example.com"], "channels[0].to", "is not for a channel of type slack"),
    ("channels.1.to", ["ops"], "channels[1].to[0]", "address"),
    ("integrations.0.type", "grafanna", "integrations[0].type", "did you mean grafana?"),
    ("integrations.0.name", "tocsin", "integrations[0].name", "is reserved"),
    ("integrations.0.escalation_policy", "defalt", "integrations[0].escalation_policy", "default?"),
    ("routes.0.escalation_policy", "other", "routes[0].escalation_policy", "there is no"),
    ("routes.0.match", ["team=="], "routes[0].match[0]", 'team="" is right'),
    ("routes.0.name", "rest", "routes[1].name", "is that of routes[0] too"),
    ("routes.1.name", "route-1", "routes[0]", "needs a name"),
    ("heartbeats.0.escalation_policy", "x", "heartbeats[0].escalation_policy", "there is no"),
    ("heartbeats.0.integrations", ["prometeus"], "heartbeats[0].integrations[0]", "prometheus?"),
    ("heartbeats.0.cron", "0 1 * * *", "heartbeats[0].period | cron", "exactly one"),
    ("schedules.1.follows", {"schedule": "primry"}, "schedules[1].follows.schedule", "primary?"),
    ("schedules.1.follows", {"schedule": "secondary"}, "schedules[1].follows.schedule", "another"),
    ("schedules.0.layers.0.users.1", "bobb", "schedules[0].layers[0].users[1]", "mean Bob?"),
    (
        "schedules.0.layers.0.users.1",
        ["alice", "x"],
        "schedules[0].layers[0].users[1][1]",
        "no user",
    ),
    ("schedules.0.layers.0.users.1", "b b", "schedules[0].layers[0].users[1]", "letters"),
    ("schedules.0.layers.0.handoff", "9am", "schedules[0].layers[0].handoff", "mon 09:00"),
    ("schedules.0.layers.0.handoff", "09:00", "schedules[0].layers[0].handoff", "mon 09:00"),
    ("schedules.0.layers.0.rotation", "weakly", "schedules[0].layers[0].rotation", "mean weekly?"),
    (
        "schedules.0.overrides",
        [{"user": "alise", "for": "x", "from": "2026-12-24", "to": "2026-12-25"}],
        "schedules[0].overrides[0].user",
        "alice?",
    ),
    (
        "escalation_policies.0.steps.0.targets.0",
        {"schedule": "primry"},
        "escalation_policies[0].steps[0].targets[0].schedule",
        "did you mean primary?",
    ),
    (
        "escalation_policies.0.steps.0.targets.1",
        {"channel": "ops-sack"},
        "escalation_policies[0].steps[0].targets[1].channel",
        "did you mean ops-slack?",
    ),
    (
        "escalation_policies.0.steps.0.targets.1",
        {"user": "alice", "position": "next"},
        "escalation_policies[0].steps[0].targets[1]",
        "only a schedule has",
    ),
    (
        "escalation_policies.0.steps.0.delay",
        "5 min",
        "escalation_policies[0].steps[0].delay",
        'is "5 min"; must be whole seconds or a duration such as 90s',
    ),
    ("silences.0.from", None, "silences[0].from", "is required: a time such as"),
    ("silences.0.duration", None, "silences[0].to | duration", "exactly one"),
    ("maintenance_windows.0.rrule", "FREQ=HOURLY", "maintenance_windows[0].rrule", "DAILY"),
    ("maintenance_windows.0.recurrence", "x", "maintenance_windows[0].recurrence", "no field here"),
]


@pytest.mark.parametrize(("path", "value", "field", "expected"), WRONG)
def test_a_mistake_is_named_with_its_place_and_the_remedy(
    path: str, value: object, field: str, expected: str
) -> None:
    found = problems(with_change(path, value))

    assert field in found
    assert expected in found[field]


def test_ten_mistakes_are_named_at_once() -> None:
    data = copy.deepcopy(GOOD)
    data["users"][0]["notify"][0]["by"] = "emial"
    data["users"].append({"name": "ALICE"})
    data["channels"][0]["secret"] = "xoxb-123456789012-abcdefghijkl"
    data["integrations"][0]["escalation_policy"] = "defalt"
    data["integrations"][1]["tpye"] = "rest"
    data["schedules"][0]["layers"] = [
        {**WEEKLY, "handoff": "9"},
        {**WEEKLY, "name": "second", "first": "carol"},
        {**WEEKLY, "name": "third", "users": ["alice", "carol"]},
    ]
    data["escalation_policies"][0]["steps"][1] = {"targets": [{"user": "x"}], "delay": "5 min"}
    data["routes"][0]["match"] = ["nothing"]

    assert set(problems(data)) == {
        "users[0].notify[0].by",
        "users[2].name",
        "channels[0].secret",
        "integrations[0].escalation_policy",
        "integrations[1].tpye",
        "schedules[0].layers[0].handoff",
        "schedules[0].layers[1].first",
        "schedules[0].layers[2].users[1]",
        "escalation_policies[0].steps[1].targets[0].user",
        "escalation_policies[0].steps[1].delay",
        "routes[0].match[0]",
    }


@pytest.mark.parametrize(
    ("path", "entry", "fields"),
    [
        (
            "schedules.0",
            {"name": "x", "time_zone": "Pariss", "layers": [{**WEEKLY, "first": "carol"}]},
            {"time_zone", "layers[0].first"},
        ),
        (
            "schedules.0.layers.0",
            {**WEEKLY, "shifts_per_turn": "many", "first": "carol"},
            {"shifts_per_turn", "first"},
        ),
        (
            "schedules.0.layers.0",
            {
                "rrule": "FREQ=WEEKL",
                "at": "09:00",
                "duration": "24h",
                "users": ["alice"],
                "shifts_per_turn": "many",
            },
            {"rrule", "shifts_per_turn"},
        ),
        ("heartbeats.0", {"name": "x", "cron": "61 * * * *", "grace": "x"}, {"cron", "grace"}),
        (
            "maintenance_windows.0",
            {**GOOD["maintenance_windows"][0], "rrule": "FREQ=DAYLY", "reason": [1]},
            {"rrule", "reason"},
        ),
    ],
)
def test_a_field_of_a_wrong_form_hides_no_other_mistake(
    path: str, entry: dict[str, Any], fields: set[str]
) -> None:
    place = re.sub(r"\.(\d+)", r"[\1]", path)

    found = problems(with_change(path, entry))

    assert {it for it in found if it.startswith(place)} == {f"{place}.{it}" for it in fields}


HOURS = [{"days": ["mon"], "from": "09:00", "to": "18:00"}]
FULL: dict[str, Any] = copy.deepcopy(GOOD) | {
    "schedules": [
        {
            "name": "primary",
            "time_zone": "Europe/Paris",
            "layers": [
                {**WEEKLY, "only": HOURS, "count": "always", "first": "bob", "every": 2},
                {
                    "name": "second",
                    "rrule": "FREQ=WEEKLY",
                    "at": "09:00",
                    "duration": "24h",
                    "start": "2026-01-05",
                    "users": ["alice", ["bob", "alice"]],
                    "shifts_per_turn": 2,
                    "excluded": ["2026-01-12"],
                    "until": "2027-01-01",
                },
                {
                    "versions": [
                        WEEKLY,
                        {**WEEKLY, "from": "2026-12-07", "time_zone": "Europe/Rome"},
                        {**WEEKLY, "from": "2026-12-14", "begins": "2026-12-15"},
                    ]
                },
            ],
            "overrides": [
                {
                    "kind": "replace",
                    "user": "alice",
                    "for": "bob",
                    "from": "2026-12-01T09:00:00Z",
                    "to": "2026-12-02T09:00:00Z",
                }
            ],
        },
        {"name": "secondary", "follows": {"schedule": "primary", "offset": 2}},
    ],
    "maintenance_windows": [
        {**GOOD["maintenance_windows"][0], "time_zone": "Europe/Paris"},
        {
            "name": "once",
            "match": ['a="b"'],
            "reason": "Move",
            "from": "2026-12-01T09:00:00Z",
            "to": "2026-12-02T09:00:00Z",
        },
    ],
    "heartbeats": [
        {"name": "backup", "cron": "0 3 * * *", "time_zone": "Europe/Paris", "grace": "1h"},
    ],
}
FULL["users"][0]["notify"].append({"by": "email", "after": "5m", "only": HOURS})
FULL["escalation_policies"][0]["steps"][0]["only"] = HOURS


def fields_of(data: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Of all objects of the file's lists, but for names, which others refer to."""
    parts: Iterable[tuple[str | int, object]] = ()
    if isinstance(data, dict):
        parts = data.items()
    elif isinstance(data, list):
        parts = enumerate(data)
    for part, value in parts:
        if len(path) > 1 and part != "name":
            yield (*path, part)
        yield from fields_of(value, (*path, part))


def test_a_field_of_a_wrong_form_makes_nothing_else_wrong() -> None:
    assert read(FULL).team == "payments"
    for path in fields_of(FULL):
        place = re.sub(r"\.(\d+)", r"[\1]", ".".join(map(str, path)))
        name = next(str(it) for it in reversed(path) if isinstance(it, str))
        for wrong in ({"x": [1]}, "\x00?", [1], 7.5):
            try:
                read(with_change(".".join(map(str, path)), wrong, FULL))
            except TeamFileError as refused:
                others = [
                    it
                    for it in refused.details
                    if not place.startswith(it.field)
                    and not it.field.startswith(place)
                    and name not in re.findall(r"\w+", f"{it.field} {it.problem}")
                ]
                assert not others, (place, wrong)


def test_a_shift_without_a_time_is_refused_also_where_days_are_left_out() -> None:
    layer = {
        "rrule": "FREQ=WEEKLY",
        "duration": "24h",
        "excluded": ["2026-12-26"],
        "users": ["alice"],
        "begins": "2026-01-05",
        "until": "2026-12-31",
    }

    assert problems(with_change("schedules.0.layers.0", layer)) == {
        "schedules[0].layers[0].at": "is needed with rrule"
    }


def test_a_file_that_is_no_object_is_refused() -> None:
    assert "team: payments" in problems(["team"])[""]
    assert "team: payments" in problems(None)[""]


def test_a_schedule_does_not_follow_one_that_follows() -> None:
    data = copy.deepcopy(GOOD)
    data["schedules"].append({"name": "third", "follows": {"schedule": "secondary"}})

    assert "secondary follows primary itself" in problems(data)["schedules[2].follows.schedule"]


def test_routes_stay_in_the_order_of_the_file() -> None:
    data = with_change("routes.0.position", "30")
    assert read(data).routes[0].position == 30

    data["routes"][1]["position"] = 20

    assert problems(data) == {
        "routes[1].position": "is 20, but a route before it has 30; put them in order"
    }


SECRETS = [
    "xoxb-123456789012-abcdefghijkl",
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "https://hooks.slack.com/services/T0/B0/abc",
    "https://user:password@example.com/hook",
    "0123456789abcdef0123456789abcdef",
    "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    "tocsin_mZ4v0bq1u0s9k3Qz9nB1yqj1v7x0W2m5T8r4c6e1a0g",
    "AKIAIOSFODNN7EXAMPLE",
]
SECRET_PLACES = [
    ("channels.0.secret", "channels[0].secret"),
    ("integrations.1.token", "integrations[1].token.parameter"),
    ("integrations.2.signature", "integrations[2].signature.secret"),
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(("path", "field"), SECRET_PLACES)
def test_a_secret_that_is_written_is_refused_and_not_repeated(
    secret: str, path: str, field: str
) -> None:
    value: object = secret
    if path.endswith("token"):
        value = {"parameter": secret}
    if path.endswith("signature"):
        value = {"header": "x-hub-signature-256", "secret": secret}

    found = problems(with_change(path, value))

    assert list(found) == [field]
    assert "is a secret itself: write it to a parameter" in found[field]
    assert secret not in found[field]


def test_a_token_that_is_written_in_the_place_of_its_name_is_not_repeated() -> None:
    found = problems(with_change("integrations.1.token", SECRETS[4]))

    assert "an object with parameter" in found["integrations[1].token"]
    assert not any(SECRETS[4] in it for it in found.values())


@pytest.mark.parametrize(
    "name",
    ["hook", "Checkout-Webhook-Token-2026-Production", "team/payments/hook", "sk-hook", "a.b"],
)
def test_the_name_of_a_parameter_is_no_secret(name: str) -> None:
    read(with_change("channels.0.secret", name))


def test_a_secret_is_found_wherever_it_is_written() -> None:
    data = with_change("users.0.full_name", f"Alice {SECRETS[0]}")

    assert "holds a secret" in problems(data)["users[0].full_name"]


def test_a_parameter_lies_below_the_prefix_of_the_stack() -> None:
    data = with_change("channels.0.secret", "/tocsin/payments/slack")

    read(data)
    read(data, stack="/tocsin/payments")
    found = problems(data, stack="/tocsin/search")
    assert "must lie below /tocsin/search/" in found["channels[0].secret"]
    found = problems(with_change("channels.0.secret", "link-key"))
    assert "signs links" in found["channels[0].secret"]


def test_an_address_of_a_webhook_is_private_where_the_stack_allows_it() -> None:
    hook = {"name": "hook", "type": "webhook", "url": "http://127.0.0.1:8080/hook"}
    data = {"team": "payments", "channels": [hook]}

    assert "https" in problems(data)["channels[0].url"]
    read(data, allows_private=True)


def test_a_file_stays_valid_when_its_times_have_passed() -> None:
    """Else nothing else of it could be deployed any more."""
    later = datetime(2035, 1, 1, tzinfo=UTC)

    assert read_team_file(GOOD, at=later).silences[0].reason == "Move"


def test_nobody_is_a_turn_and_not_a_user() -> None:
    data = with_change("schedules.0.layers.0.users.1", "nobody")
    read(data)

    data = with_change("escalation_policies.0.steps.1.targets.0", {"user": "nobody"})
    assert "there is no user nobody" in str(problems(data))


def test_severities_are_words() -> None:
    data = with_change("heartbeats.0.severity", "warning")

    assert read(data).heartbeats[0].severity is Severity.WARNING
