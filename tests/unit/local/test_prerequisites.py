"""What is missing is said in one sentence that tells what to do."""

import socket
from pathlib import Path

import pytest

from local.stack.prerequisites import (
    LocalStackError,
    check_disk,
    check_port,
    check_programs,
    check_python,
    free_port,
)


def test_another_python_is_named_with_the_one_needed() -> None:
    with pytest.raises(LocalStackError, match=r"need Python 3\.13 and this is 3\.12"):
        check_python((3, 12))


def test_python_3_13_is_right() -> None:
    check_python((3, 13))


def test_a_missing_program_is_named_with_what_makes_it(tmp_path: Path) -> None:
    with pytest.raises(LocalStackError, match="python is missing: `make install`"):
        check_programs(tmp_path / "bin" / "python")


def test_too_little_space_says_how_much_there_is_and_is_needed(tmp_path: Path) -> None:
    with pytest.raises(LocalStackError, match=r"Only \d+ MB are free .* needs \d+ MB"):
        check_disk(tmp_path / "not" / "yet" / "made", needed=10**12)


def test_space_for_a_folder_that_is_not_made_yet_is_that_of_its_disk(tmp_path: Path) -> None:
    check_disk(tmp_path / "not" / "yet" / "made", needed=0)


@pytest.mark.loopback
def test_a_port_in_use_is_named_with_how_to_choose_another() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(LocalStackError, match=rf"Port {port} is in use.*PORT={port + 10}"):
            check_port(port, variable="PORT")


@pytest.mark.loopback
def test_a_free_port_passes() -> None:
    check_port(free_port(), variable="PORT")


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_number_that_is_no_port_is_refused(port: int) -> None:
    with pytest.raises(LocalStackError, match=f"{port} is no port"):
        check_port(port, variable="PORT")
