"""Secrets of the source: the file names parameters, a private script holds the values."""

from __future__ import annotations

import json
import os
import re
import shlex
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{20,128}")
"""What an imported token may be."""
_HEAD: Final = """\
#!/bin/sh
# Secrets that `tocsin import` found. Keep this file out of git, and delete it once it has run.
# It puts each into SSM Parameter Store, below the stack's own prefix:
#   sh {script} STACK
set -eu
stack=${{1:?Name the stack: sh {script} STACK}}
"""


@dataclass(slots=True)
class Keys:
    """By the bare name of the parameter, the value."""

    values: dict[str, str] = field(default_factory=dict)

    def keep(self, wanted: str, value: str) -> str:
        """Remember a secret, and name its parameter; equal values share none but by name."""
        name, number = wanted, 1
        while name in self.values and self.values[name] != value:
            number += 1
            name = f"{wanted}-{number}"
        self.values[name] = value
        return name


def can_be_token(value: str) -> bool:
    return TOKEN.fullmatch(value) is not None


def script_of(keys: Keys, script: str) -> str:
    """Write the shell script that puts the parameters.

    The value goes in JSON: `--value` would read a file or fetch a URL where it looks like one.
    """
    lines = [_HEAD.format(script=shlex.quote(script))]
    for name, value in sorted(keys.values.items()):
        given = shlex.quote(json.dumps({"Value": value}))
        lines.append(
            "aws ssm put-parameter --type SecureString --overwrite "
            f'--name "/tocsin/$stack/{name}" --cli-input-json {given}\n'
        )
    return "".join(lines)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all.

    Raises:
        OSError: It cannot be written.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        os.fchmod(handle, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
