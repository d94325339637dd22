"""CPU of imports: the tables of ADR 3, 12 and 17 and, of what `make build` made, of ADR 16.

Run by `python -m bench.imports`.
"""

import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from typing import Final

from bench.cold_start import environment_of
from bench.deployed import built_functions

STARTS: Final = 7
IMPORTS: Final = (
    "",
    "import json, http.client, ssl",
    "import awslambdaric.bootstrap",
    "from aws_lambda_powertools import Logger",
    "import pydantic",
    "from aws_lambda_powertools.event_handler import APIGatewayHttpResolver",
    "import boto3",
    "from markupsafe import Markup",
    "import jinja2",
    "from tocsin.html import message_template as read; read('email.html'); read('email.txt')",
    "from cryptography import x509",
)
LATER: Final[Mapping[str, Mapping[str, str]]] = {
    "IngestFunction": {
        "Powertools' logger and metrics, which it does without": (
            "from aws_lambda_powertools import Logger; "
            "from aws_lambda_powertools.metrics import EphemeralMetrics; "
            "Logger(service='ingest'); EphemeralMetrics(namespace='Tocsin', service='ingest')"
        ),
        "first message of SNS": "import functions.ingest.sns.genuine",
    },
    "ActionsFunction": {
        "first page": (
            "import functions.actions.look, functions.actions.pages.alert_page; "
            "from functions.actions.pages.page import TEMPLATES; "
            "TEMPLATES.get_template('alert.html')"
        )
    },
    "NotifierFunction": {
        "first webhook": "import tocsin.channels.webhook, functions.notifier.checked_request",
        "first e-mail": (
            "import tocsin.channels.email, tocsin.channels.email_parts; "
            "from tocsin.html import message_template as read; read('email.html'); "
            "read('email.txt'); "
            "from functions.notifier.aws_sdk import AwsSdk; "
            "AwsSdk('us-east-1')._client('sesv2')"
        ),
        "first message by Apprise": (
            "import tocsin.channels.apprise; from apprise import Apprise; "
            "Apprise.instantiate('json://localhost')"
        ),
    },
}
"""By function, what it loads or would load beside its handler."""


def main() -> None:
    """Start an interpreter for each, several times over; the least is the least disturbed."""
    environment = {name: text for name, text in os.environ.items() if "BYTECODE" not in name}
    for statement in IMPORTS:
        _print(_least(statement, environment), statement or "nothing")
    for name, function in built_functions().items():
        path = os.pathsep.join(map(str, function.path))
        variables = {**environment, **environment_of(function), "PYTHONPATH": path}
        handler = f"import {function.handler.rpartition('.')[0]}"
        imports = _least(handler, variables)
        _print(imports, f"imports of {name}")
        for what, statement in LATER.get(name, {}).items():
            _print(_least(f"{handler}; {statement}", variables) - imports, f"its {what}")


def _print(milliseconds: float, what: str) -> None:
    print(f"{milliseconds:7.0f} ms  {what}")


def _least(statement: str, environment: Mapping[str, str]) -> float:
    return min(_cpu_milliseconds(statement, environment) for _ in range(STARTS))


def _cpu_milliseconds(statement: str, environment: Mapping[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-P", "-c", statement], check=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


if __name__ == "__main__":
    main()
