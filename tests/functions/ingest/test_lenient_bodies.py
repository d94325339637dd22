"""Bodies that are nearly right: read, repaired, and said so."""

import gzip
import json
import zlib
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from functions.ingest.senders.reading.bodies import read_body
from functions.ingest.senders.reading.lenient_json import read_lenient
from tests.functions.ingest.gateway import TOKEN, Gateway
from tocsin.domain.errors import TocsinError
from tocsin.lambda_runtime.strict_json import BODY_LIMIT_BYTES

ALERT = {"name": "Größe", "severity": "critical"}
WRITTEN = json.dumps(ALERT, ensure_ascii=False)
BINARY = {"content-type": "application/octet-stream"}


@pytest.mark.parametrize(
    ("body", "content_type", "note"),
    [
        pytest.param(WRITTEN.encode("latin-1"), "application/json", "ISO-8859-1", id="Latin-1"),
        pytest.param(WRITTEN.encode("cp1252"), "", "ISO-8859-1", id="no type"),
        pytest.param(
            WRITTEN.encode("cp850"), "application/json; charset=cp850", "cp850", id="its charset"
        ),
        pytest.param(WRITTEN.encode("utf-16"), "application/json", "UTF-16", id="UTF-16"),
        pytest.param(WRITTEN.encode("utf-16-le"), "", "UTF-16", id="UTF-16 without a mark"),
        pytest.param(WRITTEN.encode("utf-32"), "", "UTF-32", id="UTF-32"),
    ],
)
def test_other_charsets_are_read_and_said(
    rest: Gateway, body: bytes, content_type: str, note: str
) -> None:
    reply = rest.post(body, headers={"content-type": content_type})

    assert rest.alert(reply).facts.name == "Größe"
    (said,) = reply.result["truncated"]
    assert said.startswith("body: not UTF-8, read as")
    assert note in said


def test_utf_8_is_read_as_utf_8_under_any_charset(rest: Gateway) -> None:
    headers = {"content-type": "application/json; charset=iso-8859-1"}

    reply = rest.post(WRITTEN.encode(), headers=headers)

    assert rest.alert(reply).facts.name == "Größe"
    assert "truncated" not in reply.result


@pytest.mark.parametrize(
    ("body", "name", "note"),
    [
        pytest.param(
            b'{"name": "cut \\ud83d"}', "cut �", "half a character", id="half a pair, escaped"
        ),
        pytest.param(b'{"name": "cut \xed\xa0\xbd"}', "cut �", "half a character", id="raw"),
        pytest.param(
            b'{"name": "\xed\xa0\xbd\xed\xb8\x80"}', "😀", "half a character", id="two halves"
        ),
        pytest.param(b'{"name": "a\nb"}', "a\nb", "line breaks", id="a raw line break"),
        pytest.param(b'{"name": "C:\\Windows"}', "C:\\Windows", "backslashes", id="a backslash"),
        pytest.param(b'{"name": "a", "name": "b"}', "b", "twice", id="one thing twice"),
        pytest.param(b'{"name": "x"}\0', "x", "control characters", id="a NUL behind"),
        pytest.param(b'{"name": "\xef\xbf\xbd"}', "�", "lost on the way", id="lost before"),
    ],
)
def test_a_body_that_is_nearly_json_is_repaired(
    rest: Gateway, body: bytes, name: str, note: str
) -> None:
    reply = rest.post(body, headers=BINARY)

    assert rest.alert(reply).facts.name == name
    assert note in reply.result["truncated"][0]


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5_000])
def test_a_number_that_is_none_costs_itself_only(rest: Gateway, word: str) -> None:
    reply = rest.post(f'{{"name": "x", "current_value": {word}, "source": "s"}}')

    alert = rest.alert(reply)
    assert str(alert.current_value).startswith(word[:200])
    assert alert.facts.source == "s"
    assert "is no number" in reply.result["truncated"][0]


def test_objects_of_a_line_each_are_a_list(rest: Gateway) -> None:
    assert rest.post(b'{"name": "a"}\n{"name": "b"}\n').outcomes == ["opened", "opened"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"name": "x",}', b"{'name': 'x'}", b'{"a": 1} x', b"hello", b"\xff\xfe"]
)
def test_what_cannot_be_read_is_still_refused(rest: Gateway, body: bytes) -> None:
    assert rest.post(body, headers=BINARY).status == 400
    assert rest.alerts() == []


