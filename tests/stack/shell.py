"""Runs command lines as they are printed, through a shell."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.stack.client import Reply

SECONDS = 60
CURL_SETTINGS = 'silent\nshow-error\nwrite-out = "\\n%{http_code}"\n'


@dataclass(frozen=True, slots=True)
class Shell:
    """A terminal with nothing in its environment but what a test puts there."""

    home: Path
    folder: Path

    def run(self, command: str, **variables: str) -> str:
        """Run what ends well and answer with what it prints."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.home), **variables}
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stderr.decode()}"
        return done.stdout.decode()

    def curl(self, command: str, **variables: str) -> Reply:
        """Run lines that end with curl; settings of its own make it print the status too."""
        (self.home / ".curlrc").write_text(CURL_SETTINGS)
        text, _, status = self.run(command, **variables).rpartition("\n")
        return Reply(int(status), {}, text)
