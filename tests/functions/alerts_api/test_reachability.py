"""What a change keeps from people, and who would be paged now."""

import pytest

from functions.alerts_api.routes.reachability import TO_DO
from tests.examples import HOUR
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client, Reply
from tocsin.domain.people import ContactMethod, User, hash_address
from tocsin.domain.ways import GapCode

REACHABILITY = "/api/v1/reachability"
HERE = {"steps": [{"targets": [{"channel": "here"}], "delay": "5m"}]}
NO_DEFAULT = (
    "there is no escalation policy default: an alert that neither its integration nor a route "
    "sends elsewhere pages nobody"
)
NO_SLACK = "no Slack channel is configured, whose app could write to people"


@pytest.fixture
def editor(editor: Client) -> Client:
    """Channel `here` and policy `default`, which is told by it, exist."""
    put(editor, "channels/here", {"type": "console"})
    put(editor, "escalation-policies/default", HERE)
    return editor


def put(editor: Client, path: str, body: object) -> Reply:
    reply = editor.send("PUT", f"/api/v1/{path}", body=body)
    assert reply.status in {200, 201}, reply.text
    return reply


def asking(*names: str, delay: str = "5m") -> dict[str, object]:
    return {"steps": [{"targets": [{"user": name}], "delay": delay} for name in names]}


def verified(world: World, name: str, **contacts: str) -> None:
    """A user whose addresses are all verified."""
    user = User(name=name, **contacts)  # type: ignore[arg-type]
    hashes = {it: hash_address(str(user.address_of(it))) for it in user.methods}
    world.keep(world.users, User(name=name, verified=hashes, **contacts))  # type: ignore[arg-type]


def warnings(reply: Reply) -> list[tuple[str, str]]:
    return [(it["field"], it["problem"]) for it in reply.json.get("warnings", ())]


def test_a_user_without_a_contact_method_is_warned_of(editor: Client) -> None:
    assert warnings(put(editor, "users/frank", {})) == [("email", "frank has no contact method")]


def test_rules_that_leave_a_severity_out_are_warned_of(editor: Client) -> None:
    rule = {"by": "sms", "severity": ["critical"]}

    frank = put(editor, "users/frank", {"phone": "+15550100", "notify": [rule]})

    assert warnings(frank) == [
        ("notify", "no notification rule of frank is for warning"),
        ("phone", "SMS of frank is not verified: send a test with POST /api/v1/users/frank/test"),
    ]


def test_a_policy_that_reaches_nobody_is_warned_of(world: World, editor: Client) -> None:
    put(editor, "users/frank", {})
    verified(world, "alice", email="alice@example.com")

    assert warnings(put(editor, "escalation-policies/frank-only", asking("frank"))) == [
        ("steps", "no step of frank-only reaches anybody for critical and warning"),
        ("user", "frank has no contact method"),
    ]
    assert warnings(put(editor, "escalation-policies/two", asking("alice", "frank"))) == [
        ("steps[1]", "step 2 of two reaches nobody for critical and warning"),
        ("user", "frank has no contact method"),
    ]
    assert warnings(put(editor, "escalation-policies/one", asking("alice"))) == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("routes/web", {"match": ['team="web"']}),
        ("integrations/web", {"type": "rest"}),
        ("heartbeats/web", {"period": "1d"}),
    ],
)
def test_what_leads_to_a_policy_that_reaches_nobody_is_warned_of(
    editor: Client, path: str, body: dict[str, object]
) -> None:
    put(editor, "users/frank", {})
    put(editor, "escalation-policies/frank-only", asking("frank"))
    severities = "critical" if path.startswith("heartbeats") else "critical and warning"

    made = put(editor, path, {**body, "escalation_policy": "frank-only"})

    assert warnings(made) == [
        ("escalation_policy", f"no step of frank-only reaches anybody for {severities}")
    ]
    changed = editor.send("PATCH", f"/api/v1/{path}", body={"escalation_policy": "default"})
    assert warnings(changed) == []


