"""Programs of npm's packages are taken by hash, or not at all."""

import base64
import hashlib
import tarfile
from pathlib import Path

import pytest

from local import script_tools
from local.script_tools import BIOME, TYPESCRIPT, Tool, fetch, kind_of_machine
from local.stack.prerequisites import LocalStackError


@pytest.fixture
def packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What npm brings, by a program in its place."""
    program = tmp_path / "package/lib/tool"
    program.parent.mkdir(parents=True)
    program.write_text("works")
    archive = tmp_path / "tool.tgz"
    with tarfile.open(archive, "w:gz") as file:
        file.add(tmp_path / "package", "package")
    npm = tmp_path / "npm"
    npm.write_text(f"#!/bin/sh\ncp {archive} fetched.tgz\n")
    npm.chmod(0o755)
    monkeypatch.setattr(script_tools, "FOLDER", tmp_path / "tools")
    monkeypatch.setattr(script_tools, "_npm", lambda: [str(npm)])
    return archive


def tool(hashed: str) -> Tool:
    return Tool("@some/tool", "1.2.3", "lib/tool", {kind_of_machine(): hashed})


def test_what_has_the_right_hash_is_unpacked_once(packed: Path) -> None:
    right = base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode()
    found = fetch(tool(right))
    assert found.read_text() == "works"

    packed.unlink()
    assert fetch(tool(right)) == found


def test_what_has_another_hash_is_refused(packed: Path) -> None:  # noqa: ARG001 - npm brings it
    with pytest.raises(LocalStackError, match="brought another"):
        fetch(tool("other"))
    assert not tool("other").path.exists()


def test_without_a_network_it_is_said_what_is_missing(
    packed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script_tools, "_npm", lambda: ["false"])

    with pytest.raises(LocalStackError, match="could not fetch @some/tool"):
        fetch(tool(packed.name))


def test_a_machine_of_another_kind_is_told_so() -> None:
    other = Tool("@some/tool", "1.2.3", "lib/tool", {})

    with pytest.raises(LocalStackError, match="Linux and macOS"):
        fetch(other)


@pytest.mark.parametrize("of_ours", [TYPESCRIPT, BIOME])
def test_ours_are_known_for_every_machine(of_ours: Tool) -> None:
    assert of_ours.hashes.keys() == {"linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"}
    for said in of_ours.hashes.values():
        assert len(base64.b64decode(said)) == 64
