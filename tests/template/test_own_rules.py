"""Our own rules of cfn-lint: each finds what it is for in a template that was broken on purpose."""

import shutil
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from cfnlint.rules import CloudFormationLintRule, RulesCollection
from cfnlint.template import Template as LintedTemplate

from local import cfn_lint_rules
from local.cfn_lint_rules import (
    AccessLogGroup,
    DashboardName,
    ExampleReservesNothing,
    IndexHasRoom,
    RetryInTime,
)
from tests.template.intrinsics import Template

ROOT = Path(__file__).parents[2]
RULES = (AccessLogGroup, DashboardName, ExampleReservesNothing, IndexHasRoom, RetryInTime)

type Properties = dict[str, Any]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "samconfig.toml", tmp_path)
    return tmp_path


@pytest.fixture
def body(written: Template) -> dict[str, Any]:
    """As it is written: cfn-lint gives our rules that, and not what SAM makes of it."""
    return deepcopy(written.body)


def found(rule: type[CloudFormationLintRule], body: dict[str, Any], folder: Path) -> list[str]:
    linted = LintedTemplate(str(folder / "template.yaml"), body, ["us-east-1"])
    return [match.message for match in rule().match(linted)]


def log_beside_the_functions(resources: dict[str, Properties]) -> None:
    resources["HttpApiLogs"]["Properties"]["LogGroupName"] = {
        "Fn::Sub": "/tocsin/${AWS::StackName}"
    }


def name_after_the_stack(resources: dict[str, Properties]) -> None:
    resources["StackDashboard"]["Properties"]["DashboardName"] = {"Ref": "AWS::StackName"}


def fill_the_index(resources: dict[str, Properties]) -> None:
    index = resources["Table"]["Properties"]["GlobalSecondaryIndexes"][0]
    index["Projection"]["NonKeyAttributes"] = [f"a{number}" for number in range(20)]


def try_again_too_late(resources: dict[str, Properties]) -> None:
    resources["TickFunction"]["Properties"]["EventInvokeConfig"]["MaximumRetryAttempts"] = 1


@pytest.mark.parametrize(
    ("rule", "break_it", "message"),
    [
        (AccessLogGroup, log_beside_the_functions, "outside /aws/vendedlogs/"),
        (DashboardName, name_after_the_stack, "StackDashboard has the same name"),
        (IndexHasRoom, fill_the_index, "by_state holds 20 attributes"),
        (RetryInTime, try_again_too_late, "TickFunction gives an event up"),
    ],
)
def test_a_rule_finds_what_it_is_for_and_nothing_else(
    body: dict[str, Any],
    folder: Path,
    rule: type[CloudFormationLintRule],
    break_it: Callable[[dict[str, Properties]], None],
    message: str,
) -> None:
    assert found(rule, body, folder) == []

    break_it(body["Resources"])

    (said,) = found(rule, body, folder)
    assert message in said


@pytest.mark.parametrize("name", ["IngestConcurrency", "TimerConcurrency"])
def test_an_example_that_fails_in_a_new_account_is_found(
    body: dict[str, Any], folder: Path, name: str
) -> None:
    samconfig = folder / "samconfig.toml"
    assert found(ExampleReservesNothing, body, folder) == []

    samconfig.write_text(samconfig.read_text().replace("Stage=prod", f"Stage=prod {name}=50"))

    assert found(ExampleReservesNothing, body, folder) == [
        f"[payments] of samconfig.toml sets {name}"
    ]


def test_cfn_lint_runs_all_of_them() -> None:
    rules = RulesCollection()
    for module in yaml.safe_load((ROOT / ".cfnlintrc").read_text())["append_rules"]:
        rules.create_from_module(module)

    own = {rule().id for rule in RULES}

    assert own == {id_ for id_ in rules.rules if id_.startswith("E91")}
    assert len(own) == sum(
        isinstance(value, type) and value.__module__ == cfn_lint_rules.__name__
        for value in vars(cfn_lint_rules).values()
    )
