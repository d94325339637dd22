"""JSON answers, compressed from 2 KiB."""

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

from tocsin.lambda_runtime import http
from tocsin.lambda_runtime.http import JSON, HttpAnswer

COMPRESSED_FROM_BYTES: Final = 2048
_FASTEST: Final = 1
_KEPT_NOWHERE: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
"""An answer may hold a key or an integration URL, shown once."""

_write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def with_json(value: object, status: int = HTTPStatus.OK) -> HttpAnswer:
    return HttpAnswer(status=status, body=_write(value), headers={"content-type": JSON})


def with_data(data: object, status: int = HTTPStatus.OK, **beside: object) -> HttpAnswer:
    """Answer with `{"data": …}` and the members of `beside`."""
    return with_json({"data": data, **beside}, status)


def with_page(
    rows: Sequence[object],
    *,
    next_cursor: str | None = None,
    meta: Mapping[str, Any] | None = None,
    ignored: Sequence[Mapping[str, str]] = (),
) -> HttpAnswer:
    """The last page of a list has no `next_cursor`.

    Args:
        rows: What the page shows.
        next_cursor: Where the next page begins.
        meta: What is said of the whole list.
        ignored: Parameters of the query that were not read.
    """
    page: dict[str, object] = {"data": rows}
    about = {**(meta or {}), **({"ignored": ignored} if ignored else {})}
    if about:
        page["meta"] = about
    if next_cursor is not None:
        page["next_cursor"] = next_cursor
    page["has_more"] = next_cursor is not None
    return with_json(page)


def without_content() -> HttpAnswer:
    return HttpAnswer(status=HTTPStatus.NO_CONTENT)


def to_gateway(answer: HttpAnswer, accepted_encodings: str) -> dict[str, Any]:
    if len(answer.body) < COMPRESSED_FROM_BYTES:
        return http.to_gateway(answer, _KEPT_NOWHERE)
    headers = {**_KEPT_NOWHERE, "vary": "accept-encoding"}
    if not _accepts_gzip(accepted_encodings):
        return http.to_gateway(answer, headers)
    compressed = gzip.compress(answer.body.encode(), _FASTEST, mtime=0)
    packed = replace(answer, body=base64.b64encode(compressed).decode("ascii"))
    headers["content-encoding"] = "gzip"
    return http.to_gateway(packed, headers) | {"isBase64Encoded": True}


def _accepts_gzip(accepted_encodings: str) -> bool:
    for offer in accepted_encodings.lower().split(","):
        name, _, quality = offer.partition(";")
        if name.strip() in ("gzip", "*"):
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
