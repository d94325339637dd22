"""Lines of the functions' logs, as `make logs` reads them."""

import json

import pytest

from local.stack.function_logs import LogLine
from local.view.log_lines import read_log_line


def line(message: str) -> LogLine:
    return LogLine(at=1_000, function="AlertsApiFunction", message=message)


def test_a_structured_line_gives_level_message_and_facts() -> None:
    entry = read_log_line(
        line(json.dumps({"level": "INFO", "message": "Answered", "location": "x", "status": 200}))
    )

    assert entry is not None
    assert (entry.function, entry.level, entry.message) == ("AlertsApi", "INFO", "Answered")
    assert entry.more == {"status": 200}


@pytest.mark.parametrize("text", ["Traceback (most recent call last):", "[1, 2]", "{broken"])
def test_any_other_text_is_shown_as_it_is(text: str) -> None:
    entry = read_log_line(line(text))

    assert entry is not None
    assert entry.message == text


@pytest.mark.parametrize(
    "text",
    [
        "START RequestId: 1 Version: $LATEST",
        "END RequestId: 1",
        "REPORT RequestId: 1\tDuration: 2 ms",
        " ",
        '{"_aws": {"Timestamp": 1}, "EventsAccepted": [1.0]}',
    ],
)
def test_lines_that_tell_a_person_nothing_are_left_out(text: str) -> None:
    assert read_log_line(line(text)) is None
