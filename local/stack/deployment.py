"""Names and addresses of the deployed resources, read once after a deployment."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Self

from local.stack.aws import Aws
from local.stack.places import Json


@dataclass(frozen=True)
class Function:
    name: str
    arn: str
    log_group: str


@dataclass(frozen=True)
class Deployment:
    """Args: functions, ids: By the template's logical ids; a queue's id is its address."""

    api_id: str
    table_name: str
    stream_arn: str
    role_names: list[str]
    functions: dict[str, Function]
    ids: dict[str, str]

    @classmethod
    def of(cls, aws: Aws, stack_name: str) -> Self:
        pages = aws.client("cloudformation").get_paginator("list_stack_resources")
        made: list[dict[str, str]] = [
            resource
            for page in pages.paginate(StackName=stack_name)
            for resource in page["StackResourceSummaries"]
        ]
        ids = {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in made}
        kinds = {resource["LogicalResourceId"]: resource["ResourceType"] for resource in made}
        table = aws.client("dynamodb").describe_table(TableName=ids["Table"])["Table"]
        return cls(
            api_id=ids["HttpApi"],
            table_name=ids["Table"],
            stream_arn=table["LatestStreamArn"],
            role_names=[ids[key] for key, kind in kinds.items() if kind == "AWS::IAM::Role"],
            functions={
                key: _function(aws, ids[key])
                for key, kind in kinds.items()
                if kind == "AWS::Lambda::Function"
            },
            ids=ids,
        )

    @classmethod
    def from_json(cls, fields: Mapping[str, Json]) -> Self:
        functions = {key: Function(**function) for key, function in fields["functions"].items()}
        return cls(**{**fields, "functions": functions})

    def as_json(self) -> Json:
        return asdict(self)


def _function(aws: Aws, name: str) -> Function:
    found = aws.client("lambda").get_function_configuration(FunctionName=name)
    log_group = found.get("LoggingConfig", {}).get("LogGroup", f"/aws/lambda/{name}")
    return Function(name=name, arn=found["FunctionArn"], log_group=log_group)
