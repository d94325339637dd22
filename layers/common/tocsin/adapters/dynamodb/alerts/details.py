"""Facts packed: so small that a repeat rewrites one kilobyte, not three.

DynamoDB charges a write for every kilobyte of the whole item, and a list for every byte it
reads. JSON deflated with a dictionary of the words that alerts are made of is about two fifths
of its size. The dictionary is part of what is stored: it may never change, only be followed by
another under the next number.
"""

import hashlib
import json
import zlib
from dataclasses import fields, replace
from typing import Any, Final

from tocsin.domain.signal import CUT_MARK, Facts

INLINE_LIMIT_BYTES: Final = 512
"""Packed facts up to this size stay in the alert's item, whose rest is about as big; 1,024 bytes
are one write unit."""
_SHORT_TEXT: Final = 160
_SHORT_LABELS: Final = 12
_SHORT_LABEL: Final = 48

_FORMAT: Final = b"\x01"
_WORDS: Final = (
    b'","link":"https://grafana.example.com/d/","Dashboard":"http://127.0.0.1:9090/graph?g0.expr='
    b"%7B%22%7D+%3D%3D+0\\u0026g0.tab=1\\n - alertname = \\n - severity = \\n - instance = \\n - "
    b"job = Labels:\\nAnnotations:\\n - description = \\n - summary = \\n - runbook_url = "
    b'https://runbooks.Source: http://","num_firing":"1","num_resolved":"0","resolved":"","firing'
    b'":"has been down for more than 5 minutes.","script_name":"script.py","owner":"@gmail.com","'
    b'URL_NAME":"http://","namespace":"default","pod":"container":"mountpoint":"environment":"pro'
    b'duction","env":"prod","team":"platform","service":"api","host":"region":"eu-west-1","cluste'
    b'r":"job":"node","instance":"severity":"critical","warning","alertname":"[FIRING:1] ","descr'
    b'iption":"component":"group":"class":"client":"Alertmanager","client_url":"urgent":"true","o'
    b'bject":"source":"reason":"summary":"labels":{"urls":{"dedup_key":"source_severity":"critica'
    b'l","source_name":"threshold":"operator":"gt","window":"5m","rule_id":"rule_name":"monitor_i'
    b'd":"monitor_name":"group_id":"truncated":["name":"'
)


def pack(facts: Facts, dedup_key: str) -> bytes:
    """Pack facts and the dedup key, which cannot be computed from the fingerprint."""
    said = {
        name: value
        for name in _FIELDS
        if (value := getattr(facts, name)) != getattr(_UNSAID, name) or name == "name"
    }
    said["dedup_key"] = dedup_key
    return _deflate(json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode())


def unpack(packed: bytes) -> tuple[Facts, str]:
    said: dict[str, Any] = json.loads(_inflate(packed).decode())
    dedup_key = said.pop("dedup_key")
    if "truncated" in said:
        said["truncated"] = tuple(said["truncated"])
    return Facts(**said), dedup_key


def pack_text(text: str) -> bytes:
    return _deflate(text.encode("utf-8", "replace"))


def unpack_text(packed: bytes) -> str:
    return _inflate(packed).decode()


def shortened(facts: Facts) -> Facts:
    """The part of big facts that lists show."""
    labels = facts.labels.items()
    return replace(
        facts,
        name=_cut(facts.name),
        summary=_cut(facts.summary),
        reason=_cut(facts.reason),
        labels={
            name[:_SHORT_LABEL]: value[:_SHORT_LABEL]
            for name, value in list(labels)[:_SHORT_LABELS]
        },
        urls={},
        truncated=(),
    )


def digest(packed: bytes) -> str:
    """Identify big facts; 64 bits are enough within one alert."""
    return hashlib.sha256(packed).hexdigest()[:16]


_FIELDS: Final = tuple(field.name for field in fields(Facts))
_UNSAID: Final = Facts(name="")


def _cut(text: str) -> str:
    return text if len(text) <= _SHORT_TEXT else text[: _SHORT_TEXT - 1] + CUT_MARK


def _deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=_WORDS)
    return _FORMAT + packer.compress(data) + packer.flush()


def _inflate(packed: bytes) -> bytes:
    if packed[:1] != _FORMAT:
        message = f"details of an unknown format {packed[:1]!r}"
        raise ValueError(message)
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS, zdict=_WORDS)
    return unpacker.decompress(packed[1:]) + unpacker.flush()