@given(
    some.recursive(
        some.none() | some.booleans() | some.integers() | some.text(),
        lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
        max_leaves=8,
    )
)
def test_good_json_is_read_as_it_is_without_a_note(value: object) -> None:
    assert read_lenient(json.dumps(value, ensure_ascii=True).encode()) == (value, ())


@given(some.binary(max_size=200) | some.text().map(lambda text: f'{{"a": "{text}"}}'.encode()))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        value, _ = read_lenient(body)
    except TocsinError:
        return
    assert json.dumps(value, ensure_ascii=False).encode()


def read_or_refused(read: Callable[[], tuple[object, tuple[str, ...]]]) -> str:
    try:
        return repr(tuple(read()))
    except TocsinError as refusal:
        return refusal.message


@given(
    some.binary(max_size=200)
    | some.text().map(lambda text: f'{{"a": "{text}"}}'.encode())
    | some.text().map(lambda text: json.dumps([text, "\ufffd"], ensure_ascii=False).encode())
)
@example(b'{"name": "\xef\xbf\xbd"}')
@example(b'{"name": "\\ufffd"}')
@example(b'\xef\xbb\xbf{"name": "x"}')
@example(b"[" * 33 + b"]" * 33)
@example(b" " * (BODY_LIMIT_BYTES + 1))
def test_a_body_is_read_as_the_lenient_reading_would(body: bytes) -> None:
    as_read = read_or_refused(lambda: read_body(body, "application/json"))

    assert as_read == read_or_refused(lambda: read_lenient(body))


GOOD = WRITTEN.encode()
RAW = zlib.compressobj(wbits=-zlib.MAX_WBITS)


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        pytest.param(gzip.compress(GOOD), "gzip", id="gzip"),
        pytest.param(gzip.compress(GOOD), "", id="gzip that does not say so"),
        pytest.param(gzip.compress(GOOD[:9]) + gzip.compress(GOOD[9:]), "x-gzip", id="two members"),
        pytest.param(gzip.compress(gzip.compress(GOOD)), "gzip, gzip", id="twice"),
        pytest.param(zlib.compress(GOOD), "deflate", id="deflate"),
        pytest.param(RAW.compress(GOOD) + RAW.flush(), "deflate", id="raw deflate"),
        pytest.param(GOOD, "gzip", id="not compressed after all"),
        pytest.param(GOOD, "deflate", id="not deflated after all"),
        pytest.param(GOOD, "identity", id="identity"),
    ],
)
def test_compressed_bodies_are_read(rest: Gateway, body: bytes, encoding: str) -> None:
    headers = {"content-encoding": encoding} if encoding else {}

    assert rest.alert(rest.post(body, headers=headers)).facts.name == "Größe"


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        pytest.param(GOOD, "br", 415, id="Brotli"),
        pytest.param(GOOD, "zstd", 415, id="Zstandard"),
        pytest.param(gzip.compress(GOOD), "gzip, gzip, gzip", 415, id="three layers"),
        pytest.param(gzip.compress(GOOD)[:-9], "gzip", 400, id="broken off"),
        pytest.param(b"\x1f\x8bnonsense", "gzip", 400, id="no gzip"),
        pytest.param(gzip.compress(b" " * (BODY_LIMIT_BYTES + 1)), "gzip", 413, id="too large"),
        pytest.param(
            gzip.compress(gzip.compress(b"0" * 2**28)), "gzip, gzip", 413, id="a bomb in a bomb"
        ),
    ],
)
def test_what_cannot_be_decompressed_is_refused(
    rest: Gateway, body: bytes, encoding: str, status: int
) -> None:
    reply = rest.post(body, headers={"content-encoding": encoding})

    assert reply.status == status
    if status == 415:
        assert reply.headers["accept-encoding"] == "gzip, deflate"


def test_other_products_endpoints_read_compressed_bodies_too(rest: Gateway) -> None:
    event = {"event_action": "trigger", "dedup_key": "k", "payload": {"summary": "s"}}
    body = gzip.compress(json.dumps(event).encode())

    reply = rest.post(body, path=f"/i/{TOKEN}/v2/enqueue", headers={"content-encoding": "gzip"})

    assert reply.status == 202
    assert [alert.dedup_key for alert in rest.alerts()] == ["k"]


def test_a_refused_encoding_has_the_products_own_shape(rest: Gateway) -> None:
    reply = rest.post(b"x", path=f"/i/{TOKEN}/v2/enqueue", headers={"content-encoding": "br"})

    assert (reply.status, reply.json["status"]) == (415, "error")
    assert reply.headers["accept-encoding"] == "gzip, deflate"
