"""Golden scenario 28: a policy is edited, replaced or deleted while alerts wait in it."""

from collections.abc import Mapping

from tests.stack.client import Client
from tests.stack.team import LONG, Team
from tests.stack.webhook_receiver import Hook

SOON = "12s"
"""Long enough to change the configuration, in a busy moment too."""


def step(hook: Hook, delay: str) -> Mapping[str, object]:
    return {"name": hook.name, "targets": [{"channel": hook.name}], "delay": delay}


def edit(api: Client, policy: str, *steps: Mapping[str, object]) -> None:
    api.put(f"/api/v1/escalation-policies/{policy}", {"steps": list(steps)}).expect(200)


def test_28_who_is_next_is_asked_although_the_step_before_was_removed(
    team: Team, api: Client
) -> None:
    first, second = team.hook(), team.hook()
    policy = team.policy(([first], SOON), ([second], LONG))
    team.opened(team.new_integration(escalation_policy=policy))
    first.told(1)

    edit(api, policy, step(second, LONG))

    second.told(1, seconds=40)


def test_28_a_step_that_was_appended_is_asked(team: Team, api: Client) -> None:
    first, second = team.hook(), team.hook()
    policy = team.policy(([first], SOON))
    team.opened(team.new_integration(escalation_policy=policy))
    first.told(1)

    edit(api, policy, step(first, SOON), step(second, LONG))

    second.told(1, seconds=40)


def test_28_a_step_that_was_put_in_front_is_asked_and_then_the_others(
    team: Team, api: Client
) -> None:
    first, second, third = team.hook(), team.hook(), team.hook()
    policy = team.policy(([first], SOON), ([second], LONG))
    team.opened(team.new_integration(escalation_policy=policy))
    first.told(1)

    edit(api, policy, step(third, "2s"), step(first, SOON), step(second, SOON))

    # What timers remember of the configuration may be half a minute old: then the third is asked
    # behind the second.
    for hook in (second, third):
        hook.told(1, seconds=60)


def test_28_a_policy_is_deleted_and_the_one_that_takes_over_begins_with_its_first_step(
    team: Team, api: Client
) -> None:
    first, second, third = team.hook(), team.hook(), team.hook()
    old = team.policy(([first], SOON), ([second], LONG))
    new = team.policy(([third], LONG), ([first], LONG))
    sender = team.new_integration(escalation_policy=old)
    alert_id = team.opened(sender)
    first.told(1)

    api.patch(f"/api/v1/integrations/{sender.name}", {"escalation_policy": new}).expect(200)
    gone = api.delete(f"/api/v1/escalation-policies/{old}").expect(200)

    assert gone.data == {"open_alerts": 1}
    third.told(1, seconds=60)
    assert second.received == []
    alert = api.get(f"/api/v1/alerts/{alert_id}").expect(200).data
    assert (alert["escalation_policy"], alert["current_escalation_step"]) == (new, "step-1")
