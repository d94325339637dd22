"""The examples of docs/ci are what the products that read them take, and name what exists."""

import re
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import lint
from ruamel.yaml import YAML
from samtranslator.yaml_helper import yaml_parse
from typer.main import get_command

from tests.template_file import TEMPLATE
from tocsin_cli.app import app_for

EXAMPLES = Path(__file__).parents[2] / "docs/ci"
PIPELINES = ["github-actions.yaml", "gitlab-ci.yaml"]


def read(name: str) -> Any:  # noqa: ANN401 - YAML
    return YAML(typ="safe", pure=True).load((EXAMPLES / name).read_text())


def scripts(value: Any) -> list[str]:  # noqa: ANN401 - YAML
    """All that a pipeline runs."""
    match value:
        case dict():
            own = [it for name in ("run", "script") for it in _texts(value.get(name))]
            return own + [it for member in value.values() for it in scripts(member)]
        case list():
            return [it for member in value for it in scripts(member)]
        case _:
            return []


def _texts(value: object) -> list[str]:
    if isinstance(value, list):
        return [str(it) for it in value]
    return [value] if isinstance(value, str) else []


def test_the_stack_set_is_one_that_cloudformation_takes() -> None:
    text = (EXAMPLES / "stackset.yaml").read_text()

    assert [str(it) for it in lint(text)] == []


def test_the_stack_set_sets_parameters_that_the_template_has() -> None:
    stack_set = yaml_parse((EXAMPLES / "stackset.yaml").read_text())["Resources"]["Tocsin"]
    known = yaml_parse(TEMPLATE.read_text())["Parameters"]

    said = [it["ParameterKey"] for it in stack_set["Properties"]["Parameters"]]
    for group in stack_set["Properties"]["StackInstancesGroup"]:
        said += [it["ParameterKey"] for it in group["ParameterOverrides"]]
    assert set(said) <= known.keys()


@pytest.mark.parametrize("name", PIPELINES)
def test_a_pipeline_checks_plays_plans_and_deploys(name: str) -> None:
    text = "\n".join(scripts(read(name)))

    commands = re.findall(r"^tocsin (\w+)", text, re.MULTILINE)
    assert commands == ["validate", "test", "plan", "template"]
    assert "aws cloudformation deploy" in text
    assert text.index("tocsin plan") < text.index("aws cloudformation deploy")


@pytest.mark.parametrize("name", PIPELINES)
def test_a_pipeline_asks_for_commands_that_exist(name: str) -> None:
    text = "\n".join(scripts(read(name)))
    known = getattr(get_command(app_for()), "commands", {})

    assert set(re.findall(r"^tocsin (\w+)", text, re.MULTILINE)) <= known.keys()


@pytest.mark.parametrize("name", [*PIPELINES, "terraform.tf"])
def test_an_example_takes_the_output_that_the_template_has(name: str) -> None:
    assert "TeamConfigFunctionArn" in (EXAMPLES / name).read_text()
    assert "TeamConfigFunctionArn" in yaml_parse(TEMPLATE.read_text())["Outputs"]


def test_github_deploys_from_the_main_branch_only_and_after_the_check() -> None:
    jobs = read("github-actions.yaml")["jobs"]

    assert jobs["deploy"]["needs"] == "check"
    assert jobs["deploy"]["if"] == "github.event_name == 'push'"


def test_gitlab_deploys_from_the_main_branch_only() -> None:
    (rule,) = read("gitlab-ci.yaml")["deploy"]["rules"]

    assert rule["if"] == "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"


def test_terraform_hands_over_what_the_template_has() -> None:
    text = (EXAMPLES / "terraform.tf").read_text()
    known = yaml_parse(TEMPLATE.read_text())["Parameters"]

    first = (
        text.partition('"tocsin" {\n  name ')[2].partition("parameters = {")[2].partition("}")[0]
    )
    assert set(re.findall(r"^ +(\w+) +=", first, re.MULTILINE)) <= known.keys()
    assert text.count("{") == text.count("}")
