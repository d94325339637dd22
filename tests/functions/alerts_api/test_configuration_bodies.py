"""Mistakes in the configuration: refused with the field and what would be right."""

from typing import Any

import pytest

from tests.fakes.world import World
from tests.functions.alerts_api.client import Client, Reply

TARGET = {"channel": "here"}
STEP = {"name": "first", "targets": [TARGET], "delay": "5m"}
HOOK = {"type": "webhook", "url": "https://example.com/hook", "secret": "/tocsin/tocsin/a"}


@pytest.fixture
def editor(world: World) -> Client:
    """Alice, who may configure; channel `here` and policy `default` exist."""
    editor = Client.of(world).with_key("config")
    put(editor, "channels/here", {"type": "console"})
    put(editor, "escalation-policies/default", {"steps": [STEP]})
    return editor


def put(editor: Client, path: str, body: object) -> Reply:
    return editor.send("PUT", f"/api/v1/{path}", body=body)


def step(**changed: object) -> dict[str, Any]:
    return {"steps": [{**STEP, **changed}]}


def flapping(**rule: object) -> dict[str, Any]:
    return {**step(), "flapping": rule}


POLICIES: list[Any] = [
    ({}, "steps", "required"),
    ({"steps": []}, "steps", "at least one step"),
    ({"steps": [STEP] * 21}, "steps", "at most 20"),
    (step(targets=[]), "steps[0].targets", "at least one target"),
    (step(targets=[TARGET] * 51), "steps[0].targets", "at most 50"),
    (step(targets=[{}]), "steps[0].targets[0]", "exactly one"),
    (step(targets=[{**TARGET, "user": "bob"}]), "steps[0].targets[0]", "exactly one"),
    (step(targets=["here"]), "steps[0].targets[0]", "an object with"),
    (step(targets=[{"team": "a"}]), "steps[0].targets[0].team", "is no field here"),
    (step(targets=[TARGET, {"channel": "hook"}]), "steps[0].targets[1]", "no channel hook"),
    (step(targets=[{"user": "bob"}]), "steps[0].targets[0]", "no user bob"),
    (step(targets=[{"schedule": "week"}]), "steps[0].targets[0]", "no schedule week"),
    (step(delay="0s"), "steps[0].delay", "from 1s to 1d"),
    (step(delay="25h"), "steps[0].delay", "from 1s to 1d"),
    (step(delay="soon"), "steps[0].delay", "90s, 5m"),
    (step(delay=True), "steps[0].delay", "90s, 5m"),
    (step(name=" "), "steps[0].name", ""),
    ({**step(), "repeat": 11}, "repeat", "10"),
    ({**step(), "repeat": -1}, "repeat", "0"),
    ({**step(), "ack_timeout": "59s"}, "ack_timeout", "from 1m to 7d"),
    ({**step(), "ack_timeout": "8d"}, "ack_timeout", "from 1m to 7d"),
    (flapping(after=0), "flapping.after", "1"),
    (flapping(after=11), "flapping.after", "10"),
    (flapping(within="59s"), "flapping.within", "from 1m to 1d"),
    (flapping(within="25h"), "flapping.within", "from 1m to 1d"),
    (flapping(stable="59s"), "flapping.stable", "from 1m to 1d"),
    (flapping(hold_critical="25h"), "flapping.hold_critical", "from 0s to 1d"),
    (flapping(hold_critical="16m"), "flapping", "at most stable, 15m"),
    (flapping(often=5), "flapping.often", "is no field here"),
    ({**step(), "flapping": "on"}, "flapping", "an object with"),
    ({**step(), "flapping": True}, "flapping", "an object with"),
    ({**step(), "severities": []}, "severities", "at least one severity"),
    ({**step(), "severities": ["bad"]}, "severities[0]", "critical, warning or info"),
]
ROUTES: list[Any] = [
    ({}, "escalation_policy", "required"),
    ({"escalation_policy": "night"}, "escalation_policy", "make it first"),
    ({"escalation_policy": "Night"}, "escalation_policy", "a-z, 0-9 and -"),
    ({"escalation_policy": "default", "match": ["team"]}, "match[0]", 'team="payments"'),
    ({"escalation_policy": "default", "match": ['a=~"("']}, "match[0]", "linear time"),
    ({"escalation_policy": "default", "match": {"team": "a"}}, "match", "list"),
    ({"escalation_policy": "default", "match": [7]}, "match[0]", "a text"),
    ({"escalation_policy": "default", "match": ["a=b"] * 21}, "match", "at most 20"),
    ({"escalation_policy": "default", "match": ["a=" + "\\" * 400]}, "match[0]", "500"),
    ({"escalation_policy": "default", "position": -1}, "position", "0"),
    ({"escalation_policy": "default", "severity": "ok"}, "severity", "critical, warning or info"),
    ({"escalation_policy": "default", "hold": "61m"}, "hold", "from 0s to 1h"),
    ({"escalation_policy": "default", "close_after": "59s"}, "close_after", "from 1m to 30d"),
    ({"escalation_policy": "default", "close_after": "31d"}, "close_after", "from 1m to 30d"),
    ({"escalation_policy": "default", "only": [{"from": "8:00"}]}, "only[0].from", "09:00"),
    ({"escalation_policy": "default", "only": [{"days": ["Mo"]}]}, "only[0].days[0]", "mon"),
    ({"escalation_policy": "default", "only": {"from": "08:00"}}, "only", "list"),
    ({"escalation_policy": "default", "time_zone": "Paris"}, "time_zone", "Europe/Paris"),
]
USERS: list[Any] = [
    ({"email": "alice"}, "email", "alice@example.com"),
    ({"email": "alice@example.com\nbcc: x@example.com"}, "email", "alice@example.com"),
    ({"email": "Alice <alice@example.com>"}, "email", "alice@example.com"),
    ({"email": "j\u00f6rg@example.com"}, "email", "alice@example.com"),
    ({"phone": "015550100"}, "phone", "+ and digits, with the country"),
    ({"phone": "+1 555 0100"}, "phone", "+ and digits, with the country"),
    ({"phone": "+1555010012345678"}, "phone", "+ and digits, with the country"),
    ({"slack_id": "alice"}, "slack_id", "a Slack member ID"),
    ({"time_zone": "Paris"}, "time_zone", "Europe/Paris"),
    ({"time_zone": "../etc/passwd"}, "time_zone", "Europe/Paris"),
    ({"time_zone": ""}, "time_zone", "Europe/Paris"),
    ({"full_name": " "}, "full_name", ""),
    ({"notify": [{"by": "email"}]}, "notify[0].by", "needs the user's email"),
    ({"notify": [{"by": "sms"}]}, "notify[0].by", "needs the user's phone"),
    ({"notify": [{"by": "slack"}]}, "notify[0].by", "needs the user's slack_id"),
    ({"notify": [{"by": "pigeon"}]}, "notify[0].by", "email, sms, slack or push"),
    ({"notify": [{"after": "25h", "by": "email"}]}, "notify[0].after", "from 0s to 1d"),
    (
        {"email": "a@example.com", "notify": [{"by": "email", "severity": []}]},
        "notify[0].severity",
        "at least one severity",
    ),
    (
        {"email": "a@example.com", "notify": [{"by": "email", "only": [{"to": "25:00"}]}]},
        "notify[0].only[0].to",
        "24:00",
    ),
]
CHANNELS: list[Any] = [
    ({}, "type", "required"),
    ({"type": "pigeon"}, "type", "webhook, slack"),
    ({"type": "webhook"}, "url", "is missing"),
    ({**HOOK, "to": ["a@example.com"]}, "to", "is not for"),
    ({**HOOK, "channel": "#ops"}, "channel", "is not for"),
    ({**HOOK, "url": "http://example.com/hook"}, "url", "https://"),
    ({**HOOK, "url": "ftp://example.com/hook"}, "url", "https://"),
    ({**HOOK, "url": "example.com/hook"}, "url", "no URL"),
    ({**HOOK, "url": "https://"}, "url", "no URL"),
    ({**HOOK, "url": "https://exa mple.com/"}, "url", "no URL"),
    ({**HOOK, "url": "https://example.com:99999/"}, "url", "no URL"),
    ({**HOOK, "url": "https://[::1/"}, "url", "no URL"),
    ({**HOOK, "url": "https://example.com/\r\nhost: x"}, "url", "no URL"),
    ({**HOOK, "url": "https://bob:secret@example.com/"}, "url", "user or password"),
    ({**HOOK, "url": "https://bob@example.com/"}, "url", "user or password"),
    ({**HOOK, "url": "https://example.com/?a=1&Token=x"}, "url", "leave out token"),
    ({**HOOK, "url": "https://example.com/#part"}, "url", "# part"),
    ({**HOOK, "url": "https://localhost/"}, "url", "public"),
    ({**HOOK, "url": "https://api.localhost./"}, "url", "public"),
    ({**HOOK, "url": "https://127.0.0.1/"}, "url", "public"),
    ({**HOOK, "url": "https://10.1.2.3/"}, "url", "public"),
    ({**HOOK, "url": "https://169.254.169.254/latest"}, "url", "public"),
    ({**HOOK, "url": "https://[::1]/"}, "url", "public"),
    ({**HOOK, "url": "https://[fd00::1]/"}, "url", "public"),
    ({**HOOK, "url": "https://[::ffff:10.0.0.1]/"}, "url", "public"),
    ({**HOOK, "secret": "/other/hook"}, "secret", "the name of an SSM parameter"),
    ({**HOOK, "secret": "/tocsin//hook"}, "secret", "the name of an SSM parameter"),
    ({**HOOK, "secret": "whsec_abc"}, "secret", "is a secret itself"),
    ({**HOOK, "secret": "/tocsin/tocsin/channels/other.1"}, "secret", "generated"),
    ({**HOOK, "secret": "/tocsin/tocsin/link-key"}, "secret", "signs links"),
    ({**HOOK, "secret": "link-key"}, "secret", "signs links"),
    ({**HOOK, "secret": "admin-key"}, "secret", "administrator"),
    ({**HOOK, "secret": "channels/other.1"}, "secret", "generated"),
    ({**HOOK, "secret": "/tocsin/other/hook"}, "secret", "must lie below /tocsin/tocsin/"),
    ({**HOOK, "secret": "/tocsin/tocsin-2/hook"}, "secret", "must lie below /tocsin/tocsin/"),
    ({**HOOK, "secret": "/tocsin/hook"}, "secret", "must lie below /tocsin/tocsin/"),
    ({**HOOK, "secret": "/other/hook"}, "secret", "the name of an SSM parameter"),
    ({**HOOK, "rate_per_minute": 0}, "rate_per_minute", "1"),
    ({"type": "slack", "secret": "/tocsin/tocsin/slack"}, "channel", "is missing"),
    ({"type": "slack", "channel": "#ops"}, "secret", "is missing"),
    ({"type": "slack", "channel": "# ops", "secret": "/tocsin/tocsin/s"}, "channel", "#ops"),
    ({"type": "email"}, "to", "is missing"),
    ({"type": "email", "to": []}, "to", "at least one address"),
    ({"type": "email", "to": ["ops@example.com", "ops"]}, "to[1]", "e-mail address"),
    ({"type": "email", "to": ["j\u00f6rg@example.com"]}, "to[0]", "e-mail address"),
    (
        {"type": "email", "to": ["ops@example.com"], "secret": "/tocsin/tocsin/a"},
        "secret",
        "not for",
    ),
    ({"type": "sms", "to": ["ops@example.com"]}, "to[0]", "phone number"),
    ({"type": "apprise"}, "secret", "is missing"),
    ({"type": "console", "url": "https://example.com"}, "url", "is not for"),
]
HEARTBEATS: list[Any] = [
    ({}, "period | cron", "exactly one"),
    ({"period": "1h", "cron": "0 2 * * *"}, "period | cron", "exactly one"),
    ({"period": "1h", "time_zone": "Europe/Berlin"}, "time_zone", "belongs to cron"),
    ({"cron": "0 2 * *"}, "cron", "0 2 * * * for every day at 02:00: has not five fields"),
    ({"cron": "0 25 * * *"}, "cron", "bad hour"),
    ({"cron": "0 0 31 2 *"}, "cron", "bad day-of-month"),
    ({"cron": "0 2 * * *", "time_zone": "Berlin"}, "time_zone", "mean Europe/Berlin?"),
    ({"cron": 7}, "cron", "a text"),
    ({"period": "29s"}, "period", "from 30s to 366d"),
    ({"period": "367d"}, "period", "from 30s to 366d"),
    ({"period": "1h", "grace": "8d"}, "grace", "from 0s to 7d"),
    ({"period": "1h", "severity": "ok"}, "severity", "critical, warning"),
    ({"period": "1h", "escalation_policy": "night"}, "escalation_policy", "make it first"),
]


