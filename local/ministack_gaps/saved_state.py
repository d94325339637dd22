"""What must be mended in a state that ministack saved before ministack reads it again."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from local.stack.places import read_json, write_json

PORT_FILE = "port.txt"


def prepare_state(state: Path, port: int) -> None:
    """Args: port: Where ministack will listen."""
    _forget_stream_positions(state)
    _forget_log_streams(state)
    _move_to(port, state)


def _forget_stream_positions(state: Path) -> None:
    """Positions are saved and the stream is not: as many new changes would be skipped."""
    _edit(state / "lambda.json", "dynamodb_stream_positions", dict.clear)


def _forget_log_streams(state: Path) -> None:
    """There is one for each call ever made, and `.local/logs` has copies of them."""
    _edit(state / "cloudwatch_logs.json", "log_groups", _empty)


def _empty(log_groups: dict[str, Any]) -> None:
    for group in log_groups.values():
        group["streams"] = {}


def _edit(file: Path, field: str, change: Callable[[dict[str, Any]], None]) -> None:
    saved = read_json(file)
    if saved and field in saved["payload"]:
        change(saved["payload"][field]["data"])
        write_json(file, saved)


def _move_to(port: int, state: Path) -> None:
    """Queues are known by addresses with the port that ministack had when they were made."""
    note = state / PORT_FILE
    if note.exists() and (before := note.read_text()) != str(port):
        for file in state.glob("*.json"):
            text = file.read_text(encoding="utf-8")
            moved = text.replace(f"localhost:{before}", f"localhost:{port}")
            if moved != text:
                file.write_text(moved, encoding="utf-8")
    state.mkdir(parents=True, exist_ok=True)
    note.write_text(str(port))
