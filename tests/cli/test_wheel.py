"""The wheel of `cli`, installed where nothing of the repository is."""

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

from tocsin.version import VERSION

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that has the wheel and, without downloads, what it needs."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    made = [*pip, "wheel", "--no-deps", "--no-build-isolation", "--no-index"]
    run([*made, "--wheel-dir", folder, REPOSITORY / "cli"], folder)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", symlinks=True)
    python = folder / "venv/bin/python"
    run([*pip, "--python", python, "install", "--no-deps", "--no-index", wheel], folder)
    # Its packages, and not the repository: a .pth there is not followed from here.
    (site_packages,) = (folder / "venv/lib").glob("*/site-packages")
    (site_packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return python.parent


def run(command: list[str | Path], folder: Path, *, code: int = 0) -> str:
    done = subprocess.run(
        list(map(str, command)),
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "PYTHONWARNINGS": "error"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def test_the_program_of_the_wheel_says_the_version_of_the_stack(installed: Path) -> None:
    assert run([installed / "tocsin", "--version"], installed) == f"tocsin {VERSION}\n"


def test_the_program_of_the_wheel_validates_and_plans(installed: Path) -> None:
    program, file = installed / "tocsin", REPOSITORY / "teams/example.yaml"

    assert run([program, "validate", file], installed) == f"{file} is valid.\n"
    assert "Nothing changes." in run([program, "plan", file, "--against", file], installed)


def test_the_wheel_holds_the_engine(installed: Path) -> None:
    loads = "import functions.alerts_api.api as api, tocsin; print(api.__file__, tocsin.__file__)"

    places = run([installed / "python", "-c", loads], installed).split()

    assert all(Path(place).is_relative_to(installed.parent) for place in places)


def test_an_editable_install_holds_no_copy_of_the_engine(tmp_path: Path) -> None:
    build = "import sys, hatchling.build as it; it.build_editable(sys.argv[1])"
    subprocess.run(
        [sys.executable, "-c", build, tmp_path],
        cwd=REPOSITORY / "cli",
        check=True,
        capture_output=True,
    )

    (wheel,) = tmp_path.glob("*.whl")
    assert {name.partition("/")[0].partition("-")[0] for name in ZipFile(wheel).namelist()} == {
        "_tocsin_cli.pth",
        "tocsin_cli",
    }
