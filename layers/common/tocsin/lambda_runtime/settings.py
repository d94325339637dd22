"""A function's variables of template.yaml; the only reader of the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Self

METRICS_NAMESPACE: Final = os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "Tocsin")
"""One for each stack, so that an alarm on a metric is an alarm of one team."""


class SettingsError(Exception):
    """A variable is missing or wrong: a fault of the deployment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Plain values; a dataclass, because pydantic costs intake more than all the rest."""

    table_name: str
    timers_queue_url: str
    """Empty for functions that set no timers."""
    deliveries_queue_url: str
    """Empty for functions that send no messages."""
    failures_queue_url: str
    """The queue for what is set aside; empty for functions that set nothing aside."""
    email_from: str
    """The sender of e-mails; empty: none are sent."""
    retention: timedelta
    """Retention of resolved alerts and timelines."""
    public_url: str
    """The URL of the API; empty: the gateway's own."""
    link_key_parameter: str
    """The parameter of the link key; empty for functions without links."""
    channel_secrets_prefix: str
    """Prefix of channels' generated signing secrets; empty for functions that make none."""
    secrets_key: str
    """The KMS key that encrypts secrets; empty for the account's `aws/ssm`."""
    allows_private_webhooks: bool
    """Whether webhooks may go to plain HTTP and private addresses."""
    service: str
    log_level: str
    aws: Mapping[str, str]
    """Region, credentials and endpoint, as Lambda and the SDKs name them."""

    @property
    def secrets_prefix(self) -> str:
        """Beginning of the names of the stack's own secrets, such as the link key."""
        return self.link_key_parameter.rpartition("/")[0] + "/"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read all at once.

        Raises:
            SettingsError: Names every variable that is missing or wrong.
        """
        wrong: list[str] = []
        table_name = environment.get("TABLE_NAME", "")
        if not table_name:
            wrong.append("TABLE_NAME is missing")
        if not environment.get("AWS_REGION"):
            wrong.append("AWS_REGION is missing")
        days = environment.get("RETENTION_DAYS", "90")
        if not (days.isdecimal() and int(days)):
            wrong.append(f"RETENTION_DAYS must be a whole number above 0, not {days!r}")
        allow_private = environment.get("ALLOW_PRIVATE_WEBHOOKS", "false")
        if allow_private not in {"true", "false"}:
            wrong.append(f"ALLOW_PRIVATE_WEBHOOKS must be true or false, not {allow_private!r}")
        if wrong:
            raise SettingsError("; ".join(wrong))
        return cls(
            table_name=table_name,
            timers_queue_url=environment.get("TIMERS_QUEUE_URL", ""),
            deliveries_queue_url=environment.get("DELIVERIES_QUEUE_URL", ""),
            failures_queue_url=environment.get("FAILURES_QUEUE_URL", ""),
            email_from=environment.get("EMAIL_FROM", ""),
            retention=timedelta(days=int(days)),
            public_url=environment.get("PUBLIC_URL", "").rstrip("/"),
            link_key_parameter=environment.get("LINK_KEY_PARAMETER", ""),
            channel_secrets_prefix=environment.get("CHANNEL_SECRETS_PREFIX", "").rstrip("/"),
            secrets_key=environment.get("SECRETS_KEY", ""),
            allows_private_webhooks=allow_private == "true",
            service=environment.get("POWERTOOLS_SERVICE_NAME", "tocsin"),
            log_level=environment.get("LOG_LEVEL", "INFO"),
            aws={name: text for name, text in environment.items() if name.startswith("AWS_")},
        )
