"""A local stack that is stopped and started again goes on where it was."""

import json
from pathlib import Path

import pytest

from local.checks import LocalStackError
from local.stack import Options, Stack, start
from tests.stack.client import Client, Sender, eventually


def sender_of(stack: Stack) -> Sender:
    return Sender(Client(stack.url, None), stack.integrations["example-rest"].url)


def types_of(stack: Stack, alert_id: str) -> list[str]:
    timeline = Client(stack.url, stack.api_key).timeline(alert_id)
    return [entry["type"] for entry in timeline]


@pytest.mark.usefixtures("aws_environment")
def test_a_restart_on_other_ports_keeps_alerts_urls_and_all_that_happens_by_itself(
    tmp_path: Path,
) -> None:
    with start(Options(state=tmp_path)) as stack:
        alert_id = sender_of(stack).send(name="Disk full")["alert_id"]
        eventually(lambda: types_of(stack, alert_id), lambda types: types == ["fired"])
        before = stack

    with start(Options(state=tmp_path)) as stack:
        assert stack.api_key == before.api_key
        assert sender_of(stack).path == sender_of(before).path
        assert sender_of(stack).send(name="Disk full")["alert_id"] == alert_id
        api = Client(stack.url, stack.api_key)
        api.post(f"/api/v1/alerts/{alert_id}/snooze", {"duration": "2s"}).expect(200)

        # The stream's mapping, the queue and its mapping, and the functions behind them.
        story = ["fired", "snoozed", "woken"]
        eventually(lambda: types_of(stack, alert_id), lambda types: types == story)


@pytest.mark.usefixtures("aws_environment")
def test_a_stop_in_the_middle_of_a_storm_lets_every_change_be_followed(tmp_path: Path) -> None:
    with start(Options(state=tmp_path)) as stack:
        sender = sender_of(stack)
        alert_ids = [sender.send(name=f"Disk {number} full")["alert_id"] for number in range(50)]

    with start(Options(state=tmp_path)) as stack:
        stories = [types_of(stack, alert_id) for alert_id in alert_ids]
        assert stories == [["fired"]] * 50


def test_the_ready_file_says_how_to_use_the_stack(stack: Stack) -> None:
    ready = json.loads(stack.places.ready.read_text())

    assert ready["url"] == stack.url
    assert ready["api_key"] == stack.api_key
    assert ready["integrations"]["example-rest"] == {
        "type": "rest",
        "url": stack.integrations["example-rest"].url,
    }


def test_one_state_is_for_one_stack_at_a_time(stack: Stack) -> None:
    with pytest.raises(LocalStackError, match="already runs"):
        start(Options(state=stack.places.kept))