def jobs(**mapping: object) -> dict[str, Any]:
    return {"type": "generic", "mapping": {"summary": "text", **mapping}}


def alarms(topic_arn: str) -> dict[str, Any]:
    return {"type": "sns", "topic_arn": topic_arn}


INTEGRATIONS: list[Any] = [
    ({}, "type", "required"),
    ({"type": None}, "type", "required"),
    ({"type": "smoke-signal"}, "type", "alertmanager, "),
    ({"type": "rest", "name": "other"}, "name", "is no field here"),
    ({"type": "rest", "resolve_after": "soon"}, "resolve_after", "90s, 5m"),
    ({"type": "rest", "resolve_after": "2d"}, "resolve_after", "from 0s to 1d"),
    (
        {"type": "rest", "severity_map": {"major": "page"}},
        "severity_map.major",
        "critical, warning",
    ),
    (
        {"type": "rest", "escalation_policy": "Default Policy"},
        "escalation_policy",
        "a-z, 0-9 and -",
    ),
    ({"type": "rest", "escalation_policy": "night"}, "escalation_policy", "make it first"),
    ({"type": "rest", "paused": "maybe", "wake_on_output": 3}, "wake_on_output", "true or false"),
    (jobs(severity="job."), "mapping.severity", "must be a JMESPath expression"),
    (jobs(severity="a b"), "mapping.severity", "must be a JMESPath expression"),
    (jobs(severity=""), "mapping.severity", ""),
    (jobs(severity="lower(name)"), "mapping.severity", "lower is none"),
    (jobs(severity="a[?b == lower(c)].d"), "mapping.severity", "lower is none"),
    (jobs(severity="a." * 600 + "a"), "mapping.severity", ""),
    (jobs(severity=7), "mapping.severity", ""),
    (jobs(colour="a"), "mapping.colour", ""),
    (alarms("alarms"), "topic_arn", ""),
    (alarms("arn:aws:sqs:eu-west-1:123456789012:alarms"), "topic_arn", ""),
    (alarms("arn:aws:sns:eu-west-1:123456789012:alarms\n"), "topic_arn", ""),
]
CASES = [
    pytest.param(path, *case, id=f"{path} {number}")
    for path, cases in (
        ("escalation-policies", POLICIES),
        ("routes", ROUTES),
        ("users", USERS),
        ("channels", CHANNELS),
        ("heartbeats", HEARTBEATS),
        ("integrations", INTEGRATIONS),
    )
    for number, case in enumerate(cases)
]


