"""Hostile bodies."""

import gzip
import json
import random
from collections.abc import Callable, Iterator
from typing import Any, Final

from tocsin.domain.integration import IntegrationType
from tocsin.lambda_runtime.strict_json import BODY_LIMIT_BYTES

NUL: Final = "\0"
TO_THE_LEFT: Final = "\u202egpj.exe\u2066"
CONTROLS: Final = "".join(map(chr, range(32))) + "\x7f\x85\x9b31m"
NOISE: Final = random.Random(2).randbytes(1_000)  # noqa: S311 - no secret, only not JSON
HALF_A_PAIR: Final = "\\ud83d"
BIG: Final = 100_000
"""More than any field keeps."""

VALUES: Final[dict[str, Any]] = {
    "null": None,
    "true": True,
    "zero": 0,
    "minus zero": -0.0,
    "the largest whole number": 2**53,
    "a larger number": -(2**53) - 1,
    "a number of 300 digits": 10**299,
    "a number of 4,000 digits": 10**3999,
    "the largest number": 1e308,
    "a number next to nothing": 5e-324,
    "nothing": "",
    "a space": " ",
    "a NUL": NUL,
    "control characters": CONTROLS,
    "text to the left": TO_THE_LEFT,
    "CRLF": "a\r\nSet-Cookie: b\r\n\r\n<script>",
    "a script": "javascript:alert(1)",
    "data": "data:text/html,<script>alert(1)</script>",
    "many scripts": "🏴󠁧󠁢󠁥󠁮󠁧󠁿 e\u0301 \ufdfd \U0010ffff \ufffe \u200b",
    "a huge text": "n" * BIG,
    "secret words without end": "token" * 400,
    "a long run beside a percent sign": "at 97 % " + "a" * 14_000,
    "a huge text of wide letters": "😀" * (BIG // 4),
    "a list": [],
    "a list of everything": [None, True, 1.5, "", {}, [[]]],
    "an object": {},
    "an object of everything": {
        "": None,
        NUL: {},
        TO_THE_LEFT: [1],
        "javascript:": "javascript:",
        "n" * 9_000: "v",
    },
    "10,000 members": {f"member{number}": number for number in range(10_000)},
    "10,000 entries": list(range(10_000)),
    "one huge member": {"member": "v" * BIG},
    "a huge name": {"n" * BIG: "https://example.com"},
    "names that become the same": {f"a{chr(code)}": "https://x" for code in range(1, 9)},
}

REST: Final[dict[str, Any]] = {"name": "Disk full", "severity": "critical", "source": "backup"}
EVENT: Final[dict[str, Any]] = {
    "event_action": "trigger",
    "dedup_key": "disk/db-1",
    "payload": {"summary": "Disk full", "severity": "critical", "source": "backup"},
}
CARRIED: Final = (
    *("source_name", "rule_id", "rule_name", "monitor_id", "monitor_name", "group_id"),
    *("operator", "window", "threshold", "current_value", "reason", "labels", "summary"),
)
REST_FIELDS: Final = (
    *("name", "alert_name", "severity", "alert_severity", "source", "object", "dedup_key"),
    *("output", "notification_output", "extra_tags", "additional_fields", "tags"),
    *("extra_urls", "additional_urls", "urls", *CARRIED),
)
EVENT_FIELDS: Final = (
    *("event_action", "dedup_key", "payload", "links", "images", "client", "client_url"),
)
PAYLOAD_FIELDS: Final = (
    *("severity", "source", "component", "group", "class", "timestamp", "custom_details"),
    *("dedup_key", *CARRIED),
)


def with_value(type_: IntegrationType, value: object) -> Iterator[tuple[str, dict[str, Any]]]:
    """An entry for each field, with this value there."""
    if type_ is IntegrationType.REST:
        for name in REST_FIELDS:
            yield name, {**REST, name: value}
        return
    for name in EVENT_FIELDS:
        yield name, {**EVENT, name: value}
    for name in PAYLOAD_FIELDS:
        yield f"payload.{name}", {**EVENT, "payload": {**EVENT["payload"], name: value}}
    for name, member in (
        ("links", "href"),
        ("links", "text"),
        ("images", "src"),
        ("images", "alt"),
    ):
        entry = {"href": "https://example.com", "src": "https://example.com", member: value}
        yield f"{name}[0].{member}", {**EVENT, name: [entry]}


def corpus(type_: IntegrationType) -> dict[str, bytes]:
    entry = REST if type_ is IntegrationType.REST else EVENT

    def with_text(text: str) -> bytes:
        """A good entry with this in place of a value's own spelling."""
        return json.dumps({**entry, "here": 0}).replace('"here": 0', f'"labels": {text}').encode()

    return {**_no_json(), **_strange_json(with_text), **_good_but_big(entry)}


def _no_json() -> dict[str, bytes]:
    good = json.dumps(REST)
    return {
        "empty": b"",
        "only space": b" \r\n\t ",
        "a word": b"hello",
        "XML": b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
        "a form": b"name=Disk+full&severity=critical",
        "several parts": b'--b\r\nContent-Disposition: form-data; name="data"\r\n\r\n{}\r\n--b--',
        "compressed": gzip.compress(good.encode()),
        "noise": NOISE,
        "NULs": b"\0" * 10_000,
        "single quotes": b"{'name': 'x'}",
        "a comma too many": b'{"name": "x",}',
        "a comment": b'{"name": "x"} // y',
        "two values": b'{"name": "x"}{"name": "y"}',
        "a line each": b'{"name": "x"}\n{"name": "y"}\n',
        "half a text": b'{"name": "x',
        "half an object": b'{"name": "x", ',
        "a raw line break in a text": b'{"name": "a\nb"}',
        "a raw NUL in a text": b'{"name": "a\0b"}',
        "only a byte order mark": b"\xef\xbb\xbf",
        "two byte order marks": b"\xef\xbb\xbf\xef\xbb\xbf{}",
        "UTF-16": good.encode("utf-16"),
        "UTF-16 without a mark": good.encode("utf-16-le"),
        "UTF-32": good.encode("utf-32"),
        "Latin-1": '{"name": "Größe"}'.encode("latin-1"),
        "overlong UTF-8": b'{"name": "\xc0\xaf"}',
        "half a letter": b'{"name": "\xf0\x9f\x98"}',
        "a raw surrogate": b'{"name": "\xed\xa0\xbd"}',
        "NaN": b'{"name": "x", "current_value": NaN}',
        "Infinity": b'[{"name": "x", "current_value": Infinity}]',
        "-Infinity": b'{"name": -Infinity}',
        "a bracket too many": b"[]]",
        "closed before opened": b"]" * 500 + b"[" * 500,
        "100,000 lists deep": b"[" * 100_000 + b"]" * 100_000,
        "1,000 objects deep": b'{"a":' * 1_000 + b"1" + b"}" * 1_000,
        "33 deep": b"[" * 33 + b"]" * 33,
        "open and open": b"[" * BODY_LIMIT_BYTES,
        "quotes": b'"' * BODY_LIMIT_BYTES,
        "backslashes": b'"' + b"\\" * (BODY_LIMIT_BYTES - 1),
        "one byte too many": b" " * (BODY_LIMIT_BYTES + 1),
        "five times too many": b"x" * (5 * BODY_LIMIT_BYTES),
        "300,000 members": b"{"
        + b",".join(b'"%06d":0' % number for number in range(300_000))
        + b"}",
    }


def _strange_json(with_text: Callable[[str], bytes]) -> dict[str, bytes]:
    escapes = "\\u0041" * 100_000
    return {
        "null": b"null",
        "true": b"true",
        "a number": b"-0",
        "a text": b'"name"',
        "an empty list": b"[]",
        "a list of lists": b"[[],[[]]]",
        "a list of nulls": b"[null,null]",
        "an empty object": b"{}",
        "32 deep": b"[" * 32 + b"]" * 32,
        "a list of 350,000 lists": b"[" + b"[]," * 349_000 + b"[]]",
        "a list of 349,000 empty objects": b"[" + b"{}," * 348_999 + b"{}]",
        "a list of 500,000 numbers": b"[" + b"1," * 500_000 + b"1]",
        "beyond what a number holds": with_text('{"a": 1e400}'),
        "beyond it the other way": with_text('{"a": -1e400}'),
        "a number of 5,000 digits": with_text(f'{{"a": {"9" * 5_000}}}'),
        "a number of a million digits": with_text("9" * 1_000_000),
        "a fraction of a million digits": with_text(f'{{"a": 0.{"3" * 1_000_000}}}'),
        "an exponent of a million digits": with_text(f'{{"a": 1e-{"9" * 1_000_000}}}'),
        "one thing twice": with_text('{"a": 1, "b": 2, "a": 1}'),
        "one thing twice by another spelling": with_text('{"a": 1, "\\u0061": 2}'),
        "half a character": with_text(f'{{"a": "{HALF_A_PAIR}"}}'),
        "half a character in a name": with_text(f'{{"{HALF_A_PAIR}": 1}}'),
        "halves in the wrong order": with_text('{"a": "\\ude00\\ud83d"}'),
        "half a character after whole ones": with_text(
            f'{{"a": "{"\\ud83d\\ude00" * 50_000}{HALF_A_PAIR}"}}'
        ),
        "whole characters, escaped": with_text('{"a": "\\ud83d\\ude00", "b": "\\\\ud83d"}'),
        "a huge name above many escaped texts": with_text(
            f'{{"{"n" * 5 * BIG}": [{",".join(['"\\ud83d\\ude00"'] * 25_000)}]}}'
        ),
        "nothing but escapes": with_text(f'{{"a": "{escapes}"}}'),
        "escaped controls": with_text('{"\\u0000\\u001b[2J": "\\u0007\\u009b\\u202e\\r\\n"}'),
        "95,000 members": with_text(
            "{" + ",".join(f'"{number:x}":0' for number in range(95_000)) + "}"
        ),
        "a list where names belong": with_text("[1]"),
        "one name with 100,000 values": with_text(
            f'"{",".join(f"k:v{number}" for number in range(100_000))}"'
        ),
        "100,000 names in a text": with_text(
            f'"{",".join(f"k{number}:v" for number in range(80_000))}"'
        ),
        "NaN 250,000 times": b"[" + b"NaN," * 250_000 + b"1]",
        "backslashes that escape nothing": with_text('"' + "\\x" * 500_000 + '"'),
        "halves of characters": with_text('"' + HALF_A_PAIR * 170_000 + '"'),
        "an empty object a line": b"{}\n" * 250_000,
    }


def _good_but_big(entry: dict[str, Any]) -> dict[str, bytes]:
    def filled_to(size: int) -> bytes:
        room = size - len(json.dumps({**entry, "output": ""}))
        return json.dumps({**entry, "output": "x" * room}).encode()

    return {
        "good": json.dumps(entry).encode(),
        "good behind a byte order mark": json.dumps(entry).encode("utf-8-sig"),
        "just as big as may be": filled_to(BODY_LIMIT_BYTES),
        "one byte bigger": filled_to(BODY_LIMIT_BYTES + 1),
        "an output of 500 KB": json.dumps({**entry, "output": "ö" * 250_000}).encode(),
        "256 entries": json.dumps([entry] * 256).encode(),
        "30 deep within": json.dumps({**entry, "labels": json.loads("[" * 28 + "]" * 28)}).encode(),
    }
