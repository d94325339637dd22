"""Bodies that were compressed on the way, read within the limit that every body has."""

import zlib
from collections.abc import Mapping
from typing import Final

from tocsin.domain.errors import MalformedInputError, UnsupportedEncodingError
from tocsin.lambda_runtime.http import GZIP_MAGIC
from tocsin.lambda_runtime.strict_json import BODY_LIMIT_BYTES, expect_size

ACCEPTED: Final = "gzip, deflate"
_DECODED: Final = frozenset(("gzip", "x-gzip", "deflate"))
_PLAIN: Final = frozenset(("", "identity", "utf-8", "none"))
"""`utf-8` and `none` are no encodings, but are sent as such."""
LAYERS_LIMIT: Final = 2
_GZIP_OR_ZLIB: Final = zlib.MAX_WBITS | 32
_RAW_DEFLATE: Final = -zlib.MAX_WBITS
MEMBERS_LIMIT: Final = 100


def decoded(body: bytes, headers: Mapping[str, str]) -> bytes:
    """Decode by `Content-Encoding`; a gzip is recognised also without that header.

    Raises:
        UnsupportedEncodingError: It names an encoding that is not read.
        MalformedInputError: The compressed data are broken.
        PayloadTooLargeError: What comes out is over 1 MiB.
    """
    said = [it.strip().lower() for it in headers.get("content-encoding", "").split(",")]
    layers = [it for it in said if it not in _PLAIN]
    unread = [it for it in layers if it not in _DECODED]
    if unread or len(layers) > LAYERS_LIMIT:
        raise UnsupportedEncodingError(ACCEPTED)
    if not layers and body[:2] == GZIP_MAGIC:
        layers = ["gzip"]
    for layer in reversed(layers):
        body = _inflated(body, layer)
    return body


def _inflated(body: bytes, layer: str) -> bytes:
    expect_size(body)
    if not body or (layer != "deflate" and body[:2] != GZIP_MAGIC):
        return body  # a proxy has undone it, and left the header
    if layer != "deflate":
        return _all_members(body)
    try:
        return _member(body, _GZIP_OR_ZLIB)[0]
    except MalformedInputError:
        if body.lstrip()[:1] in (b"{", b"["):
            return body
        return _member(body, _RAW_DEFLATE)[0]


def _all_members(body: bytes) -> bytes:
    """A gzip may be several, one behind the other."""
    whole = bytearray()
    for _ in range(MEMBERS_LIMIT):
        part, body = _member(body, _GZIP_OR_ZLIB)
        whole += part
        expect_size(whole)
        if body[:2] != GZIP_MAGIC:
            break
    return bytes(whole)


def _member(body: bytes, window: int) -> tuple[bytes, bytes]:
    inflater = zlib.decompressobj(window)
    try:
        part = inflater.decompress(body, BODY_LIMIT_BYTES + 1)
    except zlib.error:
        raise MalformedInputError("The compressed body is damaged.") from None
    expect_size(part)
    if not inflater.eof:
        raise MalformedInputError("The compressed body ends too early.")
    return part, inflater.unused_data
