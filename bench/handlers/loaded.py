"""Loads the handler of another module as Lambda does, and never calls it."""

import importlib
import os
import sys
from collections.abc import Mapping

_module, _, _function = os.environ["BENCH_HANDLER"].rpartition(".")
if _module:
    getattr(importlib.import_module(_module), _function)


def handler(event: Mapping[str, object], _context: object) -> list[str]:
    return sorted(sys.modules) if "modules" in event else []
