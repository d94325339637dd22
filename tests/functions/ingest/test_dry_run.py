"""What a body would do, tried out: everything is said, and nothing is done."""

import copy
import json
from datetime import time, timedelta
from typing import Any

import pytest

from tests.examples import MINUTE, NINE
from tests.functions.ingest.gateway import SECRET, Gateway, Reply
from tests.wire import sample
from tocsin.domain.alert_json import written
from tocsin.domain.credential import Scope
from tocsin.domain.escalation import EscalationPolicy, Step, Target, TargetKind
from tocsin.domain.hours import Hours
from tocsin.domain.intake_checks import IntakeChecks, Signature
from tocsin.domain.integration import IntegrationType
from tocsin.domain.matcher import Matcher
from tocsin.domain.notification import DeliveryState
from tocsin.domain.people import ContactMethod, NotificationRule, User
from tocsin.domain.routing import Route
from tocsin.domain.severity import Severity

PATH = "/api/v1/integrations/prod/try"
DISK = {"name": "Disk full", "severity": "critical", "source": "backup", "object": "db-1"}
FIVE_MINUTES = timedelta(minutes=5)


@pytest.fixture
def gateway(gateway: Gateway) -> Gateway:
    """A key may look."""
    gateway.give_key(Scope.CONFIG_READ)
    return gateway


@pytest.fixture
def tried(rest: Gateway) -> Gateway:
    """There are people who would be paged."""
    world = rest.world
    for name in ("alice", "bob"):
        world.keep(world.users, User(name=name, email=f"{name}@example.com"))
    steps = (
        Step(name="first", targets=(Target(TargetKind.USER, "alice"),), delay=FIVE_MINUTES),
        Step(name="second", targets=(Target(TargetKind.USER, "bob"),), delay=FIVE_MINUTES),
    )
    world.keep(world.policies, EscalationPolicy(name="default", steps=steps))
    world.keep(
        world.policies,
        EscalationPolicy(
            name="data", steps=steps[1:], repeat=1, severities=frozenset((Severity.CRITICAL,))
        ),
    )
    return rest


def try_out(gateway: Gateway, body: object, **more: Any) -> Reply:  # noqa: ANN401 - see post
    headers = {"authorization": f"Bearer {SECRET}", **more.pop("headers", {})}
    stored = copy.deepcopy(gateway.alerts())
    before = (stored, copy.deepcopy(gateway.integrations.list()))

    reply = gateway.post(body, path=more.pop("path", PATH), headers=headers, **more)

    assert (gateway.alerts(), gateway.integrations.list()) == before, "nothing may change"
    return reply


def test_the_dry_run_of_a_new_alert_names_all_people_who_would_be_paged(tried: Gateway) -> None:
    reply = try_out(tried, DISK)

    assert reply.status == 200
    result = reply.result
    assert (result["outcome"], result["alert_id"]) == ("opened", None)
    assert result["dedup_key"] == "Disk full/backup/db-1"
    assert (result["route"], result["escalation_policy"]) == (None, "default")
    assert result["signal"]["severity"] == "critical"
    assert [(page["at"], page["target"]) for page in result["pages"]] == [
        ("2026-03-01T09:00:00.000Z", "user:alice"),
        ("2026-03-01T09:05:00.000Z", "user:bob"),
    ]
    assert result["next_action"] == {
        "kind": "escalate",
        "at": "2026-03-01T09:05:00.000Z",
        "why": "step 2 of default if nobody acknowledges",
    }


def test_the_dry_run_of_a_body_says_what_sending_it_does(tried: Gateway) -> None:
    told = try_out(tried, DISK).result

    done = tried.post(DISK)

    for name in ("outcome", "dedup_key"):
        assert told[name] == done.result[name]
    alert = tried.alert(done)
    assert alert.escalation.policy == told["escalation_policy"]
    assert alert.escalation.step_name == told["pages"][0]["step_name"]


def test_a_route_that_decides_is_named(tried: Gateway) -> None:
    tried.world.keep(
        tried.world.routes,
        Route(name="backups", match=(Matcher.parse('source="backup"'),), escalation_policy="data"),
    )

    result = try_out(tried, DISK).result

    assert (result["route"], result["escalation_policy"]) == ("backups", "data")
    assert [page["loop"] for page in result["pages"]] == [1, 2]


