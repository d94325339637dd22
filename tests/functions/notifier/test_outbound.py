"""Requests go to the open internet and nowhere else, however the address is disguised."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from functions.notifier.outbound import Outbound, is_public
from tests.certificates import certificate_for
from tests.scripted_server import ScriptedServer, cut_after, reply
from tocsin.usecases.refusals import DeliveryFailedError

pytestmark = pytest.mark.loopback

INSIDE = [
    *("127.0.0.1", "127.0.0.2", "127.255.255.254", "0.0.0.0", "0.1.2.3"),  # noqa: S104 - where it must not go
    *("10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1"),
    *("169.254.169.254", "169.254.170.2", "169.254.170.23", "169.254.0.1"),
    *("100.64.0.1", "100.100.100.200", "100.127.255.255"),
    *("192.0.0.1", "192.0.0.170", "192.0.2.1", "198.51.100.1", "203.0.113.1"),
    *("198.18.0.1", "198.19.255.255", "192.88.99.1"),
    *("224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
    *("::1", "::", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:8.8.8.8"),
    *("64:ff9b::7f00:1", "64:ff9b::8.8.8.8", "64:ff9b:1::a9fe:a9fe"),
    *("fe80::1", "fe80::1%1", "febf::1", "fec0::1", "fc00::1", "fd00:ec2::254", "fdff::1"),
    *("ff02::1", "ff0e::1", "100::1", "2001::1", "2001:0:7f00:1::", "2001:db8::1"),
    *("2002:7f00:1::1", "2002:a9fe:a9fe::1", "3fff::1", "5f00::1", "4000::1", "no address"),
]
OUTSIDE = ["8.8.8.8", "1.1.1.1", "52.95.110.1", "100.128.0.1", "172.32.0.1", "192.169.0.1"]
OUTSIDE_6 = ["2606:4700:4700::1111", "2a00:1450:4001:800::200e"]

NAMES_OF_THIS_MACHINE = [
    *("127.0.0.1", "127.1", "127.0.1", "0", "0.0.0.0", "2130706433", "0x7f000001"),  # noqa: S104 - likewise
    *("0x7f.1", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.0.0.1.", "localhost"),
    *("LOCALHOST", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]"),
]
BAD_URLS = [
    "",
    "hook",
    "//example.com/hook",
    "https://",
    "https:///hook",
    "https://?hook",
    "http://example.com/hook",
    "ftp://example.com/hook",
    "file:///etc/passwd",
    "gopher://example.com/",
    "javascript:alert(1)",
    "data:text/plain,x",
    "unix:///var/run/docker.sock",
    "https://user@example.com/",
    "https://user:password@example.com/",
    "https://example.com@127.0.0.1/",
    "https://:@example.com/",
    "https://example.com:0/",
    "https://example.com:65536/",
    "https://example.com:-1/",
    "https://example.com:443x/",
    "https://example.com\\@127.0.0.1/",
    "https://example.com/\r\nHost: 127.0.0.1",
    "https://example.com/ HTTP/1.1",
    "https://exam\tple.com/",
    "https://example.com/\0",
    "https://ex\u00e4mple.com/",
    "https://\uff11\uff12\uff17.0.0.1/",
    "https://127\u30020\u30020\u30021/",
    "https://[::1/",
    "https://[fe80::1%25eth0]:443]/",
    "https://example.com/" + "x" * 3000,
]


@pytest.fixture
def canary() -> Iterator[socket.socket]:
    """Listens where nobody may come."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        yield listener


def has_been_met(canary: socket.socket) -> bool:
    try:
        canary.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def resolving(*addresses: str) -> Callable[[str, int], Sequence[str]]:
    return lambda _name, _port: addresses


def refused(outbound: Outbound, url: str) -> DeliveryFailedError:
    with pytest.raises(DeliveryFailedError) as failed:
        outbound.post(url, {}, b"{}")
    return failed.value


@pytest.mark.parametrize("address", INSIDE)
def test_private_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE + OUTSIDE_6)
def test_internet_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_not_followed(canary: socket.socket, address: str) -> None:
    port = canary.getsockname()[1]

    failed = refused(Outbound(resolve=resolving(address)), f"https://hooks.example.com:{port}/")

    assert not failed.is_retryable
    assert not has_been_met(canary)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.0.0.1"])
