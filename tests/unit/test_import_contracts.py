"""The import contracts of pyproject.toml, each broken on purpose in a copy of the code."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from grimp import build_graph

from local.import_contracts import circles_in

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    without_byte_code = shutil.ignore_patterns("__pycache__")
    for part in ("functions", "layers/common/tocsin", "cli/tocsin_cli"):
        shutil.copytree(REPOSITORY / part, tmp_path / part, ignore=without_byte_code)
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    (tmp_path / "local").mkdir()
    shutil.copy(REPOSITORY / "local/import_contracts.py", tmp_path / "local")
    return tmp_path


def lint_imports(copy: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=copy,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(
                str(it) for it in (copy / "layers/common", copy, copy / "cli")
            ),
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("functions/ingest", "functions.alerts_api"),
        ("functions/actions", "functions.alerts_api"),
        ("layers/common/tocsin/adapters", "functions.ingest"),
        ("layers/common/tocsin/usecases", "tocsin.adapters"),
        ("layers/common/tocsin/adapters", "tocsin.lambda_runtime"),
        ("layers/common/tocsin/domain", "tocsin.usecases"),
        ("layers/common/tocsin/domain", "os"),
        ("layers/common/tocsin/usecases", "pydantic"),
        ("layers/common/tocsin/adapters", "logging"),
        ("layers/common/tocsin/domain", "jmespath"),
        ("functions/escalator", "boto3"),
        ("functions/actions", "urllib3"),
        ("layers/common/tocsin/channels", "tocsin.adapters"),
        ("layers/common/tocsin/channels", "boto3"),
        ("layers/common/tocsin/usecases", "tocsin_cli"),
        ("functions/alerts_api", "tocsin_cli"),
    ],
)
def test_a_broken_contract_is_reported_with_its_line(
    copy: Path, importer: str, imported: str
) -> None:
    (copy / importer / "intruder.py").write_text(f"import {imported}\n")
    package = importer.removeprefix("layers/common/").replace("/", ".")

    result = lint_imports(copy)

    assert result.returncode == 1
    assert f"{package}.intruder -> {imported} (l.1)" in result.stdout


@pytest.mark.parametrize(
    "way_back",
    [
        pytest.param("import tocsin.domain.second\n", id="at its beginning"),
        pytest.param("def go():\n    import tocsin.domain.second\n", id="inside a function"),
        pytest.param(
            "from typing import TYPE_CHECKING\n"
            "if TYPE_CHECKING:\n    import tocsin.domain.second\n",
            id="for types only",
        ),
    ],
)
def test_a_circle_between_files_is_reported(copy: Path, way_back: str) -> None:
    domain = copy / "layers/common/tocsin/domain"
    (domain / "first.py").write_text(way_back)
    (domain / "second.py").write_text("import tocsin.domain.third\n")
    (domain / "third.py").write_text("import tocsin.domain.first\n")

    result = lint_imports(copy)

    assert result.returncode == 1
    circle = " -> ".join(f"tocsin.domain.{it}" for it in ("first", "second", "third", "first"))
    assert circle in " ".join(result.stdout.split())


def test_there_is_no_circle_between_files() -> None:
    packages = [
        *("tocsin", "tocsin_cli", "local", "ops", "bench"),
        *(f"functions.{it.parent.name}" for it in REPOSITORY.glob("functions/*/__init__.py")),
    ]

    assert list(circles_in(build_graph(*packages, cache_dir=None))) == []
