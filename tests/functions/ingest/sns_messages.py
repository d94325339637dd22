"""Messages of SNS: those that LocalStack signed, and forged ones."""

import base64
import copy
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from functions.ingest.sns.signature import string_to_sign
from tests.wire import FOLDER, sample
from tocsin.adapters.http_connection import Reply

AT: Final = datetime(2026, 11, 21, 23, 9, 30, tzinfo=UTC)
TOPIC: Final = "arn:aws:sns:us-east-1:000000000000:alarms"
TOPIC_V1: Final = f"{TOPIC}-v1"
HOST: Final = "sns.us-east-1.amazonaws.com"
CERTIFICATE_URL: Final = f"https://{HOST}/SimpleNotificationService-6c6f63616c737461636b.pem"
CERTIFICATE: Final = (FOLDER / "sns/signing-cert.pem").read_bytes()

type Message = dict[str, Any]


def message(case: str) -> Message:
    """A captured message, with its certificate where SNS has its own: that is not signed."""
    captured: Message = json.loads(sample(f"sns/{case}").body)
    return {**captured, "SigningCertURL": CERTIFICATE_URL}


class Sns:
    """What SNS answers to the two requests that intake makes of it."""

    def __init__(self, certificate: bytes = CERTIFICATE) -> None:
        self.certificate = certificate
        self.status = 200
        self.asked: list[tuple[str, str]] = []

    def __call__(self, host: str, path: str) -> Reply:
        self.asked.append((host, path))
        reply = Reply(f"HTTP/1.1 {self.status} -\r\n\r\n")
        reply.body = self.certificate if path.endswith(".pem") else b"<ConfirmSubscription/>"
        return reply


class Owner:
    def __init__(self, bits: int = 2048, valid_from: datetime = AT - timedelta(days=1)) -> None:
        self.key = rsa.generate_private_key(public_exponent=65_537, key_size=bits)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(valid_from)
            .not_valid_after(valid_from + timedelta(days=365))
            .sign(self.key, hashes.SHA256())
        )
        self.certificate = certificate.public_bytes(serialization.Encoding.PEM)

    def sign(self, unsigned: Message, version: str = "2") -> Message:
        algorithm = hashes.SHA1() if version == "1" else hashes.SHA256()  # noqa: S303 - as SNS does
        signed = self.key.sign(string_to_sign(unsigned), padding.PKCS1v15(), algorithm)
        written = base64.b64encode(signed).decode()
        return {**unsigned, "SignatureVersion": version, "Signature": written}


def forged() -> Iterator[tuple[str, Message]]:
    """Messages that SNS did not send as they are, by what is wrong with them."""
    alarm, confirmation = message("cloudwatch-alarm"), message("subscription-confirmation-sigv2")

    def changed(name: str, of: Message, **members: Any) -> tuple[str, Message]:  # noqa: ANN401
        return name, {**copy.deepcopy(of), **members}

    for name in ("Message", "MessageId", "Timestamp", "Subject"):
        yield changed(f"another {name}", alarm, **{name: f"{alarm[name]} "})
        without = {key: value for key, value in alarm.items() if key != name}
        yield f"without {name}", without
    yield changed("another state", alarm, Message=alarm["Message"].replace("ALARM", "OK"))
    yield changed(
        "a Subject where there was none", message("notification-no-subject-sigv1"), Subject="x"
    )
    yield changed("another Token", confirmation, Token="0" * 64)
    yield changed("another SubscribeURL", confirmation, SubscribeURL="https://evil.example/")
    yield changed("a confirmation said to be a notification", confirmation, Type="Notification")
    yield changed(
        "a notification said to be a confirmation", alarm, Type="SubscriptionConfirmation"
    )
    yield from _signatures(alarm, changed)
    yield from _addresses(alarm, changed)
    for topic in (
        "arn:aws:sns:us-east-1:000000000000:other",
        "arn:aws:sns:eu-west-1:000000000000:alarms",
        "arn:aws-cn:sns:us-east-1:000000000000:alarms",
        "arn:aws:sns:us-east-1@evil.example:000000000000:alarms",
        "arn:aws:sns:evil.example/:000000000000:alarms",
        "arn:aws:sqs:us-east-1:000000000000:alarms",
        f"{TOPIC}\n",
        "",
    ):
        yield changed(f"topic {topic!r}", alarm, TopicArn=topic)
    stranger = Owner()
    yield "signed by a stranger, 2", stranger.sign(alarm)
    yield "signed by a stranger, 1", stranger.sign(alarm, "1")
    yield "a real alarm whose certificate is gone", message("real-cloudwatch-alarm-2019")
    yield (
        "a real confirmation whose certificate is gone",
        message("real-subscription-confirmation-2018"),
    )
    yield "a farewell by another key", message("unsubscribe-confirmation")


def _signatures(
    alarm: Message, changed: Callable[..., tuple[str, Message]]
) -> Iterator[tuple[str, Message]]:
    bits = bytearray(base64.b64decode(alarm["Signature"]))
    bits[-1] ^= 1
    for name, signature in {
        "no signature": None,
        "an empty signature": "",
        "a signature that is no base64": "%%%",
        "a signature of another message": message("cloudwatch-ok")["Signature"],
        "a signature of one bit less": base64.b64encode(bytes(bits)).decode(),
        "a signature of zeros": base64.b64encode(bytes(256)).decode(),
        "a signature of one": base64.b64encode(bytes(255) + b"\1").decode(),
        "a signature that is too short": alarm["Signature"][:-8],
        "a signature that is too long": base64.b64encode(bytes(bits) + b"\0").decode(),
        "a signature over the modulus": base64.b64encode(b"\xff" * 256).decode(),
    }.items():
        yield changed(name, alarm, Signature=signature)
    for version in ("1", "3", "", None, 2.5):
        yield changed(f"signature version {version!r}", alarm, SignatureVersion=version)


def _addresses(
    alarm: Message, changed: Callable[..., tuple[str, Message]]
) -> Iterator[tuple[str, Message]]:
    path = "/SimpleNotificationService-6c6f63616c737461636b.pem"
    for url in (
        f"http://{HOST}{path}",
        f"https://sns.eu-west-1.amazonaws.com{path}",
        f"https://sns.us-east-1.amazonaws.com.cn{path}",
        f"https://sns.us-east-1.amazonaws.com.evil.example{path}",
        f"https://evil.example/{HOST}{path}",
        f"https://{HOST}@evil.example{path}",
        f"https://user@{HOST}{path}",
        f"https://{HOST}:443{path}",
        f"https://{HOST}.{path}",
        f"https://SNS.us-east-1.amazonaws.com{path}",
        f"https://{HOST}{path}?x=1",
        f"https://{HOST}{path}#x",
        f"https://{HOST}{path}\r\nhost: evil.example",
        f"https://{HOST}/../x.pem",
        f"https://{HOST}/bucket/x.pem",
        f"https://{HOST}/SimpleNotificationService-%2e%2e.pem",
        f"https://{HOST}/SimpleNotificationService-0123456789.crt",
        f"https://sns.us-east-1.amazonaws.com\\@evil.example{path}",
        "https://s3.amazonaws.com/sns/SimpleNotificationService-0123456789.pem",
        "file:///etc/ssl/cert.pem",
        "",
        None,
    ):
        yield changed(f"certificate at {url!r}", alarm, SigningCertURL=url)
