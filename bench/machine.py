"""The machine that the figures were measured on."""

import os
import platform
from pathlib import Path


def describe() -> str:
    return (
        f"{os.cpu_count()} cores, {_processor()}, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}"
    )


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if not information.exists():
        return platform.processor() or "unknown processor"
    for line in information.read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return "unknown processor"
