"""Who would be paged now, and whether they can be reached."""

from typing import Final

from pydantic import Field

from functions.alerts_api.schemas.configuration import ShownDuration
from functions.alerts_api.schemas.model import Answer, View
from functions.alerts_api.schemas.operation import Operation, Parameter
from tocsin.domain.errors import InvalidInputError
from tocsin.domain.severity import Severity
from tocsin.domain.ways import GapCode, Noun

TAG: Final = "Reachability"


class ReachedBy(View):
    """One message that a step would send."""

    target: str = Field(
        description="The user or channel; of a schedule, who is on call.", examples=["user:alice"]
    )
    by: str | None = Field(
        description="A contact method, or the channel's name; null: there is none.",
        examples=["email"],
    )
    after: ShownDuration = Field(description="The delay of the user's rule.", examples=["0s"])
    ok: bool = Field(description="Whether it would be sent.", examples=[True])
    problem: str | None = Field(
        examples=["email of alice is not verified: send a test with POST /api/v1/users/alice/test"]
    )


class ReachedStep(View):
    """A step of a policy, and the messages that it would send."""

    name: str = Field(examples=["first"])
    delay: ShownDuration
    ok: bool = Field(description="Whether it reaches anybody.", examples=[True])
    messages: list[ReachedBy]


class ReachedPath(View):
    """What leads alerts to a policy, and whom they reach there."""

    kind: Noun = Field(
        description=(
            "An `integration` or a `heartbeat` that names a policy, a `route`, or `default`: what "
            "none of them sends elsewhere. In the order of precedence."
        ),
        examples=["default"],
    )
    name: str = Field(examples=["default"])
    escalation_policy: str = Field(examples=["default"])
    ok: bool = Field(
        description="Whether anybody is reached; also true of info that its policy only lists.",
        examples=[True],
    )
    steps: list[ReachedStep] = Field(description="None of a severity that is not paged.")


class Gap(View):
    """What keeps pages from people."""

    code: GapCode = Field(examples=["not_verified"])
    kind: Noun = Field(description="What it is about.", examples=["user"])
    name: str = Field(examples=["alice"])
    field: str = Field(description="The setting to look at.", examples=["email"])
    problem: str = Field(
        examples=["email of alice is not verified: send a test with POST /api/v1/users/alice/test"]
    )


class Reachability(View):
    """Who would be paged of a severity now."""

    ok: bool = Field(description="Whether each of `paths` is.", examples=[True])
    severity: Severity
    paths: list[ReachedPath]
    problems: list[Gap] = Field(
        description=(
            "Of all paths, each once, the worst first; `not_verified` and `no_last_resort` are no "
            "obstacle."
        )
    )


OPERATIONS: Final = {
    "show_reachability": Operation(
        tag=TAG,
        summary="See who would be paged now, and whether they can be reached",
        description=(
            "By the configuration as it is stored, for the first run of each policy. A route is "
            "listed where its matchers of `severity` allow it, a heartbeat where it has this "
            "severity; paused integrations are not."
        ),
        query=(
            Parameter(
                "severity",
                "Of the alert; by default critical.",
                {"type": "string", "enum": list(Severity), "default": Severity.CRITICAL},
            ),
        ),
        answer=Answer[Reachability],
        errors=(InvalidInputError,),
    ),
}
