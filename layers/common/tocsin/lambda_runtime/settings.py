"""What template.yaml tells a function; the only reader of the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from tocsin.adapters.aws_credentials import find_credentials
from tocsin.adapters.aws_json import AwsJsonClient, Service


class SettingsError(Exception):
    """The environment lacks something, or has it wrong: a fault of the deployment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Plain values; a dataclass, because pydantic costs intake more than all the rest."""

    table_name: str
    timers_queue_url: str
    """Empty for functions that set no timers."""
    retention: timedelta
    """How long resolved alerts and timelines are kept."""
    public_url: str
    """Where clients reach the API; empty for the gateway's own address."""
    service: str
    log_level: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read all at once.

        Raises:
            SettingsError: Names every variable that is missing or wrong.
        """
        wrong: list[str] = []
        table_name = environment.get("TABLE_NAME", "")
        if not table_name:
            wrong.append("TABLE_NAME is missing")
        days = environment.get("RETENTION_DAYS", "90")
        if not (days.isdecimal() and int(days)):
            wrong.append(f"RETENTION_DAYS must be a whole number above 0, not {days!r}")
        if wrong:
            raise SettingsError("; ".join(wrong))
        return cls(
            table_name=table_name,
            timers_queue_url=environment.get("TIMERS_QUEUE_URL", ""),
            retention=timedelta(days=int(days)),
            public_url=environment.get("PUBLIC_URL", "").rstrip("/"),
            service=environment.get("POWERTOOLS_SERVICE_NAME", "tocsin"),
            log_level=environment.get("LOG_LEVEL", "INFO"),
        )


def aws_client(service: Service, environment: Mapping[str, str] = os.environ) -> AwsJsonClient:
    """Make a client for the region, the credentials and the endpoint that a function runs with."""
    endpoint = environment.get(f"AWS_ENDPOINT_URL_{service.name.upper()}")
    return AwsJsonClient(
        service,
        region=environment["AWS_REGION"],
        credentials=find_credentials(environment),
        endpoint=endpoint or environment.get("AWS_ENDPOINT_URL"),
    )
