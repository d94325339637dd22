"""Secrets written to SSM Parameter Store, for other systems to read."""

from dataclasses import dataclass

from tocsin.adapters.aws_json import AwsError, Call


@dataclass(frozen=True, slots=True)
class SsmParameters:
    """Encrypts secrets with a key of the team, or with the account's `aws/ssm`."""

    call: Call
    description: str
    """The parameter's description."""
    key_id: str = ""
    """The KMS key; empty: `aws/ssm`, with which all of the account may decrypt."""

    def put(self, name: str, value: str) -> None:
        request = {
            "Name": name,
            "Value": value,
            "Type": "SecureString",
            "Overwrite": True,
            "Description": self.description,
        }
        self.call("PutParameter", request | ({"KeyId": self.key_id} if self.key_id else {}))

    def delete(self, name: str) -> None:
        try:
            self.call("DeleteParameter", {"Name": name})
        except AwsError as error:
            if error.code != "ParameterNotFound":
                raise
