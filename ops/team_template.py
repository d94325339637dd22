"""Puts a team's file into the built template, as `make deploy` does before `sam deploy`.

The file becomes a property of the resource `TeamFile`, not the place of an `AWS::Include`: so it
needs no bucket to be read from, and serves `sam package` and Terraform as well. CloudFormation
writes a change set from it either way.
"""

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ops.samconfig import OperationError, parameters_of, settings_of
from tocsin.file_lines import line_of, packed

ROOT: Final = Path(__file__).parents[1]
BUILT: Final = ROOT / ".aws-sam/build/template.yaml"
TEAMS: Final = ROOT / "teams"
USUAL_TEAM: Final = "tocsin"
"""The default of the parameter TeamName."""
LIMIT_BYTES: Final = 100_000
"""Of file and lines. An update brings Lambda the file before and after in one event, which may have
1 MB; a template may have 1 MB too, of which ours needs 120 KB
(docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html,
docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html)."""
_FILE: Final = re.compile(r"^(?P<indent> +)File: \{\}$", re.MULTILINE)
_LINES: Final = re.compile(r"^(?P<indent> +)Lines: (?:''|\"\")$", re.MULTILINE)
_DYNAMIC: Final = "{{resolve:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A file as CloudFormation takes it."""

    path: Path
    members: Mapping[str, Any]
    """Lists, mappings and texts, nothing else."""
    lines: Mapping[str, int]
    """By path, such as `users[2].email`."""

    @property
    def team(self) -> str:
        return str(self.members.get("team", ""))


def joined(built: str, rendered: Rendered) -> str:
    """Put the file into the text of a built template.

    Raises:
        OperationError: It is too big, or holds what CloudFormation reads as its own.
    """
    if problems := list(_problems(rendered.members, "")):
        told = "\n".join(
            _located(path, problem, rendered) for path, problem in problems
        )
        raise OperationError(told)
    file, lines = json.dumps(rendered.members), json.dumps(packed(rendered.lines))
    if len(file) + len(lines) > LIMIT_BYTES:
        raise OperationError(
            f"{rendered.path} takes {len(file) + len(lines)} bytes in a template, and {LIMIT_BYTES} "
            "are the limit: part the team."
        )
    for pattern, name, text in ((_FILE, "File", file), (_LINES, "Lines", lines)):
        built, number = pattern.subn(lambda found: f"{found['indent']}{name}: {text}", built)  # noqa: B023 - called at once
        if number != 1:
            raise OperationError(f"The built template has no empty {name} of TeamFile: build anew.")
    return built


def write(built: Path, rendered: Rendered) -> Path:
    """Write the joined template beside the built one, whose paths are relative.

    Raises:
        OperationError: As `joined`.
    """
    text = joined(built.read_text(encoding="utf-8"), rendered)
    name = f"template-{hashlib.sha256(text.encode()).hexdigest()[:16]}.yaml"
    path = built.parent / name
    path.write_text(text, encoding="utf-8")
    return path


def _problems(value: object, path: str) -> Iterator[tuple[str, str]]:
    """What CloudFormation would read as a function, or refuse."""
    match value:
        case dict():
            for name, member in value.items():
                if name.startswith("Fn::") or (name == "Ref" and len(value) == 1):
                    yield path, f"{name} is a function of CloudFormation: take another name"
                yield from _problems(member, f"{path}.{name}".removeprefix("."))
        case list():
            for position, member in enumerate(value):
                yield from _problems(member, f"{path}[{position}]")
        case str() if _DYNAMIC in value:
            yield path, f"{_DYNAMIC}...}}}} is what CloudFormation replaces: name a parameter of SSM"


def _located(path: str, problem: str, rendered: Rendered) -> str:
    line = line_of(path, rendered.lines)
    return f"{rendered.path}:{line or 1}: {path}: {problem}"
