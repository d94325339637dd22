"""What single imports cost, the table of docs/adr/0003-no-boto3.md: `python -m bench.imports`."""

import os
import resource
import subprocess
import sys
from typing import Final

IMPORTS: Final = (
    "",
    "import json, http.client, ssl",
    "import awslambdaric.bootstrap",
    "from aws_lambda_powertools import Logger",
    "import pydantic",
    "from aws_lambda_powertools.event_handler import APIGatewayHttpResolver",
    "import boto3",
)
STARTS: Final = 7


def main() -> None:
    """Start an interpreter for each, several times over; the least is the least disturbed."""
    environment = {name: text for name, text in os.environ.items() if "BYTECODE" not in name}
    for statement in IMPORTS:
        least = min(_cpu_milliseconds(statement, environment) for _ in range(STARTS))
        print(f"{least:7.0f} ms  {statement or 'nothing'}")


def _cpu_milliseconds(statement: str, environment: dict[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", statement], check=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


if __name__ == "__main__":
    main()
