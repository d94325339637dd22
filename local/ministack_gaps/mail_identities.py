"""Verifies the sender of e-mails, as an account's owner does once; no mail leaves this machine."""

from collections.abc import Sequence

from botocore.exceptions import ClientError

from local.stack.aws import Aws

PARAMETER = "EmailFrom="


def allow_mail(aws: Aws, overrides: Sequence[str]) -> None:
    """Args: overrides: The deployment's parameters, as `Name=value`."""
    senders = [each.removeprefix(PARAMETER) for each in overrides if each.startswith(PARAMETER)]
    mail = aws.client("sesv2")
    for sender in senders:
        try:
            mail.create_email_identity(EmailIdentity=sender)
        except ClientError as error:
            if error.response["Error"]["Code"] != "AlreadyExistsException":
                raise