def test_what_a_route_sets_is_shown(tried: Gateway) -> None:
    route = Route(
        name="backups",
        match=(Matcher.parse('source="backup"'),),
        escalation_policy="default",
        severity=Severity.WARNING,
        hold=timedelta(minutes=2),
    )
    tried.world.keep(tried.world.routes, route)

    result = try_out(tried, DISK).result

    assert (result["route"], result["severity"]) == ("backups", "warning")
    assert result["signal"]["severity"] == "critical"
    assert result["next_action"]["why"] == (
        "its first page waits until 09:02 UTC: route backups holds it; step 1 then"
    )
    assert result["pages"][0]["at"] == "2026-03-01T09:02:00.000Z"


def test_pages_that_wait_for_the_hours_of_a_route_are_promised_for_these(tried: Gateway) -> None:
    """The clock of the first step stands still from 10:03 on."""
    only = (Hours(begins=time(10), ends=time(10, 3)),)
    route = Route(name="backups", match=(), escalation_policy="default", only=only)
    tried.world.keep(tried.world.routes, route)

    result = try_out(tried, DISK).result

    assert result["next_action"]["why"] == "waits for 10:00 UTC (route backups); then step 1"
    assert [(page["target"], page["at"]) for page in result["pages"]] == [
        ("user:alice", "2026-03-01T10:00:00.000Z"),
        ("user:bob", "2026-03-02T10:02:00.000Z"),
    ]


def test_an_open_alert_is_named(tried: Gateway) -> None:
    opened = tried.post(DISK)

    repeat, over = try_out(tried, DISK), try_out(tried, {**DISK, "severity": "ok"})

    assert (repeat.result["outcome"], over.result["outcome"]) == ("updated", "resolved")
    assert {repeat.result["alert_id"], over.result["alert_id"]} == {opened.result["alert_id"]}
    assert [page["target"] for page in repeat.result["pages"]] == ["user:bob"]
    assert over.result["pages"] == []


def test_a_dry_run_names_people_whom_no_channel_reaches(tried: Gateway) -> None:
    tried.world.keep(
        tried.world.users, User(name="alice", notify=(NotificationRule(by=ContactMethod.SMS),))
    )

    page = try_out(tried, DISK).result["pages"][0]

    assert (page["target"], page["problem"]) == ("user:alice", "alice has no address for SMS")


def test_a_message_that_a_rule_delays_is_promised_once_as_it_is_sent_once(rest: Gateway) -> None:
    world = rest.world
    rules = (
        NotificationRule(after=timedelta(), by=ContactMethod.SMS),
        NotificationRule(after=3 * MINUTE, by=ContactMethod.EMAIL),
    )
    carol = User(name="carol", email="carol@example.com", phone="+15550100", notify=rules)
    world.keep(world.users, carol)
    asked = (Target(TargetKind.USER, "carol"),)
    steps = tuple(Step(name=name, targets=asked, delay=2 * MINUTE) for name in ("first", "second"))
    world.keep(world.policies, EscalationPolicy(name="default", steps=steps, repeat=2))

    [promised] = try_out(rest, DISK).json["data"]["results"]
    alert = rest.alert(rest.post(DISK))
    world.follow()
    world.pass_time(hours=1)

    said = [(it["at"], it["channel"], it["step"], it["loop"]) for it in promised["pages"]]
    ledger = world.notifications.of_alert(alert.alert_id)
    sent = [it.delivery for it in ledger if it.state is DeliveryState.SENT]
    assert len(sent) == len(ledger) == 7
    assert sorted(said) == sorted((written(it.due_at), it.channel, it.step, it.loop) for it in sent)


def test_an_open_alert_is_not_promised_what_was_planned_before(rest: Gateway) -> None:
    world = rest.world
    later = (NotificationRule(after=3 * MINUTE, by=ContactMethod.EMAIL),)
    world.keep(world.users, User(name="carol", email="carol@example.com", notify=later))
    asked = (Target(TargetKind.USER, "carol"),)
    steps = tuple(Step(name=name, targets=asked, delay=5 * MINUTE) for name in ("first", "second"))
    world.keep(world.policies, EscalationPolicy(name="default", steps=steps))
    [new] = try_out(rest, DISK).json["data"]["results"]
    rest.post(DISK)
    world.follow()
    world.pass_time(minutes=4)

    [again] = try_out(rest, DISK).json["data"]["results"]

    assert [it["channel"] for it in new["pages"]] == ["email+3m"]
    assert again["pages"] == []


