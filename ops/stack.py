"""A deployed stack, and what AWS named its parts."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

type Client = Any
"""A client of boto3, which knows the type of each only by a text."""

ROOT = Path(__file__).parents[1]
SAMCONFIG = ROOT / "samconfig.toml"


class OperationError(Exception):
    """Nothing can be done, and why; for the terminal."""


@dataclass(frozen=True, slots=True)
class DeployedStack:
    name: str
    session: boto3.Session
    ids: Mapping[str, str]
    """Physical by logical id: a queue's is its address."""

    @classmethod
    def named(cls, environment: str, stack_name: str | None) -> Self:
        """Args: environment: A section of samconfig.toml, as for `make deploy`."""
        settings = _settings(environment)
        name = stack_name or str(settings["stack_name"])
        session = boto3.Session(
            region_name=settings.get("region"), profile_name=settings.get("profile")
        )
        return cls(name, session, _physical_ids(session, name))

    def client(self, service: str) -> Client:
        # A function may take its whole timeout to answer, and must not be asked twice meanwhile.
        config = Config(read_timeout=90, retries={"total_max_attempts": 2})
        return self.session.client(service, config=config)  # type: ignore[call-overload]

    def physical_id(self, logical_id: str) -> str:
        if logical_id not in self.ids:
            raise OperationError(f"The stack {self.name} has no {logical_id}: deploy it first.")
        return self.ids[logical_id]


def _settings(environment: str) -> dict[str, Any]:
    sections = tomllib.loads(SAMCONFIG.read_text(encoding="utf-8"))
    if environment not in sections:
        raise OperationError(f"{SAMCONFIG.name} has no section [{environment}].")
    settings: dict[str, Any] = sections[environment]["deploy"]["parameters"]
    return settings


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
