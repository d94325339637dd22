"""Nobody between us and AWS reads along."""

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
from tocsin.adapters.aws_json import AwsUnavailableError

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

    assert (len(secure.requests), secure.connections) == (3, 1)


@pytest.mark.parametrize("host", ["dynamodb.eu-central-1.amazonaws.com"])
def test_a_trusted_certificate_of_another_host_is_refused(
    secure: ScriptedServer, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    client = client_of(secure)

    with pytest.raises(AwsUnavailableError):
        client.call("GetItem", REQUEST)

    assert secure.requests == []


def test_certificates_of_the_machine_are_read_once_a_client(
    secure: ScriptedServer, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    client = client_of(secure)
    monkeypatch.setattr(ssl, "create_default_context", pytest.fail)

    for _ in range(3):
        client.call("GetItem", REQUEST)
        client.close()

    assert secure.connections == 3
