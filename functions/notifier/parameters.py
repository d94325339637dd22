"""The stack's secrets as channels ask for them: a failure is that of a delivery."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tocsin.adapters.aws_json import AwsError
from tocsin.adapters.ssm_secrets import SsmSecrets
from tocsin.domain.errors import TryAgainError
from tocsin.usecases.refusals import DeliveryFailedError

PREFIX: Final = "/tocsin/"


@dataclass(frozen=True, slots=True)
class Parameters:
    """Implements `Secrets`; for several threads."""

    secrets: SsmSecrets
    now: Callable[[], datetime]
    prefix: str = PREFIX
    """Begins the names of the stack's own secrets; the role may read no others."""

    def get(self, name: str) -> str:
        if not name.startswith(self.prefix):
            message = f"the secret's name must begin with {self.prefix}"
            raise DeliveryFailedError(message, is_retryable=False)
        try:
            return self.secrets.get(name, at=self.now())
        except TryAgainError as error:
            message = f"the secret {name} cannot be read for now"
            raise DeliveryFailedError(message, is_retryable=True) from error
        except AwsError as error:
            message = f"the secret {name} cannot be read: {error.code}"
            raise DeliveryFailedError(message, is_retryable=False) from error

    def forget(self, name: str) -> None:
        self.secrets.forget(name)
