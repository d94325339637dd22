"""Words for who pressed a button: they go to Slack and nowhere else."""

import http.client
import json
from typing import Any

import pytest

from functions.actions import slack_reply
from functions.actions.slack_reply import tell_in_slack


class Connection:
    """Slack, as the last connection that was opened."""

    opened: "list[Connection]" = []  # noqa: RUF012 - emptied by each test's fixture
    fails = False

    def __init__(self, host: str, **_: object) -> None:
        self.host = host
        self.request_made: tuple[Any, ...] = ()
        self.is_closed = False
        Connection.opened.append(self)

    def request(self, *made: object) -> None:
        if Connection.fails:
            raise TimeoutError
        self.request_made = made

    def getresponse(self) -> "Connection":
        return self

    def read(self) -> bytes:
        return b"ok"

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Connection]:
    Connection.opened, Connection.fails = [], False
    monkeypatch.setattr(http.client, "HTTPSConnection", Connection)
    return Connection.opened


@pytest.mark.parametrize("host", sorted(slack_reply.HOSTS))
def test_words_are_shown_to_one_person_and_the_message_stays(
    host: str,
) -> None:
    tell_in_slack(f"https://{host}/actions/T1/1/abc", "bob has it")

    (connection,) = Connection.opened
    method, path, body, _ = connection.request_made
    assert (connection.host, method, path) == (host, "POST", "/actions/T1/1/abc")
    assert json.loads(body) == {
        "response_type": "ephemeral",
        "replace_original": False,
        "text": "bob has it",
    }
    assert connection.is_closed


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.slack.com/x",
        "https://evil.example/x",
        "https://hooks.slack.com.evil.example/x",
        "https://hooks.slack.com@evil.example/x",
        "https://evil.example#hooks.slack.com",
        "https://169.254.169.254/latest/meta-data",
        "https://hooks.slack.com:8443/x",
        "file:///etc/passwd",
        "https://[::1",
        "https://hooks.slack.com/é",
        "",
    ],
)
def test_nothing_is_sent_elsewhere(url: str) -> None:
    tell_in_slack(url, "bob has it")

    assert Connection.opened == []


def test_a_failed_connection_to_slack_is_closed_and_raises() -> None:
    Connection.fails = True

    with pytest.raises(TimeoutError):
        tell_in_slack("https://hooks.slack.com/x", "bob has it")

    assert Connection.opened[0].is_closed
