"""Histories are told in whole chunks, and counted as they are told."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.faults import proof
from tests.faults.proof import CHUNK
from tests.faults.runs import Calm


@pytest.fixture
def tree(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, calms: Callable[[str], Calm]) -> Path:
    """A proof of one story, which nothing goes wrong in."""
    told = calms("page and acknowledgement")
    page = tmp_path / "reliability.md"
    page.write_text(f"{proof.BEGIN}{proof.END}")
    monkeypatch.setattr(proof, "ROOT", tmp_path)
    monkeypatch.setattr(proof, "PAGE", page)
    monkeypatch.setattr(proof, "PROGRESS", tmp_path / "proof.json")
    monkeypatch.setattr(proof, "ProcessPoolExecutor", ThreadPoolExecutor)
    monkeypatch.setattr(proof, "STORIES", ())
    monkeypatch.setattr(proof, "MUTANTS", ())
    monkeypatch.setattr(proof, "_calms", lambda: [told])
    monkeypatch.setattr(type(told), "problems", lambda *_: [])
    return tmp_path


def prove(monkeypatch: pytest.MonkeyPatch, tree: Path, histories: int) -> dict[str, Any]:
    monkeypatch.setattr("sys.argv", ["proof", "--histories", str(histories), "--processes", "1"])
    assert proof.main() == 0
    progress: dict[str, Any] = json.loads((tree / "proof.json").read_text())
    return progress


def test_a_chunk_that_is_begun_is_told_whole(monkeypatch: pytest.MonkeyPatch, tree: Path) -> None:
    first = prove(monkeypatch, tree, CHUNK + 1)
    again = prove(monkeypatch, tree, CHUNK + 1)
    more = prove(monkeypatch, tree, 3 * CHUNK)

    assert [it["histories"] for it in (first, again, more)] == [2 * CHUNK, 2 * CHUNK, 3 * CHUNK]
    assert first["first_seed"] == more["first_seed"]
    assert f"{3 * CHUNK:,} histories" in (tree / "reliability.md").read_text()
