"""Runs ministack's DynamoDB and SQS only, in a process of their own."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.deployed import read_template
from local.stack.aws import REGION, ROOT_CREDENTIALS, Aws, Client
from local.stack.ministack import is_healthy
from local.stack.places import ROOT
from local.stack.prerequisites import check_programs, free_port
from local.stack.processes import end, spawn, wait_until

PYTHON = ROOT / ".venv-stack/bin/python"


@contextmanager
def embedded_dynamodb() -> Iterator[Aws]:
    """Run it for the block, without keeping its state.

    Raises:
        LocalStackError: It does not start.
    """
    check_programs(PYTHON)
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        log = Path(folder) / "aws.log"
        process = spawn(
            # Not ministack itself: this program ends when we do, even by SIGKILL.
            [PYTHON, "-P", ROOT / "local/ministack_gaps/embedded_aws.py"],
            log=log,
            environment=_environment(port, folder),
            directory=Path(folder),
            stdin=subprocess.PIPE,
        )
        try:
            aws = Aws(f"http://127.0.0.1:{port}")
            wait_until(lambda: is_healthy(aws), process, name="The embedded DynamoDB", log=log)
            yield aws
        finally:
            end(process, grace=5)
            if process.stdin:
                process.stdin.close()


def create_table(aws: Aws, name: str) -> None:
    declared = read_template(ROOT / "template.yaml")["Resources"]["Table"]["Properties"]
    shape = {
        name: declared[name]
        for name in ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    }
    dynamodb: Client = aws.client("dynamodb")
    dynamodb.create_table(TableName=name, **shape)


def create_queue(aws: Aws, name: str) -> str:
    """A queue that triggers no function. Returns its URL."""
    sqs: Client = aws.client("sqs")
    url: str = sqs.create_queue(QueueName=name)["QueueUrl"]
    return url


def _environment(port: int, folder: str) -> dict[str, str]:
    return {
        **ROOT_CREDENTIALS,
        "PATH": os.defpath,
        "HOME": folder,
        "TMPDIR": folder,
        "LANG": "C.UTF-8",
        "MINISTACK_REGION": REGION,
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "SERVICES": "dynamodb,dynamodbstreams,sqs",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
    }
