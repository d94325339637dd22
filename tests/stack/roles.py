"""Asking the embedded AWS as a function's role."""

from typing import Any

import boto3

from local.stack.aws import REGION, Aws
from local.stack.deployment import Deployment


def client_of_role(aws: Aws, deployment: Deployment, role: str, service: str) -> Any:  # noqa: ANN401 - of any service
    """A client with the credentials of a role."""
    arn = aws.client("iam").get_role(RoleName=deployment.ids[role])["Role"]["Arn"]
    session = aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")
    return boto3.client(
        service,  # type: ignore[call-overload] # one of many
        endpoint_url=aws.endpoint,
        region_name=REGION,
        aws_access_key_id=session["Credentials"]["AccessKeyId"],
        aws_secret_access_key=session["Credentials"]["SecretAccessKey"],
        aws_session_token=session["Credentials"]["SessionToken"],
    )
