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
        self._put(name, value, overwrite=True)

    def find(self, name: str) -> str | None:
        """Read a secret; None: there is none of this name."""
        try:
            answer = self.call("GetParameter", {"Name": name, "WithDecryption": True})
        except AwsError as error:
            if error.code != "ParameterNotFound":
                raise
            return None
        return str(answer["Parameter"]["Value"])

    def keep(self, name: str, value: str) -> str:
        """Write a secret unless there is one; returns the one that is there."""
        if (known := self.find(name)) is not None:
            return known
        try:
            self._put(name, value, overwrite=False)
        except AwsError as error:
            if error.code != "ParameterAlreadyExists":
                raise
            return self.find(name) or value
        return value

    def delete(self, name: str) -> None:
        try:
            self.call("DeleteParameter", {"Name": name})
        except AwsError as error:
            if error.code != "ParameterNotFound":
                raise

    def _put(self, name: str, value: str, *, overwrite: bool) -> None:
        request = {
            "Name": name,
            "Value": value,
            "Type": "SecureString",
            "Overwrite": overwrite,
            "Description": self.description,
        }
        self.call("PutParameter", request | ({"KeyId": self.key_id} if self.key_id else {}))
