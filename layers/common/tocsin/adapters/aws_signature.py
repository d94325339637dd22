"""AWS Signature Version 4, for requests that have a body and no query."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Credentials, and when they expire."""

    access_key: str
    secret_key: str
    session_token: str | None = None
    expires_at: datetime | None = None


class Signer:
    def __init__(self, *, service: str, region: str) -> None:
        self._scope = f"{region}/{service}/aws4_request"
        self._known_key: tuple[str, str, bytes] = ("", "", b"")

    def sign(
        self, path: str, headers: Mapping[str, str], body: bytes, credentials: Credentials
    ) -> dict[str, str]:
        """Sign a POST: returns its headers with the signature.

        Args:
            path: As sent.
            headers: The headers to sign, names in lower case, with `host`.
            body: The whole body.
            credentials: The signer's.
        """
        now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        signed = {**headers, "x-amz-date": now}
        if credentials.session_token:
            signed["x-amz-security-token"] = credentials.session_token
        names = sorted(signed)
        canonical = "".join(f"{name}:{signed[name]}\n" for name in names)
        names_signed = ";".join(names)
        digest = hashlib.sha256(body).hexdigest()
        request = f"POST\n{path}\n\n{canonical}\n{names_signed}\n{digest}"
        scope = f"{now[:8]}/{self._scope}"
        to_sign = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{_hashed(request)}"
        key = self._key(credentials.secret_key, now[:8])
        signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
        signed["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={credentials.access_key}/{scope}, "
            f"SignedHeaders={names_signed}, Signature={signature}"
        )
        return signed

    def _key(self, secret: str, day: str) -> bytes:
        """The key of a day, cached: four rounds of HMAC."""
        known_secret, known_day, key = self._known_key
        if (known_secret, known_day) != (secret, day):
            key = f"AWS4{secret}".encode()
            for part in (day, *self._scope.split("/")):
                key = hmac.digest(key, part.encode(), "sha256")
            self._known_key = (secret, day, key)
        return key


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
