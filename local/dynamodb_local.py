"""`make dynamodb-local`: run tests while Amazon's DynamoDB Local answers in moto's place."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from local.stack.prerequisites import LocalStackError, free_port
from local.stack.processes import end, tail

START_SECONDS = 60


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
        with log.open("wb") as output:
            process = subprocess.Popen(
                [
                    *(java, "-Djava.library.path=DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar"),
                    *("-inMemory", "-sharedDb", "-port", str(port)),
                ],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            _wait_until_answering(url, process, log)
            yield url
        finally:
            end(process, grace=5)


def _wait_until_answering(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while True:
        try:
            opener.open(url, timeout=2).close()
        except urllib.error.HTTPError:
            return  # it wants signed requests, and is there
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise LocalStackError(f"DynamoDB Local did not start:\n{tail(log)}") from None
            time.sleep(0.1)
        else:
            return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
