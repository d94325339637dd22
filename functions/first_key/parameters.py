"""SSM Parameter Store, where the secrets lie that are made with the stack."""

from dataclasses import dataclass
from typing import Protocol

from tocsin.adapters.aws_json import AwsError, Call


class Parameters(Protocol):
    """Where a secret is kept for those who may read it."""

    def put(self, name: str, value: str, *, description: str) -> None:
        """Write a secret, in place of one that is there."""

    def delete(self, name: str) -> None:
        """Remove it, if it is there."""


@dataclass(frozen=True, slots=True)
class SsmParameters:
    """Keeps secrets encrypted with the account's own key for Parameter Store."""

    call: Call

    def put(self, name: str, value: str, *, description: str) -> None:
        """Write a secret, in place of one that is there."""
        self.call(
            "PutParameter",
            {
                "Name": name,
                "Value": value,
                "Type": "SecureString",
                "Overwrite": True,
                "Description": description,
            },
        )

    def delete(self, name: str) -> None:
        """Remove it, if it is there."""
        try:
            self.call("DeleteParameter", {"Name": name})
        except AwsError as error:
            if error.code != "ParameterNotFound":
                raise
