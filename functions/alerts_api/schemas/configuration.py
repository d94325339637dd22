"""What the objects of the configuration have in common."""

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, Field

from functions.alerts_api.schemas.model import Answer, Detail, Duration, Instant, View
from functions.alerts_api.schemas.operation import CURSOR, LIMIT, Operation
from tocsin.domain.duration import spelled
from tocsin.domain.errors import (
    InvalidInputError,
    ManagedElsewhereError,
    NotFoundError,
    StillReferencedError,
)
from tocsin.domain.escalation import ALL_SEVERITIES, PAGED_SEVERITIES
from tocsin.domain.people import EMAIL, PHONE
from tocsin.domain.severity import Severity
from tocsin.domain.team_settings import BUNDLE_LIMIT

ABOUT_PUT: Final = "201 when it is new. What the body leaves out becomes the default."
ABOUT_CHANGE: Final = "Null puts a setting back to its default; what is left out stays."

NAME: Final = r"^[a-z0-9-]{1,64}$"
USER_NAME: Final = r"^[A-Za-z0-9._-]{1,64}$"
"""Of a reference: also names as they were allowed before, which may begin with a dash."""
PARAMETER_NAME: Final = r"^(/tocsin/)?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$"
DAY: Final = timedelta(days=1)

Name = Annotated[str, Field(pattern=NAME)]
"""The name of an object of the configuration."""

UserName = Annotated[str, Field(pattern=USER_NAME)]
"""The name of a user, in any case."""

Severities = Annotated[list[Severity], Field(min_length=1, max_length=len(Severity))]
EVERY_SEVERITY: Final = sorted(ALL_SEVERITIES, key=lambda severity: severity.rank)
USUAL_SEVERITIES: Final = sorted(PAGED_SEVERITIES, key=lambda severity: severity.rank)

Phone = Annotated[
    str,
    Field(pattern=PHONE, examples=["+15550100"]),
]

Email = Annotated[
    str,
    Field(
        max_length=254,
        pattern=EMAIL,
        json_schema_extra={"format": "email"},
        examples=["alice@example.com"],
    ),
]
"""254 characters are the limit of RFC 5321's paths."""

SecretName = Annotated[
    str,
    Field(
        max_length=1011,
        pattern=PARAMETER_NAME,
        description=(
            "The name of an SSM parameter, SecureString, below `/tocsin/<stack>/`; `hook` alone "
            "is meant there."
        ),
        examples=["hook"],
    ),
]
"""1011 characters are what SSM allows a name, with the ARN before it."""


def within(shortest: timedelta, longest: timedelta) -> AfterValidator:
    def check(duration: timedelta) -> timedelta:
        if not shortest <= duration <= longest:
            raise ValueError(f"must be from {spelled(shortest)} to {spelled(longest)}")
        return duration

    return AfterValidator(check)


Bundle = Annotated[Duration, within(timedelta(), BUNDLE_LIMIT)]
ABOUT_BUNDLE: Final = (
    "After a page, what follows within this time goes as one digest; by default as the team's "
    "settings say. 0 s to 1 h; 0 sends each page alone."
)

ShownDuration = Annotated[str, Field(pattern=r"^[0-9]+[smhd]$", examples=["5m"])]
"""A duration in an answer."""


class Configured(View):
    """The fields of each object beside its settings."""

    name: str
    managed_by: str | None = Field(
        description="Reserved for configuration as code, which is not there yet: always null.",
        examples=[None],
    )
    created_at: Instant


class Warned[T](Answer[T]):
    """One thing that was put or changed, and what the change keeps from people."""

    warnings: list[Detail] = Field(
        default_factory=list,
        description=(
            "Absent unless the change leaves open alerts behind, or keeps pages from people: a "
            "person, a step, a policy or a route that reaches nobody for a severity that it is for."
        ),
    )


class Removed(View):
    """The effect of a deletion."""

    open_alerts: int = Field(description="How many open alerts it affects.", examples=[2])


class Removal(Answer[Removed]):
    """Sent where a deletion affects open alerts or keeps pages from people; else there is none."""

    warnings: list[Detail] = Field(description="At least one.")


ABOUT_DELETE: Final = (
    "204; or 200 with warnings where it affects open alerts, which do not prevent it, or leaves "
    "a person, a step, a policy or a route that reaches nobody."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    words: str
    """Singular, such as `escalation policy`."""
    plural: str
    tag: str
    body: type[BaseModel]
    """What PUT takes."""
    change: type[BaseModel]
    """What PATCH takes."""
    page: type[BaseModel]
    shown: type[BaseModel]
    put: type[BaseModel]
    """The answer to PUT and PATCH."""
    not_found: type[NotFoundError]
    about_put: str = ""

    @property
    def operations(self) -> dict[str, Operation]:
        name, names = self.words.replace(" ", "_"), self.plural.replace(" ", "_")
        article = "an" if self.words[0] in "aeio" else "a"
        one = f"{article} {self.words}"
        return {
            f"list_{names}": Operation(
                tag=self.tag,
                summary=f"List {self.plural}",
                description="In the order of their names.",
                query=(LIMIT, CURSOR),
                answer=self.page,
                errors=(InvalidInputError,),
            ),
            f"get_{name}": Operation(
                tag=self.tag, summary=f"Read {one}", answer=self.shown, errors=(self.not_found,)
            ),
            f"put_{name}": Operation(
                tag=self.tag,
                summary=f"Create or replace {one}",
                description=f"{ABOUT_PUT} {self.about_put}".strip(),
                body=self.body,
                is_body_required=any(it.is_required() for it in self.body.model_fields.values()),
                answer=self.put,
                other_statuses=(HTTPStatus.CREATED,),
                errors=(ManagedElsewhereError,),
            ),
            f"change_{name}": Operation(
                tag=self.tag,
                summary=f"Change some settings of {one}",
                description=ABOUT_CHANGE,
                body=self.change,
                is_body_required=False,
                answer=self.put,
                errors=(self.not_found, ManagedElsewhereError),
            ),
            f"delete_{name}": Operation(
                tag=self.tag,
                summary=f"Delete {one}",
                description=f"Refused while something else names it. {ABOUT_DELETE}",
                status=HTTPStatus.NO_CONTENT,
                other_statuses=(HTTPStatus.OK,),
                answer=Removal,
                errors=(self.not_found, ManagedElsewhereError, StillReferencedError),
            ),
        }
