"""SSM Parameter Store, for the one secret that the deployer reads there."""

from dataclasses import dataclass

from tocsin.adapters.aws_json import AwsError, Call


@dataclass(frozen=True, slots=True)
class SsmParameters:
    """Keeps secrets encrypted with the account's own key for Parameter Store."""

    call: Call

    def put(self, name: str, value: str) -> None:
        """Write a secret, in place of one that is there."""
        self.call(
            "PutParameter",
            {
                "Name": name,
                "Value": value,
                "Type": "SecureString",
                "Overwrite": True,
                "Description": "Tocsin API key with the scope admin; see docs/credentials.md",
            },
        )

    def delete(self, name: str) -> None:
        """Remove it, if it is there."""
        try:
            self.call("DeleteParameter", {"Name": name})
        except AwsError as error:
            if error.code != "ParameterNotFound":
                raise
