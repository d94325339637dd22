"""`tocsin awake`, `integrations`, `send` and `try`."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from mypy_boto3_dynamodb.service_resource import Table

from tests.cli.conftest import Tocsin
from tests.cli.served_stack import Served, served
from tests.fakes.world import World
from tests.functions.whole_stack import ADMIN_KEY, WholeStack, whole_stack
from tests.scripted_server import ScriptedServer, reply
from tocsin_cli.exit_codes import ExitCode

pytestmark = pytest.mark.loopback


@pytest.mark.usefixtures("stack")
def test_awake_says_until_when_and_who(world: World, tocsin: Tocsin) -> None:
    world.user("alice")

    said = tocsin("awake", "--for", "2h", "--scope", "team")
    who = tocsin("awake", "--who")
    off = tocsin("awake", "--off")

    assert said.out == "alice is awake for all alerts, until Sun 1 Mar 11:00 UTC.\n"
    assert who.lines[1].split()[:2] == ["alice", "team"]
    assert off.out == "alice is not awake: pages come one by one, and steps go on.\n"
    assert tocsin("awake", "--who").out == "Nobody said so.\n"


@pytest.mark.usefixtures("stack")
def test_a_refusal_names_the_field(world: World, tocsin: Tocsin) -> None:
    world.user("alice")

    done = tocsin("awake", "--for", "3d")

    assert done.code == ExitCode.FAILED
    assert "\n  for: " in done.err


@pytest.fixture
def whole(
    table: Table,  # noqa: ARG001 - the stack's
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[WholeStack]:
    """The functions that answer requests, over one table."""
    with whole_stack() as stack:
        stack.custom_resource("create")
        stack.custom_resource("create_link_key")

        def work(method: str, target: str, body: bytes | None, headers: object) -> Served:
            assert isinstance(headers, dict)
            path = target.partition("?")[0]
            takes = path.startswith("/i/") or path.endswith("/try")
            answers = stack.send if takes else stack.api
            answer = answers(method, target, body, **headers)
            return Served(answer.status, answer.body)

        with served(work) as url:
            monkeypatch.setenv("TOCSIN_URL", url)
            monkeypatch.setenv("TOCSIN_API_KEY", stack.secret(ADMIN_KEY))
            yield stack


def integration(whole: WholeStack, monkeypatch: pytest.MonkeyPatch, kind: str = "rest") -> None:
    url = whole.api("PUT", "/api/v1/integrations/backups", {"type": kind}).data["url"]
    path = url.removeprefix("https://tocsin.example.com")
    monkeypatch.setenv("TOCSIN_INTEGRATION_URL", f"{os.environ['TOCSIN_URL']}{path}")


def test_an_alert_is_sent_and_then_listed(
    whole: WholeStack, tocsin: Tocsin, monkeypatch: pytest.MonkeyPatch
) -> None:
    integration(whole, monkeypatch)

    sent = tocsin(
        *("send", "--name", "Disk full", "--severity", "critical"),
        *("--object", "db-1", "--label", "env=prod"),
    )
    listed = json.loads(tocsin("alerts", "list", "-o", "json").out)

    assert sent.code == 0, sent.err
    assert sent.lines[1].split()[:3] == ["opened", "critical", listed[0]["id"]]
    assert (listed[0]["object"], listed[0]["labels"]) == ("db-1", {"env": "prod"})


def test_trying_changes_nothing_and_says_who_would_be_paged(
    whole: WholeStack, tocsin: Tocsin, monkeypatch: pytest.MonkeyPatch
) -> None:
    integration(whole, monkeypatch)
    whole.api("PUT", "/api/v1/users/alice", {"email": "alice@example.com"})
    step = {"name": "first", "targets": [{"user": "alice"}], "delay": "5m"}
    whole.api("PUT", "/api/v1/escalation-policies/default", {"steps": [step]})

    tried = tocsin("try", "backups", "--name", "Disk full", "--severity", "urgent")

    assert tried.code == 0, tried.err
    assert tried.lines[0] == "opened  Disk full"
    (page,) = [it for it in tried.lines if " alice " in it]
    assert page.split()[0] == "now"
    assert page.split()[6:9] == ["alice", "email", "first"]
    assert tocsin("alerts", "list").out == "No alerts.\n"


def test_a_file_is_sent_as_it_is(
    whole: WholeStack, tocsin: Tocsin, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    integration(whole, monkeypatch, "alertmanager")
    body = {
        "version": "4",
        "alerts": [{"status": "firing", "labels": {"alertname": "Down", "severity": "page"}}],
    }
    (tmp_path / "body.json").write_text(json.dumps(body))

    sent = tocsin("send", "--file", str(tmp_path / "body.json"))

    assert sent.code == 0, sent.err
    assert "opened" in sent.out


def test_what_was_not_taken_in_fails(
    whole: WholeStack, tocsin: Tocsin, monkeypatch: pytest.MonkeyPatch
) -> None:
    integration(whole, monkeypatch)

    refused = tocsin("send", "--text", "nothing more")

    assert refused.code == ExitCode.FAILED
    assert "name" in refused.err


def test_integrations_are_listed_and_shown_without_their_urls(
    whole: WholeStack, tocsin: Tocsin, monkeypatch: pytest.MonkeyPatch
) -> None:
    integration(whole, monkeypatch)

    listed = tocsin("integrations", "list")
    shown = tocsin("integrations", "show", "backups")

    assert listed.lines[1].split()[:2] == ["backups", "rest"]
    assert ["resolve", "after", "0"] in [line.split() for line in shown.lines]
    assert tocsin("integrations", "show", "nothing").code == ExitCode.FAILED


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--name", "x"], "name an integration"),
        (["http://127.0.0.1:1/i/t"], "say what to send"),
        (["http://127.0.0.1:1/i/t", "--file", "x", "--name", "y"], "--file is the whole body"),
        (["http://127.0.0.1:1/i/t", "--file", "/nowhere"], "cannot be read"),
        (["http://127.0.0.1:1/i/t", "--file", "-", "--header", "Host: x"], "cannot be set"),
        (["http://127.0.0.1:1/i/t", "--name", "y", "--label", "x"], "is no NAME=VALUE"),
    ],
)
def test_sending_needs_an_address_and_a_body(
    arguments: list[str], says: str, tocsin: Tocsin
) -> None:
    done = tocsin("send", *arguments)

    assert done.code == ExitCode.WRONG_USAGE
    assert says in done.err


def test_sending_shows_no_token_when_nobody_answers(
    tocsin: Tocsin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin_cli.api.time.sleep", lambda _: None)

    done = tocsin("send", "http://127.0.0.1:1/i/5a5e0000", "--name", "Disk full")

    assert done.code == ExitCode.UNREACHABLE
    assert "5a5e0000" not in done.err


def test_a_sender_has_no_api_key_with_it(tocsin: Tocsin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_API_KEY", "tocsin_secret")
    with ScriptedServer().running() as server:
        server.plays(reply(202, {"data": {"results": []}}))

        assert tocsin("send", f"{server.url}/i/t", "--name", "Disk full").code == 0

        assert "authorization" not in server.requests[0].headers


def test_the_integrations_of_the_local_stack_are_known_by_name(
    own_home: Path, tocsin: Tocsin
) -> None:
    with ScriptedServer().running() as server:
        server.plays(reply(202, {"data": {"results": []}}))
        (own_home / ".local").mkdir()
        written = {
            "url": server.url,
            "api_key": "local",
            "integrations": {"example-rest": {"url": f"{server.url}/i/t"}},
        }
        (own_home / ".local/stack.json").write_text(json.dumps(written))

        assert tocsin("send", "example-rest", "--name", "Disk full").code == 0
        unknown = tocsin("send", "nothing", "--name", "Disk full")

        assert [it.line for it in server.requests] == ["POST /i/t HTTP/1.1"]
    assert unknown.code == ExitCode.NOT_CONFIGURED
    assert "The local stack has: example-rest." in unknown.err
