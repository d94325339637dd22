"""CPU of importing what a function might be built on: the table of ADR 3, printed again."""

import os
import resource
import subprocess
import sys

STARTS = 7
IMPORTS = {
    "nothing": "",
    "`json`, `http.client`, `ssl`": "import json, http.client, ssl",
    "the runtime's own `awslambdaric.bootstrap`": "import awslambdaric.bootstrap",
    "`aws_lambda_powertools.Logger`": "from aws_lambda_powertools import Logger",
    "`pydantic`": "from pydantic import BaseModel",
    "`aws_lambda_powertools.event_handler` (HTTP resolver)": (
        "from aws_lambda_powertools.event_handler import APIGatewayHttpResolver"
    ),
    "`boto3`, without a client": "import boto3",
}


def cpu_milliseconds(code: str) -> float:
    """What the best of several starts of an interpreter used."""
    return min(_once(code) for _ in range(STARTS)) * 1000


def _once(code: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, env={"PATH": os.defpath})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    print("| import | CPU ms |\n|---|---|")
    for name, statement in IMPORTS.items():
        # The first start writes byte code, if it may; the best one then has it.
        print(f"| {name} | {cpu_milliseconds(statement):.0f} |", flush=True)
