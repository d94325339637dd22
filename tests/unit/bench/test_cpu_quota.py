"""A part of a core, where the machine gives one; else a reason."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.cpu_quota import Group, NoQuotaError, Throttled, quota, share_of

SPIN = """
import time
while time.process_time() < 0.1: pass
"""


@pytest.fixture
def group() -> Iterator[Group]:
    try:
        with quota(0.29) as group:
            yield group
    except NoQuotaError as error:
        pytest.skip(f"no part of a core can be had here: {error}")


@pytest.mark.parametrize(("megabytes", "share"), [(512, 0.29), (1769, 1.0), (3008, 1.0)])
def test_memory_decides_how_much_of_a_core_there_is(megabytes: int, share: float) -> None:
    assert share_of(megabytes) == pytest.approx(share, abs=0.005)


def test_a_process_in_a_part_of_a_core_is_held_back(group: Group) -> None:
    join = ["/bin/sh", "-c", 'echo $$ >"$0" && exec "$@"', str(group.members)]
    began_at = time.monotonic()

    subprocess.run([*join, sys.executable, "-c", SPIN], check=True)

    assert time.monotonic() - began_at > 0.1 / 0.29 * 0.8
    assert group.throttled().periods > 0


def test_the_kernels_count_is_read(tmp_path: Path) -> None:
    (tmp_path / "cpu.stat").write_text("usage_usec 7\nnr_periods 78\nnr_throttled 76\n")

    assert Group(tmp_path).throttled() == Throttled(periods=76, of=78)


@pytest.mark.parametrize("files", [(), ("cgroup.controllers",)], ids=["first", "second"])
def test_a_machine_without_the_controller_says_so(tmp_path: Path, files: tuple[str, ...]) -> None:
    for name in files:
        (tmp_path / name).touch()
    if not files:
        (tmp_path / "cpu").mkdir()

    with pytest.raises(NoQuotaError, match=r"have no cpu\."), quota(0.29, tmp_path):
        pass

    assert not [it for it in tmp_path.rglob("*") if it.name.startswith("tocsin")]


def test_a_machine_without_control_groups_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoQuotaError, match="there is no"), quota(0.29, tmp_path):
        pass
