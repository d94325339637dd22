"""Searching labels and words that are too big for the index."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.items import Image, alert_from
from tocsin.domain.alert import Alert
from tocsin.domain.alert_query import AlertQuery
from tocsin.domain.ids import AlertId

_BATCH: Final = 100
"""Keys that DynamoDB takes in one BatchGetItem."""
WHOLE: Final = "whole"


def with_whole_facts(
    call: Call, table_name: str, images: Sequence[Image], *, query: AlertQuery, at: datetime
) -> Sequence[Image]:
    """Add the whole facts to those images that could be found by what the index lacks.

    An image of big facts shows their beginning. Where that alone is selected, or where other
    filters already say no, the rest is not read.
    """
    if not query.searches_facts:
        return images
    others = replace(query, labels={}, words=())
    cut = [alert_from(image) for image in images if "overflow" in image]
    wanted = [
        alert.alert_id
        for alert in cut
        if others.selects(alert, at) and not query.selects(alert, at)
    ]
    wholes: dict[str, Mapping[str, Any]] = {}
    for start in range(0, len(wanted), _BATCH):
        wholes |= _read_wholes(call, table_name, wanted[start : start + _BATCH])
    return [
        {**image, WHOLE: wholes[image["id"]["S"]]} if image["id"]["S"] in wholes else image
        for image in images
    ]


def selected_alert(image: Image, *, query: AlertQuery, at: datetime) -> Alert | None:
    """Read an alert if the query selects it, by its whole facts where they were added."""
    alert = alert_from(image)
    searched = alert_from(image, whole=image[WHOLE]["B"]) if WHOLE in image else alert
    return alert if query.selects(searched, at) else None


def _read_wholes(
    call: Call, table_name: str, alert_ids: Sequence[AlertId]
) -> dict[str, Mapping[str, Any]]:
    wholes: dict[str, Mapping[str, Any]] = {}
    ids = {keys.overflow_sort(alert_id): alert_id for alert_id in alert_ids}
    request: Mapping[str, Any] = {
        table_name: {"Keys": [keys.overflow_key(alert_id) for alert_id in alert_ids]}
    }
    while request:
        answer = call("BatchGetItem", {"RequestItems": request})
        for item in answer["Responses"].get(table_name, ()):
            if "details" not in item:
                continue  # Not yet there in this copy of the table: the beginning is searched.
            wholes[ids[item["sk"]["S"]]] = item["details"]
        request = answer.get("UnprocessedKeys", {})
    return wholes
