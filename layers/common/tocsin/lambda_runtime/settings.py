"""A function's variables of template.yaml; the only reader of the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Self

METRICS_NAMESPACE: Final = os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "Tocsin")
"""One for each stack, so that an alarm on a metric is an alarm of one team."""

SLACK_API_URL: Final = "https://slack.com/api"

REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    "functions.ingest.app.handler": (),
    "functions.ingest.app.compat_handler": (),
    "functions.alerts_api.app.handler": (
        "DELIVERIES_QUEUE_URL",
        "CHANNEL_SECRETS_PREFIX",
        "PUSH_PUBLIC_KEY",
    ),
    "functions.actions.app.handler": ("DELIVERIES_QUEUE_URL", "LINK_KEY_PARAMETER"),
    "functions.calendar.app.handler": (),
    "functions.console.app.handler": (),
    "functions.session.app.handler": ("DELIVERIES_QUEUE_URL", "LINK_KEY_PARAMETER"),
    "functions.escalator.app.on_table_change": (
        "TIMERS_QUEUE_URL",
        "DELIVERIES_QUEUE_URL",
        "FAILURES_QUEUE_URL",
    ),
    "functions.escalator.app.on_tick": ("TIMERS_QUEUE_URL", "DELIVERIES_QUEUE_URL"),
    "functions.escalator.app.on_timer": (
        "TIMERS_QUEUE_URL",
        "DELIVERIES_QUEUE_URL",
        "FAILURES_QUEUE_URL",
    ),
    "functions.notifier.app.on_delivery": (
        "DELIVERIES_QUEUE_URL",
        "FAILURES_QUEUE_URL",
        "LINK_KEY_PARAMETER",
        "PUBLIC_URL",
        "PUSH_KEY_PARAMETER",
    ),
    "functions.first_key.app.handler": (),
    "functions.team_config.app.handler": (
        "CHANNEL_SECRETS_PREFIX",
        "DELIVERIES_QUEUE_URL",
        "PUBLIC_URL",
    ),
}
"""Variables without which a handler does not start, beside `ALWAYS_REQUIRED`."""
ALWAYS_REQUIRED: Final = ("TABLE_NAME", "AWS_REGION")


class SettingsError(Exception):
    """A variable is missing or wrong: a fault of the deployment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A dataclass, because pydantic costs intake more than all the rest.

    What `REQUIRED` does not name for a handler may be empty.
    """

    table_name: str
    timers_queue_url: str
    deliveries_queue_url: str
    failures_queue_url: str
    """Records and messages that the function gave up go here."""
    email_from: str
    """The sender of e-mails; empty: none are sent."""
    time_zone: str
    """The team's, a name of the IANA database; an unknown one counts as UTC."""
    team: str
    stage: str
    last_resort_topic: str
    """The topic of alerts that reached nobody; empty: it has no subscriber."""
    retention: timedelta
    """Retention of resolved alerts and timelines."""
    public_url: str
    """The API's address; empty: the address of each request."""
    link_key_parameter: str
    """The SSM parameter with the key that signs links."""
    push_key_parameter: str
    """The SSM parameter with the private key of web push."""
    push_public_key: str
    """The public one, which browsers ask for: base64url of an uncompressed point of P-256."""
    channel_secrets_prefix: str
    """The SSM path of the signing secrets that are generated for channels."""
    secrets_key: str
    """The KMS key that encrypts secrets; empty for the account's `aws/ssm`."""
    allows_private_webhooks: bool
    """Whether webhooks may go to `http` and to private addresses."""
    sends_email: bool
    """Whether the stack has an address to send e-mail from."""
    has_last_resort: bool
    """Whether the stack's topic has a subscriber."""
    is_shadow: bool
    """Whether no message leaves, because another tool still pages."""
    oidc_issuer: str
    """The identity provider of people who sign in; empty: there is none."""
    oidc_client_id: str
    oidc_client_secret: str
    """The name of its parameter, below the stack's own; empty: the client is a public one."""
    oidc_domains: tuple[str, ...]
    """Of e-mail addresses that are let in, in lower case; empty: all."""
    oidc_discovery_url: str
    """Empty: where the issuer's is by the standard."""
    slack_api_url: str
    """Without a slash at its end."""
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
        """Read them; Lambda names the handler that is started in `_HANDLER`.

        Raises:
            SettingsError: Names every variable that is missing or wrong.
        """
        required = (*ALWAYS_REQUIRED, *REQUIRED.get(environment.get("_HANDLER", ""), ()))
        wrong = [f"{name} is missing" for name in required if not environment.get(name)]
        days = environment.get("RETENTION_DAYS", "90")
        if not (days.isdecimal() and int(days)):
            wrong.append(f"RETENTION_DAYS must be a whole number above 0, not {days!r}")
        allow_private = environment.get("ALLOW_PRIVATE_WEBHOOKS", "false")
        if allow_private not in {"true", "false"}:
            wrong.append(f"ALLOW_PRIVATE_WEBHOOKS must be true or false, not {allow_private!r}")
        if wrong:
            raise SettingsError("; ".join(wrong))
        return cls(
            table_name=environment["TABLE_NAME"],
            timers_queue_url=environment.get("TIMERS_QUEUE_URL", ""),
            deliveries_queue_url=environment.get("DELIVERIES_QUEUE_URL", ""),
            failures_queue_url=environment.get("FAILURES_QUEUE_URL", ""),
            email_from=environment.get("EMAIL_FROM", ""),
            time_zone=environment.get("TIME_ZONE") or "UTC",
            team=environment.get("TEAM", "tocsin"),
            stage=environment.get("STAGE", "dev"),
            last_resort_topic=environment.get("LAST_RESORT_TOPIC", ""),
            retention=timedelta(days=int(days)),
            public_url=environment.get("PUBLIC_URL", "").rstrip("/"),
            link_key_parameter=environment.get("LINK_KEY_PARAMETER", ""),
            push_key_parameter=environment.get("PUSH_KEY_PARAMETER", ""),
            push_public_key=environment.get("PUSH_PUBLIC_KEY", ""),
            channel_secrets_prefix=environment.get("CHANNEL_SECRETS_PREFIX", "").rstrip("/"),
            secrets_key=environment.get("SECRETS_KEY", ""),
            allows_private_webhooks=allow_private == "true",
            sends_email=environment.get("SENDS_EMAIL") == "true",
            has_last_resort=environment.get("HAS_LAST_RESORT") == "true",
            is_shadow=environment.get("PAGING") == "shadow",
            oidc_issuer=environment.get("OIDC_ISSUER", ""),
            oidc_client_id=environment.get("OIDC_CLIENT_ID", ""),
            oidc_client_secret=environment.get("OIDC_CLIENT_SECRET", ""),
            oidc_domains=tuple(
                environment.get("OIDC_DOMAINS", "").lower().replace(",", " ").split()
            ),
            oidc_discovery_url=environment.get("OIDC_DISCOVERY_URL", ""),
            slack_api_url=(environment.get("SLACK_API_URL") or SLACK_API_URL).rstrip("/"),
            service=environment.get("POWERTOOLS_SERVICE_NAME", "tocsin"),
            log_level=environment.get("LOG_LEVEL", "INFO"),
            aws={name: text for name, text in environment.items() if name.startswith("AWS_")},
        )
