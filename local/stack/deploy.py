"""`sam deploy` into the embedded AWS, skipped while it already holds this build."""

import json
import shlex
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local.ministack_gaps.mail_identities import allow_mail
from local.ministack_gaps.number_limits import set_numbers
from local.ministack_gaps.permissions import add_permissions
from local.ministack_gaps.routes import routes_of, set_routes
from local.outbox.front import SLACK
from local.stack.aws import Aws, architecture
from local.stack.build import Build, sam_environment
from local.stack.deployment import Deployment
from local.stack.places import Places, read_json, write_json
from local.stack.processes import run_to_log

STACK_NAME = "tocsin-local"
SAMCONFIG, SAMCONFIG_SECTION = "samconfig.toml", "local"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a deployment is to be."""

    public_url: str
    """The address of the stack's API."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Of the template, in place of those of samconfig.toml."""
    template: Path | None = None
    """The build's with a team's file; None: without one."""
    stack_name: str = STACK_NAME
    """Another one beside the usual."""


def deploy(aws: Aws, build: Build, what: Wanted, places: Places) -> Deployment:
    """Deploy a build, unless that is there already."""
    stack_name = what.stack_name
    template = what.template or build.template
    overrides = _overrides(places, what.public_url, what.parameters)
    wanted = " ".join([build.fingerprint, template.name, *overrides])
    if _what_is_deployed(aws, stack_name) == wanted and (kept := _kept(places, stack_name, wanted)):
        return kept
    _sam_deploy(aws, template, overrides, places, stack_name)
    deployment = Deployment.of(aws, stack_name)
    _set_routes(aws, deployment, stack_name)
    add_permissions(aws, deployment.role_names)
    allow_mail(aws, overrides)
    set_numbers(aws, [function.name for function in deployment.functions.values()])
    made = {"deployed": wanted, "deployment": deployment.as_json()}
    write_json(_file(places, stack_name), made)
    aws.client("ssm").put_parameter(
        Name=_deployed_parameter(stack_name), Value=wanted, Type="String", Overwrite=True
    )
    return deployment


def _deployed_parameter(stack_name: str) -> str:
    """Kept in the embedded AWS itself: never newer or older than what it describes."""
    return f"/local-stack/deployed{_suffix(stack_name)}"


def _file(places: Places, stack_name: str) -> Path:
    return places.aws / f"deployment{_suffix(stack_name)}.json"


def _suffix(stack_name: str) -> str:
    """None for the usual stack, whose state an older version may have left."""
    return "" if stack_name == STACK_NAME else f"-{stack_name}"


def _kept(places: Places, stack_name: str, wanted: str) -> Deployment | None:
    """What the deployment made, unless the embedded AWS was ended before it saved that."""
    kept = read_json(_file(places, stack_name)) or {}
    return Deployment.from_json(kept["deployment"]) if kept.get("deployed") == wanted else None


def _overrides(
    places: Places, public_url: str, parameters: Mapping[str, str] | None = None
) -> list[str]:
    """Those of samconfig.toml, where sam itself would let the command line replace them all."""
    instead = parameters or {}
    settings = tomllib.loads((places.root / SAMCONFIG).read_text(encoding="utf-8"))
    written = settings[SAMCONFIG_SECTION]["deploy"]["parameters"]["parameter_overrides"]
    own = (
        f"Architecture={architecture()}",
        f"PublicUrl={public_url}",
        f"SlackApiUrl={public_url}{SLACK}",
    )
    usual = [*shlex.split(written), *own]
    kept = [each for each in usual if each.partition("=")[0] not in instead]
    return [*kept, *(f"{name}={value}" for name, value in instead.items() if value)]


def is_deployed(aws: Aws) -> bool:
    """Whether a stack of this or another build is there, whole."""
    return _what_is_deployed(aws, STACK_NAME) is not None


def _what_is_deployed(aws: Aws, stack_name: str) -> str | None:
    try:
        answer = aws.client("ssm").get_parameter(Name=_deployed_parameter(stack_name))
    except ClientError as error:
        if error.response["Error"]["Code"] == "ParameterNotFound":
            return None
        raise
    return str(answer["Parameter"]["Value"])


def _sam_deploy(
    aws: Aws, template: Path, overrides: Sequence[str], places: Places, stack_name: str
) -> None:
    run_to_log(
        [
            *("sam", "deploy", "--template-file", template, "--stack-name", stack_name),
            *("--config-file", places.root / SAMCONFIG, "--config-env", SAMCONFIG_SECTION),
            *("--parameter-overrides", *overrides),
        ],
        log=places.logs / "deploy.log",
        environment={**sam_environment(), **aws.environment, **_no_configuration(places)},
        directory=places.kept,
    )


def _no_configuration(places: Places) -> dict[str, str]:
    """Neither a person's profiles nor a proxy may stand between sam and the embedded AWS."""
    absent = str(places.temporary / "none")
    return {
        "AWS_CONFIG_FILE": absent,
        "AWS_SHARED_CREDENTIALS_FILE": absent,
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }


def _set_routes(aws: Aws, deployment: Deployment, stack_name: str) -> None:
    """Do what ministack leaves out: import the OpenAPI description of the HTTP API."""
    body = _processed_template(aws, stack_name)["Resources"]["HttpApi"]["Properties"]["Body"]
    arns = {key: function.arn for key, function in deployment.functions.items()}
    set_routes(aws.client("apigatewayv2"), deployment.api_id, routes_of(body, arns))


def _processed_template(aws: Aws, stack_name: str) -> dict[str, Any]:
    answer = aws.client("cloudformation").get_template(
        StackName=stack_name, TemplateStage="Processed"
    )
    body = answer["TemplateBody"]
    template: dict[str, Any] = json.loads(body) if isinstance(body, str) else body
    return template
