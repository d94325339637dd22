"""Groups of any size, by the deployed intake with its own permissions."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from tests.stack.client import Client, Sender, eventually

NUMBER = 1_500


def alert(each: int, name: str) -> dict[str, Any]:
    labels = {"alertname": name, "instance": f"host-{each}", "severity": "info"}
    return {"status": "firing", "labels": labels, "startsAt": "2026-03-01T08:59:00Z"}


def test_a_big_group_is_taken_in_by_alertmanagers_own_retries(
    api: Client, new_integration: Callable[..., Sender], new_name: Callable[[str], str]
) -> None:
    sender = new_integration(type="alertmanager")
    name = new_name("HostDown")
    group = {"version": "4", "alerts": [alert(each, name) for each in range(NUMBER)]}

    replies = [sender.post(group)]
    while replies[-1].status == 503 and len(replies) < 10:
        assert int(replies[-1].headers["retry-after"]) >= 1
        replies.append(sender.post(group))

    results = replies[-1].expect(202).data["results"]
    earlier = sum(result["dedup_key"] is None for result in results)
    assert len(results) == NUMBER
    assert Counter(it["outcome"] for it in results[earlier:]) == {"opened": NUMBER - earlier}
    assert (earlier > 0) is (len(replies) > 1)
    path = f"/api/v1/alerts?integration={sender.name}&limit=200"
    opened = eventually(lambda: api.rows(path), lambda rows: len(rows) == NUMBER)
    assert {row["occurrences"] for row in opened} == {1}
