"""The version that runs here; `pyproject.toml` has the same, which a test checks."""

from typing import Final

VERSION: Final = "0.2.0"
