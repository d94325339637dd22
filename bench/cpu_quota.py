"""A control group with a part of a core, as Lambda assigns by memory."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from errno import EBUSY
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

WHOLE_CORE_MEGABYTES: Final = 1769
"""https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html"""
CONTROL_GROUPS: Final = Path("/sys/fs/cgroup")
_PERIOD_MICROSECONDS: Final = 20_000
"""Lambda's own is not documented."""
_END_SECONDS: Final = 5


class NoQuotaError(Exception):
    """This machine allows no control groups; the text says why."""


@dataclass(frozen=True, slots=True)
class Throttled:
    """Periods in which the kernel throttled the group."""

    periods: int
    of: int

    def __add__(self, other: "Throttled") -> "Throttled":
        return Throttled(self.periods + other.periods, self.of + other.of)


@dataclass(frozen=True, slots=True)
class Group:
    """A control group: what writes its own id into `members` belongs to it, and its children."""

    path: Path

    @property
    def members(self) -> Path:
        return self.path / "cgroup.procs"

    def throttled(self) -> Throttled:
        """Since the group was made."""
        lines = (self.path / "cpu.stat").read_text().splitlines()
        counts = dict(line.split(" ", 1) for line in lines)
        return Throttled(periods=int(counts["nr_throttled"]), of=int(counts["nr_periods"]))


def share_of(memory_megabytes: int) -> float:
    return min(1.0, memory_megabytes / WHOLE_CORE_MEGABYTES)


@contextmanager
def quota(share: float, root: Path = CONTROL_GROUPS) -> Iterator[Group]:
    """A group with a part of a core, for the block.

    Raises:
        NoQuotaError: There are no control groups here, or this user may not write to them.
    """
    budget = round(share * _PERIOD_MICROSECONDS)
    is_unified = (root / "cgroup.controllers").exists()
    parent = root if is_unified else root / "cpu"
    if not parent.is_dir():
        raise NoQuotaError(f"there is no {parent}")
    try:
        group = Group(Path(mkdtemp(prefix="tocsin-bench-", dir=parent)))
    except OSError as error:
        raise NoQuotaError(f"{parent} is not ours to write: {error.strerror}") from error
    try:
        _limit(group.path, budget, is_unified=is_unified)
        yield group
    finally:
        _remove(group.path)


def _remove(path: Path) -> None:
    """The kernel refuses to remove a group before the last of its members has ended."""
    deadline = time.monotonic() + _END_SECONDS
    while True:
        try:
            path.rmdir()
        except OSError as error:
            if error.errno != EBUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _limit(path: Path, budget: int, *, is_unified: bool) -> None:
    limits = (
        {"cpu.max": f"{budget} {_PERIOD_MICROSECONDS}"}
        if is_unified
        else {"cpu.cfs_period_us": _PERIOD_MICROSECONDS, "cpu.cfs_quota_us": budget}
    )
    for name, value in limits.items():
        file = path / name
        if not file.exists():
            raise NoQuotaError(f"groups below {path.parent} have no {name}")
        try:
            file.write_text(f"{value}\n")
        except OSError as error:
            raise NoQuotaError(f"{name} cannot be set: {error.strerror}") from error
