"""Searching facts that are too big for the index."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import Image, alert_from
from tocsin.domain.alert_query import AlertQuery
from tocsin.domain.ids import AlertId

_CHARGED_BYTES: Final = 4096


def charged_bytes(size: int) -> int:
    return max(1, math.ceil(size / _CHARGED_BYTES)) * _CHARGED_BYTES


def cut_alerts(images: Sequence[Image], *, query: AlertQuery, at: datetime) -> list[AlertId]:
    """Alerts that might be selected by facts that the index lacks.

    An image of big facts has their beginning. If that alone is selected, or if other filters reject
    the alert, the rest is not read.
    """
    if not query.searches_facts:
        return []
    others = replace(query, labels={}, words=())
    cut = [alert_from(image) for image in images if "overflow" in image]
    return [
        alert.alert_id
        for alert in cut
        if others.selects(alert, at) and not query.selects(alert, at)
    ]


@dataclass(frozen=True, slots=True)
class WholeFacts:
    call: Call
    table_name: str

    def read(self, alert_ids: Sequence[AlertId]) -> tuple[dict[str, str], int]:
        """Read whole facts; also returns the bytes charged."""
        ids = {keys.overflow_sort(alert_id): alert_id for alert_id in alert_ids}
        wanted = [keys.overflow_key(alert_id) for alert_id in alert_ids]
        request: Mapping[str, Any] = {self.table_name: {"Keys": wanted}}
        wholes: dict[str, str] = {}
        size = 0
        while request:
            answer = self.call("BatchGetItem", {"RequestItems": request})
            for item in answer["Responses"].get(self.table_name, ()):
                size += charged_bytes(sum(len(it.get("B", "")) * 3 // 4 for it in item.values()))
                # If they are not stored yet, the beginning is searched.
                if "details" in item:
                    wholes[ids[item["sk"]["S"]]] = item["details"]["B"]
            request = answer.get("UnprocessedKeys", {})
        return wholes, size
