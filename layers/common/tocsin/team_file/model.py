"""The form of a team's file: lists of the bodies that the API takes, each with its name."""

from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field, create_model
from pydantic.json_schema import SkipJsonSchema

from tocsin.bodies.channels import ChannelBody
from tocsin.bodies.escalation_policies import EscalationPolicyBody
from tocsin.bodies.heartbeats import HeartbeatBody
from tocsin.bodies.intake_checks import WITHOUT_COLON, HeaderName, SignatureSettings
from tocsin.bodies.integrations import UncheckedSettings
from tocsin.bodies.maintenance_windows import WindowBody
from tocsin.bodies.model import At, ConfigurationBody, Name, SecretName, with_example
from tocsin.bodies.names import PERSON_NAME
from tocsin.bodies.routes import LAST_POSITION, RouteBody
from tocsin.bodies.schedules import ScheduleBody
from tocsin.bodies.silences import SilenceBody
from tocsin.bodies.team_settings import SettingsBody
from tocsin.bodies.users import UserBody
from tocsin.domain.integration import IntegrationType

OBJECTS_LIMIT: Final = 500
"""Of one kind."""

_MANY: Final = Field(max_length=OBJECTS_LIMIT)

PersonName = Annotated[str, Field(pattern=PERSON_NAME, examples=["alice"])]


class UserEntry(UserBody):
    """A user."""

    model_config = with_example(name="alice", email="alice@example.com", phone="+4915112345678")

    name: PersonName = Field(description="As people have it; unique without case.")


class NamedSignature(SignatureSettings):
    """An HMAC over the body as sent, in hex, in a header; its secret is named."""

    secret: SecretName


class NamedBasic(ConfigurationBody):
    """HTTP basic authentication; the password is named."""

    user: Annotated[str, Field(min_length=1, max_length=100, pattern=WITHOUT_COLON)] = Field(
        examples=["prometheus"]
    )
    password: SecretName


class NamedHeaderToken(ConfigurationBody):
    """A header that has to have one value, which is named."""

    header: HeaderName = Field(examples=["x-tocsin-token"])
    token: SecretName


class ImportedToken(ConfigurationBody):
    """The key of another product, which goes on working as the token of the integration's URL."""

    model_config = with_example(parameter="checkout-token")

    parameter: SecretName


class IntegrationEntry(UncheckedSettings):
    """An integration; its secrets are named, never written."""

    model_config = with_example(name="prod-prometheus", type="alertmanager")

    name: Name = Field(examples=["prod-prometheus"])
    type: IntegrationType
    token: ImportedToken | None = Field(
        None,
        description=(
            "An imported token: a parameter with 20 to 128 of A-Z, a-z, 0-9, _ and -. It is read "
            "at deployment, and kept as a hash. By default the stack makes one."
        ),
    )
    signature: NamedSignature | None = Field(None, description="What is sent has to be signed.")
    basic: NamedBasic | None = Field(None, description="The sender has to give a password.")
    header_token: NamedHeaderToken | None = Field(
        None, description="The sender has to send a header."
    )


class ScheduleEntry(ScheduleBody):
    """A schedule: layers, or `follows`."""

    name: Name = Field(examples=["primary"])


class PolicyEntry(EscalationPolicyBody):
    """An escalation policy."""

    name: Name = Field(examples=["default"])


class RouteEntry(RouteBody):
    """A route; the first one of the list that matches decides."""

    name: Name | None = Field(
        None, description="By default its place in the list: route-1.", examples=["payments"]
    )
    position: Annotated[int, Field(ge=0, le=LAST_POSITION)] | None = Field(  # type: ignore[assignment]
        None,
        description=(
            "Its place among routes that were made by API: lower ones are asked first. By default "
            "10 more than that of the route before; it may not be lower than that."
        ),
        examples=[10],
    )


class SilenceEntry(SilenceBody):
    """A silence; either `to` or `duration`."""

    name: Name | None = Field(
        None,
        description="By default made of what it matches and when.",
        examples=["staging-move"],
    )
    from_: At = Field(  # type: ignore[mutable-override]  # nothing assigns to a body's field
        alias="from",
        description="When it begins: a file is read again at each deployment.",
        examples=["2026-03-01T09:00:00Z"],
    )


class WindowEntry(WindowBody):
    """A maintenance window, once or again and again."""

    name: Name = Field(examples=["nightly"])
    from_: At | SkipJsonSchema[None] = Field(
        None,
        alias="from",
        description="When it begins; needed unless it recurs.",
        examples=["2026-03-01T09:00:00Z"],
    )


class HeartbeatEntry(HeartbeatBody):
    """A heartbeat; either `period` or `cron`."""

    name: Name = Field(examples=["nightly-backup"])


# mypy knows no types that are made at run time.
_Channel: Any = ChannelBody
ChannelEntry: Any = create_model(
    "ChannelEntry",
    __base__=_Channel,
    __doc__="A channel.",
    name=(Name, Field(examples=["ops-hook"])),
)


class TeamFile(ConfigurationBody):
    """All that a team's repository says of who is told of alerts, and when.

    `tocsin.team_file.reading` reads one, and holds its parts against each other.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"team": "payments", "users": [{"name": "alice"}]}]}
    )

    team: Name = Field(description="The team's name: TeamName of its stack.", examples=["payments"])
    settings: SettingsBody | SkipJsonSchema[None] = Field(
        None, description="Of the whole team; what it leaves out has its default."
    )
    users: Annotated[list[UserEntry], _MANY] = Field(
        [], description="People, and how each is reached."
    )
    channels: Annotated[list[ChannelEntry], _MANY] = Field(
        [], description="Ways to reach people that are not one person's."
    )
    integrations: Annotated[list[IntegrationEntry], _MANY] = Field(
        [], description="Sources of alerts; each has a URL of its own."
    )
    schedules: Annotated[list[ScheduleEntry], _MANY] = Field(
        [], description="Who is on call at any moment."
    )
    escalation_policies: Annotated[list[PolicyEntry], _MANY] = Field(
        [], description="Who is asked, in which order; `default` is for all other alerts."
    )
    routes: Annotated[list[RouteEntry], _MANY] = Field(
        [], description="Which policy an alert goes to: the first that matches decides."
    )
    silences: Annotated[list[SilenceEntry], _MANY] = Field(
        [], description="What matches pages nobody for a time."
    )
    maintenance_windows: Annotated[list[WindowEntry], _MANY] = Field(
        [], description="What matches pages nobody while work is done, once or again and again."
    )
    heartbeats: Annotated[list[HeartbeatEntry], _MANY] = Field(
        [], description="Sources that ping regularly; a missed ping opens an alert."
    )
