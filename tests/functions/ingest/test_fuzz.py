"""24,000 changed bodies, the same in every run: each is taken or refused with a reason, and soon.

All samples of all senders and of the endpoints of other products, through the whole of intake.
"""

import copy
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from random import Random
from typing import Any, Final

import pytest

from functions.ingest.sns.endpoint import SnsEndpoint
from tests.functions.ingest.gateway import TOKEN, Gateway, Reply
from tests.functions.ingest.hostile import CONTROLS, NUL, TO_THE_LEFT, VALUES
from tests.functions.ingest.test_mutated_samples import (
    ENDPOINTS,
    below_our_token,
    originals,
    places,
)
from tests.wire import Sample, samples
from tocsin.adapters.http_connection import Reply as HttpReply
from tocsin.domain.integration import IntegrationType
from tocsin.lambda_runtime.strict_json import BODY_LIMIT_BYTES

NO_CERTIFICATE: Final = HttpReply("HTTP/1.1 404 Not Found\r\n\r\n")
"""What SNS is answered: its key is unknown."""
BODIES: Final = 24_000
BODIES_OF_A_GATEWAY: Final = 25
"""Which come to the alerts of those before them."""
CPU_SECONDS: Final = 1.0
CHANGES: Final = 3
LONGEST: Final = 2 * BODY_LIMIT_BYTES
GROWS: Final = 0.02
"""How often a change makes a body long."""
ALERTMANAGER_PATHS: Final = ("/api/v1/alerts", "/api/v2/alerts")
"""Where the bodies are sent that were captured without their path."""

SENDERS: Final[Mapping[str, IntegrationType]] = {type_.value: type_ for type_ in IntegrationType}
SOURCES: Final = (*SENDERS, *(f"at {it}" for it in (*ENDPOINTS, "alertmanager-api")))
EACH: Final = -(-BODIES // len(SOURCES))

PLAIN_VALUES: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, -1, 0.1, -0.0, 2**63, 10**299, 1e308, 5e-324),
    *("", " ", NUL, CONTROLS, TO_THE_LEFT, "\ufffe", "😀" * 300, "x" * 5_000),
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "99999999999999", "2026-02-30", "now"),
    *("ok", "resolved", "critical", "null", "{}", "[1]", "javascript:alert(1)", "http://[::1"),
    *([], {}, [[]], {"": {}}, [{"a": 1}], ["x", 1, None], {"text": "x"}, {"name": [], "value": {}}),
)
HUGE_VALUES: Final = tuple(VALUES.values())
PIECES: Final = (
    *(b'"', b"{", b"}", b"[", b"]", b",", b":", b"\\", b"\\u", b"\\ud83d", b"\0", b"\n", b"\xff"),
    *(b"\xed\xa0\xbd", b"\xef\xbb\xbf", b"NaN", b"1e999", b"9" * 5_000, b"[" * 40, b'{"a":' * 40),
    *(b"&", b"=", b"%", b"%zz", b"+", b"--", b"\r\n\r\n", b"<!DOCTYPE a>", b"<a>", b"&b;", b"]]>"),
)
CONTENT_TYPES: Final = (
    *("", "text/plain", "application/json; charset=utf-16", "text/xml; charset=latin-1"),
    *(
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=-",
        "multipart/form-data",
    ),
    *("application/cloudevents-batch+json", "application/octet-stream", "\0", "application/xml"),
)
ENCODINGS: Final = ("gzip", "deflate", "br", "identity", "gzip, gzip", "")


def mutated(chance: Random, sample: Sample) -> Sample:
    body = sample.body
    if chance.random() < 0.7:
        body = _with_other_values(chance, body)
    if body is sample.body or chance.random() < 0.3:
        body = _with_other_bytes(chance, body)
    headers = dict(sample.headers)
    if chance.random() < 0.15:
        headers["content-type"] = chance.choice(CONTENT_TYPES)
    if chance.random() < 0.02:
        headers["content-encoding"] = chance.choice(ENCODINGS)
    if headers and chance.random() < 0.1:
        headers[chance.choice(sorted(headers))] = chance.choice(("", "x", "9" * 400, '\xe4;=,"'))
    query = sample.query
    if query and chance.random() < 0.2:
        place = chance.randrange(len(query))
        query = (
            query[:place] + chance.choice(("", "&", "=", "%", "%00", "%ff", "x")) + query[place:]
        )
    return replace(sample, body=body[:LONGEST], headers=headers, query=query)


