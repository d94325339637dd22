"""Puts the engine into the wheel: `tocsin`, which the layer holds, and the functions."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parents[1]


class EngineHook(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Leave an editable install to the repository, which is on its path anyway."""
        if version != "editable":
            build_data["force_include"] |= {
                str(ROOT / "layers" / "common" / "tocsin"): "tocsin",
                str(ROOT / "functions"): "functions",
            }
