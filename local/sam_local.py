"""`sam local` for those with Docker: functions in Amazon's own images, on the table of `make run`.

sam hands a function only variables that its template declares, and template.yaml declares no
address of AWS; so sam gets a copy of the built template that does.
"""

import os
import platform
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from local.ministack_gaps.saved_state import PORT_FILE
from local.stack.aws import REGION, ROOT_CREDENTIALS, Aws, architecture
from local.stack.build import build, sam_environment
from local.stack.deploy import STACK_NAME
from local.stack.deployment import Deployment
from local.stack.places import ROOT, Places, write_json
from local.stack.prerequisites import LocalStackError

ENDPOINT = "AWS_ENDPOINT_URL"


def main() -> None:
    words = sys.argv[1:] or ["start-api"]
    environment = {**sam_environment(), **ROOT_CREDENTIALS, "AWS_REGION": REGION}
    try:
        command = _command(Places(root=ROOT, kept=ROOT / ".local"), words)
    except LocalStackError as error:
        sys.exit(str(error))
    os.execvpe("sam", command, environment)  # noqa: S606  # sam takes over this process


def _command(places: Places, words: Sequence[str]) -> list[str]:
    """Args: words: What comes after `sam local`: a sub-command and its options."""
    if not places.ready.exists():
        raise LocalStackError("The functions need a table: start `make run` in another terminal.")
    aws = Aws(f"http://127.0.0.1:{(places.aws / PORT_FILE).read_text()}")
    built = build(places).template
    derived = built.with_name("sam-local.json")
    write_json(derived, with_endpoint(yaml.safe_load(built.read_text(encoding="utf-8"))))
    variables = places.kept / "sam-local-variables.json"
    write_json(variables, _variables(aws))
    return [
        *("sam", "local", words[0], "--template", str(derived), "--env-vars", str(variables)),
        *("--parameter-overrides", f"Architecture={architecture()}"),
        *(() if _has_virtual_machine() else ("--docker-network", "host")),
        *words[1:],
    ]


def with_endpoint(template: Mapping[str, Any]) -> dict[str, Any]:
    """Declare, for all functions, the variable that says where AWS is."""
    shared = template["Globals"]["Function"]
    environment = shared["Environment"]
    declared = {**environment, "Variables": {**environment["Variables"], ENDPOINT: ""}}
    return {**template, "Globals": {"Function": {**shared, "Environment": declared}}}


def _variables(aws: Aws) -> dict[str, dict[str, str]]:
    """The environment of each function in the embedded AWS, by logical id."""
    endpoint = aws.endpoint
    if _has_virtual_machine():
        endpoint = endpoint.replace("127.0.0.1", "host.docker.internal")
    variables = {}
    for key, function in Deployment.of(aws, STACK_NAME).functions.items():
        found = aws.client("lambda").get_function_configuration(FunctionName=function.name)
        variables[key] = {**found["Environment"]["Variables"], ENDPOINT: endpoint}
    return variables


def _has_virtual_machine() -> bool:
    """Whether Docker is Docker Desktop, whose containers do not see this machine's loopback."""
    return platform.system() != "Linux"


if __name__ == "__main__":
    main()
