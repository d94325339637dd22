"""When the functions are built anew."""

from pathlib import Path

import pytest

from local.stack.build import fingerprint_of


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for name in ("functions/ingest/app.py", "layers/common/Makefile", "template.yaml", "README.md"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("as it was")
    return tmp_path


@pytest.mark.parametrize(
    "name", ["functions/ingest/app.py", "layers/common/Makefile", "template.yaml", "functions/new"]
)
def test_a_changed_or_new_source_asks_for_a_new_build(repository: Path, name: str) -> None:
    before = fingerprint_of(repository)
    (repository / name).write_text("changed")

    assert fingerprint_of(repository) != before


def test_a_removed_source_asks_for_a_new_build(repository: Path) -> None:
    before = fingerprint_of(repository)
    (repository / "functions/ingest/app.py").unlink()

    assert fingerprint_of(repository) != before


@pytest.mark.parametrize("name", ["README.md", "functions/ingest/__pycache__/app.pyc"])
def test_what_is_not_deployed_does_not(repository: Path, name: str) -> None:
    before = fingerprint_of(repository)
    file = repository / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("changed")

    assert fingerprint_of(repository) == before
