"""Forms, which some products send: read where a body is no JSON and calls itself a form."""

import json
from urllib.parse import urlencode

import pytest

from tests.functions.ingest.gateway import Gateway

ALERT = {"name": "Größe", "severity": "critical"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
MULTIPART = {"content-type": "multipart/form-data; boundary=b"}


def parts(**fields: str) -> bytes:
    return (
        "".join(
            f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
            for name, text in fields.items()
        )
        + "--b--\r\n"
    ).encode()


@pytest.mark.parametrize("charset", ["", "; charset=utf-8"])
def test_fields_of_a_form_are_members_of_an_object(rest: Gateway, charset: str) -> None:
    headers = {"content-type": FORM["content-type"].title() + charset}

    reply = rest.post(urlencode(ALERT).encode(), headers=headers)

    assert rest.alert(reply).facts.name == "Größe"


@pytest.mark.parametrize("field", ["payload", "data"])
def test_a_field_that_holds_json_is_the_body(rest: Gateway, field: str) -> None:
    written = urlencode({field: json.dumps(ALERT), "other": "x"}).encode()

    assert rest.alert(rest.post(written, headers=FORM)).facts.name == "Größe"
    several = parts(**{field: json.dumps([ALERT, {"name": "CPU"}]), "other": "x"})
    assert rest.post(several, headers=MULTIPART).outcomes == ["updated", "opened"]


def test_parts_are_members_of_an_object(rest: Gateway) -> None:
    reply = rest.post(parts(**ALERT), headers=MULTIPART)

    assert rest.alert(reply).facts.name == "Größe"


def test_a_field_called_data_that_is_a_text_is_a_member(rest: Gateway) -> None:
    written = urlencode({**ALERT, "data": "93 %"}).encode()

    assert rest.post(written, headers=FORM).outcomes == ["opened"]


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        pytest.param(b"", FORM, id="nothing"),
        pytest.param(b'{"name": "x"', FORM, id="broken JSON that curl calls a form"),
        pytest.param(b"&".join([b"a=1"] * 1_001), FORM, id="too many fields"),
        pytest.param(b"payload={", FORM, id="broken JSON in a field"),
        pytest.param(b"name=x", {"content-type": "text/plain"}, id="does not call itself a form"),
        pytest.param(b"--b\r\n\r\nx", MULTIPART, id="no part with a name"),
        pytest.param(b"--c--", MULTIPART, id="another boundary"),
        pytest.param(parts(name="x"), {"content-type": "multipart/form-data"}, id="no boundary"),
        pytest.param(
            b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n" * 1_002,
            MULTIPART,
            id="too many parts",
        ),
    ],
)
def test_a_body_that_is_no_form_is_refused(
    rest: Gateway, body: bytes, headers: dict[str, str]
) -> None:
    assert rest.post(body, headers=headers).status == 400
    assert rest.alerts() == []


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        pytest.param(b"name=%D6l&severity=critical", FORM, id="escaped"),
        pytest.param(b"name=\xd6l&severity=critical", FORM, id="raw"),
        pytest.param(
            b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\n\xd6l\r\n--b--',
            MULTIPART,
            id="in a part",
        ),
        pytest.param(
            "name=Öl".encode("cp850"),
            {"content-type": "application/x-www-form-urlencoded; charset=cp850"},
            id="in the charset that it names",
        ),
    ],
)
def test_letters_that_are_not_utf_8_are_read_and_said(
    rest: Gateway, body: bytes, headers: dict[str, str]
) -> None:
    reply = rest.post(body, headers=headers)

    assert rest.alert(reply).facts.name == "Öl"
    assert reply.result["truncated"][0].startswith("body: not UTF-8, read as ")


def test_a_file_of_a_form_does_not_hide_its_fields(rest: Gateway) -> None:
    body = parts(**ALERT).replace(
        b"--b--",
        b'--b\r\nContent-Disposition: form-data; name="log"; filename="a.bin"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n\x00\xff\xfe\r\n--b--",
    )

    assert rest.alert(rest.post(body, headers=MULTIPART)).facts.name == "Größe"
