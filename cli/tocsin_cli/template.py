"""A team's file in a CloudFormation template: in that of its stack, or in one of its own.

The file is a property of a custom resource, not the place of an `AWS::Include`: so it needs no
bucket to be read from, and serves `sam package`, StackSets and Terraform as well. CloudFormation
shows in a change set what changes in it, either way.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from tocsin.file_lines import line_of, packed, unpacked
from tocsin_cli.errors import FailedError
from tocsin_cli.yaml_file import FileError, read_file, render

LIMIT_BYTES: Final = 100_000
"""Of file and lines. An update brings Lambda the file before and after in one event, which may have
1 MB; a template may have 1 MB too, of which that of the stack needs some 200 KB once SAM has
expanded it (docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html,
docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html)."""
INLINE_LIMIT_BYTES: Final = 51_200
"""Of a template that is sent along, and does not lie in S3."""
SERVICE_TIMEOUT_SECONDS: Final = 600
_FILE: Final = re.compile(r"^(?P<indent> +)File: \{\}$", re.MULTILINE)
_LINES: Final = re.compile(r"^(?P<indent> +)Lines: (?:''|\"\")$", re.MULTILINE)
_DYNAMIC: Final = "{{resolve:"


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFile:
    """A team's file as CloudFormation takes it."""

    path: Path
    members: Mapping[str, Any]
    """Lists, mappings and texts, nothing else."""
    lines: str
    """Packed: where each path, such as `users[2].email`, stands."""

    @property
    def team(self) -> str:
        return str(self.members.get("team", ""))

    def located(self, path: str, problem: str) -> str:
        """Say where in the file a problem is."""
        return f"{self.path}:{line_of(path, unpacked(self.lines)) or 1}: {path}: {problem}"


def read_team(
    path: Path, *, at: datetime, stack: str | None = None, allows_private: bool = False
) -> TemplateFile:
    """Read a team's file for a template.

    Args:
        path: Of the file.
        at: The time now.
        stack: Where the stack's secrets lie, such as `/tocsin/payments`; None: not known.
        allows_private: Whether the stack may send to private addresses.

    Raises:
        FailedError: It cannot be read, or something is wrong with it; names all, with lines.
    """
    try:
        _, written = read_file(path, at=at, stack=stack, allows_private=allows_private)
    except OSError as error:
        raise FailedError(f"{path}: {error.strerror}") from error
    except FileError as error:
        raise FailedError(str(error)) from error
    rendered = render(written)
    file = TemplateFile(path=path, members=json.loads(rendered.text), lines=packed(rendered.lines))
    _expect_no_functions(file)
    return file


def joined(built: str, file: TemplateFile) -> str:
    """Put the file into the text of a stack's built template.

    Raises:
        FailedError: It is too big, or the template has no place for it.
    """
    _expect_room(file)
    for pattern, name, value in ((_FILE, "File", file.members), (_LINES, "Lines", file.lines)):
        found = pattern.findall(built)
        if len(found) != 1:
            raise FailedError(f"The template has no empty {name} of TeamFile: build it anew.")
        built = pattern.sub(lambda _: f"{found[0]}{name}: {json.dumps(value)}", built)  # noqa: B023 - called at once
    return built


def alone(file: TemplateFile) -> str:
    """Write a template that holds the file and nothing else: the stack it is for is named later.

    Raises:
        FailedError: It is too big.
    """
    _expect_room(file)
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"Tocsin: the team's file of {file.team}",
        "Parameters": {
            "TeamConfigFunctionArn": {
                "Type": "String",
                "Description": "Output of the stack that the file is for",
                "AllowedPattern": "^arn:[a-z0-9-]+:lambda:[a-z0-9-]+:[0-9]{12}:function:[\\w-]+$",
            }
        },
        "Resources": {
            "TeamFile": {
                "Type": "Custom::TocsinTeam",
                "Properties": {
                    "ServiceToken": {"Ref": "TeamConfigFunctionArn"},
                    "ServiceTimeout": SERVICE_TIMEOUT_SECONDS,
                    "File": file.members,
                    "Lines": file.lines,
                },
            }
        },
        "Outputs": {
            name: {"Value": {"Fn::GetAtt": ["TeamFile", name]}} for name in ("Summary", "Warnings")
        },
    }
    return json.dumps(template, indent=1) + "\n"


def write_joined(built: Path, file: TemplateFile) -> Path:
    """Write the joined template beside the built one, whose paths are relative.

    Raises:
        FailedError: As `joined`.
    """
    text = joined(built.read_text(encoding="utf-8"), file)
    path = built.with_name(f"template-{hashlib.sha256(text.encode()).hexdigest()[:16]}.yaml")
    path.write_text(text, encoding="utf-8")
    return path


def _expect_room(file: TemplateFile) -> None:
    size = len(json.dumps(file.members)) + len(file.lines)
    if size > LIMIT_BYTES:
        raise FailedError(
            f"{file.path} takes {size} bytes in a template, and {LIMIT_BYTES} are the limit: "
            "part the team."
        )


def _expect_no_functions(file: TemplateFile) -> None:
    """Raises FailedError: the file holds what CloudFormation would read as its own."""
    if problems := list(_problems(file.members, "")):
        raise FailedError("\n".join(file.located(*problem) for problem in problems))


def _problems(value: object, path: str) -> Iterator[tuple[str, str]]:
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
            problem = f"{_DYNAMIC}...}}}} is replaced by CloudFormation: name a parameter instead"
            yield path, problem
        case _:
            return
