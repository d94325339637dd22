"""Address, region and root credentials of the embedded AWS."""

import platform
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

type Client = Any
"""A client of boto3, which has no types for them."""

REGION = "us-east-1"
# ministack takes this pair for the account's root; functions get sessions of their own roles.
ROOT_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


@dataclass(frozen=True)
class Aws:
    endpoint: str

    @property
    def environment(self) -> dict[str, str]:
        """For programs that bring an AWS SDK: sam, the aws command line, tests."""
        return {
            **ROOT_CREDENTIALS,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self, service: str) -> Client:
        return _client(self.endpoint, service)


@cache
def _client(endpoint: str, service: str) -> Client:
    """Ignores this machine's own AWS settings."""
    session = boto3.Session(
        aws_access_key_id=ROOT_CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=ROOT_CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        region_name=REGION,
    )
    config = Config(proxies={}, retries={"total_max_attempts": 2})
    return session.client(service, endpoint_url=endpoint, config=config)  # type: ignore[call-overload]


def architecture() -> str:
    """The Lambda name of this machine's processor: layers hold compiled code."""
    return "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"