@pytest.mark.parametrize(("path", "body", "field", "remedy"), CASES)
def test_a_mistake_is_refused_with_its_place_and_the_remedy(
    editor: Client, path: str, body: dict[str, Any], field: str, remedy: str
) -> None:
    refused = put(editor, f"{path}/new", body)

    assert (refused.status, refused.code) == (422, "invalid_request")
    problems = {it["field"]: it["problem"] for it in refused.json["error"]["details"]}
    assert remedy in problems[field]
    assert editor.get(f"/api/v1/{path}/new").status == 404


GOOD: list[Any] = [
    ("escalation-policies", step(delay=1)),
    ("escalation-policies", step(delay="24h")),
    ("escalation-policies", {"steps": [STEP] * 20}),
    ("escalation-policies", step(targets=[TARGET] * 50)),
    ("escalation-policies", {**step(), "ack_timeout": "1m"}),
    ("users", {"time_zone": "America/Argentina/Buenos_Aires"}),
    ("users", {"email": "a.b+c@sub.example.com"}),
    ("channels", {"type": "slack", "channel": "#on-call", "secret": "/tocsin/tocsin/slack"}),
    ("channels", {"type": "email", "to": ["ops@example.com", "dev@example.com"]}),
    ("channels", {"type": "sms", "to": ["+15550100"]}),
    ("channels", {"type": "apprise", "secret": "/tocsin/tocsin/apprise-url"}),
    ("channels", {**HOOK, "url": "https://example.com:8443/a/b?team=1"}),
    ("heartbeats", {"period": 30, "grace": 0}),
    ("heartbeats", {"period": "366d", "grace": "7d"}),
    ("heartbeats", {"cron": "0 2 * * *", "time_zone": "Europe/Berlin", "grace": "30m"}),
    ("heartbeats", {"cron": " */5  8-18 * * mon-fri "}),
]