def test_one_address_inside_among_others_is_enough(canary: socket.socket, address: str) -> None:
    port = canary.getsockname()[1]
    outbound = Outbound(resolve=resolving("8.8.8.8", address))

    assert not refused(outbound, f"https://hooks.example.com:{port}/").is_retryable
    assert not has_been_met(canary)


@pytest.mark.parametrize("name", NAMES_OF_THIS_MACHINE)
def test_this_machine_is_not_reached_under_any_name(canary: socket.socket, name: str) -> None:
    port = canary.getsockname()[1]

    refused(Outbound(), f"https://{name}:{port}/hook")

    assert not has_been_met(canary)


@pytest.mark.parametrize("url", BAD_URLS)
def test_a_url_that_is_not_plain_https_is_not_looked_up(url: str) -> None:
    asked: list[str] = []

    def resolve(name: str, _port: int) -> Sequence[str]:
        asked.append(name)
        return ["8.8.8.8"]

    failed = refused(Outbound(resolve=resolve), url)

    assert not failed.is_retryable
    assert failed.reason.startswith("not sent: ")
    assert not asked


def test_a_host_name_is_looked_up_once_so_that_dns_rebinding_has_no_effect(
    canary: socket.socket,
) -> None:
    port = canary.getsockname()[1]
    answers = [["203.0.113.1"], ["127.0.0.1"]]

    refused(
        Outbound(resolve=lambda _name, _port: answers.pop(0)), f"https://hooks.example.com:{port}/"
    )

    assert answers == [["127.0.0.1"]]
    assert not has_been_met(canary)


def test_a_host_name_that_is_not_found_is_tried_again() -> None:
    def resolve(_name: str, _port: int) -> Sequence[str]:
        raise socket.gaierror

    failed = refused(Outbound(resolve=resolve), "https://hooks.example.com/")

    assert failed.is_retryable
    assert failed.reason == "the host's name could not be looked up"


def test_a_resolver_that_does_not_answer_takes_no_more_than_the_attempt() -> None:
    answered = threading.Event()

    def resolve(_name: str, _port: int) -> Sequence[str]:
        answered.wait()
        return ()

    outbound = Outbound(resolve=resolve, attempt_seconds=0.05)
    began = time.monotonic()
    failed = refused(outbound, "https://hooks.example.com/")
    answered.set()

    assert failed.reason == "the host's name was not looked up in time"
    assert failed.is_retryable
    assert time.monotonic() - began < 5


def test_a_redirect_inside_is_not_followed(server: ScriptedServer, canary: socket.socket) -> None:
    port = canary.getsockname()[1]
    server.plays(reply(302, b"", {"Location": f"http://127.0.0.1:{port}/"}))

    answer = Outbound(allow_private=True).post(server.url, {}, b"{}")

    assert answer.status == 302
    assert not has_been_met(canary)


