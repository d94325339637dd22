"""Parameters and outputs, and the values that samconfig.toml gives them."""

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.template.intrinsics import Template

ROOT = Path(__file__).parents[2]

FREE_WHILE_IDLE = {
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Stage",
    "AWS::DynamoDB::Table",
    "AWS::Events::Rule",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Role",
    "AWS::Lambda::Alias",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Function",
    "AWS::Lambda::LayerVersion",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Version",
    "AWS::Logs::LogGroup",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::SQS::QueuePolicy",
    "AWS::Scheduler::Schedule",
    "Custom::FirstAdminKey",
    "Custom::LinkKey",
    "Custom::Owner",
    "Custom::PushKey",
    "Custom::TocsinTeam",
}
CHARGED_BY_THE_MONTH = {
    "AWS::CloudWatch::Alarm": "HasAlarms",
    "AWS::CloudWatch::Dashboard": "HasDashboard",
}
"""By what each of them can be left out; see docs/cost.md."""
BACKSTOP = "TickMissing"
"""Ten cents a month, always: nobody else would notice that no page comes any more."""

STACKS = tomllib.loads((ROOT / "samconfig.toml").read_text())
ENVIRONMENTS = [name for name in STACKS if name != "version"]


def overrides(environment: str) -> dict[str, str]:
    pairs = STACKS[environment]["deploy"]["parameters"].get("parameter_overrides", "")
    return dict(pair.split("=", 1) for pair in shlex.split(pairs))


def accepts(parameter: dict[str, Any], value: str) -> bool:
    if parameter["Type"] == "Number":
        low, high = parameter.get("MinValue", 0), parameter.get("MaxValue", float("inf"))
        within = low <= int(value) <= high
    else:
        within = re.search(parameter.get("AllowedPattern", ""), value) is not None
    return within and value in map(str, parameter.get("AllowedValues", [value]))


def test_every_parameter_has_a_default_that_it_accepts(written: Template) -> None:
    refused = {
        name
        for name, parameter in written.parameters.items()
        if not accepts(parameter, str(parameter["Default"]))
    }

    assert not refused


def test_every_parameter_says_what_it_is_for(written: Template) -> None:
    assert all(parameter["Description"] for parameter in written.parameters.values())


def test_the_console_shows_every_parameter_in_a_group(written: Template) -> None:
    groups = written.body["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    grouped = [name for group in groups for name in group["Parameters"]]

    assert sorted(grouped) == sorted(written.parameters)


@pytest.mark.parametrize("address", ["j\u00f6rg@example.com", "alice", "Alice <a@example.com>"])
def test_a_sender_that_ses_refuses_is_refused_before_it_is_deployed(
    written: Template, address: str
) -> None:
    assert not accepts(written.parameters["EmailFrom"], address)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_samconfig_gives_parameters_values_that_they_accept(
    written: Template, environment: str
) -> None:
    for name, value in overrides(environment).items():
        assert accepts(written.parameters[name], value), f"{name}={value}"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_each_environment_has_a_stack_of_its_own(environment: str) -> None:
    names = [STACKS[other]["deploy"]["parameters"]["stack_name"] for other in ENVIRONMENTS]

    assert names.count(STACKS[environment]["deploy"]["parameters"]["stack_name"]) == 1


def test_resources_with_a_standing_charge_can_be_left_out(deployed: Template) -> None:
    kinds = {resource["Type"] for resource in deployed.resources.values()}

    assert kinds == FREE_WHILE_IDLE | CHARGED_BY_THE_MONTH.keys()
    for name, resource in deployed.resources.items():
        if name != BACKSTOP:
            assert resource.get("Condition", "") == CHARGED_BY_THE_MONTH.get(
                resource["Type"], resource.get("Condition", "")
            )


def test_outputs_tell_where_everything_is(written: Template) -> None:
    assert written.body["Outputs"].keys() == {
        "ApiUrl",
        "IntakeUrl",
        "IngestFunctionArn",
        "OpenApiUrl",
        "DocsUrl",
        "AdminKeyParameter",
        "TeamFileSummary",
        "TeamFileWarnings",
        "TeamConfigFunctionArn",
        "TableName",
        "TimersQueueUrl",
        "DeliveriesQueueUrl",
        "BackstopTopicArn",
    }


def test_the_admin_keys_output_says_how_to_read_it(written: Template) -> None:
    description = written.body["Outputs"]["AdminKeyParameter"]["Description"]

    assert "aws ssm get-parameter --with-decryption" in description