def test_without_a_policy_no_page_is_planned(rest: Gateway) -> None:
    result = try_out(rest, DISK).result

    assert (result["escalation_policy"], result["pages"]) == (None, [])
    assert result["next_action"]["why"] == "reached nobody: no escalation policy pages for it"


def test_the_senders_own_headers_count(github: Gateway) -> None:
    run = sample("github/workflow_run-failure").body

    push = try_out(github, run, headers={"x-github-event": "push"})
    fired = try_out(github, run, headers={"x-github-event": "workflow_run"})

    assert (push.result["outcome"], fired.result["outcome"]) == ("ignored", "opened")
    assert push.result["reason"] == "an event push"


def test_what_a_sender_has_to_prove_is_not_asked_for(gateway: Gateway) -> None:
    checks = IntakeChecks(signature=Signature(header="x-signature", secret="a secret of theirs"))
    gateway.register(IntegrationType.SNS, checks=checks)

    result = try_out(gateway, sample("sns/cloudwatch-alarm").body).result

    assert (result["outcome"], result["signal"]["name"]) == ("opened", "cpu-high-i-0123456789")


def test_a_mapping_is_tried_like_any_other(gateway: Gateway) -> None:
    gateway.register(IntegrationType.GENERIC, mapping={"name": "job", "dedup_key": "job"})

    assert try_out(gateway, {"job": "backup"}).result["dedup_key"] == "backup"
    assert try_out(gateway, {"task": "x"}).wrong_fields == ["mapping.name"]


def test_a_paused_integration_would_ignore_it(tried: Gateway) -> None:
    tried.register_again(paused=True)

    result = try_out(tried, DISK).result

    assert (result["outcome"], result["reason"]) == ("ignored", "the integration is paused")


def test_each_entry_of_a_batch_is_told(tried: Gateway) -> None:
    reply = try_out(tried, [DISK, {}, {**DISK, "name": "CPU"}])

    assert reply.outcomes == ["opened", "rejected", "opened"]


def test_of_a_long_list_the_first_hundred_are_tried_out(tried: Gateway) -> None:
    reply = try_out(tried, [{"name": f"Disk {number}"} for number in range(1_000)])

    assert (reply.status, len(reply.results)) == (200, 100)
    assert reply.json["data"]["left_out"] == 900


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), ({}, 422), (b" " * 1_100_000, 413)])
def test_what_the_sender_would_be_refused_for_is_refused(
    tried: Gateway, body: object, status: int
) -> None:
    assert try_out(tried, body).status == status


def test_only_a_key_that_may_read_the_configuration_may_try(tried: Gateway) -> None:
    tried.give_key(Scope.EVENTS, secret="tocsin_another-key")

    replies = [
        tried.post(DISK, path=PATH),
        tried.post(DISK, path=PATH, headers={"authorization": "Bearer tocsin_nobody"}),
        tried.post(DISK, path=PATH, headers={"authorization": "Bearer tocsin_another-key"}),
    ]

    assert [reply.status for reply in replies] == [401, 401, 403]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/v1/integrations/unknown/try", "integration_not_found"),
        ("/api/v1/integrations/prod", "not_found"),
        ("/api/v1/integrations/prod/try/more", "not_found"),
    ],
)
def test_there_is_nothing_else_to_try(tried: Gateway, path: str, code: str) -> None:
    reply = try_out(tried, DISK, path=path)

    assert (reply.status, reply.code) == (404, code)


def test_trying_is_posting(tried: Gateway) -> None:
    reply = try_out(tried, DISK, method="GET")

    assert (reply.status, reply.headers["allow"]) == (405, "POST")


def test_the_log_says_what_was_done_and_not_what_was_sent(
    tried: Gateway, capsys: pytest.CaptureFixture[str]
) -> None:
    try_out(tried, DISK)

    (line,) = [json.loads(it) for it in capsys.readouterr().out.splitlines() if "message" in it]
    assert (line["message"], line["integration"]) == ("Body tried out", "prod")
    assert tried.world.now == NINE
