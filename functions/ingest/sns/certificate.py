"""The public key in a certificate, and whether the certificate is of today.

A reader of the few fields of X.509 that this takes: docs/adr/0012-sns-signatures.md says why.
"""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

_SEQUENCE, _INTEGER, _BIT_STRING, _OID = 0x30, 0x02, 0x03, 0x06
_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18
_RSA_ENCRYPTION: Final = bytes.fromhex("2a864886f70d010101")
_LONG_FORM: Final = 0x80
_LENGTH_LIMIT: Final = 4
"""Bytes of a length; a certificate has some thousand bytes."""
LEAST_BITS: Final = 2048
_CENTURY: Final = 50
"""Of a year of two digits: from here on of the last century (RFC 5280)."""


class BadCertificateError(Exception):
    """It is not one that we would trust."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """An RSA key, and when its certificate holds."""

    modulus: int
    exponent: int
    not_before: datetime
    not_after: datetime

    @property
    def size_bytes(self) -> int:
        """Of a signature, too."""
        return (self.modulus.bit_length() + 7) // 8


def read_certificate(pem: bytes) -> PublicKey:
    """Take the key out of a certificate.

    Raises:
        BadCertificateError: It is none, its key is not RSA or shorter than 2048 bits.
    """
    try:
        der = ssl.PEM_cert_to_DER_cert(pem.decode("ascii").strip())
        return _read(der)
    except (ValueError, IndexError, StopIteration) as error:
        raise BadCertificateError(type(error).__name__) from None


def _read(der: bytes) -> PublicKey:
    outer = _members(_content(der, _SEQUENCE))
    fields = [it for it in _members(_expect(next(outer), _SEQUENCE)) if it[0] in _PLAIN]
    # serial number, signature algorithm, issuer, validity, subject, key; the version is tagged
    validity, key_info = fields[3], fields[5]
    not_before, not_after = map(_time, _members(_expect(validity, _SEQUENCE)))
    algorithm, bits = _members(_expect(key_info, _SEQUENCE))
    oid = next(_members(_expect(algorithm, _SEQUENCE)))
    if _expect(oid, _OID) != _RSA_ENCRYPTION:
        raise ValueError("no RSA key")
    key = _content(_expect(bits, _BIT_STRING)[1:], _SEQUENCE)
    modulus, exponent = (
        int.from_bytes(_expect(it, _INTEGER), "big", signed=True) for it in _members(key)
    )
    if modulus.bit_length() < LEAST_BITS or modulus < 0 or exponent < _LEAST_EXPONENT:
        raise ValueError("a weak key")
    return PublicKey(modulus=modulus, exponent=exponent, not_before=not_before, not_after=not_after)


_PLAIN: Final = frozenset((_SEQUENCE, _INTEGER))
_LEAST_EXPONENT: Final = 65_537


def _members(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Each tag and its content."""
    position = 0
    while position < len(content):
        tag, length = content[position], content[position + 1]
        position += 2
        if length >= _LONG_FORM:
            count = length - _LONG_FORM
            if not 1 <= count <= _LENGTH_LIMIT:
                raise ValueError("a length that DER does not have")
            length = int.from_bytes(content[position : position + count], "big")
            position += count
        if position + length > len(content):
            raise ValueError("longer than what is there")
        yield tag, content[position : position + length]
        position += length


def _content(der: bytes, tag: int) -> bytes:
    return _expect(next(_members(der), (0, b"")), tag)


def _expect(member: tuple[int, bytes], tag: int) -> bytes:
    if member[0] != tag:
        raise ValueError("another type")
    return member[1]


def _time(member: tuple[int, bytes]) -> datetime:
    tag, content = member
    text = content.decode("ascii")
    if tag == _UTC_TIME:
        text = f"{19 if int(text[:2]) >= _CENTURY else 20}{text}"
    elif tag != _GENERALIZED_TIME:
        raise ValueError("no time")
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
