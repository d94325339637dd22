"""A sender is added as docs/senders.md says: a line in the list of types, and one module."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[3]
LAST_TYPE = '    ZABBIX = "zabbix"\n'
SEND_BODIES = """
import json, sys
from tests.functions.ingest.gateway import Gateway
from tocsin.domain.integration import IntegrationType

gateway = Gateway()
gateway.register(IntegrationType("acme"))
answers = [gateway.post(body).json for body in json.load(sys.stdin)]
alerts = [[it.status, it.severity, it.facts.name, dict(it.facts.labels)] for it in gateway.alerts()]
print(json.dumps({"answers": answers, "alerts": alerts}))
"""


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """A copy of what is deployed for intake, with the type and the module of the page added."""
    for part in ("functions/ingest", "layers/common/tocsin"):
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(REPOSITORY / part, tmp_path / part, ignore=ignore)
    types = tmp_path / "layers/common/tocsin/domain/integration.py"
    listed = types.read_text()
    assert LAST_TYPE in listed
    types.write_text(listed.replace(LAST_TYPE, f'{LAST_TYPE}    ACME = "acme"\n'))
    page = (REPOSITORY / "docs/senders.md").read_text()
    (module,) = re.findall(r"^ *```python\n(.*?)^ *```$", page, re.DOTALL | re.MULTILINE)
    (tmp_path / "functions/ingest/senders/acme.py").write_text(dedent(module))
    return tmp_path


def sent(code: Path, *bodies: object) -> Any:  # noqa: ANN401 - JSON of the script's own
    ran = subprocess.run(
        [sys.executable, "-P", "-c", SEND_BODIES],
        env=os.environ
        | {"PYTHONPATH": os.pathsep.join(map(str, (code, code / "layers/common", REPOSITORY)))},
        input=json.dumps(bodies),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(ran.stdout.splitlines()[-1])


def test_a_type_and_a_module_are_all_that_intake_needs_of_a_new_sender(code: Path) -> None:
    alarm = {"alarm": "disk/db-1", "level": "red", "tags": "env:prod"}

    said = sent(code, {**alarm, "state": "on"}, {**alarm, "state": "off"})

    results = [answer["data"]["results"][0] for answer in said["answers"]]
    assert [it["outcome"] for it in results] == ["opened", "resolved"]
    assert {it["dedup_key"] for it in results} == {"disk/db-1"}
    assert said["alerts"] == [["resolved", "critical", "Alarm disk/db-1", {"env": "prod"}]]


def test_a_new_sender_refuses_and_ignores_as_all_do(code: Path) -> None:
    said = sent(code, {"state": "on"}, {"alarm": "disk/db-1", "state": "muted"})

    refusal, ignored = said["answers"]
    assert refusal["error"]["details"] == [{"field": "alarm", "problem": "is missing"}]
    assert ignored["data"]["results"][0]["reason"] == "the alarm was muted"
    assert said["alerts"] == []