def test_a_paused_integration_is_not_warned_of(editor: Client) -> None:
    put(editor, "users/frank", {})
    put(editor, "escalation-policies/frank-only", asking("frank"))
    body = {"type": "rest", "escalation_policy": "frank-only", "paused": True}

    assert warnings(put(editor, "integrations/web", body)) == []


def test_a_heartbeat_of_a_severity_that_its_policy_does_not_page_is_warned_of(
    editor: Client,
) -> None:
    put(editor, "escalation-policies/loud", {**HERE, "severities": ["critical"]})
    body = {"period": "1d", "severity": "warning", "escalation_policy": "loud"}

    assert warnings(put(editor, "heartbeats/nightly", body)) == [
        ("escalation_policy", "heartbeat nightly leads to loud, which pages nobody for warning")
    ]


def test_where_no_default_is_left_an_integration_without_a_policy_is_warned_of(
    editor: Client,
) -> None:
    editor.send("DELETE", "/api/v1/escalation-policies/default")

    assert warnings(put(editor, "integrations/web", {"type": "rest"})) == [("default", NO_DEFAULT)]


def test_the_default_policy_goes_with_a_warning_where_it_is_needed(editor: Client) -> None:
    gone = editor.send("DELETE", "/api/v1/escalation-policies/default")

    assert (gone.status, gone.data) == (200, {"open_alerts": 0})
    assert warnings(gone) == [("default", NO_DEFAULT)]


def test_the_last_route_for_everything_is_missed_where_there_is_no_default(editor: Client) -> None:
    put(editor, "escalation-policies/night", HERE)
    put(editor, "routes/all", {"escalation_policy": "night"})
    assert editor.send("DELETE", "/api/v1/escalation-policies/default").status == 204

    assert warnings(editor.send("DELETE", "/api/v1/routes/all")) == [("default", NO_DEFAULT)]


def test_the_last_slack_channel_is_missed_by_whom_its_app_writes_to(
    world: World, editor: Client
) -> None:
    slack = {"type": "slack", "channel": "C1", "secret": "slack"}
    for name in ("chat", "more"):
        put(editor, f"channels/{name}", slack)
    verified(world, "sue", slack_id="U1")

    assert editor.send("DELETE", "/api/v1/channels/more").status == 204
    gone = editor.send("DELETE", "/api/v1/channels/chat")

    assert warnings(gone) == [("user", NO_SLACK)]


def test_who_loses_an_address_is_warned_of_with_the_policies_that_ask_them(
    world: World, editor: Client
) -> None:
    verified(world, "sue", email="sue@example.com")
    put(editor, "users/frank", {})
    put(editor, "escalation-policies/sue-only", asking("sue"))

    changed = editor.send("PATCH", "/api/v1/users/sue", body={"email": None})

    assert warnings(changed) == [
        ("escalation_policy", "no step of sue-only reaches anybody for critical and warning"),
        ("email", "sue has no contact method"),
    ]


def test_a_stack_without_email_from_warns_of_e_mail(world: World) -> None:
    editor = Client.of(world, sends_email=False).with_key("config")
    verified(world, "sue", email="sue@example.com")

    channel = put(editor, "channels/list", {"type": "email", "to": ["ops@example.com"]})
    changed = editor.send("PATCH", "/api/v1/users/sue", body={"full_name": "Sue"})

    assert warnings(channel) == [
        ("type", "list sends no e-mail: deploy the stack with EmailFrom"),
    ]
    assert warnings(changed) == [
        ("email", "no e-mail goes to sue: deploy the stack with EmailFrom")
    ]


def test_a_stack_without_a_last_resort_says_so_at_last_and_is_well(world: World) -> None:
    put(Client.of(world).with_key("config"), "channels/here", {"type": "console"})
    world.escalation_policy(("channel:here", HOUR))
    deployed, bare = (
        Client.of(world, has_last_resort=has).with_key("config") for has in (True, False)
    )

    assert deployed.get(REACHABILITY).data["problems"] == []
    shown = bare.get(REACHABILITY).data
    assert shown["ok"]
    assert shown["problems"] == [
        {
            "code": "no_last_resort",
            "kind": "stack",
            "name": "tocsin",
            "field": "BackstopEmail",
            "problem": "there is no address of last resort for alerts that reach nobody: "
            "deploy the stack with BackstopEmail or BackstopPhone",
            "todo": "Deploy the stack with BackstopEmail or BackstopPhone: what reaches nobody is "
            "told there.",
            "in_the_way": False,
        }
    ]


