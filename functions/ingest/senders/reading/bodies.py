"""Bodies by what they are, not by what they call themselves: JSON first, then forms."""

from typing import Any, Final, NamedTuple

from tocsin.domain.errors import MalformedInputError
from tocsin.lambda_runtime.strict_json import read_json

URLENCODED: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data"
JSON_FIELDS: Final = ("payload", "data")
"""Fields of a form that hold the JSON body of products which send forms (GitHub, Uptime Kuma).

So does a field that is the only one.
"""
_BEGINS_VALUE: Final = ("{", "[")
_REPLACED: Final = "\N{REPLACEMENT CHARACTER}".encode()


class ReadBody(NamedTuple):
    value: Any
    repairs: tuple[str, ...] = ()


def read_body(body: bytes, content_type: str) -> ReadBody:
    """Read a body as JSON, also under another content type; else as the form it calls itself.

    Raises:
        MalformedInputError: Neither JSON nor such a form.
        PayloadTooLargeError: It is over 1 MiB.
    """
    try:
        value = read_json(body)
    except MalformedInputError:
        return _repaired(body, content_type)
    if _REPLACED not in body:
        return ReadBody(value)
    from functions.ingest.senders.reading.charsets import text_of

    return ReadBody(value, text_of(body)[1])


def _repaired(body: bytes, content_type: str) -> ReadBody:
    """Read a body that is not valid JSON: as nearly JSON, else as a form."""
    from functions.ingest.senders.reading.charsets import charset_of
    from functions.ingest.senders.reading.lenient_json import read_lenient, read_repaired

    charset = charset_of(content_type)
    try:
        return ReadBody(*read_repaired(body, charset))
    except MalformedInputError:
        if body.lstrip()[:1] in (b"{", b"[", b'"'):
            # curl calls everything a form: what is wrong with it is that it is no good JSON.
            raise
        media_type = content_type.partition(";")[0].strip().lower()
        if media_type not in (URLENCODED, MULTIPART):
            raise
        from functions.ingest.senders.reading import forms

        if media_type == URLENCODED:
            fields, repairs = forms.read_urlencoded(body, charset)
        else:
            fields, repairs = forms.read_multipart(body, content_type, charset)
        if not fields:
            raise
    alone = tuple(fields) if len(fields) == 1 else ()
    for name in (*JSON_FIELDS, *alone):
        if fields.get(name, "").lstrip()[:1] in _BEGINS_VALUE:
            value, repaired = read_lenient(fields[name].encode("utf-8", "replace"))
            return ReadBody(value, (*repairs, *repaired))
    return ReadBody(fields, repairs)
