"""A team's file is deployed with its stack: as a whole, or not at all."""

from datetime import UTC, datetime
from typing import Any

import pytest

from local.stack.prerequisites import LocalStackError
from tests.stack.client import eventually
from tests.stack.filed_team import FAILING, FiledTeam
from tocsin_cli.template import read_team

BAD = """\
team: payments
user: []
users:
  - name: alice
    email: nowhere
  - name: alice
channels:
  - {name: hook, type: webhok, url: "https://hooks.example.com"}
  - {name: chat, type: slack, channel: "#oncall", secret: xoxb-123456789012}
integrations:
  - {name: Events, type: events}
schedules:
  - name: primary
    time_zone: Europe/Pari
    layers:
      - {rotation: weekly, handoff: mon 09:00, start: 2026-01-05, users: [carol]}
escalation_policies:
  - name: default
    steps:
      - {name: first, targets: [{channel: gone}], delay: 5 minutes}
heartbeats:
  - {name: backup, period: 24h, cron: 0 2 * * *}
"""
MISTAKES = {
    2: "user",
    5: "users[0].email",
    6: "users[1]",
    8: "channels[0].type",
    9: "channels[1].secret",
    11: "integrations[0].name",
    14: "schedules[0].time_zone",
    16: "schedules[0].layers[0].users[0]",
    20: "escalation_policies[0].steps[0].targets[0]",
    22: "heartbeats[0]",
}
"""By line."""


def file_of(payments: FiledTeam, channel: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - as files have it
    """One integration, whose alerts page one channel."""
    return {
        "channels": [payments.channel(channel)],
        "escalation_policies": [
            {
                "name": "default",
                "steps": [{"name": "first", "targets": [{"channel": channel}], "delay": "1h"}],
            }
        ],
        "integrations": [{"name": "app", "type": "rest", "escalation_policy": "default"}],
        **more,
    }


@pytest.fixture(scope="module")
def filed(payments: FiledTeam) -> FiledTeam:
    """With its first file."""
    payments.deploy(**file_of(payments, "first-hook"))
    return payments


def state(filed: FiledTeam) -> dict[str, Any]:
    """All of the configuration, as the API shows it."""
    kinds = ("users", "channels", "escalation-policies", "integrations", "routes")
    return {kind: filed.api.rows(f"/api/v1/{kind}?limit=200") for kind in kinds}


def paged(filed: FiledTeam, name: str) -> str:
    """The hook that a new critical alert pages."""
    sent = filed.sender("app").send(name=name, severity="critical")
    alert_id = sent["alert_id"]

    def told() -> list[str]:
        return [
            hook_name
            for hook_name, hook in filed.hooks.items()
            if any(page.alert_id == alert_id for page in hook.pages)
        ]

    (found,) = eventually(told, bool)
    return found


def test_the_file_decides_who_is_paged(filed: FiledTeam) -> None:
    assert paged(filed, "before") == "first-hook"


def test_a_start_with_a_file_shows_its_urls(payments: FiledTeam) -> None:
    url = payments.running.integrations["started"].url

    assert url.startswith(f"{payments.url}/i/")
    assert payments.secret("integrations/started") == url


def test_a_changed_file_changes_who_is_paged(filed: FiledTeam) -> None:
    filed.deploy(**file_of(filed, "second-hook"))

    assert paged(filed, "after") == "second-hook"
    assert filed.api.get("/api/v1/channels/first-hook").status == 404


def test_the_same_file_again_changes_nothing(filed: FiledTeam) -> None:
    before, outputs = state(filed), filed.outputs()
    stack_id = filed.running.aws.client("cloudformation").describe_stack_events(
        StackName=filed.stack_name
    )["StackEvents"][0]["EventId"]

    filed.deploy(**file_of(filed, "second-hook"))

    assert (state(filed), filed.outputs()) == (before, outputs)
    newest = filed.running.aws.client("cloudformation").describe_stack_events(
        StackName=filed.stack_name
    )["StackEvents"][0]["EventId"]
    assert newest == stack_id


def test_what_the_file_manages_is_not_changed_by_the_api(filed: FiledTeam) -> None:
    answer = filed.api.patch("/api/v1/integrations/app", {"paused": True})

    assert (answer.status, answer.error_code) == (409, "managed_elsewhere")
    assert filed.api.get("/api/v1/integrations/app").data["managed_by"] == "team file"


def test_a_file_with_ten_mistakes_rolls_back_with_all_their_lines_and_changes_nothing(
    filed: FiledTeam,
) -> None:
    before = state(filed)

    with pytest.raises(LocalStackError):
        filed.deploy_unchecked(BAD)

    reason = filed.reasons()[0]
    assert {line: path for line, path in MISTAKES.items() if f"line {line}: {path}" in reason} == (
        MISTAKES
    )
    assert filed.status() == "UPDATE_ROLLBACK_COMPLETE"
    assert state(filed) == before


def test_a_rollback_restores_the_file_before(filed: FiledTeam) -> None:
    before, url = state(filed), filed.secret("integrations/app")
    path = filed.write('{"team": "payments", "users": [{"name": "zoe"}]}')
    file = read_team(path, at=datetime.now(UTC), allows_private=True)

    with pytest.raises(LocalStackError):
        filed.deploy_file(file, beside=FAILING)

    assert filed.status() == "UPDATE_ROLLBACK_COMPLETE"
    assert as_now(state(filed)) == as_now(before)
    assert filed.secret("integrations/app") == url
    assert paged(filed, "restored") == "second-hook"


def as_now(state: dict[str, Any]) -> dict[str, Any]:
    """Without the time of creation: what was removed for a moment is made anew."""
    return {
        kind: [{name: it for name, it in row.items() if name != "created_at"} for row in rows]
        for kind, rows in state.items()
    }