def _with_other_values(chance: Random, body: bytes) -> bytes:
    try:
        value = json.loads(body)
    except ValueError:
        return body
    for _ in range(chance.randint(1, CHANGES)):
        value = _with_another_value(chance, value)
    return json.dumps(value, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")


def _with_another_value(chance: Random, value: Any) -> Any:  # noqa: ANN401 - any JSON
    *above, last = chance.choice([it or (None,) for it in places(value)])
    if last is None:
        return _odd(chance) if chance.random() < 0.2 else value
    holder = value
    for step in above:
        holder = holder[step]
    if chance.random() < GROWS:
        holder[last] = _grown(chance, holder[last])
        return value
    match chance.randrange(6):
        case 0 | 1:
            holder[last] = _odd(chance)
        case 2:
            del holder[last]
        case 3:
            holder[last] = [holder[last]] * chance.choice((1, 2, 40))
        case 4:
            holder[last] = json.dumps(holder[last])
        case _:
            holder[last] = {"value": holder[last], "x": 1}
    return copy.deepcopy(value) if chance.random() < 0.3 else value


def _grown(chance: Random, value: Any) -> Any:  # noqa: ANN401 - any JSON
    """So long that a time which grows with the square of it shows."""
    match value:
        case str():
            part = value[: chance.choice((1, 3, 50))] or " "
            return part * (300_000 // len(part))
        case dict():
            return value | {
                f"{name}{it}": value[name] for name in [*value][:1] for it in range(20_000)
            }
        case list():
            return value * 100
        case _:
            return [value] * 100_000


def _odd(chance: Random) -> Any:  # noqa: ANN401 - any JSON
    values = HUGE_VALUES if chance.random() < 0.01 else PLAIN_VALUES
    return copy.deepcopy(chance.choice(values))


def _with_other_bytes(chance: Random, body: bytes) -> bytes:
    for _ in range(chance.randint(1, CHANGES)):
        begin = chance.randint(0, len(body))
        end = min(len(body), begin + chance.choice((1, 1, 4, 30)))
        match chance.randrange(7):
            case 0 | 1:
                part = chance.choice(PIECES)
            case 2:
                part = b""
            case 3:
                part = body[begin:end] * chance.choice((2, 50))
            case 4:
                part = bytes(byte ^ 1 << chance.randrange(8) for byte in body[begin:end])
            case 5:
                part = chance.randbytes(end - begin)
            case _:
                body, part = body[:end], b""
        body = body[:begin] + part + body[end:]
    return body


def requests_of(source: str) -> Iterator[tuple[Sample, str]]:
    """What is changed, and the path that it is sent to."""
    if source in SENDERS:
        yield from ((it, f"/i/{TOKEN}") for it in originals(SENDERS[source]))
        return
    for sample in samples(source.removeprefix("at ")):
        if sample.path:
            yield sample, below_our_token(sample)
        else:
            yield from ((sample, f"/i/{TOKEN}{path}") for path in ALERTMANAGER_PATHS)


def gateway_of(source: str) -> Gateway:
    gateway = Gateway(sns=SnsEndpoint(lambda _host, _path: NO_CERTIFICATE))
    gateway.register(SENDERS.get(source, IntegrationType.REST))
    return gateway


def expect_answer(reply: Reply, seconds: float) -> None:
    """What holds for every body."""
    assert 200 <= reply.status < 500
    assert seconds < CPU_SECONDS
    if reply.status >= 400:
        assert said_in(reply.json).strip()
        assert len(reply.text) < 5_000


def said_in(refusal: Any) -> str:  # noqa: ANN401 - as any product spells it
    """The sentence of a refusal, in the spelling of ours or another product's."""
    match refusal:
        case str(message) | {"message": str(message)} | {"error": str(message)}:
            return message
        case {"error": {"message": str(message)}}:
            return message
        case _:
            return ""


def test_there_are_bodies_enough() -> None:
    assert EACH * len(SOURCES) >= BODIES
    assert all(any(requests_of(source)) for source in SOURCES)


@pytest.mark.parametrize("source", SOURCES)
def test_every_changed_body_is_taken_or_refused_soon(source: str) -> None:
    chance = Random(source)  # noqa: S311 - no secret
    requests = list(requests_of(source))
    gateway = gateway_of(source)
    for number in range(EACH):
        if number % BODIES_OF_A_GATEWAY == 0:
            gateway = gateway_of(source)
        original, path = requests[number % len(requests)]
        sample = mutated(chance, original)
        begun = time.process_time()
        reply = gateway.replay(sample, path=path)
        seconds = time.process_time() - begun
        try:
            expect_answer(reply, seconds)
        except AssertionError as failure:
            failure.add_note(f"{number}: {sample.method} {path}?{sample.query} {seconds:.2f} s")
            failure.add_note(f"{sample.headers} {sample.body[:4_000]!r} -> {reply.text[:1_000]}")
            raise
