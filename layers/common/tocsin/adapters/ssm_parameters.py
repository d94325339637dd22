"""Secrets that are written to SSM Parameter Store, for others to read."""

from dataclasses import dataclass

from tocsin.adapters.aws_json import AwsError, Call


@dataclass(frozen=True, slots=True)
class SsmParameters:
    """Keeps secrets encrypted with the account's own key for Parameter Store."""

    call: Call
    description: str
    """For whoever finds one there."""

    def put(self, name: str, value: str) -> None:
        """Write a secret, in place of one that is there."""
        self.call(
            "PutParameter",
            {
                "Name": name,
                "Value": value,
                "Type": "SecureString",
                "Overwrite": True,
                "Description": self.description,
            },
        )

    def delete(self, name: str) -> None:
        """Remove it, if it is there."""
        try:
            self.call("DeleteParameter", {"Name": name})
        except AwsError as error:
            if error.code != "ParameterNotFound":
                raise
