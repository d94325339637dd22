"""A deployed stack and its physical ids."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from ops.samconfig import OperationError, settings_of

type Client = Any
"""A client of boto3, which has no types for them."""


@dataclass(frozen=True, slots=True)
class DeployedStack:
    name: str
    session: boto3.Session
    ids: Mapping[str, str]
    """Physical by logical ids; a queue's physical id is its address."""

    @classmethod
    def named(cls, environment: str, stack_name: str | None) -> Self:
        """Args: environment: A section of samconfig.toml, as for `make deploy`."""
        settings = settings_of(environment)
        name = stack_name or str(settings["stack_name"])
        session = session_of(settings)
        return cls(name, session, _physical_ids(session, name))

    def client(self, service: str) -> Client:
        # Longer than any function's timeout, so that a call is not repeated while it runs.
        config = Config(read_timeout=90, retries={"total_max_attempts": 2})
        return self.session.client(service, config=config)  # type: ignore[call-overload]

    def physical_id(self, logical_id: str) -> str:
        if logical_id not in self.ids:
            raise OperationError(f"The stack {self.name} has no {logical_id}: deploy it first.")
        return self.ids[logical_id]


def session_of(settings: Mapping[str, Any]) -> boto3.Session:
    """Args: settings: Of a section of samconfig.toml."""
    return boto3.Session(region_name=settings.get("region"), profile_name=settings.get("profile"))


def _physical_ids(session: boto3.Session, name: str) -> dict[str, str]:
    pages = session.client("cloudformation").get_paginator("list_stack_resources")
    try:
        return {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for page in pages.paginate(StackName=name)
            for resource in page["StackResourceSummaries"]
            if "PhysicalResourceId" in resource
        }
    except ClientError as error:
        raise OperationError(f"The stack {name} cannot be read: {error}") from error
