"""What is mended in a saved state of the embedded AWS before it is used again."""

import json
from pathlib import Path

from local.ministack_gaps.saved_state import prepare_state
from local.stack.places import Json

SCOPE = "000000000000\0us-east-1\0"


def save(state: Path, service: str, **fields: object) -> None:
    """Write a file as ministack does."""
    state.mkdir(exist_ok=True)
    payload = {
        name: {"__account_region_scoped__": True, "data": data} for name, data in fields.items()
    }
    file = state / f"{service}.json"
    file.write_text(json.dumps({"__ministack_format__": 3, "payload": payload}))


def saved(state: Path, service: str) -> Json:
    return json.loads((state / f"{service}.json").read_text())["payload"]


def test_positions_in_a_stream_that_is_not_saved_are_forgotten(tmp_path: Path) -> None:
    mappings = {f"{SCOPE}'m'": {"UUID": "m"}}
    save(tmp_path, "lambda", esms=mappings, dynamodb_stream_positions={f"{SCOPE}'m'": 6})

    prepare_state(tmp_path, 4566)

    assert saved(tmp_path, "lambda")["dynamodb_stream_positions"]["data"] == {}
    assert saved(tmp_path, "lambda")["esms"]["data"] == mappings


def test_log_groups_stay_without_the_streams_of_earlier_calls(tmp_path: Path) -> None:
    group = {"retentionInDays": 30, "streams": {"2026/03/01/[1]a": {"events": [{}]}}}
    save(tmp_path, "cloudwatch_logs", log_groups={f"{SCOPE}'g'": group})

    prepare_state(tmp_path, 4566)

    assert saved(tmp_path, "cloudwatch_logs")["log_groups"]["data"] == {
        f"{SCOPE}'g'": {"retentionInDays": 30, "streams": {}}
    }


def test_queues_move_to_the_port_of_the_new_run(tmp_path: Path) -> None:
    prepare_state(tmp_path, 4601)
    save(tmp_path, "sqs", queues={f"{SCOPE}'http://localhost:4601/0/timers'": {}})

    prepare_state(tmp_path, 4611)

    assert list(saved(tmp_path, "sqs")["queues"]["data"]) == [
        f"{SCOPE}'http://localhost:4611/0/timers'"
    ]


def test_a_first_start_has_nothing_to_mend(tmp_path: Path) -> None:
    prepare_state(tmp_path / "aws", 4566)

    assert list((tmp_path / "aws").glob("*.json")) == []
