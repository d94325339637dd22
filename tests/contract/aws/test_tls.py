"""Nobody between us and AWS reads along."""

import hashlib
import re
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.contract.aws.requests import REQUEST, client_of
from tests.scripted_server import ScriptedServer
from tocsin.adapters import http_connection
from tocsin.adapters.aws_json import AwsUnavailableError
from tocsin.adapters.http_connection import AMAZON_ROOTS

pytestmark = pytest.mark.loopback


def certificate_for(host: str, folder: Path) -> Path:
    """Make a certificate that vouches for itself; its key is in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    path = folder / "certificate.pem"
    path.write_bytes(
        certificate.public_bytes(pem)
        + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


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

    assert len(secure.requests) == 3
    # The first one met a certificate that is not Amazon's, and was left unused.
    assert secure.connections == 2


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
def contexts(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """Which certificates were read: those of a file, or all of the machine's (None)."""
    read: list[str | None] = []
    make = ssl.create_default_context

    def note(cafile: Path | None = None) -> ssl.SSLContext:
        read.append(cafile.name if cafile else None)
        return make(cafile=cafile)

    monkeypatch.setattr(ssl, "create_default_context", note)
    return read


def test_certificates_of_the_machine_are_read_once_and_only_when_amazons_are_not_enough(
    secure: ScriptedServer,
    certificate: Path,
    contexts: list[str | None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    client = client_of(secure)
    assert contexts == ["amazon_roots.pem"]

    for _ in range(3):
        client.call("GetItem", REQUEST)
        client.close()

    assert contexts == ["amazon_roots.pem", None]
    # Connections that failed for want of a certificate carry no request.
    assert len(secure.requests) == 3


def test_amazons_certificates_are_enough_for_amazon(
    secure: ScriptedServer,
    certificate: Path,
    contexts: list[str | None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http_connection, "AMAZON_ROOTS", certificate)
    client = client_of(secure)

    client.call("GetItem", REQUEST)
    client.close()

    assert contexts == [certificate.name]
    assert secure.connections == 1


def test_amazons_certificates_are_amazons() -> None:
    """The fingerprints of https://www.amazontrust.com/repository/ ."""
    roots = re.findall("-----BEGIN.*?END CERTIFICATE-----", AMAZON_ROOTS.read_text(), re.DOTALL)

    assert {hashlib.sha256(ssl.PEM_cert_to_DER_cert(root)).hexdigest() for root in roots} == {
        "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e",
        "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4",
        "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4",
        "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092",
        "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5",
    }
