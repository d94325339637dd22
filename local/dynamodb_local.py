"""`make dynamodb-local`: run tests while Amazon's DynamoDB Local answers in moto's place."""

import os
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from local.stack.prerequisites import LocalStackError, free_port
from local.stack.processes import end, spawn, wait_until


def main(arguments: Sequence[str]) -> int:
    folder, *tests = arguments
    try:
        with running(Path(folder)) as url:
            command = [sys.executable, "-m", "pytest", *tests]
            return subprocess.run(
                command, env={**os.environ, "DYNAMODB_LOCAL_URL": url}, check=False
            ).returncode
    except LocalStackError as error:
        print(error, file=sys.stderr)
        return 2


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Start it in memory, on a free port.

    Raises:
        LocalStackError: There is no Java, or it did not start.
    """
    java = shutil.which("java")
    if java is None:
        raise LocalStackError(
            "DynamoDB Local needs Java 17, and there is none on the PATH: "
            "apt install openjdk-17-jre-headless."
        )
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as logs:
        log = Path(logs) / "dynamodb-local.log"
        process = spawn(
            [
                *(java, "-Djava.library.path=DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar"),
                *("-inMemory", "-sharedDb", "-port", str(port)),
            ],
            log=log,
            environment=os.environ,
            directory=folder,
        )
        try:
            wait_until(lambda: _is_answering(url), process, name="DynamoDB Local", log=log)
            yield url
        finally:
            end(process, grace=5)


def _is_answering(url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(url, timeout=2).close()
    except urllib.error.HTTPError:
        return True  # it wants signed requests, and is there
    except OSError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