@pytest.mark.parametrize(("path", "body"), GOOD)
def test_what_is_within_the_limits_is_taken(
    editor: Client, path: str, body: dict[str, Any]
) -> None:
    assert put(editor, f"{path}/new", body).status == 201


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9000/hook", "http://localhost/", "https://10.0.0.1/"]
)
def test_a_stack_may_allow_webhooks_on_the_same_machine(world: World, url: str) -> None:
    editor = Client.of(world, allows_private_webhooks=True).with_key("config")

    assert put(editor, "channels/new", {**HOOK, "url": url}).status == 201
    refused = put(editor, "channels/other", {**HOOK, "url": "http://a:b@localhost/"})
    assert refused.wrong_fields == ["url"]


# Who names whom


def test_a_policy_that_is_named_stays(editor: Client) -> None:
    put(editor, "integrations/prod", {"type": "rest", "escalation_policy": "default"})
    put(editor, "routes/all", {"escalation_policy": "default"})
    put(editor, "heartbeats/backup", {"period": "1d", "escalation_policy": "default"})

    refused = editor.send("DELETE", "/api/v1/escalation-policies/default")

    assert (refused.status, refused.code) == (409, "still_referenced")
    for name in ("integration prod", "route all", "heartbeat backup"):
        assert name in refused.text
    for path in ("integrations/prod", "routes/all", "heartbeats/backup"):
        assert editor.send("DELETE", f"/api/v1/{path}").status == 204
    assert editor.send("DELETE", "/api/v1/escalation-policies/default").status == 200


@pytest.mark.parametrize("kind", ["user", "channel"])
def test_a_target_that_is_asked_stays(editor: Client, kind: str) -> None:
    put(editor, f"{kind}s/ops", {"type": "console"} if kind == "channel" else {})
    put(editor, "escalation-policies/night", step(targets=[{kind: "ops"}]))

    refused = editor.send("DELETE", f"/api/v1/{kind}s/ops")

    assert (refused.status, refused.code) == (409, "still_referenced")
    assert "escalation policy night" in refused.text
    assert editor.send("DELETE", "/api/v1/escalation-policies/night").status == 204
    assert editor.send("DELETE", f"/api/v1/{kind}s/ops").status == 204


def test_a_user_and_a_channel_of_one_name_are_not_confused(editor: Client) -> None:
    put(editor, "users/here", {})

    assert editor.send("DELETE", "/api/v1/users/here").status == 204


def test_what_many_name_is_told_in_short(editor: Client) -> None:
    for number in range(12):
        put(editor, f"routes/r{number:02}", {"escalation_policy": "default"})

    refused = editor.send("DELETE", "/api/v1/escalation-policies/default")

    assert "route r09 and 2 more" in refused.text
