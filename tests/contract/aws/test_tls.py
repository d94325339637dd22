"""Nobody between us and AWS reads along."""

import hashlib
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.certificates import certificate_for
from tests.contract.aws.requests import REQUEST, client_of
from tests.scripted_server import ScriptedServer
from tocsin.adapters import aws_json
from tocsin.adapters.aws_json import AwsUnavailableError

pytestmark = pytest.mark.loopback


@pytest.fixture
def host() -> str:
    return "localhost"


@pytest.fixture
def certificate(host: str, tmp_path: Path) -> Path:
    return certificate_for(host, tmp_path)


@pytest.fixture
def secure(certificate: Path) -> Iterator[ScriptedServer]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    with ScriptedServer(tls=tls).running() as server:
        yield server


def test_nothing_is_sent_to_a_server_that_nobody_vouches_for(secure: ScriptedServer) -> None:
    client = client_of(secure)

    with pytest.raises(AwsUnavailableError) as refusal:
        client.call("GetItem", REQUEST)

    assert isinstance(refusal.value.__cause__, ssl.SSLCertVerificationError)
    assert secure.requests == []


def test_a_server_that_the_machine_trusts_is_spoken_to(
    secure: ScriptedServer, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    client = client_of(secure)

    for _ in range(3):
        client.call("GetItem", REQUEST)
    client.close()

    # The first connection ended when none of Amazon's own certificates was seen.
    assert (len(secure.requests), secure.connections) == (3, 2)


@pytest.mark.parametrize("host", ["dynamodb.eu-central-1.amazonaws.com"])
def test_a_trusted_certificate_of_another_host_is_refused(
    secure: ScriptedServer, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    client = client_of(secure)

    with pytest.raises(AwsUnavailableError):
        client.call("GetItem", REQUEST)

    assert secure.requests == []


@pytest.fixture
def stores_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which certificates were read, each time; the machine's own are nameless."""
    read: list[str] = []
    create = ssl.create_default_context

    def note(*, cafile: str | None = None) -> ssl.SSLContext:
        read.append(Path(cafile).name if cafile else "")
        return create(cafile=cafile)

    monkeypatch.setattr(ssl, "create_default_context", note)
    return read


def test_certificates_of_the_machine_are_read_once_a_client_and_only_if_needed(
    secure: ScriptedServer,
    certificate: Path,
    stores_read: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    client = client_of(secure)
    assert stores_read == ["amazon_roots.pem"]

    for _ in range(3):
        client.call("GetItem", REQUEST)
        client.close()

    assert stores_read == ["amazon_roots.pem", ""]
    assert len(secure.requests) == 3


def test_a_server_that_amazon_vouches_for_needs_no_other_certificates(
    secure: ScriptedServer,
    certificate: Path,
    stores_read: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(aws_json, "_AMAZON_ROOTS", str(certificate))
    client = client_of(secure)

    client.call("GetItem", REQUEST)
    client.close()

    assert stores_read == [certificate.name]
    assert secure.connections == 1


def test_no_store_is_asked_again_and_again(secure: ScriptedServer, stores_read: list[str]) -> None:
    client = client_of(secure)

    for _ in range(3):
        with pytest.raises(AwsUnavailableError):
            client.call("GetItem", REQUEST)

    assert stores_read == ["amazon_roots.pem", ""]


# As https://www.amazontrust.com/repository/ names them.
ROOTS = {
    "Amazon Root CA 1": "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e",
    "Amazon Root CA 2": "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4",
    "Amazon Root CA 3": "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4",
    "Amazon Root CA 4": "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092",
    "Starfield Services Root Certificate Authority - G2": (
        "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5"
    ),
}


def test_amazons_roots_are_amazons() -> None:
    store = ssl.create_default_context(cafile=aws_json._AMAZON_ROOTS)

    fingerprints = {hashlib.sha256(it).hexdigest() for it in store.get_ca_certs(binary_form=True)}
    ends = [ssl.cert_time_to_seconds(str(it["notAfter"])) for it in store.get_ca_certs()]

    assert fingerprints == set(ROOTS.values())
    assert min(ends) > (datetime.now(UTC) + timedelta(days=5 * 365)).timestamp()
