"""Everything else by Apprise: out into the world, never on this machine."""

import pytest

from functions.notifier.outbound import Outbound
from tests.functions.notifier.conftest import a_message, an_alert, claimed, parameters
from tests.scripted_server import ScriptedServer, reply
from tocsin.channels.apprise import LOCAL_PLUGINS, AppriseSender, defused
from tocsin.domain.people import Channel
from tocsin.usecases.refusals import DeliveryFailedError

pytestmark = pytest.mark.loopback

CHANNEL = Channel(name="rest", type="apprise", secret="/tocsin/apprise")


def send(secret: str, *, allow_private: bool = True) -> None:
    outbound = Outbound(allow_private=allow_private)
    AppriseSender(outbound, parameters(apprise=secret)).send(
        claimed(), an_alert(), a_message(), CHANNEL
    )


def failure_of(secret: str, *, allow_private: bool = True) -> DeliveryFailedError:
    with pytest.raises(DeliveryFailedError) as failed:
        send(secret, allow_private=allow_private)
    return failed.value


def url_of(server: ScriptedServer) -> str:
    return server.url.replace("http://", "json://") + "/hook"


def test_a_service_gets_title_and_body(server: ScriptedServer) -> None:
    send(url_of(server))

    [request] = server.requests
    body = request.json()
    assert body["title"] == "WARNING: Disk full on db-1"
    assert body["message"].splitlines()[:3] == [
        "says prod-prometheus",
        "Began just now (09:00 UTC).",
        "Nobody has it yet. Step 2 is called at 09:05 unless someone acknowledges.",
    ]
    assert "Acknowledge: https://tocsin.example.com/act/" in body["message"]
    assert body["message"].endswith("\n\n    93 % of 100 GB")
    assert body["type"] == "warning"


def test_each_url_gets_it(server: ScriptedServer) -> None:
    send(f"{url_of(server)}\n{url_of(server)}/two")

    assert len(server.requests) == 2


def test_a_service_that_fails_is_tried_again(
    server: ScriptedServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.plays(reply(500, b"a secret of theirs"))

    failed = failure_of(url_of(server))

    assert (failed.reason, failed.is_retryable) == ("the service did not take it", True)
    assert capsys.readouterr() == ("", "")


def test_no_redirect_is_followed(server: ScriptedServer) -> None:
    server.plays(reply(302, b"", {"Location": f"{server.url}/inside"}))

    failure_of(url_of(server))

    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "url",
    [
        *("syslog://", "syslog://localhost", "dbus://", "windows://", "macosx://", "gnome://"),
        *("glib://", "qt://", "kde://", "growl://localhost", "blink1://", "file:///etc/passwd"),
        *("nonsense", "unknown://x"),
    ],
)
def test_nothing_acts_on_this_machine(url: str) -> None:
    assert not failure_of(url).is_retryable


def test_apprise_services_that_act_on_this_machine_are_known_by_module() -> None:
    assert {"syslog", "dbus", "windows"} <= LOCAL_PLUGINS


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254"])
def test_a_service_inside_is_not_reached(server: ScriptedServer, host: str) -> None:
    port = server.url.rpartition(":")[2]

    failed = failure_of(f"json://{host}:{port}/", allow_private=False)

    assert failed.reason == "the secret /tocsin/apprise leads to an address that is not public"
    assert not server.requests


def test_an_empty_secret_is_named() -> None:
    assert failure_of(" ").reason == "the secret /tocsin/apprise holds no URL"


@pytest.mark.parametrize(
    "mention",
    [
        *("@everyone", "@here", "<!channel>", "<@U1>", "@room"),
        *("[Acknowledge](https://evil.example)", "<https://evil.example|Acknowledge>"),
    ],
)
def test_mentions_and_links_are_broken(mention: str) -> None:
    assert mention not in defused(f"wake up {mention}")
