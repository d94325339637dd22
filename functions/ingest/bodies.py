"""Bodies by what they are, not by what they call themselves: JSON first, then forms."""

from typing import Any, Final

from tocsin.domain.errors import MalformedInputError
from tocsin.lambda_runtime.strict_json import read_json

URLENCODED: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data"
JSON_FIELDS: Final = ("payload", "data")
"""Fields of a form that hold the JSON body of products which send forms (GitHub, Uptime Kuma)."""
_BEGINS_JSON: Final = (b"{", b"[", b'"')
FIELDS_LIMIT: Final = 1_000


def read_body(body: bytes, content_type: str) -> Any:  # noqa: ANN401 - JSON may be anything
    """Read a body as JSON, whatever its type says; where it is none, as the form it calls itself.

    Raises:
        MalformedInputError: Neither JSON nor such a form.
        PayloadTooLargeError: It is over 1 MiB.
    """
    try:
        return read_json(body)
    except MalformedInputError:
        if body.lstrip()[:1] in _BEGINS_JSON:
            # curl calls everything a form: what is wrong with it is that it is no good JSON.
            raise
        media_type = content_type.partition(";")[0].strip().lower()
        if media_type == URLENCODED:
            fields = _urlencoded(body)
        elif media_type == MULTIPART:
            fields = _multipart(body, content_type)
        else:
            raise
        if not fields:
            raise
    for name in JSON_FIELDS:
        if fields.get(name, "").lstrip()[:1] in ("{", "["):
            return read_json(fields[name].encode())
    return fields


def _urlencoded(body: bytes) -> dict[str, str]:
    from urllib.parse import parse_qsl  # noqa: PLC0415 - most bodies are JSON

    try:
        text = body.decode()
        pairs = parse_qsl(
            text, keep_blank_values=True, max_num_fields=FIELDS_LIMIT, errors="strict"
        )
    except ValueError:
        message = f"The form cannot be read: UTF-8 and at most {FIELDS_LIMIT} fields are."
        raise MalformedInputError(message) from None
    return dict(pairs)


def _multipart(body: bytes, content_type: str) -> dict[str, str]:
    from email.errors import MessageError  # noqa: PLC0415 - most bodies are JSON
    from email.message import Message  # noqa: PLC0415
    from email.parser import BytesParser  # noqa: PLC0415
    from email.policy import HTTP  # noqa: PLC0415

    head = f"content-type: {content_type}\r\n\r\n".encode("utf-8", "replace")
    fields: dict[str, str] = {}
    try:
        parts = BytesParser(policy=HTTP).parsebytes(head + body).get_payload()
        for part in parts[:FIELDS_LIMIT] if isinstance(parts, list) else ():
            if not isinstance(part, Message):
                continue
            name = part.get_param("name", header="content-disposition")
            content = part.get_payload(decode=True)
            if isinstance(name, str) and isinstance(content, bytes):
                fields[name] = content.decode()
    except (ValueError, LookupError, MessageError):
        message = "The form cannot be read: parts with names and texts in UTF-8 are."
        raise MalformedInputError(message) from None
    return fields
