"""What is uploaded: byte code for every module, for every processor, and nothing to trip over."""

import importlib.util
import marshal
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

import pytest

from tests.build.conftest import Built

pytestmark = pytest.mark.build

ROOT = Path(__file__).parents[2]
MEGABYTE = 1_000_000
LAMBDA_LIMIT = 250 * 1024 * 1024
"""Unzipped, function and layers together."""
RELEASED_WITH = {
    "CalendarFunction": {"dateutil": "python_dateutil", "six": "six", "tzdata": "tzdata"},
    "NotifierFunction": {"jmespath": "jmespath", "dateutil": "python_dateutil", "six": "six"},
}
"""Packages of a function that the layer has as well, in the same release, and the names of those:
both locks agree."""
PYC_HEADER_LENGTH = 16
UNCHECKED_HASH = 0b01
WHEEL_MACHINE = {"arm64": "aarch64", "x86_64": "x86_64"}


@pytest.fixture
def uploaded(functions: dict[str, Built], layer: Path) -> dict[Path, str]:
    """Folders of modules, and where Lambda puts them."""
    return {layer.parent: "/opt"} | {
        function.folder: "/var/task" for function in functions.values()
    }


def modules_in(folder: Path) -> Iterator[Path]:
    found = list(folder.rglob("*.py"))
    assert found, f"{folder} holds no module"
    yield from found


def byte_code_of(module: Path) -> Path:
    return Path(importlib.util.cache_from_source(str(module)))


def test_every_module_has_its_byte_code(uploaded: dict[Path, str]) -> None:
    compiled_at_each_start = {
        module
        for folder in uploaded
        for module in modules_in(folder)
        if not byte_code_of(module).is_file()
    }

    assert not compiled_at_each_start


def test_byte_code_is_taken_without_a_look_at_the_source(uploaded: dict[Path, str]) -> None:
    for folder in uploaded:
        for module in modules_in(folder):
            header = byte_code_of(module).read_bytes()[:PYC_HEADER_LENGTH]

            assert header[:4] == importlib.util.MAGIC_NUMBER, module
            assert int.from_bytes(header[4:8], "little") == UNCHECKED_HASH, module


def test_tracebacks_name_files_as_they_are_in_lambda(uploaded: dict[Path, str]) -> None:
    for folder, root in uploaded.items():
        for module in modules_in(folder):
            code: CodeType = marshal.loads(byte_code_of(module).read_bytes()[PYC_HEADER_LENGTH:])  # noqa: S302 - our own build

            assert code.co_filename == f"{root}/{module.relative_to(folder)}"


def test_what_modules_read_beside_them_is_uploaded_with_them(functions: dict[str, Built]) -> None:
    for function in functions.values():
        folder = function.handler.split(".")[1]
        if folder == "console":
            continue  # its files are joined: tests/functions/console
        for source in (ROOT / "functions" / folder).rglob("*.*"):
            if source.suffix in {".css", ".html"}:
                assert (function.folder / source.relative_to(ROOT)).read_bytes() == (
                    source.read_bytes()
                )


def test_the_layer_runs_on_every_processor_that_it_was_built_for(layer: Path) -> None:
    compiled = {path.relative_to(layer) for path in layer.rglob("*.so")}
    modules = {path.with_name(path.name.split(".")[0]) for path in compiled}

    assert modules, "pydantic's core is compiled"
    for processor in os.environ.get("ARCH", "arm64 x86_64").split():
        ending = f".cpython-313-{WHEEL_MACHINE[processor]}-linux-gnu.so"
        assert {module.with_name(module.name + ending) for module in modules} <= compiled


def test_nothing_in_a_function_hides_the_layer(functions: dict[str, Built], layer: Path) -> None:
    shared = names_in(layer)
    for function in functions.values():
        package = function.handler.split(".")[1]

        own = names_in(function.folder) - RELEASED_WITH.get(function.logical_id, {}).keys()
        assert not own & shared
        assert names_in(function.folder / "functions") == {package}


def test_a_package_of_both_function_and_layer_is_the_same_release(
    functions: dict[str, Built], layer: Path
) -> None:
    for logical_id, packages in RELEASED_WITH.items():
        folder = functions[logical_id].folder

        for name in packages.values():
            releases = {each.name for root in (folder, layer) for each in root.glob(name + "-*")}
            assert len({it for it in releases if it.endswith(".dist-info")}) == 1


def test_only_calendars_keys_the_notifier_and_signing_in_carry_packages_of_their_own(
    functions: dict[str, Built],
) -> None:
    laden = {
        logical_id
        for logical_id, function in functions.items()
        if names_in(function.folder) != {"functions"}
    }

    assert laden == {
        "CalendarFunction",
        "FirstKeyFunction",
        "NotifierFunction",
        "SessionFunction",
    }


def test_a_function_fits_into_lambda_with_the_layer(
    functions: dict[str, Built], layer: Path
) -> None:
    shared = size_of(layer.parent)
    for function in functions.values():
        assert size_of(function.folder) + shared < LAMBDA_LIMIT


def names_in(folder: Path) -> set[str]:
    """What can be imported from a folder."""
    return {
        entry.name.removesuffix(".py")
        for entry in folder.iterdir()
        if not entry.name.endswith((".dist-info", ".data")) and entry.name != "__pycache__"
    }


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_the_layer_has_the_templates_of_messages(layer: Path) -> None:
    ours = Path(__file__).parents[2] / "layers/common/tocsin/templates"
    names = sorted(path.name for path in ours.iterdir())

    assert names
    assert sorted(path.name for path in (layer / "tocsin/templates").iterdir()) == names


def test_nothing_in_the_layer_hides_the_standard_library(layer: Path) -> None:
    packages = {entry.name.removesuffix(".py") for entry in layer.iterdir()}

    assert not packages & sys.stdlib_module_names


def test_the_layer_stays_small(layer: Path) -> None:
    assert size_of(layer) < 27 * MEGABYTE
