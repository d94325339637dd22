"""What this machine must have before a start; each error says what to do."""

import shutil
import socket
import sys
from pathlib import Path

PYTHON = (3, 13)
DISK_MEGABYTES = 1000


class LocalStackError(Exception):
    """The text says why and what to do, for a person to read."""


def check_python(version: tuple[int, int] = sys.version_info[:2]) -> None:
    """The functions run in this machine's interpreter, with wheels compiled for one version."""
    if version != PYTHON:
        found = ".".join(map(str, version))
        raise LocalStackError(
            f"Tocsin's functions need Python 3.13 and this is {found}: "
            "install Python 3.13 and start it with `make run`."
        )


def check_programs(*programs: Path) -> None:
    for program in programs:
        if not program.exists():
            raise LocalStackError(
                f"{program} is missing: `make install` makes both virtual environments."
            )


def check_disk(directory: Path, needed: int = DISK_MEGABYTES) -> None:
    """Args: needed: Megabytes that must be free where `directory` is or will be."""
    existing = next(place for place in (directory, *directory.parents) if place.exists())
    free = shutil.disk_usage(existing).free // 1_000_000
    if free < needed:
        raise LocalStackError(
            f"Only {free} MB are free where {existing} is, and the local stack needs {needed} MB: "
            "make room, for example by removing .local/build."
        )


def check_port(port: int, *, variable: str) -> None:
    """Args: variable: What a person sets to choose another port."""
    if not 0 < port < 2**16:
        raise LocalStackError(
            f"{port} is no port: choose 1024 to 65535, for example {variable}=8090."
        )
    with socket.socket() as probe:
        # As servers do: a port whose last connections are still closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise LocalStackError(
                f"This account may not use port {port}: "
                f"choose one from 1024 on, for example {variable}=8090."
            ) from None
        except OSError:
            raise LocalStackError(
                f"Port {port} is in use: stop what listens there, "
                f"or choose another port, for example {variable}={port + 10}."
            ) from None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
