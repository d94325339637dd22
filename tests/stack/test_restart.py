"""A local stack that is stopped and started again goes on where it was."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from local.stack.prerequisites import LocalStackError
from local.stack.start import Options, Stack, start
from tests.stack.client import Client, Sender, eventually
from tests.stack.clone import Clone
from tests.stack.shell import Shell

RESTART_SECONDS = 30
STORM = 30


def test_ctrl_c_keeps_what_happened_and_fresh_forgets_it(clone: Clone, shell: Shell) -> None:
    run = f"make run PORT={clone.port}"
    with clone.running(run) as first:
        send, show, *_ = first.curl_lines
        (opened,) = shell.curl(send.replace("Disk full", "Kept")).expect(202).data["results"]
    with pytest.raises(AssertionError, match="connect to"):
        shell.curl(show)

    with clone.running(run) as second:
        assert second.seconds < RESTART_SECONDS
        assert second.curl_lines == first.curl_lines
        assert opened["alert_id"] in {row["id"] for row in shell.curl(show).expect(200).data}
        again = shell.curl(send.replace("Disk full", "Kept")).expect(202)
        assert again.data["results"] == [{**opened, "outcome": "updated"}]

    with clone.running(f"{run} FRESH=1") as third:
        assert shell.curl(show).expect(401).error_code == "unauthorized"
        assert shell.curl(send).expect(404).error_code == "integration_not_found"
        assert shell.curl(third.curl_lines[1]).expect(200).data == []


@dataclass(frozen=True)
class Restarted:
    before: Stack
    stack: Stack
    alert_ids: list[str]

    def types_of(self, alert_id: str) -> list[str]:
        return Client(self.stack.url, self.stack.api_key).story(alert_id)


@pytest.fixture(scope="module")
def restarted(
    tmp_path_factory: pytest.TempPathFactory,
    aws_environment: None,  # noqa: ARG001  # no real AWS
) -> Iterator[Restarted]:
    """Stopped in the middle of a storm, started on other ports."""
    state = tmp_path_factory.mktemp("restarted")
    with start(Options(state=state)) as before:
        sender = sender_of(before)
        alert_ids = [sender.send(name=f"Disk {number}")["alert_id"] for number in range(STORM)]
    with start(Options(state=state)) as stack:
        yield Restarted(before, stack, alert_ids)


def sender_of(stack: Stack) -> Sender:
    return Sender(Client(stack.url, None), stack.integrations["example-rest"].url)


def test_keys_and_urls_stay(restarted: Restarted) -> None:
    assert restarted.stack.api_key == restarted.before.api_key
    assert sender_of(restarted.stack).path == sender_of(restarted.before).path


def test_every_change_before_the_stop_was_followed(restarted: Restarted) -> None:
    stories = [restarted.types_of(alert_id) for alert_id in restarted.alert_ids]

    assert stories == [["fired"]] * STORM


def test_alerts_go_on_and_what_happens_by_itself_still_does(restarted: Restarted) -> None:
    last = restarted.alert_ids[-1]
    api = Client(restarted.stack.url, restarted.stack.api_key)

    assert sender_of(restarted.stack).send(name=f"Disk {STORM - 1}")["alert_id"] == last
    api.post(f"/api/v1/alerts/{last}/snooze", {"duration": "2s"}).expect(200)

    # By way of the stream and its mapping, the queue and its mapping, and the functions behind.
    story = ["fired", "snoozed", "woken"]
    eventually(lambda: restarted.types_of(last), lambda types: types == story)


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
