"""What cfn-lint does not know of AWS: see .cfnlintrc."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from cfnlint.rules import CloudFormationLintRule, RuleMatch
from cfnlint.template import Template

VENDED_LOGS = "/aws/vendedlogs/"
ROOM_FOR_AN_ATTRIBUTE = 19
"""An index takes 20, and its projection cannot be changed in place."""
WAITED_SECONDS = {1: 60, 2: 180}
"""By Lambda until its last retry of an asynchronous event: one minute, then two."""
SAMCONFIG = "samconfig.toml"


class AccessLogGroup(CloudFormationLintRule):
    id = "E9101"
    shortdesc = "An API's access log lies below /aws/vendedlogs"
    description = "Elsewhere each group takes a part of the account's one policy for log delivery"

    def match(self, cfn: Template) -> list[RuleMatch]:
        groups = cfn.get_resources(["AWS::Logs::LogGroup"])
        found = []
        for api, properties in _properties(cfn, "AWS::Serverless::HttpApi"):
            arn = properties.get("AccessLogSettings", {}).get("DestinationArn", {})
            group = arn.get("Fn::GetAtt", [None])[0] if isinstance(arn, dict) else None
            name = groups.get(group, {}).get("Properties", {}).get("LogGroupName", "")
            if not _text(name).startswith(VENDED_LOGS):
                found.append(_match(api, f"{api} logs to a group outside {VENDED_LOGS}"))
        return found


class DashboardName(CloudFormationLintRule):
    id = "E9102"
    shortdesc = "A dashboard's name holds the region"
    description = "Dashboards of all regions share one list of names"

    def match(self, cfn: Template) -> list[RuleMatch]:
        return [
            _match(dashboard, f"{dashboard} has the same name in another region")
            for dashboard, properties in _properties(cfn, "AWS::CloudWatch::Dashboard")
            if "DashboardName" in properties
            and "${AWS::Region}" not in _text(properties["DashboardName"])
        ]


class IndexHasRoom(CloudFormationLintRule):
    id = "E9103"
    shortdesc = "An index has room for one more attribute"
    description = "A projection cannot be changed in place, and holds 20 attributes"

    def match(self, cfn: Template) -> list[RuleMatch]:
        found = []
        for table, properties in _properties(cfn, "AWS::DynamoDB::Table"):
            for index in properties.get("GlobalSecondaryIndexes", []):
                count = len(index["Projection"].get("NonKeyAttributes", []))
                if count > ROOM_FOR_AN_ATTRIBUTE:
                    name = index["IndexName"]
                    found.append(_match(table, f"{name} holds {count} attributes and has no room"))
        return found


class RetryInTime(CloudFormationLintRule):
    id = "E9104"
    shortdesc = "An event is young enough for its retries"
    description = "Lambda waits a minute before the first retry: until then the event must be kept"

    def match(self, cfn: Template) -> list[RuleMatch]:
        return [
            _match(function, f"{function} gives an event up before its retries")
            for function, properties in _properties(cfn, "AWS::Serverless::Function")
            if (config := properties.get("EventInvokeConfig"))
            and (retries := config.get("MaximumRetryAttempts", 2))
            and config.get("MaximumEventAgeInSeconds", 21_600) <= WAITED_SECONDS[retries]
        ]


class ExampleReservesNothing(CloudFormationLintRule):
    id = "E9105"
    shortdesc = "No example reserves concurrency"
    description = "New accounts have ten instances, of which none can be reserved"

    def match(self, cfn: Template) -> list[RuleMatch]:
        path = Path(cfn.filename or "").parent / SAMCONFIG
        sections = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        return [
            RuleMatch(["Parameters", name], f"[{section}] of {SAMCONFIG} sets {name}")
            for section, name in _overrides(sections)
            if name.endswith("Concurrency") and name != "NotifierMaximumConcurrency"
        ]


def _overrides(sections: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for section, commands in sections.items():
        if isinstance(commands, dict):
            written = (
                commands.get("deploy", {}).get("parameters", {}).get("parameter_overrides", "")
            )
            for pair in written.split():
                yield section, pair.partition("=")[0]


def _properties(cfn: Template, kind: str) -> Iterable[tuple[str, dict[str, Any]]]:
    for name, resource in cfn.get_resources([kind]).items():
        yield name, resource.get("Properties", {})


def _match(resource: str, message: str) -> RuleMatch:
    return RuleMatch(["Resources", resource], message)


def _text(value: object) -> str:
    """A name as it is written, references included."""
    written = value.get("Fn::Sub", "") if isinstance(value, dict) else value
    return str(written)