def test_the_environments_proxies_are_not_asked(
    server: ScriptedServer, canary: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{canary.getsockname()[1]}")

    Outbound(allow_private=True).post(server.url, {}, b"{}")

    assert len(server.requests) == 1
    assert not has_been_met(canary)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/", "http://a@127.0.0.1/"])
def test_where_private_addresses_are_allowed_the_rest_is_still_refused(url: str) -> None:
    assert not refused(Outbound(allow_private=True), url).is_retryable


def test_a_host_is_asked_by_its_own_name(server: ScriptedServer) -> None:
    port = server.url.rpartition(":")[2]
    outbound = Outbound(allow_private=True, resolve=resolving("127.0.0.1"))

    outbound.post(f"http://hooks.example.com:{port}/a?b=c", {}, b"{}")

    [request] = server.requests
    assert request.headers["host"] == f"hooks.example.com:{port}"
    assert request.line == "POST /a?b=c HTTP/1.1"


@pytest.mark.parametrize("dead", [["::1"], ["::1", "::1"]])
def test_one_address_that_takes_the_connection_is_enough(
    server: ScriptedServer, dead: list[str]
) -> None:
    port = server.url.rpartition(":")[2]
    outbound = Outbound(allow_private=True, resolve=resolving(*dead, "127.0.0.1"))

    outbound.post(f"http://hooks.example.com:{port}/", {}, b"{}")

    assert len(server.requests) == 1


def test_an_address_that_does_not_answer_leaves_time_for_the_others(
    server: ScriptedServer,
) -> None:
    port = int(server.url.rpartition(":")[2])
    with socket.socket(socket.AF_INET6) as silent, socket.socket(socket.AF_INET6) as before_us:
        try:
            silent.bind(("::1", port))
        except OSError:
            pytest.skip("This machine has no IPv6.")
        silent.listen(0)
        before_us.connect(("::1", port))
        outbound = Outbound(
            allow_private=True, resolve=resolving("::1", "127.0.0.1"), attempt_seconds=2
        )

        outbound.post(f"http://hooks.example.com:{port}/", {}, b"{}")

    assert len(server.requests) == 1


def test_a_request_that_one_address_took_goes_to_no_other(server: ScriptedServer) -> None:
    port = server.url.rpartition(":")[2]
    server.plays(cut_after())
    outbound = Outbound(allow_private=True, resolve=resolving("127.0.0.1", "127.0.0.1"))

    refused(outbound, f"http://hooks.example.com:{port}/")

    assert len(server.requests) == 1


@pytest.mark.parametrize("text", ["a\r\nx-more: 1", "a\n", "a\0\rb", "\N{SNOWMAN}"])
def test_a_header_can_hold_no_other_header(server: ScriptedServer, text: str) -> None:
    with pytest.raises(DeliveryFailedError) as failed:
        Outbound(allow_private=True).post(server.url, {"authorization": text}, b"{}")

    assert failed.value.reason == "not sent: a header has characters that no header has"
    assert not failed.value.is_retryable
    assert not server.requests


@pytest.mark.parametrize(
    "piece", [b"x", b"x: y\r\n"], ids=["a line without end", "lines without end"]
)
def test_a_head_that_comes_bit_by_bit_is_left_when_time_is_up(
    server: ScriptedServer, piece: bytes
) -> None:
    def drip(connection: socket.socket) -> bool:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while not server.released.wait(0.02):
            connection.sendall(piece)
        return False

    server.plays(drip)
    began = time.monotonic()
    failed = refused(Outbound(allow_private=True, attempt_seconds=0.3), server.url)

    assert failed.reason == "no answer in time"
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("cut", ["HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1"])
def test_half_a_head_is_no_answer(server: ScriptedServer, cut: str) -> None:
    server.plays(cut_after(cut.encode()))

    failed = refused(Outbound(allow_private=True), server.url)

    assert failed.reason == "the host closed the connection, or answered what is no HTTP"
    assert failed.is_retryable


def test_an_odd_header_of_an_answer_is_passed_over_and_no_address_is_logged(
    server: ScriptedServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.plays(cut_after(b"HTTP/1.1 200 OK\r\nno header\r\nContent-Length: 0\r\n\r\n"))

    answer = Outbound(allow_private=True).post(f"{server.url}/token", {}, b"{}")

    assert answer.status == 200
    assert not caplog.records


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return certificate_for("localhost", tmp_path)


@pytest.fixture
def secure(certificate: Path) -> Iterator[ScriptedServer]:
    """A server whose certificate is for localhost."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with ScriptedServer(tls=context).running() as server:
        yield server


def test_a_certificate_for_the_name_is_enough(secure: ScriptedServer, certificate: Path) -> None:
    outbound = Outbound(
        allow_private=True, resolve=resolving("127.0.0.1"), tls_roots=str(certificate)
    )

    assert outbound.post(f"{secure.url}/hook", {}, b"{}").status == 200


def test_a_certificate_for_another_name_is_not(secure: ScriptedServer, certificate: Path) -> None:
    outbound = Outbound(
        allow_private=True, resolve=resolving("127.0.0.1"), tls_roots=str(certificate)
    )
    port = secure.url.rpartition(":")[2]

    failed = refused(outbound, f"https://hooks.example.com:{port}/")

    assert failed.reason == "the host's certificate is not valid"
    assert not secure.requests


def test_a_certificate_that_nobody_vouches_for_is_not(secure: ScriptedServer) -> None:
    failed = refused(Outbound(allow_private=True), f"{secure.url}/hook")

    assert failed.reason == "the host's certificate is not valid"
    assert not secure.requests
