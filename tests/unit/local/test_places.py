"""Files that other programs wait for."""

import stat
from pathlib import Path

import pytest

from local.stack.places import read_json, write_json


def test_a_file_with_credentials_is_for_its_owner_only(tmp_path: Path) -> None:
    write_json(tmp_path / "stack.json", {"api_key": "secret"})

    assert stat.S_IMODE((tmp_path / "stack.json").stat().st_mode) == 0o600
    assert read_json(tmp_path / "stack.json") == {"api_key": "secret"}


def test_a_write_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    write_json(tmp_path / "stack.json", "before")

    with pytest.raises(TypeError):
        write_json(tmp_path / "stack.json", object())

    assert read_json(tmp_path / "stack.json") == "before"
    assert [file.name for file in tmp_path.iterdir()] == ["stack.json"]


def test_a_file_that_is_missing_or_broken_reads_as_none(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{")

    assert read_json(tmp_path / "missing.json") is None
    assert read_json(tmp_path / "broken.json") is None
