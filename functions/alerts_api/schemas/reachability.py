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
    schedule: str | None = Field(
        description="The schedule by which this user is on call now; null: asked by name.",
        examples=[None],
    )
    by: str | None = Field(
        description="A contact method, or the channel's name; null: there is none.",
        examples=["email"],
    )
    after: ShownDuration = Field(description="The delay of the user's rule.", examples=["0s"])
    ok: bool = Field(description="Whether it would be sent.", examples=[True])
    problem: str | None = Field(
        description="Why it would not be sent, or might not arrive; null: nothing is known.",
        examples=[
            "e-mail of alice is not verified: send a test with POST /api/v1/users/alice/test"
        ],
    )


class ReachedStep(View):
    """A step of a policy, and the messages that it would send."""

    name: str = Field(description="As in the policy.", examples=["first"])
    delay: ShownDuration = Field(description="The wait before the next step.", examples=["5m"])
    ok: bool = Field(description="Whether it reaches anybody.", examples=[True])
    messages: list[ReachedBy] = Field(description="All of the step, in the order of its targets.")


class ReachedPath(View):
    """What leads alerts to a policy, and whom they reach there."""

    kind: Noun = Field(
        description=(
            "An `integration` or a `heartbeat` that names a policy, a `route`, or `default`: what "
            "none of them sends elsewhere. In the order of precedence."
        ),
        examples=["default"],
    )
    name: str = Field(description="Of the object of this kind.", examples=["default"])
    escalation_policy: str = Field(
        description="The policy that is named, also one that does not exist.", examples=["default"]
    )
    ok: bool = Field(
        description="Whether anybody is reached; also true of info that its policy only lists.",
        examples=[True],
    )
    steps: list[ReachedStep] = Field(description="None of a severity that is not paged.")


class Gap(View):
    """What keeps pages from people."""

    code: GapCode = Field(examples=["not_verified"])
    kind: Noun = Field(description="What it is about.", examples=["user"])
    name: str = Field(description="Of the object that it is about.", examples=["alice"])
    field: str = Field(description="The setting to look at.", examples=["email"])
    problem: str = Field(
        description="For people to read.",
        examples=[
            "e-mail of alice is not verified: send a test with POST /api/v1/users/alice/test"
        ],
    )
    todo: str = Field(
        description="What to do about it, in sentences.",
        examples=["Add the address, or take the rule away."],
    )
    in_the_way: bool = Field(
        description="Whether it keeps messages from being sent now; false of what may yet be fine.",
        examples=[False],
    )


class Reachability(View):
    """Who would be paged of a severity now."""

    ok: bool = Field(description="Whether each of `paths` is.", examples=[True])
    severity: Severity = Field(description="The one that was asked for.")
    paths: list[ReachedPath] = Field(description="Of all alerts of this severity.")
    problems: list[Gap] = Field(
        description=(
            "Of all paths, each once, the worst first; `not_verified`, `no_last_resort` and "
            "`schedule_gap` (nobody is on call at a time within seven days) are no obstacle now."
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
