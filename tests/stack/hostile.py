"""What holds for every answer, whatever was asked."""

from typing import Any

from tests.stack.client import Client, Reply
from tocsin.domain.signal import printable

REFUSED = {400, 401, 404, 405, 409, 413, 415, 422}
LONGEST_REFUSAL = 5_000
EVERY_STATUS = "firing,acknowledged,resolved"


def wrong_with(reply: Reply) -> str | None:
    """What is wrong with a refusal; None if it is a clear one."""
    if reply.status not in REFUSED:
        return f"status {reply.status}: {reply.text[:200]}"
    error = reply.json.get("error", {})
    if error.keys() != {"code", "message", "request_id", "details"}:
        return f"another shape: {reply.text[:200]}"
    if not error["message"] or not error["request_id"] or len(reply.text) > LONGEST_REFUSAL:
        return f"says too little or too much: {reply.text[:200]}"
    return None


def expect_whole(api: Client, integration: str) -> list[dict[str, Any]]:
    """All alerts of an integration, each of them good to read in a list and alone."""
    rows: list[dict[str, Any]] = []
    query = f"integration={integration}&status={EVERY_STATUS}&limit=200"
    page = api.get(f"/api/v1/alerts?{query}").expect(200).json
    rows += page["data"]
    while page["has_more"]:
        page = api.get(f"/api/v1/alerts?{query}&cursor={page['next_cursor']}").expect(200).json
        rows += page["data"]
    for row in rows:
        alert = api.alert(row["id"])
        assert row.keys() == alert.keys() - {"history"} | (row.keys() & {"truncated"})
        hidden = [ascii(text[:200]) for text in texts_in(alert) if printable(text) != text]
        assert hidden == [], f"{alert['name']!r} has texts that no reader can see: {hidden}"
    return rows


def texts_in(value: object) -> list[str]:
    match value:
        case str():
            return [value]
        case dict():
            return [text for pair in value.items() for it in pair for text in texts_in(it)]
        case list():
            return [text for it in value for text in texts_in(it)]
        case _:
            return []
