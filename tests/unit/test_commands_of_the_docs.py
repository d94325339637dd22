"""What the docs say to type deploys what was built of this tree, in a fresh clone too."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    ROOT / "samconfig.toml",
    *sorted((ROOT / "docs").rglob("*.md")),
]
SAM = """#!/bin/sh
echo "sam $*" >>typed
built=.aws-sam/build/template.yaml
case "$1" in
build) mkdir -p .aws-sam/build/IngestFunction && echo "of this tree" >$built ;;
deploy) cat $built >deployed || { echo "sam would deploy ./template.yaml as it is" >&2; exit 3; } ;;
esac
"""
DF = "#!/bin/sh\nprintf 'Filesystem\\ndisk 9 9 99999999 0%% /\\n'\n"


def commands() -> Iterator[str]:
    for page in PAGES:
        text = page.read_text(encoding="utf-8").replace("\\\n", " ")
        fenced = "\n".join(re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
        yield from re.findall(r"^ *((?:make|sam) deploy.*?)(?:  +#.*)?$", fenced, re.MULTILINE)
        yield from re.findall(r"`((?:make deploy|sam deploy +-)[^`]*)`", text)


COMMANDS = sorted({re.sub(r"<\w+>", "default", command) for command in commands()})


@dataclass(frozen=True)
class Clone:
    """A fresh clone with the tools installed; its `sam` and `aws` only note what they are told."""

    folder: Path

    def type(self, command: str) -> subprocess.CompletedProcess[str]:
        environment = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
        environment["PYTHONPATH"] = f"{ROOT / 'layers/common'}:{ROOT / 'cli'}"
        return subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env={**environment, "PATH": f"{self.folder}/.venv/bin:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
        )

    def read(self, name: str) -> str:
        path = self.folder / name
        return path.read_text() if path.exists() else ""


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    for name in ("Makefile", "samconfig.toml", "template.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    for folder in ("ops", "requirements"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    programs = tmp_path / ".venv/bin"
    programs.mkdir(parents=True)
    python = f'#!/bin/sh\nexec "{sys.executable}" "$@"\n'
    for name, text in {
        "aws": '#!/bin/sh\necho "aws $*" >>typed\n',
        "df": DF,
        "python": python,
        "python3.13": python,
        "sam": SAM,
    }.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    (tmp_path / ".venv/.installed").touch()
    return Clone(tmp_path)


def test_the_docs_say_how_to_deploy() -> None:
    assert len(COMMANDS) >= 4
    assert {"make deploy ENV=payments", "make deploy"} <= set(COMMANDS)


@pytest.mark.parametrize("has_old_build", [False, True])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_docs_deploys_what_it_has_built(
    clone: Clone,
    command: str,
    has_old_build: bool,  # noqa: FBT001
) -> None:
    if has_old_build:
        make_old_build(clone)

    ended = clone.type(command)

    assert ended.returncode == 0, ended.stderr
    assert clone.read("deployed") == "of this tree\n"


def test_sam_alone_would_deploy_what_is_not_built(clone: Clone) -> None:
    assert clone.type("sam deploy --config-env default").returncode == 3

    make_old_build(clone)
    clone.type("sam deploy --config-env default")

    assert clone.read("deployed") == "of another tree\n"


def test_parameters_join_those_of_the_section(clone: Clone) -> None:
    ended = clone.type('make deploy ENV=payments PARAMETERS="AdminKeyGeneration=2 Stage=test"')

    assert ended.returncode == 0, ended.stderr
    assert clone.read("typed").splitlines()[-1].split() == [
        *("sam", "deploy", "--config-env", "payments", "--parameter-overrides"),
        *("TeamName=payments", "Stage=test", "RetentionDays=365", "LogRetentionDays=90"),
        "AdminKeyGeneration=2",
    ]


@pytest.mark.parametrize("asked", ["ENV=nobody PARAMETERS=Stage=a", "PARAMETERS=Stage"])
def test_parameters_that_cannot_be_read_are_not_deployed(clone: Clone, asked: str) -> None:
    assert clone.type(f"make deploy {asked}").returncode != 0
    assert not clone.read("deployed")


def make_old_build(clone: Clone) -> None:
    build = clone.folder / ".aws-sam/build"
    build.mkdir(parents=True)
    (build / "template.yaml").write_text("of another tree\n")


@pytest.fixture
def clone_with_a_place(clone: Clone) -> Clone:
    """What is built has a place for a team's file."""
    sam = clone.folder / ".venv/bin/sam"
    written = "      File: {}\\n      Lines: ''"
    sam.write_text(SAM.replace('echo "of this tree" >', f'printf "{written}\\n" >'))
    (clone.folder / "teams").mkdir()
    return clone


def test_the_file_of_the_section_is_deployed_with_it(clone_with_a_place: Clone) -> None:
    clone = clone_with_a_place
    (clone.folder / "teams/payments.yaml").write_text("team: payments\nusers: [{name: alice}]\n")

    ended = clone.type("make deploy ENV=payments")

    assert ended.returncode == 0, ended.stderr
    *_, option, template = clone.read("typed").split()
    assert option == "--template-file"
    assert '"name": "alice"' in Path(template).read_text()


def test_a_file_that_is_wrong_stops_everything_before_the_build(clone_with_a_place: Clone) -> None:
    clone = clone_with_a_place
    (clone.folder / "teams/payments.yaml").write_text("team: payments\nuser: [{name: alice}]\n")

    ended = clone.type("make deploy ENV=payments")

    assert ended.returncode != 0
    assert "payments.yaml:2" in ended.stderr
    assert "users" in ended.stderr
    assert clone.read("typed") == ""


def test_another_file_may_be_named(clone_with_a_place: Clone) -> None:
    clone = clone_with_a_place
    (clone.folder / "other.yaml").write_text("team: tocsin\n")

    ended = clone.type("make deploy TEAM=other.yaml PARAMETERS=Stage=test")

    assert ended.returncode == 0, ended.stderr
    assert "--template-file" in clone.read("typed")
    assert "Stage=test" in clone.read("typed")


def test_what_other_tools_deploy_is_packaged(clone: Clone) -> None:
    ended = clone.type("make package BUCKET=mine")

    assert ended.returncode == 0, ended.stderr
    assert clone.read("typed").splitlines()[-1].split() == [
        *("sam", "package", "--template-file", ".aws-sam/build/template.yaml"),
        *("--s3-bucket", "mine", "--output-template-file", ".aws-sam/packaged.yaml"),
    ]
