"""JSON is read as everybody reads it, or refused with a place to look at."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tocsin.domain.errors import MalformedInputError, PayloadTooLargeError
from tocsin.lambda_runtime.strict_json import BODY_LIMIT_BYTES, DEPTH_LIMIT, read_json

whole_text = some.text(some.characters(codec="utf-8"))
any_json = some.recursive(
    some.none()
    | some.booleans()
    | some.integers()
    | some.floats(allow_nan=False, allow_infinity=False)
    | whole_text,
    lambda inner: some.lists(inner) | some.dictionaries(whole_text, inner),
    max_leaves=20,
)
any_text = some.text(some.characters(codec=None))


@given(any_json, some.booleans())
def test_json_is_read_as_it_was_written(value: object, is_escaped: bool) -> None:  # noqa: FBT001 - hypothesis passes it by position
    body = json.dumps(value, ensure_ascii=is_escaped).encode()

    assert json.dumps(read_json(body)) == json.dumps(value)


@given(some.binary() | any_json.map(lambda value: json.dumps(value).encode()[:-1]))
def test_bytes_that_are_no_json_are_refused_and_no_others(body: bytes) -> None:
    try:
        value = read_json(body)
    except MalformedInputError:
        return
    assert json.dumps(value) == json.dumps(json.loads(body.decode("utf-8-sig")))


@given(any_text)
def test_a_text_is_refused_just_if_it_has_half_a_character(text: str) -> None:
    body = json.dumps({"a": text}).encode()
    try:
        # Two halves that meet are one character, which Python's own text keeps apart.
        whole = text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        with pytest.raises(MalformedInputError, match="half a surrogate pair"):
            read_json(body)
    else:
        assert read_json(body) == {"a": whole}


@pytest.mark.parametrize("brackets", ["[]", "{}"])
def test_nesting_ends_at_32_levels(brackets: str) -> None:
    start, end = ("[", "]") if brackets == "[]" else ('{"a":', "}")

    def nested(levels: int) -> bytes:
        return (start * levels + "1" + end * levels).encode()

    assert read_json(nested(DEPTH_LIMIT))
    with pytest.raises(MalformedInputError, match="deeper than 32 levels"):
        read_json(nested(DEPTH_LIMIT + 1))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param('"' + "[" * 100 + '"', id="in a text"),
        pytest.param('["\\"' + "[" * 100 + '"]', id="behind an escaped quote"),
        pytest.param('["\\\\",' + "[]," * 100 + '"]"]', id="side by side"),
    ],
)
def test_brackets_within_texts_and_side_by_side_are_no_depth(body: str) -> None:
    assert read_json(body.encode()) == json.loads(body)


def test_a_body_has_up_to_a_mebibyte() -> None:
    body = b'"' + b"x" * (BODY_LIMIT_BYTES - 2) + b'"'

    assert len(read_json(body)) == BODY_LIMIT_BYTES - 2
    with pytest.raises(PayloadTooLargeError, match=r"1048577 bytes; the limit is 1048576\."):
        read_json(body + b" ")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('{"secret": }', "The body is not JSON: see line 1, column 12."),
        ('{\n "secret"\n}', "The body is not JSON: see line 3, column 1."),
        ('{"a": NaN}', "The body is not JSON: NaN is no JSON value."),
        ('{"secret": "\\ud800"}', "The body has half a surrogate pair: see line 1, column 13."),
        (
            '[\n"",\n "\\ud83d\\ude00\\udc00"]',
            "The body has half a surrogate pair: see line 3, column 15.",
        ),
        (
            '{"secret": 1, "a": 2, "secret": 3}',
            "The body says one thing twice: members 1 and 3 of an object have the same name.",
        ),
        ("[1e999]", "The body has a number beyond what JSON readers hold."),
        ("[" + "9" * 4301 + "]", "The body has a number of more than 4300 digits."),
        (b'"\xff"', "The body is not UTF-8: see byte 1."),
    ],
)
def test_a_refusal_says_where_to_look_and_repeats_nothing(body: str | bytes, message: str) -> None:
    with pytest.raises(MalformedInputError) as refusal:
        read_json(body if isinstance(body, bytes) else body.encode())

    assert refusal.value.message == message


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("-0.0", -0.0),
        ("1e308", 1e308),
        ("5e-324", 5e-324),
        ("1e-999", 0.0),
        (str(2**53), 2**53),
        ("9" * 4300, int("9" * 4300)),
    ],
    ids=["minus zero", "huge", "tiny", "tinier", "a whole number", "4,300 digits"],
)
def test_a_number_at_a_limit_is_read(body: str, value: Any) -> None:  # noqa: ANN401 - any number
    assert repr(read_json(body.encode())) == repr(value)
