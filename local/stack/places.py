"""Files and folders of the local stack, by default below `.local` in the repository."""

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

type Json = Any
"""A value as `json` reads it."""

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Places:
    """One state directory is one stack: two stacks at a time need two of them."""

    root: Path
    kept: Path

    @property
    def aws(self) -> Path:
        """The state of the embedded AWS, the only writer here while it runs."""
        return self.kept / "aws"

    @property
    def secrets(self) -> Path:
        """Integration URLs, which the API shows once only."""
        return self.kept / "integrations.json"

    @property
    def ready(self) -> Path:
        """Exists while, and only while, the stack is ready to use."""
        return self.kept / "stack.json"

    @property
    def lock(self) -> Path:
        return self.kept / "lock"

    @property
    def temporary(self) -> Path:
        return self.kept / "tmp"

    @property
    def logs(self) -> Path:
        return self.kept / "logs"

    @property
    def request_counts(self) -> Path:
        """What functions ask of DynamoDB and SQS, where that is counted."""
        return self.kept / "request-counts.json"

    @property
    def build(self) -> Path:
        """Shared by all stacks of the repository: they run the same code."""
        return self.root / ".local" / "build"


def write_json(path: Path, value: Json) -> None:
    """Atomically, readable by the owner only: it holds credentials."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(value, file, indent=2)
            file.write("\n")
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read_json(path: Path) -> Json:
    """None where there is no such file, or none that can be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
