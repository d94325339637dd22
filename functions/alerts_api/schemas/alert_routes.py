"""Routes from alerts to escalation policies."""

from typing import Final

from pydantic import Field

from functions.alerts_api.schemas.configuration import Configured, Kind, ShownDuration, Warned
from functions.alerts_api.schemas.hours import ABOUT_ZONE, ShownOnly
from functions.alerts_api.schemas.model import Answer, Listing
from tocsin.bodies.routes import MATCH_EXAMPLE, RouteBody, RouteChange
from tocsin.domain.errors import RouteNotFoundError
from tocsin.domain.severity import Severity

TAG: Final = "Routes"


class ShownRoute(Configured):
    """A route."""

    name: str = Field(examples=["payments"])
    match: list[str] = Field(examples=[MATCH_EXAMPLE])
    escalation_policy: str = Field(examples=["default"])
    severity: Severity | None = Field(description="Null: the sender's.", examples=["warning"])
    hold: ShownDuration = Field(examples=["2m"])
    close_after: ShownDuration | None = Field(description="Null: never.", examples=["12h"])
    only: ShownOnly
    time_zone: str | None = Field(description=ABOUT_ZONE, examples=["Europe/Paris"])
    position: int = Field(examples=[10])


OPERATIONS: Final = Kind(
    words="route",
    plural="routes",
    tag=TAG,
    body=RouteBody,
    change=RouteChange,
    page=Listing[ShownRoute],
    shown=Answer[ShownRoute],
    put=Warned[ShownRoute],
    not_found=RouteNotFoundError,
    about_put=(
        "The first route that matches decides; a policy that the integration names itself wins "
        "over the route's."
    ),
).operations
