"""The domain and the use cases are given the time: they read no clock."""

import ast
from pathlib import Path

import pytest

LAYER = Path(__file__).parents[2] / "layers/common/tocsin"
PURE = sorted([*(LAYER / "domain").rglob("*.py"), *(LAYER / "usecases").rglob("*.py")])
CLOCKS = {"now", "today", "utcnow"}


def clocks_read(source: str) -> list[str]:
    """Calls such as `datetime.now(UTC)`; `import time` is an import contract's affair."""
    return [
        ast.unparse(node)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"datetime", "date"}
        and node.func.attr in CLOCKS
    ]


@pytest.mark.parametrize("module", PURE, ids=lambda module: str(module.relative_to(LAYER)))
def test_a_pure_module_reads_no_clock(module: Path) -> None:
    assert not clocks_read(module.read_text())


def test_a_clock_is_found() -> None:
    assert clocks_read("at = datetime.now(UTC)") == ["datetime.now(UTC)"]
    assert not clocks_read("at = work.now()")
