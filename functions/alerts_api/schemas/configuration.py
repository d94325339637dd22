"""What the objects of the configuration have in common."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Final

from pydantic import BaseModel, Field

from functions.alerts_api.schemas.model import Answer, Detail, Instant, View
from functions.alerts_api.schemas.operation import CURSOR, LIMIT, Operation
from tocsin.domain.errors import (
    InvalidInputError,
    ManagedElsewhereError,
    NotFoundError,
    StillReferencedError,
)

ABOUT_PUT: Final = "201 when it is new. What the body leaves out becomes the default."
ABOUT_MANAGER: Final = (
    "`team file`: it is changed in the team's file, and by API once the file lacks it. Null: it is "
    "the API's."
)
ABOUT_CHANGE: Final = "Null puts a setting back to its default; what is left out stays."

ShownDuration = Annotated[str, Field(pattern=r"^[0-9]+[smhd]$", examples=["5m"])]
"""A duration in an answer."""


class Configured(View):
    """The fields of each object beside its settings."""

    name: str
    managed_by: str | None = Field(description=ABOUT_MANAGER, examples=[None])
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
