"""Message groups of a standard queue, as the embedded SQS orders them."""

from typing import Any

from local.ministack_gaps.embedded_aws import order_fairly

NOW = 1_000.0


def message(name: str, group: str | None, *, is_in_flight: bool = False) -> dict[str, Any]:
    return {
        "id": name,
        "group_id": group,
        "receive_count": int(is_in_flight),
        "visible_at": NOW + 30 if is_in_flight else NOW - 1,
    }


def order(*messages: dict[str, Any]) -> list[str]:
    ordered = list(messages)
    order_fairly(ordered, NOW)
    return [each["id"] for each in ordered]


def test_a_group_with_nothing_in_flight_comes_first() -> None:
    busy = [message(f"busy-{number}", "alice") for number in range(3)]

    assert order(message("now", "alice", is_in_flight=True), *busy, message("quiet", "bob")) == [
        "quiet",
        "now",
        *(each["id"] for each in busy),
    ]


def test_within_a_group_and_without_groups_the_order_stays() -> None:
    messages = [message("one", None), message("two", None, is_in_flight=True), message("x", None)]

    assert order(*messages) == ["one", "two", "x"]


def test_messages_that_wait_for_their_time_are_not_in_flight() -> None:
    later = message("later", "alice") | {"visible_at": NOW + 60}

    assert order(later, message("next", "alice"), message("other", "bob")) == [
        "later",
        "next",
        "other",
    ]