def test_a_change_that_keeps_nothing_from_anybody_has_no_warnings(editor: Client) -> None:
    put(editor, "users/frank", {})

    changed = editor.send("PATCH", "/api/v1/channels/here", body={"rate_per_minute": 7})

    assert "warnings" not in changed.json


def test_a_new_stack_would_page_nobody(anybody: Client) -> None:
    shown = anybody.with_key("config").get(REACHABILITY).data

    assert (shown["ok"], shown["severity"]) == (False, "critical")
    assert shown["problems"] == [
        {
            "code": "no_default_policy",
            "kind": "default",
            "name": "default",
            "field": "escalation_policy",
            "problem": NO_DEFAULT,
            "todo": "What no integration and no route sends elsewhere pages nobody: make the "
            "policy, or a route without conditions.",
            "in_the_way": True,
        }
    ]


def test_of_every_problem_it_is_said_what_to_do() -> None:
    assert TO_DO.keys() == set(GapCode)


def test_who_would_be_paged_is_shown_by_path_step_and_message(world: World, editor: Client) -> None:
    verified(world, "alice", email="alice@example.com", phone="+15550100")
    put(editor, "users/frank", {})
    put(editor, "escalation-policies/web", asking("alice", "frank"))
    put(editor, "routes/web", {"match": ['team="web"'], "escalation_policy": "web"})
    put(editor, "heartbeats/nightly", {"period": "1d", "escalation_policy": "default"})

    shown = editor.get(REACHABILITY).data

    assert [(it["kind"], it["name"], it["ok"]) for it in shown["paths"]] == [
        ("heartbeat", "nightly", True),
        ("route", "web", True),
        ("default", "default", True),
    ]
    sent = {"target": "user:alice", "schedule": None, "after": "0s", "ok": True, "problem": None}
    assert shown["paths"][1]["steps"] == [
        {
            "name": "step 1",
            "delay": "5m",
            "ok": True,
            "messages": [sent | {"by": "email"}, sent | {"by": "sms"}],
        },
        {
            "name": "step 2",
            "delay": "5m",
            "ok": False,
            "messages": [
                {
                    "target": "user:frank",
                    "schedule": None,
                    "by": None,
                    "after": "0s",
                    "ok": False,
                    "problem": "frank has no contact method",
                }
            ],
        },
    ]
    assert shown["ok"] is True
    assert [(it["code"], it["kind"], it["name"], it["field"]) for it in shown["problems"]] == [
        ("step_reaches_nobody", "escalation_policy", "web", "steps[1]"),
        ("no_contact_method", "user", "frank", "email"),
    ]


def test_another_severity_may_be_asked_for(world: World, editor: Client) -> None:
    verified(world, "alice", email="alice@example.com", phone="+15550100")
    put(editor, "escalation-policies/default", asking("alice"))
    put(editor, "heartbeats/nightly", {"period": "1d", "escalation_policy": "default"})

    warning = editor.get(REACHABILITY, severity="warning").data
    info = editor.get(REACHABILITY, severity="info").data
    refused = editor.get(REACHABILITY, severity="bad")

    [path] = warning["paths"]
    assert [it["by"] for it in path["steps"][0]["messages"]] == ["email"]
    assert (info["ok"], info["problems"], info["paths"][0]["steps"]) == (True, [], [])
    assert (refused.status, refused.wrong_fields) == (422, ["severity"])


def test_who_may_not_read_the_configuration_does_not_see_it(client: Client) -> None:
    assert client.get(REACHABILITY).code == "scope_missing"


def test_the_methods_of_a_verified_user_need_no_test(world: World, editor: Client) -> None:
    verified(world, "alice", slack_id="U1")
    put(editor, "channels/chat", {"type": "slack", "channel": "C1", "secret": "slack"})

    assert ContactMethod.SLACK in world.users.get("alice").value.verified
    assert warnings(put(editor, "users/alice", {"slack_id": "U1"})) == []
