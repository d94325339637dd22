"""The local stack may send e-mail from the address it is deployed with."""

from typing import cast

import pytest
from botocore.exceptions import ClientError

from local.ministack_gaps.mail_identities import allow_mail
from local.stack.aws import Aws


class Mail:
    def __init__(self, refusal: str | None = None) -> None:
        self.refusal = refusal
        self.senders: list[str] = []

    def client(self, service: str) -> "Mail":
        assert service == "sesv2"
        return self

    def create_email_identity(self, *, EmailIdentity: str) -> None:  # noqa: N803 - boto3's
        self.senders.append(EmailIdentity)
        if self.refusal:
            raise ClientError({"Error": {"Code": self.refusal}}, "CreateEmailIdentity")


def test_the_sender_of_the_stack_is_verified() -> None:
    mail = Mail()

    allow_mail(cast("Aws", mail), ["Stage=local", "EmailFrom=tocsin@example.com"])

    assert mail.senders == ["tocsin@example.com"]


def test_one_that_was_verified_before_is_fine() -> None:
    allow_mail(cast("Aws", Mail("AlreadyExistsException")), ["EmailFrom=tocsin@example.com"])


def test_another_refusal_is_told() -> None:
    with pytest.raises(ClientError, match="BadRequest"):
        allow_mail(cast("Aws", Mail("BadRequestException")), ["EmailFrom=tocsin@example.com"])
