"""Ask PyPI whether anything in requirements/*.txt has a known weakness.

Where that cannot be asked, for want of a network or on a mirror that does not tell, it says that it
was not run: no finding is not the same as nothing found.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
SECONDS = 120
"""For one lock; each package is a request."""


class Audit(NamedTuple):
    weaknesses: tuple[str, ...]
    why_not_run: str | None


def main() -> int:
    """Audit every lock; 1 if anything is known of one."""
    found = False
    for lock in sorted((ROOT / "requirements").glob("*.txt")):
        audit = audited(lock)
        for weakness in audit.weaknesses:
            print(f"{lock.name}: {weakness}")
        if audit.why_not_run is not None:
            print(f"{lock.name}: NOT RUN, could not be audited: {audit.why_not_run}")
        elif not audit.weaknesses:
            print(f"{lock.name}: nothing is known")
        found = found or bool(audit.weaknesses)
    return int(found)


def audited(lock: Path) -> Audit:
    command = ["pip-audit", "--strict", "--disable-pip", "--progress-spinner=off", "--format=json"]
    try:
        run = subprocess.run(
            [*command, "--requirement", str(lock)],
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        return Audit((), f"no answer within {SECONDS} s")
    return read_audit(run.stdout, run.stderr)


def read_audit(said: str, complained: str) -> Audit:
    try:
        told: Mapping[str, Any] = json.loads(said)
    except ValueError:
        return Audit((), complained.strip().rpartition("\n")[2] or "pip-audit said nothing")
    packages = told["dependencies"]
    skipped = [it["name"] for it in packages if "skip_reason" in it]
    weaknesses = tuple(
        f"{it['name']} {it['version']}: {vulnerability['id']}"
        for it in packages
        for vulnerability in it.get("vulns", ())
    )
    return Audit(weaknesses, f"nothing is told of {', '.join(skipped)}" if skipped else None)


if __name__ == "__main__":
    sys.exit(main())
